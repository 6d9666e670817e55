"""Webhooks by the API: added with a secret that is shown once, tried, watched, removed; never to an inner address."""

from collections.abc import AsyncIterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from lifecycle.service.telling.outlets import Outlets
from tests.api.conftest import Build, opened
from tests.api.desk import Desk
from tests.integration.sink import Sink, sink
from tests.unit.test_signing import accepts

pytestmark = pytest.mark.asyncio(loop_scope="session")
Founded = tuple[Path, Mapping[str, str]]


@pytest_asyncio.fixture(loop_scope="session")
async def receiver() -> AsyncIterator[Sink]:
    async with sink(lambda number: 204 if number == 1 else 500) as receiver:
        yield receiver


@pytest_asyncio.fixture(loop_scope="session")
async def desk(build: Build, founded: Founded) -> AsyncIterator[Desk]:
    """The application of an office that may call programs on this machine."""
    outlets = Outlets(
        "https://office.example.org", networks=(ip_network("127.0.0.0/8"),), webhook_key=SecretStr("of this test")
    )
    async with opened(await build(outlets=outlets), founded[1]) as desk:
        yield desk


def hook(receiver: Sink, **more: Any) -> dict[str, Any]:
    return {"label": "The register", "url": f"http://127.0.0.1:{receiver.port}/hook", **more}


async def test_the_secret_is_shown_once_and_stands_in_no_record(desk: Desk, receiver: Sink) -> None:
    added = await desk.post("administrator", "/webhooks", hook(receiver, kinds=["vote_asked"]), key="k")
    assert added.status == 201
    assert added.json["secret"].startswith("whsec_")
    again = (await desk.post("administrator", "/webhooks", hook(receiver, kinds=["vote_asked"]), key="k")).json
    assert again == {**added.json, "secret": None}
    recorded = desk.office.database.read_now(
        lambda connection: connection.exec_driver_sql("SELECT * FROM journal, audit, webhooks").all()
    )
    assert added.json["secret"] not in str(recorded)
    listed = await desk.get("administrator", "/webhooks")
    assert added.json["secret"] not in listed.response.text
    (line,) = listed.json["items"]
    assert (line["kinds"], line["waiting"], line["given_up"], line["last_failure"]) == (["vote_asked"], 0, 0, None)


async def test_another_secret_is_shown_once_and_for_a_day_the_one_before_signs_too(desk: Desk, receiver: Sink) -> None:
    first = (await desk.post("administrator", "/webhooks", hook(receiver))).json
    at = f"/webhooks/{first['id']}"
    second = (await desk.post("administrator", f"{at}/secret", key="again")).json
    assert second["renewed_at"]
    assert second["secret"] != first["secret"]
    assert (await desk.post("administrator", f"{at}/secret", key="again")).json == {**second, "secret": None}
    await desk.post("administrator", f"{at}/tests")
    call, now = receiver.calls[0], desk.office.now()
    assert accepts(call.headers, call.body, now, first["secret"])
    assert accepts(call.headers, call.body, now, second["secret"])
    third = (await desk.post("administrator", f"{at}/secret")).json
    await desk.post("administrator", f"{at}/tests")
    call = receiver.calls[1]
    assert accepts(call.headers, call.body, now, third["secret"])
    assert not accepts(call.headers, call.body, now, first["secret"])
    assert (await desk.post("administrator", "/webhooks/none/secret")).refused == (404, "unknown_entry")


async def test_an_office_without_a_key_signs_nothing_and_says_so(
    build: Build, founded: Founded, receiver: Sink
) -> None:
    async with opened(await build(outlets=Outlets(networks=(ip_network("127.0.0.0/8"),))), founded[1]) as desk:
        assert (await desk.post("administrator", "/webhooks", hook(receiver))).refused == (409, "no_webhook_key")


async def test_a_webhook_is_tried_and_what_came_of_it_is_said(desk: Desk, receiver: Sink) -> None:
    id_ = (await desk.post("administrator", "/webhooks", hook(receiver))).json["id"]
    took = (await desk.post("administrator", f"/webhooks/{id_}/tests")).json
    assert took == {"delivered": True, "answer": "The receiver took it."}
    assert receiver.calls[0].event["type"] == "lifecycle.notice.ping"
    failed = (await desk.post("administrator", f"/webhooks/{id_}/tests")).json
    assert failed == {"delivered": False, "answer": "The receiver answered 500."}


async def test_a_webhook_is_listed_until_it_is_removed(desk: Desk, receiver: Sink) -> None:
    id_ = (await desk.post("administrator", "/webhooks", hook(receiver))).json["id"]
    assert [line["id"] for line in (await desk.get("director", "/webhooks")).json["items"]] == [id_]
    for changed in (True, False):
        removed = await desk.send("administrator", "DELETE", f"/webhooks/{id_}")
        assert removed.json == {"changed": changed}
    assert (await desk.get("administrator", "/webhooks")).json["items"] == []
    assert (await desk.post("administrator", f"/webhooks/{id_}/tests")).refused == (404, "unknown_entry")


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/hook",
        "http://example.invalid/hook",
        "https://name-that-is-nowhere.invalid/hook",
        "https://user:password@127.0.0.1/hook",
        "file:///etc/passwd",
        "not-an-address",
    ],
)
async def test_a_webhook_that_leads_inside_or_nowhere_is_refused(desk: Desk, url: str) -> None:
    asked = await desk.post("administrator", "/webhooks", {"label": "x", "url": url})
    assert asked.refused == (422, "forbidden_address")


@pytest.mark.parametrize("change", [{"kinds": ["gossip"]}, {"label": " "}, {"url": ""}, {"secret": "mine"}])
async def test_a_webhook_that_cannot_be_is_refused(desk: Desk, receiver: Sink, change: dict[str, Any]) -> None:
    asked = await desk.post("administrator", "/webhooks", hook(receiver, **change))
    assert asked.refused == (422, "malformed")


@pytest.mark.parametrize("person", ["pm", "sponsor", "analyst", "auditor"])
async def test_webhooks_are_managed_by_who_manages_notices(desk: Desk, receiver: Sink, person: str) -> None:
    assert (await desk.post(person, "/webhooks", hook(receiver))).refused == (403, "not_permitted")
    assert (await desk.get(person, "/webhooks")).refused == (403, "not_permitted")
    assert (await desk.send(person, "DELETE", "/webhooks/x")).refused == (403, "not_permitted")
