"""The values of facts at which conditions can turn: around every constant, and enough to differ where facts are tied.

Two values between the same constants are alike to a plain condition, so a sample of each stretch stands for all.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, floor, isfinite

from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Condition, Kind
from lifecycle.gates.proofs.meanings import Meanings, resolved
from lifecycle.gates.proofs.terms import Comparison, Constant, comparisons

MOST_TIED = 3
"""So many facts of one comparison chain are told apart; more are only sampled."""
MOST_CHOICES = 40
NOTHING_DERIVED: Meanings = {}

_DAY_ZERO = date(2026, 1, 1).toordinal()
_FIRST, _LAST = date.min.toordinal() + 1, date.max.toordinal()
_CENTS = 100
_COUNTS = ("conditions.", "rounds.")
_WIDEST = 2**53
_USUAL = {Kind.MONEY: 100_000 * _CENTS, Kind.INTEGER: 1, Kind.DATE: _DAY_ZERO}
_SCALE = (0.0, 1.0, 10.0, 100.0, 1_000.0, 1_000_000.0)
_OTHERS = ("something else", "another thing", "a third thing")


@dataclass(frozen=True, slots=True)
class Samples:
    """Fact by dotted name -> its values in rising order, None for not known; `exact` when no other value could matter.

    Values are as facts travel: money in minor units, a date as YYYY-MM-DD.
    """

    values: Mapping[str, tuple[FactValue | None, ...]]
    kinds: Mapping[str, Kind]
    exact: bool

    def without(self, names: Container[str]) -> "Samples":
        """The samples without some facts, which then are never known."""
        return replace(self, values={name: values for name, values in self.values.items() if name not in names})

    def only(self, names: Container[str]) -> "Samples":
        """The samples of some facts alone."""
        return replace(self, values={name: values for name, values in self.values.items() if name in names})


def samples_of(
    conditions: Sequence[Condition], known: Meanings = NOTHING_DERIVED, most_apart: int = MOST_TIED
) -> Samples:
    """The values of every fact that the conditions mention, and of those behind derived facts whose meaning is known.

    The conditions include those from which the derived facts follow. Of facts that are compared with each other at most
    `most_apart` are told apart.
    """
    choices = {name: values for condition in conditions for name, values in condition.choices.items()}
    kinds = {name: kind for each in conditions for name, kind in each.kinds.items() if name not in known}
    asked = {e.text for condition in conditions for e in condition.elements if e.kind == "has"}
    asked = asked.union(*(known[name].behind for name in asked & known.keys()))
    compared = [resolved(comparison, known) for condition in conditions for comparison in comparisons(condition)]
    found = [comparison for comparison in compared if comparison.facts]
    values: dict[str, tuple[FactValue | None, ...]] = {}
    exact = all(comparison.plain for comparison in found)
    for group in _tied(kinds, found):
        touching = [comparison for comparison in found if comparison.facts & group]
        constants = {constant for comparison in touching for constant in comparison.constants}
        calculated = any(not comparison.plain for comparison in touching)
        told_apart = min(len(group), most_apart)
        exact = exact and len(group) <= MOST_TIED and len({kinds[name] for name in group}) == 1
        for name in sorted(group):
            if name in choices and len(choices[name]) <= MOST_CHOICES:
                values[name] = choices[name]
            elif name in choices:
                values[name] = _mentioned(choices[name], constants)
                exact = exact and len(group) == 1
            else:
                values[name] = tuple(_values(kinds[name], constants, told_apart, calculated))
            if name.startswith(_COUNTS):
                values[name] = tuple(value for value in values[name] if isinstance(value, int) and value >= 0)
    unknown = {name: (*values[name], None) for name in values if name in asked}
    return Samples({name: unknown.get(name, values[name]) for name in kinds}, kinds, exact)


def _tied(names: Iterable[str], found: Sequence[Comparison]) -> list[frozenset[str]]:
    """The facts in groups that are compared with each other."""
    groups = {name: {name} for name in names}
    for comparison in found:
        joined = set().union(*(groups[name] for name in comparison.facts))
        for name in joined:
            groups[name] = joined
    return list({id(group): frozenset(group) for group in groups.values()}.values())


def _mentioned(values: tuple[str, ...], constants: set[Constant]) -> tuple[str, ...]:
    """The values that are spoken of, and one for all the others."""
    other = next((value for value in values if value not in constants), None)
    return tuple(value for value in values if value in constants or value == other)


def _values(kind: Kind, constants: set[Constant], told_apart: int, calculated: bool) -> Iterator[FactValue]:
    if kind is Kind.BOOLEAN:
        yield from (False, True)
    elif kind in (Kind.TEXT, Kind.CHOICE):
        texts = sorted(constant for constant in constants if isinstance(constant, str))
        yield from (*texts, *(other for other in _OTHERS[:told_apart] if other not in texts))
    elif kind is Kind.NUMBER:
        numbers = {constant for constant in constants if isinstance(constant, float | int)}
        yield from _along(sorted({*map(float, numbers), *(_SCALE if calculated else ())}), told_apart)
    else:
        cuts = sorted(set(_cuts(kind, constants, calculated)))
        first, last = (_FIRST, _LAST) if kind is Kind.DATE else (-_WIDEST, _WIDEST)
        points = [point for point in _around(cuts, told_apart, _USUAL[kind]) if first <= point <= last]
        yield from (date.fromordinal(point).isoformat() if kind is Kind.DATE else point for point in points)


def _cuts(kind: Kind, constants: set[Constant], calculated: bool) -> Iterator[int]:
    """The constants as whole numbers of the kind's smallest unit: cents, days, ones."""
    if kind is Kind.DATE:
        days = {constant.toordinal() for constant in constants if isinstance(constant, date)}
        lengths = {int(constant) for constant in constants if isinstance(constant, float | int) and constant < 10**6}
        yield from (day + length for day in days or {_DAY_ZERO} for length in {0, *lengths}) if calculated else days
        return
    unit = _CENTS if kind is Kind.MONEY else 1
    numbers = {constant for constant in constants if isinstance(constant, float | int)}
    for number in {*numbers, *(_SCALE if calculated else ())}:
        if isfinite(number) and abs(number) * unit <= _WIDEST:
            exactly = round(number * unit, 6)
            yield from {floor(exactly), ceil(exactly)}


def _around(cuts: Sequence[int], told_apart: int, usual: int) -> Iterator[int]:
    """Every cut, and between and beyond the cuts as many values as have to be told apart, next to the lower cut."""
    if not cuts:
        yield from range(usual, usual + told_apart)
        return
    yield from range(cuts[0] - told_apart, cuts[0])
    for cut, following in zip(cuts, [*cuts[1:], cuts[-1] + told_apart + 1], strict=True):
        yield from range(cut, min(cut + told_apart + 1, following))


def _along(cuts: Sequence[float], told_apart: int) -> Iterator[float]:
    """The same for numbers that have no smallest step."""
    if not cuts:
        yield from (1.0 + number for number in range(told_apart))
        return
    yield from (cuts[0] - number for number in range(told_apart, 0, -1))
    for cut, following in zip(cuts, [*cuts[1:], cuts[-1] + 1.0], strict=True):
        step = min(0.01, (following - cut) / 2) / told_apart
        yield from (cut + step * number for number in range(told_apart + 1))
