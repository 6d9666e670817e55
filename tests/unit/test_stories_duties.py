"""Separation of duties: by person and by what they did in the round, not by the role they hold now."""

from datetime import timedelta

import pytest

from lifecycle.domain.people import Actor
from lifecycle.domain.project import Outcome
from lifecycle.domain.verdicts import Reason
from tests.unit.house import Doc, one_gate
from tests.unit.office import MONDAY, Desk, acting, actor, kinds

EVERYTHING = ("finance", "sponsor", "project_manager", "pmo_director")


def submitted(**approvals: object) -> Desk:
    policy = one_gate({"approvals": {"all": [{"role": "finance"}, {"role": "sponsor"}], **approvals}})
    return Desk(policy).registered().submitted()


@pytest.mark.parametrize(
    "who",
    [
        actor("manager", *EVERYTHING),
        acting("finance", "manager"),
        acting("manager", "finance"),
    ],
)
def test_the_manager_neither_approves_nor_asks_nor_through_anybody(who: Actor) -> None:
    desk = submitted()
    assert desk.refused.vote("gate", by=who.model_copy(update={"roles": EVERYTHING})) is Reason.EXCLUDED
    assert desk.refused.question("gate", by=who.model_copy(update={"roles": EVERYTHING})) is Reason.EXCLUDED


def test_who_submitted_may_not_approve() -> None:
    desk = Desk(one_gate()).registered()
    desk.supply("gate")
    desk.submit(by=actor("clerk", "project_manager"))
    assert desk.refused.vote("gate", by=actor("clerk", "finance")) is Reason.EXCLUDED


def test_who_submitted_for_somebody_is_excluded_with_them() -> None:
    desk = Desk(one_gate()).registered()
    desk.supply("gate")
    for_the_clerk = acting("finance", "clerk").model_copy(update={"roles": ("project_manager",)})
    desk.submit(by=for_the_clerk)
    for person in ("finance", "clerk"):
        assert desk.refused.vote("gate", by=actor(person, "finance")) is Reason.EXCLUDED


def test_who_wrote_evidence_may_not_approve_even_if_it_was_replaced() -> None:
    desk = Desk(one_gate()).registered()
    desk.supply("gate", by=actor("writer", "project_manager"))
    desk.supply("gate")
    desk.submit()
    assert desk.refused.vote("gate", by=actor("writer", "finance")) is Reason.EXCLUDED


def test_who_wrote_evidence_stays_its_author_in_the_next_round() -> None:
    desk = Desk(one_gate()).registered()
    desk.supply("gate", by=actor("writer", "project_manager"))
    desk.submit()
    desk.withdraw()
    desk.submit()
    assert desk.refused.vote("gate", by=actor("writer", "finance")) is Reason.EXCLUDED


def test_who_answered_for_the_submitter_may_not_approve() -> None:
    desk = submitted()
    desk.question("gate", by="finance")
    desk.answer(by=actor("helpful", "project_manager"))
    assert desk.refused.vote("gate", by=actor("helpful", "finance")) is Reason.EXCLUDED


def test_stepping_down_does_not_help() -> None:
    desk = submitted()
    desk.amend(manager="nobody")
    assert desk.refused.vote("gate", by=actor("manager", "finance")) is Reason.EXCLUDED
    assert desk.refused.vote("gate", by=actor("nobody", "finance")) is Reason.EXCLUDED


def test_who_is_appointed_manager_after_voting_does_not_count() -> None:
    desk = submitted()
    desk.vote("gate", by="finance")
    desk.amend(manager="finance")
    desk.vote("gate", by="sponsor")
    assert desk.round().outcome is None
    desk.vote("gate", by="second_finance")
    assert desk.round().decided_at is not None


def test_who_writes_evidence_after_voting_does_not_count() -> None:
    readers: Doc = {
        "evidence": {"note": {"kind": "document", "when": "project.ready"}},
        "approvals": {"all": [{"role": "finance", "reads": ["case"]}, {"role": "sponsor", "reads": ["case"]}]},
    }
    desk = Desk(one_gate(readers)).registered({"ready": False, "cost": 1}).submitted()
    desk.vote("gate", by="finance")
    assert kinds(desk.supply("gate", "note", by=actor("finance", "project_manager"))) == ["EvidenceSupplied"]
    desk.vote("gate", by="sponsor")
    assert desk.round().outcome is None


