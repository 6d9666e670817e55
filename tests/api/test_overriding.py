"""Higher powers at a gate: a decision that is called in, a requirement that is waived, each by whoever may."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.desk import Answer, Desk, Json, Project

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

POLICY = """\
policy: reserved
version: 1
facts: {whole_life_cost: {type: money, unit: GBP}, risk: {type: choice, of: [low, high]}}
stages: [idea, work]
gates:
  charter:
    from: idea
    to: work
    submit_when: evidence_complete
    criteria: {affordable: {must: "project.whole_life_cost < 50000.0", fix: Lower the cost.}}
    evidence:
      case: {kind: document}
      promise: {kind: attestation, text: I mean it., waivable: false}
    approvals: {all: [{role: sponsor}, {role: finance}]}
    call_in: pmo_director
"""


async def submitted(desk: Desk, policy: str = "reserved", source: str = POLICY) -> Project:
    """A project before its approvers, under a policy of this source; by its own it costs more than its gate allows."""
    if (await desk.get("director", f"/policies/{policy}")).status == 404:
        published = await desk.publish({"source": source, "name": "policy.yaml"})
        assert published.status == 201, published.json
    project = await desk.register(policy=policy)
    await project.upload("case")
    await project.done("pm", "/gates/charter/evidence/promise", {"kind": "attestation"}, method="PUT")
    await project.done("pm", "/gates/charter/submission")
    return project


async def call_in(project: Project, person: str, **more: int) -> Answer:
    return await project.ask(person, "/gates/charter/call-in", {"round": 1, "reason": "It is too big.", **more})


def about(**changes: str) -> Json:
    return {"gate": "charter", "requirement": "criteria.affordable", "reason": "The fair waits for nobody.", **changes}


def waiver(**changes: str) -> Json:
    expires = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    return {**about(), "compensating_control": "A weekly look at the bills.", "expires": expires, **changes}


async def test_a_decision_that_is_called_in_is_one_vote_of_the_higher_role(desk: Desk) -> None:
    project = await submitted(desk)
    await project.done("director", "/waivers", waiver())
    await project.done("sponsor", "/gates/charter/votes", await project.ballot())
    called = await call_in(project, "director")
    assert called.status == 200, called.json
    assert [event["type"] for event in called.json["events"]] == ["person:gate:called_in", "policy:votes:voided"]
    view = (await desk.get("pm", f"/projects/{project.key}/gates/charter")).json
    assert (view["called_in_by"], view["approvals"]["called"]) == ("pmo_director", ["pmo_director"])
    late = await project.ask("finance-1", "/gates/charter/votes", await project.ballot())
    assert late.refused == (403, "no_slot")
    decided = await project.done("director", "/gates/charter/votes", await project.ballot())
    assert decided["project"]["stage"] == "work"


async def test_nobody_else_calls_in_and_nobody_twice_or_what_was_not_shown(desk: Desk) -> None:
    project = await submitted(desk)
    refused = [await call_in(project, person) for person in ("sponsor", "pm", "analyst")]
    assert [answer.refused for answer in refused] == [(403, "not_permitted")] * 3
    assert refused[0].json["missing"] == ["pmo_director"]
    assert (await call_in(project, "director", round=2)).refused == (409, "not_submitted")
    assert (await call_in(project, "director", round="first")).status == 422  # type: ignore[arg-type] # a wrong one
    assert (await call_in(project, "director")).status == 200
    assert (await call_in(project, "director")).refused == (409, "nothing_changed")


async def test_a_gate_that_reserves_nothing_is_not_called_in(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    assert (await call_in(project, "director")).refused == (403, "not_permitted")
    view = (await desk.get("director", f"/projects/{project.key}/gates/charter")).json
    assert view["called_in_by"] is None
    assert not [action for action in view["actions"] if action["action"] == "call_in_gate"]


async def test_a_waiver_lets_a_gate_pass_without_a_requirement(desk: Desk) -> None:
    project = await submitted(desk)
    view = (await desk.get("director", f"/projects/{project.key}/gates/charter")).json
    assert view["waivable"] == {"criteria.affordable": "pmo_director", "evidence.case": "pmo_director"}
    may = {act["subject"] for act in view["actions"] if act["action"] == "grant_waiver" and act["allowed"]}
    assert may == {"charter.evidence.case", "charter.criteria.affordable"}
    for person in ("sponsor", "finance-1"):
        await project.done(person, "/gates/charter/votes", await project.ballot())
    assert (await project.read())["stage"] == "idea"
    granted = await project.done("director", "/waivers", waiver())
    assert granted["project"]["stage"] == "work"
    (known,) = granted["project"]["waivers"]
    assert (known["granted_by"], known["compensating_control"]) == ("director", "A weekly look at the bills.")


async def test_a_manager_asks_for_a_waiver_and_hears_the_answer(desk: Desk) -> None:
    project = await submitted(desk)
    asked = await project.done("pm", "/waivers/request", about())
    assert [event["type"] for event in asked["events"]] == ["person:waiver:asked"]
    (request,) = (await desk.get("director", f"/projects/{project.key}/gates/charter")).json["waivers_asked"]
    assert (request["requirement"], request["asked_by"], request["role"]) == (
        "criteria.affordable", ["pm"], "pmo_director",
    )  # fmt: skip
    again = await project.ask("pm", "/waivers/request", about())
    assert again.refused == (409, "waiver_asked_already")
    await project.done("director", "/waivers/refusal", about(reason="Lower the cost."))
    assert (await project.ask("director", "/waivers/refusal", about())).refused == (404, "unknown_waiver")
    await project.done("pm", "/waivers/request", about())
    await project.done("director", "/waivers", waiver())
    view = (await desk.get("pm", f"/projects/{project.key}/gates/charter")).json
    assert view["waivers_asked"] == []
    told = (await desk.get("pm", "/notices?limit=200")).json["items"]
    mine = [line["kind"] for line in told if line["project"] == project.key and "waiver" in line["kind"]]
    assert sorted(mine) == ["waiver_declined", "waiver_granted"]


async def test_a_waiver_is_revoked_while_the_gate_is_open_and_the_gate_judged_anew(desk: Desk) -> None:
    project = await submitted(desk)
    case = about(requirement="evidence.case")
    assert (await project.ask("director", "/waivers/revocation", case)).refused == (404, "unknown_waiver")
    await project.done("director", "/waivers", waiver())
    assert (await project.ask("pm", "/waivers/revocation", about())).refused == (403, "not_permitted")
    revoked = await project.done("director", "/waivers/revocation", about(reason="It is too dear after all."))
    (known,) = revoked["project"]["waivers"]
    assert known["revoked"] == "It is too dear after all."
    for person in ("sponsor", "finance-1"):
        await project.done(person, "/gates/charter/votes", await project.ballot())
    assert (await project.read())["stage"] == "idea"


async def test_a_request_for_what_needs_no_waiver_is_refused(desk: Desk) -> None:
    project = await submitted(desk)
    assert (await project.ask("sponsor", "/waivers/request", about())).refused == (403, "not_permitted")
    supplied = about(requirement="evidence.case")
    assert (await project.ask("pm", "/waivers/request", supplied)).refused == (409, "no_waiver_needed")
    never = about(requirement="evidence.promise")
    assert (await project.ask("pm", "/waivers/request", never)).refused == (409, "not_waivable")
    assert (await project.ask("pm", "/waivers/request", about(requirement="score"))).status == 422
    assert (await project.ask("pm", "/waivers/request", about(reason=""))).status == 422


async def test_a_waiver_is_refused_to_others_and_for_what_cannot_be_waived(desk: Desk) -> None:
    project = await submitted(desk)
    assert (await project.ask("sponsor", "/waivers", waiver())).refused == (403, "not_permitted")
    assert (await project.ask("pm", "/waivers", waiver())).refused == (403, "not_permitted")
    never = await project.ask("director", "/waivers", waiver(requirement="evidence.promise"))
    assert never.refused == (409, "not_waivable")
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert (await project.ask("director", "/waivers", waiver(expires=past))).refused == (422, "wrong_value")
