"""Approvals: distinct people fill slots; votes, vetoes, recusals, and changes of mind."""

from datetime import timedelta

import pytest

from lifecycle.domain.project import Outcome, RoundStatus
from lifecycle.domain.verdicts import Reason
from tests.unit.house import Doc, one_gate
from tests.unit.office import Desk, acting, actor, kinds, promise


def gate_of(*parts: Doc, **approvals: object) -> Desk:
    """A project before the approvers of a gate with these parts."""
    policy = one_gate({"approvals": {"all": list(parts), **approvals}, "evidence": {"case": None}})
    desk = Desk(policy).registered()
    desk.submit()
    return desk


def decided(desk: Desk) -> Outcome | None:
    return desk.round().outcome


def test_everybody_who_is_asked_approves_and_the_gate_opens() -> None:
    desk = gate_of({"role": "sponsor"}, {"role": "finance"})
    desk.vote("gate", by="sponsor")
    assert decided(desk) is None
    assert kinds(desk.vote("gate", by="finance")) == ["VoteCast", "GateDecided", "StageEntered"]
    assert (decided(desk), desk.state.stage) == (Outcome.GO, "done")


def test_one_person_fills_one_slot_however_many_roles_they_have() -> None:
    desk = gate_of({"role": "finance"}, {"role": "board"})
    desk.vote("gate", by=actor("both", "finance", "board"))
    assert len(desk.standing().open_slots) == 1
    desk.vote("gate", by=actor("other", "finance", "board"))
    assert decided(desk) is Outcome.GO


def test_a_quorum_is_a_matching_and_whoever_can_do_more_makes_room() -> None:
    desk = gate_of({"role": "finance"}, {"role": "board"})
    desk.vote("gate", by=actor("both", "finance", "board"))
    desk.vote("gate", by="finance")
    assert decided(desk) is Outcome.GO


def test_so_many_distinct_people_of_one_role() -> None:
    desk = gate_of({"role": "finance", "count": 2})
    desk.vote("gate", by="finance")
    assert decided(desk) is None
    desk.vote("gate", by="second_finance")
    assert decided(desk) is Outcome.GO


def test_one_of_several_is_enough_where_the_policy_says_so() -> None:
    nested: Doc = {"any": [{"role": "sponsor"}, {"all": [{"role": "finance"}, {"role": "board", "count": 2}]}]}
    desk = gate_of(nested)
    for person in ("finance", "architect"):
        desk.vote("gate", by=person)
    assert desk.standing().pending_roles == ("board",), "the way that has come furthest is shown"
    desk.vote("gate", by="second_architect")
    assert decided(desk) is Outcome.GO
    quick = gate_of(nested)
    quick.vote("gate", by="sponsor")
    assert decided(quick) is Outcome.GO


def test_at_least_two_of_three() -> None:
    desk = gate_of({"at_least": 2, "of": [{"role": "sponsor"}, {"role": "finance"}, {"role": "board"}]})
    desk.vote("gate", by="architect")
    desk.vote("gate", by="second_architect")
    assert decided(desk) is None, "two of one part are one part"
    desk.vote("gate", by="sponsor")
    assert decided(desk) is Outcome.GO


def test_a_part_that_does_not_apply_counts_for_nobody() -> None:
    idle: Doc = {"role": "board", "when": "project.ready"}
    desk = gate_of({"at_least": 2, "of": [{"role": "sponsor"}, idle]})
    desk.vote("gate", by="sponsor")
    assert decided(desk) is None, "the skipped part is not the second approval"
    desk.amend({"ready": False})
    assert desk.standing().slots == (), "one part of two cannot be two"
    assert desk.refused.vote("gate", by="architect") is Reason.NO_SLOT


@pytest.mark.parametrize("parts", [[], [{"role": "finance", "when": "project.ready"}]])
def test_rules_that_come_out_empty_never_approve(parts: list[Doc]) -> None:
    policy = one_gate({"approvals": {"all": parts}, "evidence": {"case": None}})
    desk = Desk(policy).registered({"ready": False})
    desk.submit()
    assert not desk.standing().approved
    assert desk.refused.vote("gate", by="finance") is Reason.NO_SLOT


