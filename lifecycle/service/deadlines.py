"""Deadlines as people look at them: whose time is running, until when, and what happens after it."""

from datetime import datetime
from typing import Literal

from lifecycle.domain.project import LadderAction, Round, RoundStatus
from lifecycle.domain.values import Instant, Value


class DeadlineView(Value):
    """Whose time is running since when and until when; nobody's while it is stopped."""

    whose: Literal["submitter", "approvers"]
    started_at: Instant
    due: Instant | None
    stopped_at: Instant | None
    overdue: bool


class StepView(Value):
    """One step of the ladder: what it does, whom it names, when it is taken, and whether it has been."""

    number: int
    action: LadderAction
    role: str | None
    at: Instant
    taken: bool


def deadline_of(round_: Round, now: datetime) -> DeadlineView | None:
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
