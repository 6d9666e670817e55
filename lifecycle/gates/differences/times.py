"""The times that gates give: deadlines, ladders, recurrences; the same length of working time on any calendar."""

from collections.abc import Iterator
from datetime import UTC, datetime

from lifecycle.domain.duration import Duration
from lifecycle.domain.project import OPENING, Outcome
from lifecycle.domain.worktime import WorkCalendar, after
from lifecycle.gates.clocks import for_tier
from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.differences.pairs import Context, Pair, tier_texts
from lifecycle.gates.policy_ladders import LadderStep
from lifecycle.gates.policy_words import ByTier

_MONDAY = datetime(2024, 1, 1, 9, tzinfo=UTC)
_WEEK = WorkCalendar.model_validate(
    {"timezone": "UTC", "weekdays": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "17:00", "holidays": []}
)


def shorter(one: Duration | None, other: Duration | None) -> bool:
    """Whether one length ends before the other; without a length there is no end."""
    if one is None or other is None:
        return one is not None
    return after(_WEEK, _MONDAY, one) < after(_WEEK, _MONDAY, other)


def times(pair: Pair, gate: str) -> Iterator[Difference]:
    """The differences in the times that a gate gives."""
    old, new = (book.policy.gates[gate] for book in (pair.before, pair.after))
    for aspect, what, lengths in (
        ("submit_within", "The submitter's time", (old.submit_within, new.submit_within)),
        ("decide_within", "The approvers' time", (old.decide_within, new.decide_within)),
        ("every", "The time from one review to the next", (old.every, new.every)),
    ):
        yield from _lengths(pair, aspect, what, *lengths)
    for aspect, ladders in (
        ("submit_ladder", (old.submit_ladder, new.submit_ladder)),
        ("ladder", (old.ladder, new.ladder)),
    ):
        yield from _ladder(pair, aspect, *ladders)
    if old.after != new.after:
        yield pair.told("after", Direction.OTHER, "The reviews of benefits come at other times.")


def _lengths(pair: Pair, aspect: str, what: str, old: ByTier | None, new: ByTier | None) -> Iterator[Difference]:
    if old == new and (pair.is_same_ground or not isinstance(old, dict)):
        return

    def judge(first: Context, second: Context) -> tuple[bool, bool]:
        was = for_tier(old, first["tier"]) if old else None
        will = for_tier(new, second["tier"]) if new else None
        return shorter(will, was) and will != was, shorter(was, will) and will != was

    said = f"{what} is shorter.", f"{what} is longer."
    yield from pair.compare(aspect, tier_texts(pair.before), tier_texts(pair.after), judge, said)


def _ladder(pair: Pair, aspect: str, old: tuple[LadderStep, ...], new: tuple[LadderStep, ...]) -> Iterator[Difference]:
    if old == new:
        return
    silent = _silent_go(old), _silent_go(new)
    if silent[1] and not silent[0]:
        yield pair.told(aspect, Direction.LOOSER, "Silence now decides that the project goes on.")
    elif silent[0] and not silent[1]:
        yield pair.told(aspect, Direction.STRICTER, "Silence no longer decides that the project goes on.")
    else:
        yield pair.told(aspect, Direction.OTHER, "The ladder takes other steps, or at other times.")


def _silent_go(ladder: tuple[LadderStep, ...]) -> bool:
    outcomes: list[Outcome | None] = [step.decide for step in ladder]
    return any(outcome in OPENING for outcome in outcomes)
