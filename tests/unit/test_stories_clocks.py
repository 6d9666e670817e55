"""Whose time is running: ladders in working time, questions and holds that stop it, and what runs out."""

from datetime import UTC, datetime, time, timedelta

import pytest

from lifecycle.domain.gate_events import LadderAction, LadderStepped
from lifecycle.domain.project import RoundStatus, Status
from lifecycle.domain.verdicts import Reason
from lifecycle.domain.worktime import WorkCalendar
from lifecycle.gates.clocks import for_tier
from tests.unit.house import Doc, house, one_gate
from tests.unit.office import Desk, Happened, kinds


def before_approvers() -> Desk:
    """A gate that was submitted on a Monday at nine, with five working days to decide."""
    return Desk(house()).registered().submitted("charter")


def steps(happened: Happened) -> list[tuple[LadderAction, tuple[str, ...]]]:
    return [(event.action, event.told) for event in happened if isinstance(event, LadderStepped)]


def at(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_nobody_votes_and_the_ladder_runs_to_its_end() -> None:
    desk = before_approvers()
    assert desk.round("charter").clock is not None
    happened = desk.wait(until=at(31, 12))
    assert steps(happened) == [
        (LadderAction.REMIND, ("sponsor",)),
        (LadderAction.NOTIFY, ("pmo_director",)),
        (LadderAction.WIDEN, ("deputy",)),
        (LadderAction.RAISE, ("pmo_director",)),
        (LadderAction.HOLD, ("pmo_director",)),
    ]
    assert kinds(happened)[-1] == "ProjectHeld"
    assert (desk.state.status, desk.round("charter").status) == (Status.ON_HOLD, RoundStatus.SUBMITTED)


def test_steps_fall_at_the_close_of_working_days() -> None:
    desk = before_approvers()
    clock = desk.round("charter").clock
    assert clock is not None
    assert clock.due == at(6, 17)
    assert clock.steps == (at(4, 17), at(6, 17), at(11, 17), at(13, 17), at(27, 17))


def test_each_step_is_taken_once() -> None:
    desk = before_approvers()
    assert len(steps(desk.wait(until=at(4, 17)))) == 1
    assert steps(desk.wait(until=at(6, 16))) == []
    assert len(steps(desk.wait(until=at(6, 17)))) == 1


def test_a_reminder_goes_to_whoever_is_still_awaited() -> None:
    desk = Desk(house()).registered({"cost": 200_000}).submitted("charter", "case", "plan")
    desk.vote("charter", by="sponsor")
    assert steps(desk.wait(until=at(4, 17))) == [(LadderAction.REMIND, ("finance",))]


def test_a_reminder_of_a_gate_with_a_chair_goes_to_the_chair_when_only_the_chair_is_missing() -> None:
    ladder: Doc = {"chair": "security", "ladder": [{"after": "1 working day", "remind": "pending"}]}
    desk = Desk(one_gate(ladder)).registered().submitted()
    for person in ("sponsor", "finance"):
        desk.vote("gate", by=person)
    assert steps(desk.wait(days=2)) == [(LadderAction.REMIND, ("security",))]


def test_the_submitter_has_a_clock_too() -> None:
    desk = Desk(house()).registered()
    assert steps(desk.wait(until=at(13, 17))) == [(LadderAction.REMIND, ("project_manager",))]
    desk.submitted("charter")
    clock = desk.round("charter").clock
    assert clock is not None
    assert (clock.taken, clock.started_at) == (0, at(13, 17)), "the approvers' clock is another"


def test_a_question_stops_the_approvers_clock_until_it_is_answered() -> None:
    desk = before_approvers()
    desk.wait(until=at(3, 13))
    desk.question("charter", by="sponsor")
    assert desk.owed == ()
    assert desk.wait(until=at(10, 11)) == ()
    desk.answer("charter")
    clock = desk.round("charter").clock
    assert clock is not None
    assert clock.due == at(13, 15), "three and a half working days were left"
    assert clock.steps[0] == at(11, 15)


def test_a_hold_stops_every_clock_and_resume_returns_to_the_same_point() -> None:
    desk = before_approvers()
    desk.wait(until=at(3, 13))
    desk.hold()
    desk.wait(until=at(10, 11))
    desk.resume()
    clock = desk.round("charter").clock
    assert clock is not None
    assert (clock.due, clock.stopped_at) == (at(13, 15), None)


def test_a_hold_during_a_question_leaves_the_clock_to_the_answer() -> None:
    desk = before_approvers()
    desk.wait(until=at(3, 13))
    desk.question("charter", by="sponsor")
    desk.wait(until=at(4, 9))
    desk.hold()
    desk.wait(until=at(9, 9))
    desk.resume()
    assert desk.round("charter").status is RoundStatus.INFORMATION_REQUESTED
    assert desk.owed == ()
    desk.wait(until=at(10, 11))
    desk.answer("charter")
    clock = desk.round("charter").clock
    assert clock is not None
    assert clock.due == at(13, 15), "as if there had been no hold"


def test_a_clock_on_calendar_time_keeps_what_was_left_of_it() -> None:
    ladder: Doc = {
        "decide_within": "4 days",
        "ladder": [{"after": "4 days", "notify": "deputy"}, {"after": "5 working days", "notify": "deputy"}],
    }
    desk = Desk(one_gate(ladder)).registered().submitted()
    desk.wait(until=at(3, 9))
    desk.hold()
    desk.wait(until=at(13, 9))
    desk.resume()
    clock = desk.round().clock
    assert clock is not None
    assert (clock.due, clock.steps) == (at(16, 9), (at(16, 9), at(18, 17)))


def test_a_step_that_was_due_when_the_clock_stopped_is_taken_after() -> None:
    desk = before_approvers()
    desk.now = at(4, 18)
    desk.hold()
    desk.wait(until=at(9, 9))
    desk.resume()
    assert [action for action, _ in steps(desk.wait(seconds=0))] == [LadderAction.REMIND]


def test_a_gate_that_opens_on_hold_waits_with_its_clock() -> None:
    policy = house(gates={"exception": {"submit_ladder": [{"after": "2 days", "notify": "deputy"}]}})
    desk = Desk(policy).registered(stage="execution", attested="Yes.")
    desk.hold()
    assert "RoundOpened" in kinds(desk.amend({"cost": 90_000}))
    desk.wait(days=10)
    desk.resume()
    assert [owed.at - desk.now for owed in desk.owed if owed.id.startswith("ladder/exception")] == [timedelta(days=2)]


def test_a_round_that_goes_back_to_preparation_gives_the_submitter_time_again() -> None:
    desk = before_approvers()
    assert "RoundReturned" in kinds(desk.amend({"cost": 200_000}))
    clock = desk.round("charter").clock
    assert clock is not None
    assert clock.steps == (at(13, 17),)


def test_on_hold_nothing_is_decided_until_it_goes_on() -> None:
    gate: Doc = {"criteria": {"ready": {"must": "project.ready"}}, "submit_when": "evidence_complete"}
    desk = Desk(one_gate(gate)).registered().submitted()
    for person in ("sponsor", "finance"):
        desk.vote("gate", by=person)
    desk.hold()
    assert kinds(desk.amend({"ready": True})) == ["FactsAmended"]
    assert kinds(desk.resume()) == ["ProjectResumed", "GateDecided", "StageEntered"]


def test_a_ladder_that_held_the_project_goes_on_after_its_last_step() -> None:
    ladder: Doc = {"ladder": [{"after": "1 day", "hold": True}, {"after": "2 days", "notify": "deputy"}]}
    desk = Desk(one_gate(ladder)).registered().submitted()
    assert kinds(desk.wait(days=9)) == ["LadderStepped", "ProjectHeld"]
    desk.resume()
    assert kinds(desk.wait(days=2)) == ["LadderStepped"]


def test_a_public_holiday_and_a_clock_change_move_the_steps() -> None:
    """Good Friday and Easter Monday are off, and British clocks went forward the Sunday before."""
    holidays = frozenset({at(3, 0, 4).date(), at(6, 0, 4).date()})
    london = WorkCalendar(
        timezone="Europe/London", weekdays=frozenset(range(5)), opens=time(9), closes=time(17), holidays=holidays
    )
    desk = Desk(house(), calendar=london).registered()
    desk.wait(until=at(27, 12))
    desk.submitted("charter")
    clock = desk.round("charter").clock
    assert clock is not None
    assert clock.steps[0] == at(1, 11, 4), "noon in London, which is eleven in UTC by now"
    assert clock.due == at(7, 11, 4), "not before the Tuesday after Easter"


@pytest.mark.parametrize(("tier", "days"), [("light", 2), ("major", 9), ("of_another_edition", 2)])
def test_a_deadline_may_differ_by_tier(tier: str, days: int) -> None:
    gate = one_gate({"decide_within": {"light": "2 days", "major": "9 days"}}).gates["gate"]
    assert gate.decide_within is not None
    assert for_tier(gate.decide_within, tier).amount == days


def test_a_gate_without_deadlines_has_no_clock() -> None:
    desk = Desk(one_gate()).registered().submitted()
    assert desk.round().clock is None
    desk.question("gate", by="finance")
    desk.answer()
    desk.hold()
    desk.resume()
    assert desk.owed == ()


def test_what_is_not_due_does_not_happen() -> None:
    desk = before_approvers()
    (first, *_) = desk.owed
    with pytest.raises(AssertionError, match="not_due"):
        desk.fall_due(first)
    desk.vote("charter", by="sponsor")
    desk.now = first.at
    with pytest.raises(AssertionError, match="not_due"):
        desk.fall_due(first)


def test_a_raised_round_is_decided_by_the_raised_role_and_not_by_those_it_was_widened_to() -> None:
    desk = before_approvers()
    desk.wait(until=at(13, 17))
    assert desk.refused.vote("charter", by="deputy") is Reason.NO_SLOT
    desk.vote("charter", by="director")
    assert desk.state.stage == "planning"