def test_who_is_asked_for_under_an_unknown_fact_is_asked() -> None:
    desk = gate_of({"role": "sponsor"}, {"role": "finance", "when": "project.ready"})
    desk.vote("gate", by="sponsor")
    assert decided(desk) is None
    desk.vote("gate", by="finance")
    assert decided(desk) is Outcome.GO


def test_nobody_votes_whose_role_is_not_called() -> None:
    assert gate_of({"role": "finance"}).refused.vote("gate", by="architect") is Reason.NO_SLOT
    assert gate_of({"role": "finance"}).refused.question("gate", by="architect") is Reason.NO_SLOT


def test_a_vote_comes_before_the_decision_and_after_the_submission() -> None:
    desk = gate_of({"role": "finance"})
    desk.vote("gate", by="finance")
    assert desk.refused.vote("gate", by="second_finance") is Reason.PROJECT_OVER
    early = Desk(one_gate()).registered()
    assert early.refused.vote("gate", by="finance") is Reason.NOT_SUBMITTED


def test_one_rejection_sends_the_gate_back() -> None:
    desk = gate_of({"role": "finance"}, {"role": "sponsor"})
    assert kinds(desk.vote("gate", by="finance", verdict="reject")) == ["VoteCast", "GateDecided", "RoundOpened"]
    assert (desk.round().number, desk.state.stage) == (2, "work")


def test_where_only_a_veto_counts_others_may_outvote_a_rejection() -> None:
    desk = gate_of({"role": "finance"}, rejection="veto", veto=["security"])
    desk.vote("gate", by="finance", verdict="reject")
    assert decided(desk) is None
    desk.vote("gate", by="second_finance")
    assert decided(desk) is Outcome.GO


def test_a_veto_sends_the_gate_back_and_a_vetoers_yes_fills_nothing() -> None:
    desk = gate_of({"role": "finance"}, rejection="veto", veto=["security"])
    desk.vote("gate", by="security")
    assert decided(desk) is None
    desk.vote("gate", by="security", verdict="reject")
    assert desk.round().number == 2


def test_what_a_rejection_does_is_the_policys() -> None:
    desk = Desk(one_gate({"on_reject": "kill"})).registered().submitted()
    assert kinds(desk.vote("gate", by="finance", verdict="reject")) == ["VoteCast", "GateDecided", "ProjectKilled"]


def test_a_mind_can_be_changed_until_the_decision() -> None:
    desk = gate_of({"role": "finance"}, {"role": "sponsor"})
    desk.vote("gate", by="finance", verdict="abstain")
    assert desk.refused.vote("gate", by="finance", verdict="abstain") is Reason.ALREADY_VOTED
    desk.vote("gate", by="finance")
    assert desk.refused.vote("gate", by="finance") is Reason.ALREADY_VOTED
    assert [(vote.verdict.value, vote.void) for vote in desk.round().votes] == [("abstain", True), ("approve", False)]
    desk.vote("gate", by="finance", verdict="abstain")
    desk.vote("gate", by="sponsor")
    assert decided(desk) is None, "who took the approval back does not count"


def test_who_recused_stays_out_even_when_the_evidence_changes() -> None:
    desk = Desk(one_gate()).registered().submitted()
    desk.vote("gate", by="finance", verdict="recuse")
    assert desk.refused.vote("gate", by="finance") is Reason.ALREADY_VOTED
    assert kinds(desk.supply("gate")) == ["EvidenceSupplied"]
    assert desk.refused.vote("gate", by="finance") is Reason.ALREADY_VOTED
    assert desk.refused.vote("gate", by=acting("deputy", "finance")) is Reason.ALREADY_VOTED
    desk.vote("gate", by="second_finance")


def test_conditions_of_every_approval_that_counts_are_kept() -> None:
    desk = gate_of({"role": "finance"}, {"role": "sponsor"})
    due = desk.now + timedelta(days=30)
    desk.vote("gate", by="finance", conditions=[promise(due)])
    desk.vote("gate", by="second_finance", conditions=[promise(due, owner="sponsor")])
    desk.vote("gate", by="sponsor")
    assert decided(desk) is Outcome.CONDITIONAL_GO
    assert [condition.owner for condition in desk.state.conditions.values()] == ["manager", "sponsor"]


