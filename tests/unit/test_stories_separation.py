"""Acts in person, roles that are kept apart, evidence that is a role's to give, authors of earlier gates."""

from lifecycle.domain.gate_events import RoundOpened
from lifecycle.domain.people import Actor, Roster
from lifecycle.domain.project import Outcome
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.explain import path_to_green, slots
from lifecycle.gates.notices import NoticeKind, notices_of
from tests.unit.house import Doc, house, one_gate
from tests.unit.office import Desk, acting, actor

APART: Doc = {"incompatible": [["finance", "board"], ["assurance", "project_manager"]]}


def gate_of(*parts: Doc, policy: Doc | None = None, **gate: object) -> Desk:
    """A project before the approvers of a gate with these parts."""
    asked = {"approvals": {"all": list(parts)}, "evidence": {"case": None}, **gate}
    desk = Desk(one_gate(asked, **(policy or {}))).registered()
    desk.submit()
    return desk


def test_what_is_to_be_done_in_person_nobody_does_for_another() -> None:
    desk = gate_of({"role": "finance", "in_person": True}, {"role": "board"})
    assert desk.refused.vote("gate", by=acting("deputy", "finance")) is Reason.IN_PERSON
    assert desk.refused.question("gate", by=acting("deputy", "finance")) is Reason.IN_PERSON
    desk.vote("gate", by=acting("deputy", "architect"))
    desk.vote("gate", by="finance")
    assert desk.round().outcome is Outcome.GO


def test_a_chair_who_is_asked_in_person_decides_in_person() -> None:
    desk = gate_of({"role": "finance", "in_person": True}, chair="finance")
    desk.vote("gate", by="finance")
    assert desk.refused.decide("gate", by=acting("deputy", "finance")) is Reason.IN_PERSON
    desk.decide("gate", by="finance")
    assert desk.round().outcome is Outcome.GO


def test_a_widened_call_does_not_reach_what_is_to_be_done_in_person() -> None:
    desk = gate_of({"role": "finance", "in_person": True}, ladder=[{"after": "1 day", "widen_to": "deputy"}])
    desk.wait(days=2)
    assert desk.refused.vote("gate", by="deputy") is Reason.NO_SLOT
    both = gate_of(
        {"role": "finance", "in_person": True}, {"role": "board"}, ladder=[{"after": "1 day", "widen_to": "deputy"}]
    )
    both.wait(days=2)
    both.vote("gate", by="deputy")
    assert both.standing().pending_roles == ("finance",)


def test_who_holds_roles_that_are_kept_apart_acts_under_none() -> None:
    desk = gate_of({"role": "finance"}, {"role": "board"}, policy=APART)
    both = actor("both", "finance", "board")
    assert desk.refused.vote("gate", by=both) is Reason.INCOMPATIBLE_ROLES
    assert desk.refused.question("gate", by=both) is Reason.INCOMPATIBLE_ROLES
    desk.vote("gate", by="finance")
    desk.vote("gate", by="architect")
    assert desk.round().outcome is Outcome.GO


def test_a_project_s_own_posts_count_as_roles() -> None:
    desk = gate_of({"role": "assurance"}, policy=APART, approvals={"all": [{"role": "assurance"}], "exclude": []})
    assert desk.refused.vote("gate", by=actor("manager", "assurance")) is Reason.INCOMPATIBLE_ROLES
    desk.amend(manager="successor", by="office")
    assert desk.refused.vote("gate", by=actor("manager", "assurance")) is Reason.INCOMPATIBLE_ROLES, "managed before"
    desk.vote("gate", by=actor("assurer", "assurance"))
    assert desk.round().outcome is Outcome.GO


def test_giving_up_a_role_does_not_undo_what_was_done_under_it() -> None:
    desk = gate_of({"role": "finance"}, {"role": "board"}, {"role": "sponsor"}, policy=APART)
    desk.vote("gate", by=actor("mover", "finance"))
    assert desk.refused.vote("gate", by=actor("mover", "board")) is Reason.INCOMPATIBLE_ROLES
    desk.vote("gate", by="architect")
    desk.vote("gate", by="sponsor")
    assert desk.round().outcome is Outcome.GO


def test_delegation_does_not_bring_together_what_is_kept_apart() -> None:
    desk = gate_of({"role": "finance"}, {"role": "board"}, policy=APART)
    lent = acting("architect", "finance").model_copy(update={"own_roles": ("board",)})
    assert desk.refused.vote("gate", by=lent) is Reason.INCOMPATIBLE_ROLES
    as_manager = acting("manager", "assurer").model_copy(update={"roles": ("assurance",)})
    open_to_all = gate_of(policy=APART, approvals={"all": [{"role": "assurance"}], "exclude": []})
    assert open_to_all.refused.vote("gate", by=as_manager) is Reason.INCOMPATIBLE_ROLES
    desk.vote("gate", by=acting("deputy", "finance"))


