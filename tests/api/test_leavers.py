"""Somebody leaves or goes away: slots show it, the PMO hears of it, who stands in finds it, the ladder goes on."""

from datetime import timedelta

import pytest

from tests.api.desk import Desk, Json, Project

SPONSORS = {"person": "sponsor", "role": "sponsor", "scope": "everywhere"}
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]


async def told(desk: Desk, person: str = "director") -> list[tuple[str, str]]:
    """The gates of which somebody was told that they lose their last approver, and what is said of it."""
    items = (await desk.get(person, "/notices")).json["items"]
    return [(item["project"], item["asked"]) for item in items if item["kind"] == "approver_lost"]


async def seats(project: Project, person: str = "pm") -> dict[str, list[str]]:
    """Who can still fill each open slot of the charter."""
    gate: Json = (await project.desk.get(person, f"/projects/{project.key}/gates/charter")).json
    return {slot["role"]: slot["candidates"] for slot in gate["slots"] if slot["filled_by"] is None}


async def test_a_leavers_slot_shows_nobody_and_the_pmo_is_told_which_gate_is_stuck(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    assert await seats(project) == {"sponsor": ["sponsor"]}
    assert (await desk.send("administrator", "PATCH", "/people/sponsor", {"active": False})).status == 200
    assert await seats(project) == {"sponsor": []}
    ((key, said),) = await told(desk)
    assert key == project.key
    assert said.startswith("Nobody can act there as sponsor.")
    assert await told(desk, "pm") == []
    ladder = (await desk.get("pm", f"/projects/{project.key}/gates/charter")).json["ladder"]
    assert "raise" in {step["action"] for step in ladder}, "whom the policy calls instead, and when, is seen"


async def test_an_absence_to_come_is_told_once_and_not_while_somebody_stands_in(desk: Desk) -> None:
    first, second = await desk.register(), await desk.register()
    await first.submit()
    starts, ends = [(desk.office.now() + timedelta(days=days)).isoformat() for days in (3, 9)]
    away = {"person": "sponsor", "starts": starts, "ends": ends}
    for _ in range(2):
        assert (await desk.post("sponsor", "/absences", away, key="away")).status in (200, 201)
    await desk.office.lookout.look()
    ((key, said),) = await told(desk)
    assert key == first.key
    assert " from " in said
    given = {"receiver": "deputy", "starts": starts, "ends": ends, "reason": "On leave."}
    assert (await desk.post("sponsor", "/delegations", given)).status == 201
    await second.submit()
    await desk.office.lookout.look()
    assert len(await told(desk)) == 1


async def test_whoever_stands_in_is_shown_in_the_slot_and_finds_it_in_the_inbox(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    ends = (desk.office.now() + timedelta(days=9)).isoformat()
    await desk.post("sponsor", "/delegations", {"receiver": "deputy", "ends": ends, "reason": "On leave."})
    starts = (desk.office.now() - timedelta(minutes=1)).isoformat()
    await desk.post("sponsor", "/absences", {"person": "sponsor", "starts": starts, "ends": ends})
    assert await seats(project) == {"sponsor": ["deputy"]}
    assert await told(desk) == []
    waiting = (await desk.get("deputy", "/inbox")).json["items"]
    assert [(item["kind"], item["acting_for"]) for item in waiting] == [("vote", "sponsor")]
    voted = await project.ask("deputy", "/gates/charter/votes", await project.ballot(), acting_for="sponsor")
    assert voted.status == 200


async def test_a_new_sponsor_who_may_not_approve_is_told_to_the_pmo(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    assert (await desk.send("administrator", "DELETE", "/roles", params=SPONSORS)).status == 200
    assert await told(desk) == []
    await project.done("analyst", "/facts", {"sponsor": "deputy"}, method="PATCH")
    assert await told(desk) == [], "the deputy may approve as its sponsor"
    for _ in range(2):
        await project.done("analyst", "/facts", {"sponsor": "pm"}, method="PATCH", key="to-the-manager")
    ((key, said),) = await told(desk)
    assert key == project.key
    assert said.startswith("Nobody can act there as sponsor.")


async def test_somebody_who_acts_up_to_an_amount_is_shown_where_it_reaches(desk: Desk) -> None:
    small = await desk.register()
    dear = await desk.register({"whole_life_cost": 100_000_000, "risk": "medium"})
    await small.submit()
    await dear.upload("charter")
    await dear.submit()
    ends = (desk.office.now() + timedelta(days=9)).isoformat()
    given = {"receiver": "deputy", "ends": ends, "reason": "On leave.", "limit": 50_000_000}
    assert (await desk.post("sponsor", "/delegations", given)).status == 201
    starts = (desk.office.now() - timedelta(minutes=1)).isoformat()
    assert (
        await desk.post("sponsor", "/absences", {"person": "sponsor", "starts": starts, "ends": ends})
    ).status == 201
    assert (await seats(small))["sponsor"] == ["deputy"]
    assert (await seats(dear))["sponsor"] == []
    assert [key for key, _ in await told(desk)] == [dear.key]