def test_conditions_go_with_a_yes_where_the_gate_allows_them_and_lie_ahead() -> None:
    desk = gate_of({"role": "finance"})
    due = desk.now + timedelta(days=1)
    assert desk.refused.vote("gate", by="finance", conditions=[promise(desk.now)]) is Reason.CONDITION_DATE_PAST
    for verdict in ("reject", "abstain", "recuse"):
        refused = desk.refused.vote("gate", by="finance", verdict=verdict, conditions=[promise(due)])
        assert refused is Reason.OUTCOME_NOT_ALLOWED
    strict = Desk(one_gate({"decisions": ["go", "recycle"]})).registered().submitted()
    assert strict.refused.vote("gate", by="finance", conditions=[promise(due)]) is Reason.OUTCOME_NOT_ALLOWED


def test_a_gate_that_goes_on_conditions_only_takes_no_bare_yes() -> None:
    desk = Desk(one_gate({"decisions": ["conditional_go", "recycle"]})).registered().submitted()
    assert desk.refused.vote("gate", by="finance") is Reason.CONDITIONS_MISSING
    desk.vote("gate", by="finance", conditions=[promise(desk.now + timedelta(days=1))])


def test_a_role_revoked_after_the_vote_leaves_the_vote() -> None:
    desk = gate_of({"role": "sponsor"}, {"role": "finance"})
    desk.vote("gate", by="sponsor")
    desk.amend(sponsor="director")
    desk.vote("gate", by="finance")
    assert decided(desk) is Outcome.GO


WIDE: Doc = {
    "evidence": {"case": {"kind": "document"}, "design": {"kind": "document"}},
    "approvals": {"all": [{"role": "finance", "reads": ["case"]}, {"role": "board", "reads": ["design"]}]},
    "ladder": [{"after": "2 days", "widen_to": "deputy"}, {"after": "4 days", "raise_to": "pmo_director"}],
}


def wide() -> Desk:
    return Desk(one_gate(WIDE)).registered().submitted("gate", "case", "design")


def test_a_widened_call_lets_deputies_fill_any_open_slot() -> None:
    desk = wide()
    desk.vote("gate", by="finance")
    assert desk.refused.vote("gate", by="deputy") is Reason.NO_SLOT
    desk.wait(days=2)
    desk.vote("gate", by="deputy")
    assert decided(desk) is Outcome.GO


def test_a_vote_fills_no_slot_whose_evidence_it_did_not_rely_on() -> None:
    desk = wide()
    desk.vote("gate", by=actor("double", "board", "deputy"))
    desk.supply("gate", "case")
    desk.wait(days=2)
    desk.vote("gate", by="architect")
    assert decided(desk) is None, "the deputy approved the design, and never the case"
    desk.vote("gate", by=actor("double", "board", "deputy"))
    assert decided(desk) is Outcome.GO


def test_a_call_that_is_widened_may_find_that_everybody_has_spoken() -> None:
    policy = one_gate({**WIDE, "approvals": {"all": [{"role": "finance"}, {"role": "board"}]}})
    desk = Desk(policy).registered().submitted("gate", "case", "design")
    desk.vote("gate", by=actor("double", "board", "deputy"))
    desk.vote("gate", by="architect")
    assert kinds(desk.wait(days=2)) == ["LadderStepped", "GateDecided", "StageEntered"]


def test_a_raised_round_is_decided_afresh_by_the_role_it_was_raised_to() -> None:
    desk = wide()
    desk.vote("gate", by=actor("both", "finance", "pmo_director"))
    assert kinds(desk.wait(days=4)) == ["LadderStepped", "LadderStepped", "VotesVoided"]
    assert desk.round().status is RoundStatus.SUBMITTED, "time decides nothing"
    assert desk.refused.vote("gate", by="architect") is Reason.NO_SLOT
    desk.vote("gate", by=actor("both", "finance", "pmo_director"))
    assert decided(desk) is Outcome.GO


def test_a_rejection_before_a_round_was_raised_does_not_decide_it() -> None:
    desk = Desk(one_gate({**WIDE, "chair": "security"})).registered().submitted("gate", "case", "design")
    desk.vote("gate", by="finance", verdict="reject")
    desk.wait(days=4)
    assert desk.round().number == 1
    desk.vote("gate", by="director")
    assert decided(desk) is Outcome.GO


def test_an_excluded_person_decides_no_raised_round() -> None:
    desk = wide()
    desk.wait(days=4)
    desk.amend(manager="director", by="office")
    assert desk.refused.vote("gate", by="director") is Reason.EXCLUDED