def test_a_policy_may_exclude_less() -> None:
    desk = submitted(exclude=["submitter"])
    desk.amend(manager="finance")
    desk.vote("gate", by="finance")
    assert desk.refused.vote("gate", by=actor("manager", "sponsor")) is Reason.EXCLUDED


def test_a_person_and_their_delegate_have_one_vote_between_them() -> None:
    desk = submitted()
    desk.vote("gate", by=acting("deputy", "finance"))
    vote = desk.round().votes[0]
    assert (vote.voter, vote.principal, vote.roles) == ("deputy", "finance", ("finance",))
    for again in (
        actor("finance"),
        actor("deputy", "finance"),
        acting("auditor", "finance"),
        acting("deputy", "second_finance"),
    ):
        assert desk.refused.vote("gate", by=again) is Reason.ALREADY_VOTED


def test_two_who_act_for_each_other_are_two_people_and_no_more() -> None:
    desk = submitted(all=[{"role": "finance", "count": 2}])
    desk.vote("gate", by=acting("finance", "second_finance"))
    assert desk.refused.vote("gate", by=acting("second_finance", "finance")) is Reason.ALREADY_VOTED
    assert desk.round().outcome is None


def test_somebody_in_person_first_has_no_delegate_afterwards() -> None:
    desk = submitted()
    desk.vote("gate", by="finance")
    assert desk.refused.vote("gate", by=acting("deputy", "finance")) is Reason.ALREADY_VOTED


def test_delegation_does_not_cascade() -> None:
    """Finance delegated to the deputy, and the deputy to the auditor: the auditor has none of finance's roles."""
    desk = submitted()
    through_two = acting("auditor", "deputy").model_copy(update={"roles": ("deputy",)})
    assert desk.refused.vote("gate", by=through_two) is Reason.NO_SLOT
    skipping_one = acting("auditor", "finance", giver="deputy")
    assert desk.refused.vote("gate", by=skipping_one) is Reason.DELEGATION_CASCADE


def test_a_delegation_is_looked_at_when_the_vote_is_cast() -> None:
    desk = submitted()
    ends = MONDAY + timedelta(hours=2)
    desk.wait(hours=2, seconds=-1)
    desk.vote("gate", by=acting("deputy", "finance", ends=ends))
    desk.wait(seconds=1)
    late = acting("auditor", "second_finance", ends=ends)
    assert desk.refused.vote("gate", by=late) is Reason.DELEGATION_INVALID
    desk.vote("gate", by="sponsor")
    assert desk.round().outcome is Outcome.GO, "the vote was cast in time and stands"


def test_a_limit_is_compared_with_the_amount_of_now() -> None:
    desk = submitted()
    within = acting("deputy", "finance", limit=60_000)
    desk.amend({"cost": 60_001})
    assert desk.refused.vote("gate", by=within) is Reason.DELEGATION_INVALID
    desk.amend({"cost": 60_000})
    desk.vote("gate", by=within)


DEAR: Doc = {"approvals": {"all": [{"role": "finance"}, {"role": "board", "when": "project.cost >= 1000.0"}]}}


def test_figures_lowered_after_a_vote_drop_no_approver() -> None:
    desk = Desk(one_gate(DEAR)).registered({"cost": 200_000}).submitted()
    desk.vote("gate", by="finance")
    assert kinds(desk.amend({"cost": 90_000})) == ["FactsAmended", "VotesVoided"]
    desk.vote("gate", by="finance")
    assert desk.round().outcome is Outcome.GO, "who sees that less is asked may still approve"


def test_figures_raised_after_a_vote_only_add_approvers() -> None:
    desk = Desk(one_gate(DEAR)).registered({"cost": 150_000}).submitted()
    desk.vote("gate", by="finance")
    assert kinds(desk.amend({"cost": 500_000})) == ["FactsAmended"]
    desk.vote("gate", by="architect")
    assert desk.round().outcome is Outcome.GO


def test_roles_that_are_called_anew_are_named() -> None:
    desk = Desk(one_gate(DEAR)).registered().submitted()
    (amended,) = (event for event in desk.amend({"cost": 200_000}) if event.type == "person:facts:amended")
    assert amended.called == {"gate": ("board", "finance")}
