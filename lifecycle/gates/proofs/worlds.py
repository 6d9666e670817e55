"""A project that shows something: a search through the values at which conditions can turn, counted and never timed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lifecycle.domain.values import FactValue
from lifecycle.gates.proofs.samples import Samples

World = Mapping[str, FactValue | None]
"""Fact by dotted name -> value, None for not known; a fact that is not named does not matter."""

Goal = Callable[[Mapping[str, Any], frozenset[str]], bool | None]
"""Whether facts show what is looked for: surely, surely not, or not yet to be said; the set names undecided facts."""


NOTHING_KNOWN: Mapping[str, Any] = {}


@dataclass
class Budget:
    """So many judgements are made for one question, and for all questions together."""

    each: int = 4_000
    left: int = 60_000


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search came to: a witness, or none; `proven` when there surely is none."""

    world: World | None
    proven: bool


@dataclass
class Search:
    """Searches by deciding one fact after another, and leaves a path as soon as it cannot lead to the goal."""

    samples: Samples
    budget: Budget
    judgements: int
    """So many are made for each project that is looked at."""
    _made: int = field(default=0, init=False)

    def find(self, goal: Goal, known: Mapping[str, Any] = NOTHING_KNOWN) -> Searched:
        """A project for which the goal surely holds; `known` is the context of what is no question."""
        self._made = 0
        names = list(self.samples.values)
        world = self._from(goal, names, known, {})
        return Searched(world, proven=world is None and self.samples.exact and not self._spent)

    @property
    def _spent(self) -> bool:
        return self._made >= self.budget.each or self.budget.left <= 0

    def _from(
        self, goal: Goal, undecided: list[str], context: Mapping[str, Any], world: dict[str, FactValue | None]
    ) -> World | None:
        if self._spent:
            return None
        self._made += self.judgements
        self.budget.left -= self.judgements
        shows = goal(context, frozenset(undecided))
        if shows or shows is False or not undecided:
            return dict(world) if shows else None
        name, *rest = undecided
        for value in self.samples.values[name]:
            known = _with(context, name, value)
            if found := self._from(goal, rest, known, {**world, name: value}):
                return found
        return None


def context_of(world: World) -> Mapping[str, Any]:
    """What conditions see of a project."""
    context: Mapping[str, Any] = {}
    for name, value in world.items():
        context = _with(context, name, value)
    return context


def every(samples: Samples) -> Iterator[tuple[World, Mapping[str, Any]]]:
    """Every combination of the sampled values, with its context for conditions; the first fact turns slowest."""
    found: list[tuple[World, Mapping[str, Any]]] = [({}, {})]
    for name, values in samples.values.items():
        found = [({**w, name: value}, _with(c, name, value)) for w, c in found for value in values]
    return iter(found)


def count(samples: Samples) -> int:
    """How many combinations there are."""
    number = 1
    for values in samples.values.values():
        number *= len(values)
    return number


def _with(context: Mapping[str, Any], name: str, value: FactValue | None) -> dict[str, Any]:
    space, dot, leaf = name.partition(".")
    if not dot:
        return {**context, name: value}
    return {**context, space: {**context.get(space, {}), leaf: value}}
