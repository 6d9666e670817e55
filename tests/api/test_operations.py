"""What a monitoring system sees: counts of this process, and of what the records hold."""

import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.api.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]


async def figures(desk: Desk) -> dict[str, float]:
    answer = await desk.get("auditor", "/../../metrics")
    assert answer.status == 200
    assert answer.response.headers["content-type"].startswith("text/plain")
    return {
        "".join([sample.name, *(f"/{value}" for _, value in sorted(sample.labels.items()))]): sample.value
        for family in text_string_to_metric_families(answer.response.text)
        for sample in family.samples
    }


async def test_the_figures_follow_what_happens(desk: Desk) -> None:
    before = await figures(desk)
    assert before.get("lifecycle_projects/active", 0) == 0
    project = await desk.register()
    await project.ask("sponsor", "/gates/charter/submission")
    after = await figures(desk)
    assert after["lifecycle_projects/active"] == 1
    assert after["lifecycle_notices_waiting"] > before["lifecycle_notices_waiting"]
    assert (after["lifecycle_commands_unsettled"], after["lifecycle_imports_running"]) == (0, 0)
    for outcome in ("done", "refused"):
        name = f"lifecycle_command_seconds_count/{outcome}"
        assert after[name] == before.get(name, 0) + 1


async def test_who_does_not_see_the_portfolio_sees_no_figures(desk: Desk) -> None:
    assert (await desk.get("pm", "/../../metrics")).refused == (403, "not_permitted")
    assert (await desk.send(None, "GET", "/../../metrics")).refused == (401, "not_signed_in")


async def test_workers_that_ask_for_work_are_counted(desk: Desk) -> None:
    async with asyncio.timeout(30):
        while await desk.office.workers() != 1:  # noqa: ASYNC110 (the server alone knows)
            await asyncio.sleep(0.05)


async def test_what_is_unsettled_is_for_who_looks_after_the_product(desk: Desk) -> None:
    assert (await desk.get("administrator", "/unsettled")).json == {"items": [], "next_cursor": None}
    assert (await desk.get("pm", "/unsettled")).refused == (403, "not_permitted")


async def test_ways_in_are_seen_and_shut_by_who_manages_people(desk: Desk) -> None:
    secret = await desk.office.sign_ins.begin("pm", "sample", "a browser")
    found = (await desk.get("administrator", "/access", params={"person": "pm"})).json
    assert [(way["person"], way["browser"]) for way in found["sign_ins"]] == [("pm", "a browser")]
    assert [token["person"] for token in found["tokens"]] == ["pm"]
    assert secret not in str(found)
    assert (await desk.send("pm", "DELETE", "/people/sponsor/sign-ins")).refused == (403, "not_permitted")
    assert (await desk.send("administrator", "DELETE", "/people/pm/sign-ins")).json == {"ended": 1}
    assert (await desk.send("administrator", "DELETE", "/people/nobody/sign-ins")).refused == (404, "unknown_person")
    assert (await desk.get("administrator", "/access", params={"person": "pm"})).json["sign_ins"] == []
    assert (await desk.get("pm", "/access")).refused == (403, "not_permitted")
