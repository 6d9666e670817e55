"""What happens when time passes, compared step by step: a step that frees the decision, and one that presses for it."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from lifecycle.domain.project import OPENING, LadderAction
from lifecycle.gates.clocks import for_tier
from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.differences.pairs import Pair
from lifecycle.gates.differences.spans import shorter
from lifecycle.gates.plain_times import step_in_words
from lifecycle.gates.policy_ladders import LadderStep


def ladders(pair: Pair, gate: str) -> Iterator[Difference]:
    """The differences in both ladders of a gate."""
    old, new = (book.policy.gates[gate] for book in (pair.before, pair.after))
    for aspect in ("submit_ladder", "ladder"):
        yield from _ladder(pair, aspect, getattr(old, aspect), getattr(new, aspect))


def _ladder(pair: Pair, aspect: str, old: Sequence[LadderStep], new: Sequence[LadderStep]) -> Iterator[Difference]:
    for matter in dict.fromkeys(_matter(step) for step in (*old, *new)):
        steps = ([step for step in ladder if _matter(step) == matter] for ladder in (old, new))
        for was, will in zip_longest(*steps):
            yield from _step(pair, aspect, was, will)


def _matter(step: LadderStep) -> tuple[object, ...]:
    """What a step does, whenever it does it."""
    return (step.action, step.role, step.remind, step.decide)


def _step(pair: Pair, aspect: str, was: LadderStep | None, will: LadderStep | None) -> Iterator[Difference]:
    step = will or was
    if step is None or was == will:
        return
    come, said = _coming(step), step_in_words(step)
    if was is None or will is None:
        direction, verb = (come, "new") if was is None else (come.turned, "gone")
        yield pair.told(aspect, direction, f"A step of the ladder is {verb}: {said}.")
        return
    tiers = [tier.id for tier in pair.after.policy.tiers]
    lengths = [(for_tier(was.after, tier), for_tier(will.after, tier)) for tier in tiers]
    if any(shorter(later, earlier) for earlier, later in lengths):
        yield pair.told(aspect, come, f"A step of the ladder comes sooner: {said}.")
    if any(shorter(earlier, later) for earlier, later in lengths):
        yield pair.told(aspect, come.turned, f"A step of the ladder comes later: {said}.")


def _coming(step: LadderStep) -> Direction:
    """Which way a gate goes when a step comes, or comes sooner: others decide, or silence, or it presses."""
    if step.action is LadderAction.REASSIGN:
        return Direction.BOTH
    frees = step.action in (LadderAction.WIDEN, LadderAction.RAISE) or step.decide in OPENING
    return Direction.LOOSER if frees else Direction.STRICTER
