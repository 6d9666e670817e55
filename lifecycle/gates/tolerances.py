"""Tolerances: how far a forecast may drift from its baseline before somebody has to decide."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Kind, Truth
from lifecycle.gates.policy import Fact, Tolerance
from lifecycle.gates.rulebook import Rulebook, context_of
from lifecycle.gates.vocabulary import known

MINOR_UNITS = 100
"""So many pence make a pound: money is carried in the one and spoken of in the other."""

_MEASURED = (Kind.DATE, Kind.MONEY, Kind.NUMBER, Kind.INTEGER)


def breaches(book: Rulebook, state: ProjectState) -> dict[str, str]:
    """The tolerances that are surely exceeded, each with a sentence; what is unknown is no breach and no comfort."""
    found = {name: _breach(book, state, tolerance) for name, tolerance in book.policy.tolerances.items()}
    return {name: sentence for name, sentence in found.items() if sentence}


def _breach(book: Rulebook, state: ProjectState, tolerance: Tolerance) -> str | None:
    if tolerance.when is not None:
        met = book.holds(tolerance.when, context_of(book, state)).truth is Truth.MET
        return (tolerance.label or f"This holds: {tolerance.when}") if met else None
    name = tolerance.fact or ""
    forecast, baseline = state.facts.get(name), state.baseline.get(name)
    declared = book.policy.facts.get(name)
    if declared is None or declared.type not in _MEASURED or forecast is None or baseline is None:
        return None
    if known(declared.type, forecast) is None or known(declared.type, baseline) is None:
        return None
    label = tolerance.label or name.replace("_", " ").capitalize()
    for margin, sign, side in ((tolerance.over, 1, "over"), (tolerance.under, -1, "under")):
        if margin and _beyond(declared, forecast, baseline, margin, sign):
            now, then = _said(declared, forecast), _said(declared, baseline)
            return f"{label} is {now}, more than {margin} {side} the baseline {then}."
    return None


def _beyond(declared: Fact, forecast: FactValue, baseline: FactValue, margin: str, sign: int) -> bool:
    """Whether the forecast lies more than the margin past the baseline; exactly the margin is still within it.

    A percentage of a baseline of nothing has no measure, so it is no breach.
    """
    if declared.type is Kind.DATE:
        days = (date.fromisoformat(str(forecast)) - date.fromisoformat(str(baseline))).days
        return days * sign > Fraction(margin.rstrip("d%"))
    drift, base = (_exact(forecast) - _exact(baseline)) * sign, abs(_exact(baseline))
    if margin.endswith("%"):
        return base > 0 and drift > Fraction(margin.rstrip("%")) / 100 * base
    return drift > Fraction(margin.rstrip("d")) * (MINOR_UNITS if declared.type is Kind.MONEY else 1)


def _exact(value: FactValue) -> Fraction:
    """The number as it is written, without what its binary form adds or drops."""
    return Fraction(str(value))


def _said(declared: Fact, value: FactValue) -> str:
    if declared.type is not Kind.MONEY:
        return str(value)
    return f"{Decimal(str(value)) / MINOR_UNITS:,.2f} {declared.unit or ''}".rstrip()
