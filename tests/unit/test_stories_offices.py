"""Whose word it is: the three kinds of office, and gates with a chair."""

from datetime import timedelta

import pytest

from lifecycle.domain.gate_events import Basis, GateDecided
from lifecycle.domain.project import Outcome, Status
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.check import check
from lifecycle.gates.plain_approvals import approvals
from tests.unit.house import Doc, one_gate
from tests.unit.office import Desk, Happened, acting, actor, kinds, promise


def office(pmo: str, gate: Doc | None = None) -> Desk:
    return Desk(one_gate(gate, pmo=pmo)).registered().submitted()


def decision(happened: Happened) -> GateDecided:
    return next(event for event in happened if isinstance(event, GateDecided))


def chaired() -> Desk:
    return office("controlling", {"chair": "security"})


def test_under_a_controlling_office_the_votes_decide() -> None:
    desk = office("controlling")
    assert desk.refused.decide("gate", by="director") is Reason.NOT_DECIDER
    desk.vote("gate", by="sponsor")
    decided = decision(desk.vote("gate", by="finance"))
    assert (decided.basis, decided.decided_by) == (Basis.VOTES, ("finance", "sponsor"))


def test_under_a_supportive_office_the_manager_proceeds_against_advice_and_the_record_says_so() -> None:
    desk = office("supportive", {"criteria": {"ready": {"must": "project.ready"}}})
    desk.vote("gate", by="finance", verdict="reject")
    assert desk.refused.decide("gate", by="director") is Reason.NOT_DECIDER
    decided = decision(desk.decide("gate", by="manager"))
    assert decided.basis is Basis.MANAGER
    assert decided.against == ("criteria.ready", "approval.finance", "approval.sponsor", "rejected_by.finance")
    assert desk.state.stage == "done"


def test_under_a_supportive_office_even_a_bare_gate_is_submitted() -> None:
    desk = Desk(one_gate(pmo="supportive")).registered()
    assert kinds(desk.submit()) == ["GateSubmitted"]


def test_under_a_directive_office_only_the_office_decides_and_votes_are_advice() -> None:
    desk = office("directive")
    for person in ("sponsor", "finance"):
        assert kinds(desk.vote("gate", by=person)) == ["VoteCast"]
    for person in ("manager", "sponsor"):
        assert desk.refused.decide("gate", by=person) is Reason.NOT_DECIDER
    decided = decision(desk.decide("gate", by="director"))
    assert (decided.basis, decided.decided_by, decided.against) == (Basis.PMO, ("director",), ())


def test_a_directive_office_may_ask_and_may_overrule_advice_but_not_the_criteria() -> None:
    desk = office("directive", {"criteria": {"ready": {"must": "project.ready"}}, "submit_when": "evidence_complete"})
    desk.question("gate", by="director")
    assert desk.refused.decide("gate", by="director") is Reason.QUESTION_OPEN
    desk.answer()
    assert desk.refused.decide("gate", by="director") is Reason.CRITERIA_NOT_MET
    desk.amend({"ready": True}, by="manager")
    assert decision(desk.decide("gate", by="director")).against == ("approval.finance", "approval.sponsor")


@pytest.mark.parametrize("pmo", ["controlling", "directive"])
def test_who_took_part_decides_nothing(pmo: str) -> None:
    desk = office(pmo, {"chair": "pmo_director"})
    desk.amend(manager="director", by="office")
    assert desk.refused.decide("gate", by="director") is Reason.EXCLUDED
    assert desk.refused.decide("gate", by=acting("deputy", "director")) is Reason.EXCLUDED
    assert desk.refused.decide("gate", by=acting("manager", "director")) is Reason.EXCLUDED


def test_a_chair_decides_when_the_approvals_are_given() -> None:
    desk = chaired()
    desk.vote("gate", by="sponsor")
    assert desk.refused.decide("gate", by="security") is Reason.APPROVALS_MISSING
    assert kinds(desk.vote("gate", by="finance")) == ["VoteCast"], "the votes wait for the chair"
    assert decision(desk.decide("gate", by="security")).basis is Basis.CHAIR


def test_a_chair_does_not_go_on_against_a_rejection_or_a_veto() -> None:
    desk = office("controlling", {"chair": "security", "approvals": {"veto": ["board"], "rejection": "veto"}})
    for person in ("sponsor", "finance"):
        desk.vote("gate", by=person)
    desk.vote("gate", by="architect", verdict="reject")
    assert desk.refused.decide("gate", by="security") is Reason.APPROVALS_MISSING
    desk.vote("gate", by="architect", verdict="abstain")
    desk.decide("gate", by="security")
    assert desk.round().outcome is Outcome.GO


def test_a_chair_alone_decides_a_gate_that_asks_for_no_approval() -> None:
    desk = Desk(one_gate({"chair": "security", "approvals": {"all": []}})).registered().submitted()
    desk.decide("gate", by="security")
    assert desk.round().outcome is Outcome.GO


def test_a_chair_who_is_called_too_has_one_vote_and_the_last_word() -> None:
    desk = office("controlling", {"chair": "finance"})
    desk.vote("gate", by="finance")
    desk.vote("gate", by="sponsor")
    desk.decide("gate", by="finance")
    assert desk.round().outcome is Outcome.GO


