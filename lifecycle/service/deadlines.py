"""Deadlines as people look at them: whose time is running, until when, and what happens after it."""

from datetime import datetime, timedelta
from typing import Literal

from lifecycle.domain.project import LadderAction, Round, RoundStatus
from lifecycle.domain.values import Instant, Names, Value
from lifecycle.domain.worktime import WorkCalendar, working_time_between


class TimeLeft(Value):
    """The working time from now until a deadline, or, when `late`, since it: whole days, and the whole hours besides.

    A day is as long as the calendar's.
    """

    late: bool
    working_days: int
    working_hours: int


class DeadlineView(Value):
    """Whose time is running since when and until when, and how much of it is left; nobody's while it is stopped."""

    whose: Literal["submitter", "approvers"]
    started_at: Instant
    due: Instant | None
    stopped_at: Instant | None
    overdue: bool
    left: TimeLeft | None


class StepView(Value):
    """One step of the ladder: what it does, whom it names, when it is taken, and whether it has been.

    `people` hold the role that it names now; it is told where a single gate is looked at.
    """

    number: int
    action: LadderAction
    role: str | None
    at: Instant
    taken: bool
    people: Names = ()


def time_left(calendar: WorkCalendar, due: datetime, now: datetime) -> TimeLeft:
    """How much working time lies between now and a deadline."""
    late = due < now
    span = working_time_between(calendar, min(due, now), max(due, now))
    days, rest = divmod(span, calendar.day)
    return TimeLeft(late=late, working_days=days, working_hours=rest // timedelta(hours=1))


def deadline_of(round_: Round, calendar: WorkCalendar, now: datetime) -> DeadlineView | None:
    """The clock of a round that awaits its decision, if it has one."""
    clock = round_.clock
    if clock is None or not round_.is_open:
        return None
    return DeadlineView(
        whose="submitter" if round_.status is RoundStatus.PREPARING else "approvers",
        started_at=clock.started_at,
        due=clock.due,
        stopped_at=clock.stopped_at,
        overdue=clock.due is not None and clock.due < (clock.stopped_at or now),
        left=time_left(calendar, clock.due, clock.stopped_at or now) if clock.due else None,
    )


def ladder_of(round_: Round) -> tuple[StepView, ...]:
    """Every step of the ladder that runs in a round, taken or to come."""
    clock = round_.clock
    if clock is None or not round_.is_open:
        return ()
    steps = zip(clock.rungs, clock.steps, strict=False)
    return tuple(
        StepView(number=number, action=rung.action, role=rung.role, at=at, taken=number < clock.taken)
        for number, (rung, at) in enumerate(steps)
    )
