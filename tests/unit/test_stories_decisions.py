"""Decisions with rules of their own: when they may be taken, where they lead, what they set and what they open."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from lifecycle.domain.project import Outcome, RoundStatus, Status
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.policy import Policy
from tests.unit.house import house, one_gate
from tests.unit.office import Desk


def stages(**gates: Any) -> Policy:
    """A policy of three stages with two gates, and whatever else is said of gates."""
    between = {"start": {"from": "idea", "to": "work"}, "end": {"from": "work", "to": "done"}}
    rules = {name: {**between.get(name, {}), **gates.get(name, {})} for name in (*between, *gates)}
    sponsored = {name: {"approvals": {"all": [{"role": "sponsor"}]}, **rule} for name, rule in rules.items()}
    return Policy.model_validate(
        {
            "policy": "three-stages",
            "version": 1,
            "facts": {
                "cost": {"type": "money", "unit": "EUR"},
                "approved": {"type": "money", "unit": "EUR", "by_gates": True},
                "scope": {"type": "choice", "of": ["small", "large"]},
                "phase": {"type": "integer", "by_gates": True},
            },
            "stages": ["idea", "work", "done"],
            "gates": sponsored,
        }
    )


def decided(desk: Desk, *gates: str, verdict: str = "approve") -> Desk:
    """These gates are submitted and voted on, one after the other."""
    for gate in gates:
        desk.submit(gate)
        desk.vote(gate, by="sponsor", verdict=verdict)
    return desk


def test_a_refusal_at_the_first_gate_leads_to_closing_instead_of_killing() -> None:
    desk = Desk(stages(start={"decisions": {"go": {}, "kill": {"to": "done"}}, "on_reject": "kill"})).registered()
    decided(desk, "start", verdict="reject")
    assert (desk.state.stage, desk.state.status) == ("done", Status.CLOSED)


def test_a_gate_sends_a_project_back_to_an_earlier_stage() -> None:
    policy = stages(end={"decisions": {"go": {}, "recycle": {"to": "idea"}}})
    desk = decided(Desk(policy).registered(), "start")
    decided(desk, "end", verdict="reject")
    assert desk.state.stage == "idea"
    assert desk.state.rounds["start"].is_open
    assert desk.state.rounds["start"].number == 2


def test_what_a_gate_approved_becomes_a_fact_that_nobody_amends() -> None:
    policy = stages(start={"decisions": {"go": {"set": {"approved": "project.cost * 1.1"}}, "recycle": {}}})
    desk = decided(Desk(policy).registered(facts={"cost": 100_000}), "start")
    assert desk.state.facts["approved"] == 110_000
    assert desk.refused.amend({"approved": 1}) is Reason.NOT_PERMITTED
    desk.amend({"cost": 200_000})
    assert desk.state.facts["approved"] == 110_000


def test_what_a_decision_cannot_work_out_becomes_unknown() -> None:
    policy = stages(start={"decisions": {"go": {"set": {"approved": "project.cost"}}, "recycle": {}}})
    desk = decided(Desk(policy).registered(facts={"approved": 5}), "start")
    assert "approved" not in desk.state.facts


def test_a_decision_that_its_condition_forbids_cannot_be_taken() -> None:
    decisions = {"go": {"when": "project.cost <= 1000.0"}, "hold": {}, "recycle": {}}
    policy = stages(start={"decisions": decisions, "chair": "pmo_director"})
    desk = decided(Desk(policy).registered(facts={"cost": 100_001}), "start")
    assert desk.refused.decide("start", "director", Outcome.GO) is Reason.OUTCOME_NOT_ALLOWED
    desk.decide("start", "director", Outcome.HOLD)
    assert desk.state.status is Status.ON_HOLD


def test_votes_do_not_open_a_gate_whose_go_is_not_to_be_had() -> None:
    decisions = {"go": {"when": "project.cost <= 1000.0"}, "recycle": {}}
    desk = Desk(stages(start={"decisions": decisions})).registered(facts={"cost": 100_001})
    decided(desk, "start")
    assert desk.state.stage == "idea"
    assert desk.state.rounds["start"].status is RoundStatus.SUBMITTED


def test_a_policy_sets_its_own_condition_within_a_margin() -> None:
    promise = {"text": "The updated documents are approved.", "within": "30 days"}
    decisions = {
        "go": {"when": "project.cost <= 1000.0"},
        "conditional_go": {"when": "project.cost <= 1200.0", "imposes": [promise]},
        "recycle": {},
    }
    desk = Desk(stages(start={"decisions": decisions})).registered(facts={"cost": 110_000})
    decided(desk, "start")
    (condition,) = desk.state.conditions.values()
    assert (desk.state.stage, condition.owner) == ("work", "manager")
    assert condition.due == desk.now + timedelta(days=30)


def test_a_request_is_declined_and_everything_stays_as_it_is() -> None:
    change = {"kind": "change", "decisions": ["go", "decline"], "on_reject": "decline"}
    desk = Desk(stages(change=change)).registered()
    before = desk.state.stage
    desk.open("change")
    decided(desk, "change", verdict="reject")
    assert (desk.state.stage, desk.state.status) == (before, Status.ACTIVE)
    assert desk.state.rounds["change"].outcome is Outcome.DECLINE
    desk.open("change")
    assert desk.state.rounds["change"].number == 2


def test_a_decision_opens_a_review_that_blocks_the_next_gate() -> None:
    review = {"kind": "review", "blocks": ["end"]}
    desk = Desk(stages(start={"decisions": {"go": {"opens": ["review"]}, "recycle": {}}}, review=review)).registered()
    decided(desk, "start", "end")
    assert desk.state.stage == "work"
    decided(desk, "review")
    assert desk.state.stage == "done"


def test_a_passed_gate_is_opened_again_by_a_breach() -> None:
    policy = house(
        tolerances={"mandate": {"when": "project.ready == false"}}, gates={"charter": {"on_breach_of": ["mandate"]}}
    )
    desk = Desk(policy).registered(facts={"cost": 10}).submitted("charter")
    desk.vote("charter", by="sponsor")
    assert desk.state.stage == "planning"
    desk.amend({"ready": False})
    assert desk.state.rounds["charter"].is_open
    decided(desk, "baseline")
    assert desk.refused.decide("baseline", "director", Outcome.GO) is Reason.REOPENED_GATE_OPEN


def test_a_stage_repeats_until_the_plan_is_done() -> None:
    boundary = {
        "from": "work",
        "to": "work",
        "when": "project.phase < 3",
        "decisions": {"go": {"set": {"phase": "project.phase + 1"}}, "recycle": {}},
    }
    policy = stages(boundary=boundary, end={"when": "project.phase >= 3"})
    desk = decided(Desk(policy).registered(facts={"phase": 1}), "start")
    assert (desk.state.rounds["boundary"].is_open, "end" in desk.state.rounds) == (True, False)
    for phase in (2, 3):
        decided(desk, "boundary")
        assert desk.state.facts["phase"] == phase
    assert not desk.state.rounds["boundary"].is_open
    decided(desk, "end")
    assert desk.state.stage == "done"


@pytest.mark.parametrize(
    "gate",
    [
        {"decisions": {"go": {"to": "nowhere", "imposes": [{"text": "x", "within": "1 day"}]}}},
        {"decisions": ["go", "decline"], "on_reject": "decline"},
        {"decisions": {"go": {}, "hold": {"to": "done"}}, "on_reject": "hold"},
        {"decisions": {"conditional_go": {"imposes": [{"text": "x", "within": "3 working days"}]}, "recycle": {}}},
    ],
)
def test_rules_that_no_decision_could_follow_are_refused(gate: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        one_gate(gate)
