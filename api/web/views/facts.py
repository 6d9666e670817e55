"""Facts of a project beside their baseline, with the band that the policy tolerates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from api.web.formats import Formats
from api.web.values import field_text, shown
from lifecycle.domain.project import ProjectState
from lifecycle.gates.policy import Policy, Tolerance
from lifecycle.gates.tolerances import MINOR_UNITS
from lifecycle.gates.vocabulary import Kind

_FULL: Final = 2
"""A band is drawn so that twice the tolerated drift fills it."""


@dataclass(frozen=True, slots=True)
class Band:
    """The tolerated drift: how much of it is used, out of a hundred (over it when breached), and in words."""

    used: int
    drift: str
    margin: str
    breached: bool

    @property
    def drawn(self) -> int:
        """How far the bar goes, out of a hundred; the tolerance ends in its middle."""
        return max(0, min(100, self.used // _FULL))


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact: as it is now, at the baseline, and the band if the policy tolerates only so much drift."""

    name: str
    label: str
    help: str
    now: str
    baseline: str
    band: Band | None


@dataclass(frozen=True, slots=True)
class FactField:
    """One fact as a field to be typed over."""

    name: str
    label: str
    help: str
    unit: str
    kind: Kind
    of: tuple[str, ...]
    value: str


def facts_of(policy: Policy, state: ProjectState, say: Formats) -> tuple[FactLine, ...]:
    """Every fact that the policy declares, in its order."""
    bounded = {tolerance.fact: (name, tolerance) for name, tolerance in policy.tolerances.items() if tolerance.fact}
    lines = []
    for name, fact in policy.facts.items():
        value, before = state.facts.get(name), state.baseline.get(name)
        band = _band(*bounded[name], fact.type, value, before, state, say) if name in bounded else None
        lines.append(
            FactLine(
                name=name,
                label=say.said(fact.label) or say.named(name),
                help=fact.help,
                now=shown(fact.type, value, fact.unit or "", say),
                baseline=shown(fact.type, before, fact.unit or "", say) if before is not None else "",
                band=band,
            )
        )
    return tuple(lines)


def fields_of(policy: Policy, state: ProjectState, typed: Mapping[str, str]) -> tuple[FactField, ...]:
    """Every fact as a field, with what was typed before if anything was."""
    return tuple(
        FactField(
            name=name,
            label=fact.label or name.replace("_", " ").capitalize(),
            help=fact.help,
            unit=fact.unit or "",
            kind=fact.type,
            of=fact.of,
            value=typed.get(f"fact-{name}", field_text(fact.type, state.facts.get(name))),
        )
        for name, fact in policy.facts.items()
    )


def _band(
    name: str, tolerance: Tolerance, kind: Kind, value: Any, before: Any, state: ProjectState, say: Formats
) -> Band | None:
    """The band of a tolerance over its baseline; none where either is unknown or the margin is below it alone."""
    if tolerance.over is None or value is None or before is None or kind in (Kind.TEXT, Kind.CHOICE, Kind.BOOLEAN):
        return None
    margin = Fraction(tolerance.over.rstrip("%d"))
    if kind is Kind.DATE:
        days = (date.fromisoformat(str(value)) - date.fromisoformat(str(before))).days
        drift, said = Fraction(days), ("+" if days >= 0 else "−") + say.days(abs(days))
    else:
        drift = Fraction(str(value)) - Fraction(str(before))
        if tolerance.over.endswith("%"):
            base = abs(Fraction(str(before)))
            drift = drift / base * 100 if base else Fraction(0)
        elif kind is Kind.MONEY:
            drift /= MINOR_UNITS
        said = f"{float(drift):+.1f}{' %' if tolerance.over.endswith('%') else ''}"
    used = int(drift / margin * 100) if margin else 0
    return Band(max(0, used), said, tolerance.over, name in state.breaches)
