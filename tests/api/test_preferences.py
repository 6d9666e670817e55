"""Everybody chooses how they are told, for themselves alone."""

from typing import Any

import pytest

from tests.api.desk import Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")
OFFICE = {
    "language": "en",
    "timezone": "UTC",
    "quiet_hours": "never",
    "digest": True,
    "mail": True,
    "chat": False,
}


async def choose(desk: Desk, person: str, **changes: Any) -> dict[str, Any]:
    answer = await desk.send(person, "PATCH", "/preferences", changes)
    assert answer.status == 200, answer.json
    return answer.json


async def test_whoever_chose_nothing_has_what_the_office_has(desk: Desk) -> None:
    assert (await desk.get("pm", "/preferences")).json == OFFICE


async def test_what_one_chose_is_kept_and_nobody_elses(desk: Desk) -> None:
    mine = {"language": "de", "timezone": "Europe/Berlin", "quiet_hours": "20:00-07:00"}
    assert await choose(desk, "pm", **mine) == OFFICE | mine
    assert await choose(desk, "pm", digest=False) == OFFICE | mine | {"digest": False}
    assert (await desk.get("pm", "/preferences")).json == OFFICE | mine | {"digest": False}
    assert (await desk.get("sponsor", "/preferences")).json == OFFICE


async def test_a_choice_is_left_to_the_office_again(desk: Desk) -> None:
    await choose(desk, "pm", language="de", digest=False)
    assert await choose(desk, "pm", language=None) == OFFICE | {"digest": False}


@pytest.mark.parametrize(
    "body",
    [
        {"language": "tlh"},
        {"timezone": "Mars/Olympus"},
        {"timezone": 3},
        {"quiet_hours": "all day"},
        {"digest": 1},
        {"person": "sponsor"},
    ],
)
async def test_what_cannot_be_chosen_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    assert (await desk.send("pm", "PATCH", "/preferences", body)).refused == (422, "malformed")
    assert (await desk.get("pm", "/preferences")).json == OFFICE


async def test_the_same_request_twice_changes_once(desk: Desk) -> None:
    first = await desk.send("pm", "PATCH", "/preferences", {"language": "de"}, key="k")
    await choose(desk, "pm", language="en")
    assert (await desk.send("pm", "PATCH", "/preferences", {"language": "de"}, key="k")).json == first.json
    assert (await desk.get("pm", "/preferences")).json["language"] == "en"
