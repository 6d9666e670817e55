"""Derived facts, worked out one after the other from what is known of a project."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Condition, Kind, Truth, compile_condition
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_derived import Derived
from lifecycle.gates.policy_vocabulary import vocabulary_of

Context = Mapping[str, Any]
"""The facts that conditions see: namespaces of known values, and plain words."""

MINOR_UNITS = 100
_LARGEST = 2**53

Working = Callable[[Context, frozenset[str]], FactValue | None]
"""Works out one derived fact, whatever becomes of the undecided ones; none while it is unknown."""

_ALL_DECIDED: frozenset[str] = frozenset()


class Derivation:
    """The derived facts of a policy, compiled. `ConditionError` if an expression does not fit the declared facts."""

    def __init__(self, policy: Policy) -> None:
        vocabulary = vocabulary_of(policy, underived=True)
        self.conditions: dict[str, tuple[Condition, ...]] = {}
        self._workings: dict[str, Working] = {}
        for name, rule in policy.derived.items():
            if rule.is_ is not None:
                expression = compile_condition(rule.is_, vocabulary, frozenset({rule.type}))
                self.conditions[name] = (expression,)
                self._workings[name] = partial(_calculated, rule, expression)
            else:
                rows = tuple(compile_condition(row.when, vocabulary) for row in rule.cases if row.when)
                self.conditions[name] = rows
                self._workings[name] = partial(_looked_up, rule, rows)

    def added(self, context: Context) -> Context:
        """The context with the derived facts that can be worked out from it."""
        if not self._workings:
            return context
        derived: dict[str, FactValue] = {}
        whole = {**context, "derived": derived}
        for name, work_out in self._workings.items():
            value = work_out(whole, _ALL_DECIDED)
            if value is not None:
                derived[name] = value
        return whole

    def partly(
        self, context: Context, undecided: frozenset[str], names: Iterable[str]
    ) -> tuple[Context, frozenset[str]]:
        """The context with those of the named derived facts that follow whatever becomes of undecided facts.

        The others that depend on undecided facts are undecided too.
        """
        derived: dict[str, FactValue] = {}
        whole = {**context, "derived": derived}
        for name in names:
            value = self._workings[name](whole, undecided)
            if value is not None:
                derived[name] = value
            elif any(not undecided.isdisjoint(condition.references) for condition in self.conditions[name]):
                undecided |= {f"derived.{name}"}
        return whole, undecided


def as_fact(kind: Kind, value: object) -> FactValue | None:
    """A calculated value as a fact travels: money in minor units; none if it is unknown or too large."""
    if kind is Kind.MONEY:
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) * MINOR_UNITS > _LARGEST:
            return None
        return round(value * MINOR_UNITS)
    return value if isinstance(value, bool | int | float | str) else None


def _calculated(rule: Derived, expression: Condition, context: Context, undecided: frozenset[str]) -> FactValue | None:
    value = as_fact(rule.type, expression.value(context, undecided))
    return None if rule.of and value not in rule.of else value


def _looked_up(
    rule: Derived, rows: tuple[Condition, ...], context: Context, undecided: frozenset[str]
) -> FactValue | None:
    """The value of the row that holds; the row without a condition only when all others surely do not."""
    truths = [row.judge(context, undecided).truth for row in rows]
    if Truth.MET in truths:
        is_first = not undecided or Truth.UNKNOWN not in truths[: truths.index(Truth.MET)]
        return as_fact(rule.type, rule.cases[truths.index(Truth.MET)].is_) if is_first else None
    covers_the_rest = len(rule.cases) > len(rows) and Truth.UNKNOWN not in truths
    return as_fact(rule.type, rule.cases[-1].is_) if covers_the_rest else None
