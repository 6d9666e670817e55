"""Tolerances: how far a forecast may drift from its baseline before somebody has to decide."""

from datetime import date, timedelta

from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Truth
from lifecycle.gates.policy import Tolerance
from lifecycle.gates.rulebook import Rulebook, context_of


def breaches(book: Rulebook, state: ProjectState) -> dict[str, str]:
    """The tolerances that are surely exceeded, each with a sentence; what is unknown is no breach and no comfort."""
    found = {name: _breach(book, state, tolerance) for name, tolerance in book.policy.tolerances.items()}
    return {name: sentence for name, sentence in found.items() if sentence}


def _breach(book: Rulebook, state: ProjectState, tolerance: Tolerance) -> str | None:
    if tolerance.when is not None:
        met = book.holds(tolerance.when, context_of(state)).truth is Truth.MET
        return (tolerance.label or f"This holds: {tolerance.when}") if met else None
    name = tolerance.fact or ""
    forecast, baseline = state.facts.get(name), state.baseline.get(name)
    if forecast is None or baseline is None:
        return None
    label = tolerance.label or name.replace("_", " ").capitalize()
    if tolerance.over and _beyond(forecast, baseline, tolerance.over, 1):
        return f"{label} is {forecast}, more than {tolerance.over} over the baseline {baseline}."
    if tolerance.under and _beyond(forecast, baseline, tolerance.under, -1):
        return f"{label} is {forecast}, more than {tolerance.under} under the baseline {baseline}."
    return None


def _beyond(forecast: FactValue, baseline: FactValue, margin: str, sign: int) -> bool:
    """Whether the forecast lies more than the margin past the baseline; exactly the margin is still within it.

    A percentage of a baseline of nothing has no measure, so it is no breach.
    """
    if isinstance(forecast, str) or isinstance(baseline, str):
        days = timedelta(days=float(margin.removesuffix("d")))
        drift = date.fromisoformat(str(forecast)) - date.fromisoformat(str(baseline))
        return drift * sign > days
    if margin.endswith("%") and baseline == 0:
        return False
    allowed = float(margin.removesuffix("%")) / 100 * abs(baseline) if margin.endswith("%") else float(margin)
    return (forecast - baseline) * sign > allowed + 1e-9
