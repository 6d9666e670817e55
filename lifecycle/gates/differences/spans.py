"""Lengths of time compared: by how long they last in an ordinary week, whatever the calendar."""

from datetime import UTC, datetime

from lifecycle.domain.duration import Duration
from lifecycle.domain.worktime import WorkCalendar, after
from lifecycle.gates.differences.difference import Direction

_MONDAY = datetime(2024, 1, 1, 9, tzinfo=UTC)
_WEEK = WorkCalendar.model_validate(
    {"timezone": "UTC", "weekdays": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "17:00", "holidays": []}
)


def shorter(one: Duration | None, other: Duration | None) -> bool:
    """Whether one length ends before the other; without a length there is no end."""
    if one is None or other is None:
        return one is not None and other is None
    return after(_WEEK, _MONDAY, one) < after(_WEEK, _MONDAY, other)


def longer_or_shorter(old: Duration | None, new: Duration | None) -> Direction:
    """A shorter time is stricter, a longer one looser, the same in other words neither."""
    if shorter(new, old):
        return Direction.STRICTER
    return Direction.LOOSER if shorter(old, new) else Direction.OTHER
