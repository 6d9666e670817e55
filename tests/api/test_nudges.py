"""What is late is brought to mind by hand, over HTTP: on record, told to those it waits for, once a day."""

import pytest

from tests.api.desk import Desk, Json, Project

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

AT_ONCE = """
policy: at-once
version: 1
facts: {cost: {type: money, unit: EUR}}
stages: [idea, work]
gates:
  start:
    label: Start
    from: idea
    to: work
    approvals: {all: [{role: sponsor}]}
    decide_within: 0 hours
"""
"""A policy whose gate is late as soon as it is submitted."""


async def late(desk: Desk) -> Project:
    """A project whose gate is past its deadline."""
    await desk.publish({"source": AT_ONCE})
    project = await desk.register({"cost": 1_000}, policy="at-once")
    await project.done("pm", "/gates/start/submission")
    return project


async def line(desk: Desk, person: str) -> Json:
    found: Json = (await desk.get(person, "/overdue")).json["items"][0]
    return found


async def test_a_late_gate_is_brought_to_mind_once_a_day(desk: Desk) -> None:
    project = await late(desk)
    before = await line(desk, "analyst")
    assert (before["held_by"], before["may_nudge"], before["nudged_at"]) == (["sponsor"], True, None)
    done = await project.done("analyst", "/gates/start/nudges")
    assert [event["type"] for event in done["events"]] == ["person:gate:nudged"]
    after = await line(desk, "director")
    assert (after["may_nudge"], after["nudged_at"] is not None) == (False, True)
    again = await project.ask("director", "/gates/start/nudges")
    assert again.refused == (409, "nudged_already")
    trail = (await desk.get("auditor", f"/projects/{project.key}/events")).json["items"]
    assert [(record["type"], record["person"]) for record in trail[:2]] == [
        ("nudge_gate", "director"),
        ("person:gate:nudged", "analyst"),
    ]
    told = (await desk.get("sponsor", "/notices")).json["items"]
    assert "analyst reminds you" in str(told)


async def test_nobody_reminds_who_may_not_or_only_themselves(desk: Desk) -> None:
    project = await late(desk)
    assert (await line(desk, "auditor"))["may_nudge"] is False
    assert (await project.ask("auditor", "/gates/start/nudges")).refused == (403, "not_permitted")
    assert (await line(desk, "sponsor"))["may_nudge"] is False
    assert (await project.ask("sponsor", "/gates/start/nudges")).refused == (409, "nobody_to_nudge")
