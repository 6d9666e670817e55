"""What a gate asks to have been decided before, compared: whether one demand is fulfilled wherever another is."""

from collections.abc import Iterable, Iterator, Sequence

from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.differences.pairs import Pair
from lifecycle.gates.differences.spans import shorter
from lifecycle.gates.policy_decisions import Precondition


def preconditions(pair: Pair, gate: str) -> Iterator[Difference]:
    """The differences in what has to be decided before."""
    old, new = (book.policy.gates[gate].requires for book in (pair.before, pair.after))
    come, gone = _beyond(new, old), _beyond(old, new)
    if come:
        yield pair.told("requires", Direction.STRICTER, f"{_many(come)} asked for that was not.")
    if gone:
        yield pair.told("requires", Direction.LOOSER, f"{_many(gone)} no longer asked for as it was.")
    if not pair.is_same_ground and any(map(_is_conditional, old)):
        yield pair.told("requires", Direction.BOTH, "Preconditions may be asked for of other projects.")


def _beyond(these: Sequence[Precondition], those: Sequence[Precondition]) -> list[Precondition]:
    """Which of these are not fulfilled already where those are."""
    return [asked for asked in these if not any(_implies(other, asked) for other in those)]


def _implies(one: Precondition, other: Precondition) -> bool:
    """Whether the other is surely fulfilled wherever the one is; not sure is no."""
    if one.when not in (None, other.when):
        return False
    if other.all:
        return all(_implies(one, part) for part in other.all)
    if one.all:
        return any(_implies(part, other) for part in one.all)
    if one.gate is not None:
        return _decided(one, other) or any(part.when is None and _decided(one, part) for part in other.any)
    return _count(one) >= _count(other) > 0 and all(_among(part, other.parts) for part in one.parts)


def _count(asked: Precondition) -> int:
    """How many of its parts have to be fulfilled; none where it is no choice."""
    return asked.at_least or (1 if asked.any else 0)


def _among(part: Precondition, others: Iterable[Precondition]) -> bool:
    return any(part.when == other.when and _implies(part, other) for other in others)


def _decided(one: Precondition, other: Precondition) -> bool:
    return (
        one.gate == other.gate
        and set(one.outcome) <= set(other.outcome)
        and other.after in (None, one.after)
        and not shorter(other.fresh_for, one.fresh_for)
    )


def _is_conditional(asked: Precondition) -> bool:
    return asked.when is not None or any(map(_is_conditional, asked.parts))


def _many(asked: Sequence[Precondition]) -> str:
    return "A precondition is" if len(asked) == 1 else f"{len(asked)} preconditions are"
