"""The same key is the same request: the same answer again, and no second effect."""

import asyncio

import pytest

from tests.api.desk import CHEAP, Desk, fresh_key

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

HOLD = {"reason": "The budget is frozen."}


async def test_a_repeated_request_has_the_same_answer_and_no_second_effect(desk: Desk) -> None:
    project = await desk.register()
    first = await project.ask("director", "/hold", HOLD, key="hold-1")
    again = await project.ask("director", "/hold", HOLD, key="hold-1")
    assert first.json == again.json
    assert first.response.headers["etag"] == again.response.headers["etag"] == f'"{first.json["version"]}"'
    assert again.response.headers["idempotency-key"] == "hold-1"


async def test_a_repeated_refusal_stays_a_refusal(desk: Desk) -> None:
    project = await desk.register()
    first = await project.ask("director", "/resume", HOLD, key="resume-1")
    await project.done("director", "/hold", HOLD)
    again = await project.ask("director", "/resume", HOLD, key="resume-1")
    assert first.refused == again.refused == (409, "not_on_hold")
    assert first.json == again.json
    assert (await project.ask("director", "/resume", HOLD, key="resume-2")).status == 200


async def test_a_key_stands_for_one_content(desk: Desk) -> None:
    project, other = await desk.register(), await desk.register()
    await project.done("director", "/hold", HOLD, key="k")
    for answer in (
        await project.ask("director", "/hold", {"reason": "Another reason."}, key="k"),
        await project.ask("director", "/hold", HOLD, key="k", version=1),
        await other.ask("director", "/hold", HOLD, key="k"),
        await desk.post("director", "/people", {"id": "new", "name": "New"}, key="k"),
    ):
        assert answer.refused == (409, "key_reused")


async def test_keys_are_each_persons_own(desk: Desk) -> None:
    project = await desk.register()
    await project.done("director", "/hold", HOLD, key="mine")
    resumed = await project.ask("sponsor", "/resume", HOLD, key="mine")
    assert resumed.status == 200


async def test_many_copies_of_one_request_have_one_effect(desk: Desk) -> None:
    project = await desk.register()
    answers = await asyncio.gather(*(project.ask("director", "/hold", HOLD, key="storm") for _ in range(12)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["version"] for answer in answers}) == 1


async def test_two_people_at_once_have_one_decision_and_one_clear_answer(desk: Desk) -> None:
    project = await desk.register()
    answers = await asyncio.gather(*(project.ask("director", "/hold", HOLD) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    assert {answer.reason for answer in answers if answer.status == 409} == {"project_on_hold"}


async def test_a_registration_repeats_too(desk: Desk) -> None:
    body = {"key": fresh_key(), "name": "Footbridge", "portfolio": "rail", "facts": CHEAP}
    answers = await asyncio.gather(*(desk.post("director", "/projects", body, key="r") for _ in range(5)))
    assert [answer.status for answer in answers] == [201] * 5
    assert len({answer.json["command"] for answer in answers}) == 1
    assert (await desk.post("analyst", "/projects", body)).refused == (409, "already_registered")


async def test_who_saw_an_older_version_is_told_so(desk: Desk) -> None:
    project = await desk.register()
    seen = (await project.read())["version"]
    await project.done("pm", "/facts", {"facts": {"category": "bridge"}}, method="PATCH", version=seen)
    late = await project.ask("pm", "/facts", {"facts": {"category": "tunnel"}}, method="PATCH", version=seen)
    assert late.refused == (409, "stale")
    assert (await project.read())["facts"]["category"] == "bridge"


async def test_a_person_added_twice_with_one_key_is_added_once(desk: Desk) -> None:
    body = {"id": "newcomer", "name": "Newcomer"}
    first = await desk.post("administrator", "/people", body, key="add")
    assert (first.status, (await desk.post("administrator", "/people", body, key="add")).json) == (201, first.json)
    assert (await desk.post("administrator", "/people", body)).refused == (409, "person_exists")
