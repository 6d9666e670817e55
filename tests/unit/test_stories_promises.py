"""Conditions: promises made at a conditional go, their proofs, and what follows when they are missed."""

from datetime import timedelta

import pytest

from lifecycle.domain.people import Actor
from lifecycle.domain.project import ConditionStatus, OnMiss, Status
from lifecycle.domain.verdicts import Reason
from tests.unit.house import house
from tests.unit.office import Desk, acting, actor, kinds, promise

THE_PROMISE = "charter-1-1"


def promised(on_miss: OnMiss | None = None, owner: str = "clerk", **days: float) -> Desk:
    """A project that went on under a condition, due in ten days unless said otherwise."""
    desk = Desk(house()).registered().submitted("charter")
    due = desk.now + timedelta(**(days or {"days": 10}))
    desk.vote("charter", by="sponsor", conditions=[promise(due, owner, on_miss)])
    assert desk.state.stage == "planning"
    return desk


def status(desk: Desk) -> ConditionStatus:
    return desk.state.conditions[THE_PROMISE].status


def test_a_condition_is_proved_by_its_owner_and_accepted_by_a_gatekeeper() -> None:
    desk = promised()
    desk.prove(THE_PROMISE, by=actor("clerk", "finance"))
    desk.accept(THE_PROMISE)
    assert status(desk) is ConditionStatus.MET
    assert desk.wait(days=30) == ()
    assert desk.refused.prove(THE_PROMISE) is Reason.NOTHING_CHANGED
    assert desk.refused.accept(THE_PROMISE) is Reason.NOT_PROVED


def test_the_manager_may_prove_for_the_owner_and_nobody_else_may() -> None:
    desk = promised()
    assert desk.refused.prove(THE_PROMISE, by="finance") is Reason.NOT_CONDITION_OWNER
    desk.prove(THE_PROMISE, by="manager")


def test_only_conditions_that_a_decision_set_are_known() -> None:
    desk = promised()
    assert desk.refused.prove("charter-1-2") is Reason.UNKNOWN_CONDITION
    assert desk.refused.accept("charter-1-2") is Reason.UNKNOWN_CONDITION


def test_a_proof_comes_before_its_acceptance() -> None:
    assert promised().refused.accept(THE_PROMISE) is Reason.NOT_PROVED


def test_a_proof_is_accepted_by_a_gatekeeper_of_that_gate_or_the_office() -> None:
    desk = promised()
    desk.prove(THE_PROMISE)
    assert desk.refused.accept(THE_PROMISE, by="architect") is Reason.NOT_PERMITTED
    desk.accept(THE_PROMISE, by="director")


@pytest.mark.parametrize(
    "who",
    [actor("clerk", "finance"), actor("manager", "finance"), acting("finance", "clerk"), acting("clerk", "finance")],
)
def test_who_owes_or_proved_it_accepts_nothing(who: Actor) -> None:
    desk = promised()
    desk.prove(THE_PROMISE, by="manager")
    assert desk.refused.accept(THE_PROMISE, by=who.model_copy(update={"roles": ("finance",)})) is Reason.OWN_PROOF


def test_who_had_it_proved_by_a_delegate_accepts_nothing() -> None:
    desk = promised()
    for_the_manager = acting("deputy", "manager").model_copy(update={"roles": ("project_manager",)})
    desk.prove(THE_PROMISE, by=for_the_manager)
    assert desk.refused.accept(THE_PROMISE, by=actor("manager", "finance")) is Reason.OWN_PROOF
    assert desk.refused.accept(THE_PROMISE, by=actor("deputy", "finance")) is Reason.OWN_PROOF


def test_a_proof_can_be_sent_back_and_given_again() -> None:
    desk = promised()
    desk.prove(THE_PROMISE)
    desk.accept(THE_PROMISE, accepted=False)
    assert status(desk) is ConditionStatus.OPEN
    assert desk.refused.accept(THE_PROMISE) is Reason.NOT_PROVED
    desk.prove(THE_PROMISE)


def test_a_condition_is_missed_at_its_instant_and_only_told() -> None:
    desk = promised()
    assert desk.wait(days=10, seconds=-1) == ()
    assert kinds(desk.wait(seconds=1)) == ["ConditionMissed"]
    assert (status(desk), desk.state.status) == (ConditionStatus.MISSED, Status.ACTIVE)


