"""What derived facts come down to: the facts and constants behind them, by which conditions on them are proven."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lifecycle.gates.conditions import Condition, Kind
from lifecycle.gates.proofs.terms import Comparison, Constant, comparisons
from lifecycle.gates.rulebook import Rulebook

_FEW = (Kind.BOOLEAN, Kind.CHOICE)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What to compare instead of a derived fact.

    A table, a choice or a yes stands for its `constants`; what is calculated for the `facts` that it is made of, and
    then is not `plain`. `behind` are all facts on which it depends.
    """

    facts: frozenset[str]
    constants: frozenset[Constant]
    plain: bool
    behind: frozenset[str]


Meanings = Mapping[str, Meaning]
"""Derived fact by dotted name -> what it comes down to."""


def needed(book: Rulebook, conditions: Sequence[Condition]) -> tuple[str, ...]:
    """The derived facts on which conditions depend, in the order in which they follow from each other."""
    derivation = book.derivation.conditions
    wanted = {name for condition in conditions for name in _derived(condition)}
    for name in reversed(derivation):
        if name in wanted:
            wanted |= {other for condition in derivation[name] for other in _derived(condition)}
    return tuple(name for name in derivation if name in wanted)


def meanings(book: Rulebook, names: Sequence[str]) -> Meanings:
    """What derived facts come down to; the names as `needed` gives them."""
    found: dict[str, Meaning] = {}
    for name in names:
        found[f"derived.{name}"] = _meaning(book, name, found)
    return found


def resolved(comparison: Comparison, known: Meanings) -> Comparison:
    """A comparison of derived facts as one of the facts behind them."""
    parts = [known[name] for name in comparison.facts if name in known]
    if not parts:
        return comparison
    facts = (comparison.facts - known.keys()).union(*(part.facts for part in parts))
    constants = comparison.constants.union(*(part.constants for part in parts))
    return Comparison(facts, constants, comparison.plain and all(part.plain for part in parts))


def _meaning(book: Rulebook, name: str, known: Meanings) -> Meaning:
    rule, conditions = book.policy.derived[name], book.derivation.conditions[name]
    behind = {reference for condition in conditions for reference in condition.references}
    behind = (behind - known.keys()).union(*(known[other].behind for other in behind & known.keys()))
    if rule.cases or rule.type in _FEW:
        values = [value for row in rule.cases for value in _constant(rule.type, row.is_)]
        return Meaning(frozenset(), frozenset(values), plain=True, behind=frozenset(behind))
    (expression,) = conditions
    is_alias = [element.kind for element in expression.elements] == ["fact"]
    (whole,) = comparisons(expression) or (Comparison(frozenset(), frozenset(), plain=False),)
    whole = resolved(whole, known)
    return Meaning(whole.facts, whole.constants, plain=is_alias and whole.plain, behind=frozenset(behind))


def _derived(condition: Condition) -> Iterator[str]:
    return (name.removeprefix("derived.") for name in condition.references if name.startswith("derived."))


def _constant(kind: Kind, value: object) -> Iterator[Constant]:
    if kind is Kind.DATE and isinstance(value, str):
        yield date.fromisoformat(value)
    elif isinstance(value, str | float | int):
        yield value
