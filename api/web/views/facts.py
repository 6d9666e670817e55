"""Facts of a project beside their baseline, with the band that the policy tolerates."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.web.formats import Formats
from api.web.values import field_text, shown
from api.web.views.bands import Band, band_of
from lifecycle.domain.project import ProjectState
from lifecycle.gates.policy import Policy
from lifecycle.gates.vocabulary import Kind


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
        bound, tolerance = bounded.get(name, ("", None))
        band = band_of(tolerance, fact.type, value, before, bound in state.breaches, say) if tolerance else None
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