def test_a_condition_is_missed_once_and_a_late_proof_is_still_a_proof() -> None:
    desk = promised(OnMiss.HOLD)
    assert kinds(desk.wait(days=11)) == ["ConditionMissed", "ProjectHeld"]
    desk.prove(THE_PROMISE)
    desk.resume()
    assert desk.wait(days=1) == (), "it does not miss, and hold, again"
    desk.accept(THE_PROMISE, accepted=False)
    assert status(desk) is ConditionStatus.MISSED
    desk.prove(THE_PROMISE)
    desk.accept(THE_PROMISE)
    assert status(desk) is ConditionStatus.MET


def test_a_proof_that_nobody_looked_at_in_time_can_still_be_accepted() -> None:
    desk = promised()
    desk.prove(THE_PROMISE)
    assert kinds(desk.wait(days=10)) == ["ConditionMissed"]
    desk.accept(THE_PROMISE)
    assert status(desk) is ConditionStatus.MET


def test_a_missed_condition_can_open_its_gate_again_and_blocks_the_way() -> None:
    desk = promised(OnMiss.REOPEN)
    assert kinds(desk.wait(days=10)) == ["ConditionMissed", "RoundOpened"]
    assert (desk.round("charter").number, desk.state.stage) == (2, "planning")
    desk.submit("baseline")
    desk.vote("baseline", by="sponsor")
    assert desk.refused.decide("baseline", by="director") is Reason.REOPENED_GATE_OPEN
    desk.submit("charter")
    assert kinds(desk.vote("charter", by="sponsor")) == ["VoteCast", "GateDecided"], "the stage stays"
    desk.decide("baseline", by="director")
    assert desk.state.stage == "execution"


def test_what_a_miss_does_is_the_gates_unless_the_promise_says() -> None:
    desk = Desk(house(gates={"charter": {"on_missed_condition": "hold"}})).registered().submitted("charter")
    soon, later = desk.now + timedelta(days=1), desk.now + timedelta(days=2)
    desk.vote("charter", by="sponsor", conditions=[promise(soon, on_miss=OnMiss.NOTIFY), promise(later)])
    assert kinds(desk.wait(days=1)) == ["ConditionMissed"]
    assert kinds(desk.wait(days=1)) == ["ConditionMissed", "ProjectHeld"]


def test_a_promise_that_was_due_before_the_decision_is_missed_with_it() -> None:
    desk = Desk(house()).registered({"cost": 200_000}).submitted("charter", "case", "plan")
    desk.vote("charter", by="sponsor", conditions=[promise(desk.now + timedelta(days=1))])
    desk.wait(days=2)
    for person in ("finance", "second_finance"):
        desk.vote("charter", by=person)
    assert kinds(desk.wait(seconds=0)) == ["ConditionMissed"]


def test_after_closing_a_missed_condition_only_tells() -> None:
    desk = promised(OnMiss.REOPEN, days=300)
    desk.submit("baseline")
    desk.vote("baseline", by="sponsor")
    desk.decide("baseline", by="director")
    desk.submit("acceptance")
    desk.vote("acceptance", by="sponsor")
    assert desk.state.status is Status.CLOSED
    happened = kinds(desk.wait(days=301))
    assert "ConditionMissed" in happened
    assert desk.round("charter").number == 1


def test_a_killed_project_owes_nothing() -> None:
    desk = promised()
    desk.kill()
    assert desk.owed == ()
    assert desk.refused.prove(THE_PROMISE) is Reason.PROJECT_OVER
    assert desk.refused.accept(THE_PROMISE) is Reason.PROJECT_OVER


def test_a_condition_can_be_proved_on_hold_and_is_missed_after_it() -> None:
    desk = promised()
    desk.hold()
    assert desk.wait(days=20) == ()
    desk.resume()
    assert kinds(desk.wait(seconds=0)) == ["ConditionMissed"]
    other = promised()
    other.hold()
    other.prove(THE_PROMISE)
    other.accept(THE_PROMISE)
    other.wait(days=20)
    other.resume()
    assert other.wait(days=1) == ()
