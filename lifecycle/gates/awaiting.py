"""Whose word a round awaits, and since when it is late."""

from datetime import datetime

from lifecycle.domain.project import ProjectState, Round, RoundStatus
from lifecycle.domain.values import Names
from lifecycle.gates.approvals import standing
from lifecycle.gates.deciding import decider
from lifecycle.gates.rulebook import Rulebook


def awaited(book: Rulebook, state: ProjectState, round_: Round) -> Names:
    """The roles whose turn it is: the submitter's side, the open slots, and where nothing is open whoever decides."""
    if round_.status is not RoundStatus.SUBMITTED:
        return ("project_manager",)
    role, _ = decider(book, round_)
    return standing(book, state, round_).pending_roles or ((role,) if role else ())


def late_since(round_: Round, now: datetime) -> datetime | None:
    """The deadline that a round has missed: it has passed, or had passed when the clock stopped; none in time."""
    clock = round_.clock
    if clock is None or clock.due is None or not round_.is_open:
        return None
    return clock.due if clock.due < (clock.stopped_at or now) else None