@pytest.mark.parametrize("outcome", ["recycle", "hold", "kill"])
def test_a_chair_needs_nobody_to_stop(outcome: str) -> None:
    desk = chaired()
    desk.decide("gate", by="security", outcome=outcome)
    first = next(recorded.event for recorded in desk.history if isinstance(recorded.event, GateDecided))
    assert first.outcome == outcome
    assert desk.state.stage == "work"


def test_a_hold_by_decision_stops_the_clocks_and_comes_back_as_a_new_round() -> None:
    desk = chaired()
    review = desk.now + timedelta(days=20)
    desk.decide("gate", by="security", outcome="hold", review_at=review)
    assert (desk.state.status, desk.state.hold_review) == (Status.ON_HOLD, review)
    assert kinds(desk.resume()) == ["ProjectResumed", "RoundOpened"]
    assert (desk.round().number, list(desk.round().evidence)) == (2, ["case"])
    desk.hold()
    assert kinds(desk.resume()) == ["ProjectResumed"], "the old hold is over"


def test_a_review_lies_ahead() -> None:
    desk = chaired()
    assert desk.refused.decide("gate", by="security", outcome="hold", review_at=desk.now) is Reason.WRONG_VALUE


def test_a_gate_decides_only_what_its_policy_lets_it_decide() -> None:
    desk = office("controlling", {"chair": "security", "decisions": ["go", "recycle"]})
    assert desk.refused.decide("gate", by="security", outcome="kill") is Reason.OUTCOME_NOT_ALLOWED
    due = promise(desk.now + timedelta(days=1))
    refused = desk.refused.decide("gate", by="security", outcome="conditional_go", conditions=[due])
    assert refused is Reason.OUTCOME_NOT_ALLOWED


def test_a_conditional_go_names_conditions_and_a_go_none() -> None:
    desk = chaired()
    for person in ("sponsor", "finance"):
        desk.vote("gate", by=person)
    due = promise(desk.now + timedelta(days=1))
    assert desk.refused.decide("gate", by="security", outcome="conditional_go") is Reason.CONDITIONS_MISSING
    assert desk.refused.decide("gate", by="security", conditions=[due]) is Reason.OUTCOME_NOT_ALLOWED
    late = promise(desk.now)
    refused = desk.refused.decide("gate", by="security", outcome="conditional_go", conditions=[late])
    assert refused is Reason.CONDITION_DATE_PAST
    desk.decide("gate", by="security", outcome="conditional_go", conditions=[due])
    assert list(desk.state.conditions) == ["gate-1-1"]


def test_a_decision_on_evidence_that_has_changed_is_stale() -> None:
    desk = chaired()
    shown = desk.round().evidence_digest
    desk.supply("gate")
    assert desk.refused.decide("gate", by="security", outcome="recycle", evidence_digest=shown) is Reason.STALE
    assert desk.refused.decide("gate", by="security", outcome="recycle", round=2) is Reason.NOT_SUBMITTED


@pytest.mark.parametrize("pmo", ["supportive", "directive", "controlling"])
def test_a_round_that_was_raised_is_decided_by_one_vote_whatever_the_office(pmo: str) -> None:
    ladder: Doc = {"ladder": [{"after": "2 days", "raise_to": "board"}], "chair": "security"}
    desk = office(pmo, ladder)
    desk.wait(days=2)
    assert desk.refused.decide("gate", by=actor("any", "pmo_director", "security")) is Reason.NOT_DECIDER
    assert decision(desk.vote("gate", by="architect")).basis is Basis.RAISED


def test_every_decision_records_what_was_found_and_under_which_tier() -> None:
    gate: Doc = {"criteria": {"ready": {"must": "project.ready"}, "known": {"must": "has(project.cost)"}}}
    desk = Desk(one_gate(gate)).registered({"cost": 50_000})
    desk.supply("gate")
    desk.waive("gate", "criteria.ready")
    desk.submit()
    desk.vote("gate", by="sponsor")
    decided = decision(desk.vote("gate", by="finance"))
    assert decided.findings == {"evidence.case": "met", "criteria.ready": "waived", "criteria.known": "met"}
    assert (decided.tier, decided.evidence_digest) == ("light", desk.round().evidence_digest)


BY_TIER = {"chair": {"light": "security", "major": "board"}}


@pytest.mark.parametrize(
    ("cost", "chair", "other"), [(50_000, "security", "architect"), (500_000, "architect", "security")]
)
def test_the_tier_says_who_takes_the_decision(cost: int, chair: str, other: str) -> None:
    desk = Desk(one_gate(BY_TIER)).registered({"cost": cost}).submitted()
    desk.vote("gate", by="sponsor")
    desk.vote("gate", by="finance")
    assert desk.refused.decide("gate", by=other) is Reason.NOT_DECIDER
    assert decision(desk.decide("gate", by=chair)).basis is Basis.CHAIR


def test_whoever_decides_in_which_tier_is_said_in_words_and_every_tier_is_named() -> None:
    said = list(approvals(one_gate(BY_TIER), one_gate(BY_TIER).gates["gate"]))
    assert "- The security takes the decision in the tier light." in said
    assert "- The board takes the decision in the tier major." in said
    (found,) = [each for each in check(one_gate({"chair": {"light": "security"}})) if each.path[-1] == "chair"]
    assert found.sentence == "The chairs and the tiers differ at 'major'."