def test_votes_under_roles_that_a_new_edition_keeps_apart_count_no_more() -> None:
    parts: list[Doc] = [{"role": "finance"}, {"role": "board"}, {"role": "sponsor"}]
    gate = {"approvals": {"all": parts}, "evidence": {"case": None}}
    before, after = one_gate(gate), one_gate(gate, version=2, **APART)
    desk = Desk(before, after).registered()
    desk.submit()
    desk.vote("gate", by=actor("both", "finance", "board"))
    desk.adopt(after, at_once=True)
    assert len(desk.standing().open_slots) == 3


def test_a_chair_keeps_roles_apart_too() -> None:
    desk = gate_of({"role": "sponsor"}, policy=APART, chair="finance")
    desk.vote("gate", by="sponsor")
    assert desk.refused.decide("gate", by=actor("both", "finance", "board")) is Reason.INCOMPATIBLE_ROLES
    desk.decide("gate", by="finance")


CLEARED: Doc = {
    "evidence": {"case": {"kind": "document"}, "clearance": {"kind": "document", "by": "finance"}},
    "approvals": {"all": [{"role": "sponsor"}, {"role": "finance"}]},
}


def test_evidence_that_is_a_role_s_to_give_comes_from_its_holders_alone() -> None:
    desk = Desk(one_gate(CLEARED)).registered()
    assert desk.refused.supply("gate", "clearance") is Reason.NOT_PERMITTED
    assert desk.refused.supply("gate", "case", by="finance") is Reason.NOT_PERMITTED
    assert desk.refused.supply("gate", "clearance", by="auditor") is Reason.NOT_PERMITTED
    desk.supply("gate", "clearance", by="finance")
    desk.supply("gate", "case")
    desk.submit()
    assert desk.refused.vote("gate", by="finance") is Reason.EXCLUDED, "who clears it does not approve it"
    assert desk.refused.vote("gate", by=acting("second_finance", "finance")) is Reason.EXCLUDED
    desk.vote("gate", by="second_finance")
    desk.vote("gate", by="sponsor")
    assert desk.round().outcome is Outcome.GO


def test_who_owes_evidence_is_said_on_the_way_to_green() -> None:
    desk = Desk(one_gate(CLEARED)).registered()
    needs = {need.subject: need.owed_by for need in path_to_green(desk.book, desk.state, desk.round(), desk.now)}
    assert needs["evidence.case"] == ("project_manager",)
    assert needs["evidence.clearance"] == ("finance",)


def test_who_gave_evidence_under_a_role_acts_under_none_that_is_kept_apart_from_it() -> None:
    gate: Doc = {
        "evidence": {"case": None, "report": {"kind": "document", "by": "assurance"}},
        "approvals": {"all": [{"role": "finance"}], "exclude": ["manager"]},
    }
    desk = Desk(one_gate(gate, incompatible=[["assurance", "finance"]])).registered()
    two = Actor(person="two", roles=("assurance", "finance"))
    assert desk.refused.supply("gate", "report", by=two) is Reason.INCOMPATIBLE_ROLES
    desk.supply("gate", "report", by=actor("two", "assurance"))
    desk.submit()
    assert desk.refused.vote("gate", by=actor("two", "finance")) is Reason.INCOMPATIBLE_ROLES
    desk.vote("gate", by="finance")


def test_who_helped_to_write_for_an_earlier_gate_does_not_approve_a_later_one() -> None:
    excluded = {"exclude": ["manager", {"authors_of": "charter"}]}
    policy = house(gates={"baseline": {"chair": None, "approvals": excluded}})
    desk = Desk(policy).registered({"cost": 50_000})
    vendor = Actor(person="vendor", roles=("project_manager", "sponsor"))
    desk.supply("charter", by=vendor)
    desk.submit("charter")
    desk.vote("charter", by="sponsor")
    assert desk.state.stage == "planning"
    desk.submit("baseline")
    assert desk.refused.vote("baseline", by=vendor) is Reason.EXCLUDED
    desk.vote("baseline", by="sponsor")
    assert desk.state.stage == "execution"


def test_candidates_are_those_whose_roles_go_together() -> None:
    desk = gate_of({"role": "finance"}, policy=APART)
    roster = Roster(holders={"finance": ("ann", "bob"), "board": ("bob",)})
    assert [slot.candidates for slot in slots(desk.book, desk.state, desk.round(), roster)] == [("ann",)]


def test_anybody_may_act_where_nothing_is_kept_apart() -> None:
    desk = gate_of({"role": "finance"})
    desk.vote("gate", by=actor("both", "finance", "board"))
    assert desk.round().outcome is Outcome.GO


def test_whose_evidence_is_asked_for_hears_of_it_when_the_gate_opens() -> None:
    desk = Desk(one_gate(CLEARED)).registered()
    opened = next(recorded for recorded in desk.history if isinstance(recorded.event, RoundOpened))
    told = notices_of(None, opened, desk.state)
    assert [(notice.kind, notice.people, notice.roles) for notice in told] == [
        (NoticeKind.GATE_OPENED, ("manager",), ()),
        (NoticeKind.EVIDENCE_ASKED, (), ("finance",)),
    ]
