"""Facts that last: only a decision changes them, so that what one gate leaves meets what a later gate asks.

These are the facts that a policy gives to its gates (`by_gates`) and the baseline. All others may be amended between
gates, and so keep nobody back for good.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import product
from typing import Final, NamedTuple

from lifecycle.domain.project import OPENING, Outcome
from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Condition, Kind
from lifecycle.gates.derivation import as_fact
from lifecycle.gates.proofs.guards import Guard, guards_of, unanswered
from lifecycle.gates.proofs.prover import Prover
from lifecycle.gates.proofs.samples import MOST_TIED
from lifecycle.gates.rulebook import Rulebook

MOST_VALUES: Final = 12
"""So many values of a lasting fact are told apart; of more only whether it is known."""
MOST_TOGETHER: Final = 64
"""So many combinations of values of lasting facts."""


class Some(Enum):
    """A value that is known, whichever it is."""

    VALUE = "known"


Held = FactValue | Some | None
Facts = tuple[tuple[str, Held], ...]
"""The lasting facts by dotted name; none for what is not known."""


class Source(NamedTuple):
    """What a decision makes of a lasting fact; `fact` names the one fact that it takes over as it is, if so."""

    expression: Condition
    kind: Kind
    fact: str | None


class Change(NamedTuple):
    """What a decision may make of the lasting facts; `given` has to be so, and `guards` to hold, for that.

    Not `sure` if it comes about only where somebody has left something open.
    """

    facts: Mapping[str, Held]
    given: Mapping[str, FactValue | None]
    guards: tuple[Guard, ...]
    sure: bool


NO_CHANGE: Final = Change({}, {}, (), sure=True)


@dataclass(frozen=True)
class Lasting:
    """The lasting facts on which gates depend, and the values of each that gates tell apart."""

    prover: Prover
    values: Mapping[str, tuple[Held, ...]]
    beside: Mapping[str, tuple[Condition, ...]]
    """For each that is told apart by its values, the conditions that speak of it."""
    spoken_of: frozenset[str]
    """All facts, lasting or not, on which gates depend."""
    simplified: set[str] = field(default_factory=set)
    """Gates of whose decisions it was only followed that the facts are known then."""
    _changes: dict[tuple[str, Outcome, Facts], Sequence[Change]] = field(default_factory=dict)

    @property
    def nothing_known(self) -> Facts:
        """As a project begins that brings none of them."""
        return tuple((name, None) for name in self.values)

    @property
    def are_too_many(self) -> bool:
        """Whether projects may bring more combinations than are looked at."""
        return _count(self._brought(told_apart=False)) > MOST_TOGETHER

    def beginnings(self) -> Iterator[Facts]:
        """Everything that a project may bring, or of too much only that all is known; no baseline, which gates take."""
        brought = self._brought(told_apart=True)
        if _count(brought) > MOST_TOGETHER:
            brought = self._brought(told_apart=False)
        if self.are_too_many:
            brought = [held[-1:] for held in brought]
        return (tuple(zip(self.values, held, strict=True)) for held in product(*brought))

    def _brought(self, *, told_apart: bool) -> list[tuple[Held, ...]]:
        values = {name: held if told_apart else (None, Some.VALUE) for name, held in self.values.items()}
        return [(None,) if name.startswith("baseline.") else held for name, held in values.items()]

    def changes(self, gate: str, outcome: Outcome, before: Facts) -> Sequence[Change]:
        """What a decision may make of the facts; one that is none where it changes none."""
        asked = (gate, outcome, before)
        if asked not in self._changes:
            self._changes[asked] = tuple(self._made_by(*asked))
        return self._changes[asked]

    def _made_by(self, gate: str, outcome: Outcome, before: Facts) -> Iterator[Change]:
        sources = {name: source for name, source in sources_of(self.prover.book, gate, outcome) if name in self.values}
        if not sources:
            yield NO_CHANGE
            return
        made = [list(self._of(gate, name, source, dict(before))) for name, source in sources.items()]
        if _count(made) > MOST_TOGETHER:
            self.simplified.add(gate)
            made = [[_some(name)] for name in sources]
        for parts in product(*made):
            yield Change(
                {name: held for part in parts for name, held in part.facts.items()},
                {name: value for part in parts for name, value in part.given.items()},
                tuple(guard for part in parts for guard in part.guards),
                all(part.sure for part in parts),
            )

    def _of(self, gate: str, name: str, source: Source, before: Mapping[str, Held]) -> Iterator[Change]:
        """What may become of one fact."""
        if not source.expression.references:
            value = as_fact(source.kind, source.expression.value({}))
            is_told_apart = value is None or name in self.beside
            yield Change({name: value if is_told_apart else Some.VALUE}, {}, (), sure=True)
        elif source.fact is not None and source.fact in before:
            yield Change({name: before[source.fact]}, {}, (), sure=True)
        elif source.fact is None:
            yield from (Change({name: held}, {}, (), sure=False) for held in self.values[name])
        else:
            for held in self.values[name]:
                if held is None:
                    space, _, field = source.fact.partition(".")
                    guards = unanswered(self.prover.book, gate, field) if space == "answers" else ()
                    if guards is not None:
                        yield Change({name: None}, {source.fact: None}, guards, sure=False)
                elif isinstance(held, Some):
                    yield _some(name)
                else:
                    yield Change({name: held}, {source.fact: held}, (), sure=True)


def _some(name: str) -> Change:
    return Change({name: Some.VALUE}, {}, (), sure=True)


def _count(lists: Sequence[Sequence[object]]) -> int:
    number = 1
    for each in lists:
        number *= len(each)
    return number


def sources_of(book: Rulebook, gate: str, outcome: Outcome) -> Iterator[tuple[str, Source]]:
    """The lasting facts that a decision makes anew, and of what."""
    rule, facts = book.policy.gates[gate], book.policy.facts
    for name, text in rule.decision(outcome).set.items():
        expression = book.expression(text, facts[name].type, gate)
        is_fact = [element.kind for element in expression.elements] == ["fact"]
        taken = expression.elements[0].text if is_fact else None
        is_plain = taken is not None and taken.partition(".")[0] in ("project", "answers", "baseline")
        yield f"project.{name}", Source(expression, facts[name].type, taken if is_plain else None)
    if outcome in OPENING and rule.takes_baseline:
        for name, fact in facts.items():
            expression = book.expression(f"project.{name}", fact.type)
            yield f"baseline.{name}", Source(expression, fact.type, f"project.{name}")


def lasting_of(prover: Prover) -> Lasting:
    """The lasting facts of a policy on which its gates depend."""
    policy = prover.book.policy
    asking = dict.fromkeys(
        condition
        for gate, rule in policy.gates.items()
        for outcome in rule.decisions
        for guard in guards_of(prover.book, gate, outcome, lambda _: True)
        for condition in guard.conditions
    )
    asking |= dict.fromkeys(prover.book.condition(tier.when) for tier in policy.tiers if tier.when)
    behind = {condition: prover.facts_behind([condition]) for condition in asking}
    by_gates = [f"project.{name}" for name, fact in policy.facts.items() if fact.by_gates]
    spoken_of = set().union(*behind.values())
    names = [name for name in (*by_gates, *(f"baseline.{name}" for name in policy.facts)) if name in spoken_of]
    values: dict[str, tuple[Held, ...]] = dict.fromkeys(names, (None, Some.VALUE))
    beside: dict[str, tuple[Condition, ...]] = {}
    for name in names:
        speaking = _speaking(prover, behind, names, name)
        is_alone = all(len(one.facts) == 1 for each in speaking if each in behind for one in prover.comparisons(each))
        samples = prover.samples(speaking, most_apart=1 if is_alone else MOST_TIED)
        if samples.exact and len(samples.values[name]) < MOST_VALUES:
            values[name] = tuple(dict.fromkeys((None, *samples.values[name])))
            beside[name] = speaking
    return Lasting(prover, values, beside, frozenset(spoken_of))


def _speaking(
    prover: Prover, behind: Mapping[Condition, frozenset[str]], names: Sequence[str], name: str
) -> tuple[Condition, ...]:
    """The conditions that speak of a fact or of what decisions make it from, and that it is made from it."""
    book = prover.book
    taken = [
        (target, source.fact, book.condition(f"{target} == {source.fact}", gate))
        for gate, rule in book.policy.gates.items()
        for outcome in rule.decisions
        for target, source in sources_of(book, gate, outcome)
        if source.fact and target in names
    ]
    alike = {name}
    while more := {each for *ends, _ in taken for each in ends if alike.intersection(ends)} - alike:
        alike |= more
    speaking = [condition for condition, facts in behind.items() if alike & facts]
    return tuple(dict.fromkeys([*speaking, *(tie for target, _, tie in taken if target in alike)]))
