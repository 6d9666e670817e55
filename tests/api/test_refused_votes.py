"""Votes that are refused: each with its reason and remedy, and each in the audit trail."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lifecycle.persistence.tables import audit
from tests.api.desk import Answer, Desk, Project

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

MAJOR = {"whole_life_cost": 900_000_000, "risk": "high"}


async def grant(desk: Desk, person: str, role: str) -> None:
    answer = await desk.post("director", "/roles", {"person": person, "role": role})
    assert answer.status == 200, answer.json


async def delegate(desk: Desk, giver: str, receiver: str) -> None:
    ends = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    answer = await desk.post(giver, "/delegations", {"receiver": receiver, "ends": ends, "reason": "Leave"})
    assert answer.status == 201, answer.json


def refusals(desk: Desk, project: Project) -> list[tuple[str, str | None]]:
    """Who was refused what on a project, as the audit trail has it."""
    refused = select(audit.c.person, audit.c.command).where(audit.c.chain == project.key, audit.c.kind == "refused")
    return [tuple(row) for row in desk.office.database.read_now(lambda c: c.execute(refused).all())]


async def vote(project: Project, person: str, ballot: dict[str, Any] | None = None, **more: Any) -> Answer:
    return await project.ask(person, "/gates/charter/votes", ballot or await project.ballot(), **more)


async def test_nobody_approves_what_they_submitted(desk: Desk) -> None:
    await grant(desk, "pm", "sponsor")
    project = await desk.register()
    await project.submit()
    own = await vote(project, "pm")
    assert own.refused == (403, "excluded")
    assert refusals(desk, project) == [("pm", own.json["command"])]


async def test_a_delegate_of_the_submitter_is_barred_with_them(desk: Desk) -> None:
    await grant(desk, "pm", "sponsor")
    await delegate(desk, "pm", "deputy")
    project = await desk.register()
    await project.submit()
    lent = await vote(project, "deputy", acting_for="pm")
    assert lent.refused == (403, "excluded")
    assert refusals(desk, project) == [("deputy", lent.json["command"])]


async def test_acting_for_somebody_needs_their_delegation(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    assert (await vote(project, "deputy", acting_for="sponsor")).refused == (403, "delegation_invalid")
    await delegate(desk, "sponsor", "deputy")
    lent = await vote(project, "deputy", acting_for="sponsor")
    assert lent.status == 200, lent.json
    assert lent.json["project"]["stage"] == "planning"


async def test_a_delegation_lends_sight_as_far_as_it_reaches(desk: Desk) -> None:
    await desk.post("director", "/people", {"id": "stand-in", "name": "Stand-in"})
    issued = await desk.post("director", "/tokens", {"person": "stand-in", "label": "Laptop"})
    desk.tokens["stand-in"] = issued.json["secret"]
    await desk.send("director", "DELETE", "/roles?person=sponsor&role=sponsor&scope=everywhere")
    project, other = await desk.register(), await desk.register(portfolio="roads", sponsor=None)
    await project.submit()
    path, ends = f"/projects/{project.key}", (datetime.now(UTC) + timedelta(days=30)).isoformat()
    assert (await desk.get("stand-in", path)).refused == (404, "unknown_project")
    for scope in (f"project:{other.key}", "portfolio:rail"):
        body = {"receiver": "stand-in", "scope": scope, "ends": ends, "reason": "Leave."}
        assert (await desk.post("sponsor", "/delegations", body)).status == 201
        seen = (await desk.get("stand-in", path)).status
        assert seen == (200 if scope == "portfolio:rail" else 404)
    assert (await desk.get("stand-in", f"/projects/{other.key}")).status == 404
    ballot = await project.ballot()
    assert (await vote(project, "stand-in", ballot)).refused == (404, "unknown_project")
    assert (await vote(project, "stand-in", ballot, acting_for="sponsor")).status == 200


async def test_a_vote_on_evidence_that_has_changed_since_is_stale(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    shown = await project.ballot()
    await project.upload(content=b"%PDF-1.7\nAnother business case.\n")
    stale = await vote(project, "sponsor", shown)
    assert stale.refused == (409, "stale")
    assert stale.json["missing"]
    assert (await vote(project, "sponsor")).status == 200


async def test_a_person_fills_one_slot(desk: Desk) -> None:
    await grant(desk, "sponsor", "finance")
    project = await desk.register(MAJOR)
    await project.upload("charter")
    await project.submit()
    assert (await vote(project, "sponsor")).status == 200
    again = await vote(project, "sponsor")
    assert again.refused == (409, "already_voted")
    assert (await project.round())["status"] == "submitted"


async def test_who_is_not_called_has_no_slot_and_who_may_not_vote_at_all_is_told_so(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    not_called, no_gatekeeper = await vote(project, "architect-1"), await vote(project, "auditor")
    assert (not_called.refused, no_gatekeeper.refused) == ((403, "no_slot"), (403, "not_permitted"))
    assert not_called.json["missing"] == ["sponsor"]
    commands = {not_called.json["command"], no_gatekeeper.json["command"]}
    assert {command for _, command in refusals(desk, project)} == commands


async def test_a_vote_after_the_decision_comes_too_late(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    ballot = await project.ballot()
    assert (await vote(project, "sponsor", ballot)).status == 200
    assert (await vote(project, "sponsor", ballot)).refused == (409, "already_decided")


async def test_a_question_rests_the_gate_until_it_is_answered(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    await project.done("sponsor", "/gates/charter/questions", {"round": 1, "question": "What if we do nothing?"})
    assert (await vote(project, "sponsor")).refused == (409, "question_open")
    await project.done("pm", "/gates/charter/answers", {"answer": "The bridge falls."})
    assert (await vote(project, "sponsor")).status == 200


async def test_a_role_that_was_withdrawn_does_not_count_any_more(desk: Desk) -> None:
    project = await desk.register(sponsor=None)
    withdrawn = await desk.send("director", "DELETE", "/roles?person=sponsor&role=sponsor&scope=everywhere")
    assert withdrawn.json == {"changed": True}
    gone = await vote(project, "sponsor", await project.ballot())
    assert gone.refused == (404, "unknown_project")
