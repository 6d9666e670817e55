"""The times that gates give: deadlines and rhythms; the same length of working time on any calendar."""

from collections.abc import Iterator

from lifecycle.gates.clocks import for_tier
from lifecycle.gates.differences.difference import Difference
from lifecycle.gates.differences.pairs import Context, Pair, tier_texts
from lifecycle.gates.differences.spans import shorter
from lifecycle.gates.policy_words import ByTier


def times(pair: Pair, gate: str) -> Iterator[Difference]:
    """The differences in the times that a gate gives."""
    old, new = (book.policy.gates[gate] for book in (pair.before, pair.after))
    for aspect, what, lengths in (
        ("submit_within", "The submitter's time", (old.submit_within, new.submit_within)),
        ("decide_within", "The approvers' time", (old.decide_within, new.decide_within)),
        ("every", "The time from one review to the next", (old.every, new.every)),
    ):
        yield from _lengths(pair, aspect, what, *lengths)


def _lengths(pair: Pair, aspect: str, what: str, old: ByTier | None, new: ByTier | None) -> Iterator[Difference]:
    if old == new and (pair.is_same_ground or not isinstance(old, dict)):
        return

    def judge(first: Context, second: Context) -> tuple[bool, bool]:
        was = for_tier(old, first["tier"]) if old else None
        will = for_tier(new, second["tier"]) if new else None
        return shorter(will, was) and will != was, shorter(was, will) and will != was

    said = f"{what} is shorter.", f"{what} is longer."
    yield from pair.compare(aspect, tier_texts(pair.before), tier_texts(pair.after), judge, said)
