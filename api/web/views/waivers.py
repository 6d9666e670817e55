"""Waivers at a gate as a page shows them: what one may ask for, what is asked for, and what stands."""

from dataclasses import dataclass
from datetime import datetime

from lifecycle.domain.waivers import Waiver, WaiverRequest
from lifecycle.gates.criteria import Finding
from lifecycle.service.gate_views import GateView


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A request that awaits its answer: by its requirement's name, and whether the reader may grant or decline it."""

    request: WaiverRequest
    label: str
    may_grant: bool
    may_decline: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """A waiver, by its requirement's name, and whether the reader may take it back."""

    waiver: Waiver
    label: str
    may_revoke: bool


@dataclass(frozen=True, slots=True)
class Waivers:
    """What the reader may grant and may ask for, what is asked for, and what was granted."""

    grantable: tuple[Finding, ...]
    askable: tuple[Finding, ...]
    asked: tuple[AskedFor, ...]
    granted: tuple[Granted, ...]


def waivers_in(view: GateView, now: datetime) -> Waivers:
    """The waivers of a gate; what one may grant or ask for is among the findings that keep it shut."""
    may = {(act.action, act.subject.removeprefix(f"{view.gate}.")) for act in view.actions if act.allowed}
    names = {finding.requirement: finding.label for finding in view.findings}
    lacking = [finding for finding in view.findings if not finding.passes]
    asked = [(request, request.requirement) for request in view.waivers_asked]
    granted = [(waiver, waiver.requirement) for waiver in view.waivers]
    return Waivers(
        grantable=tuple(finding for finding in lacking if ("grant_waiver", finding.requirement) in may),
        askable=tuple(finding for finding in lacking if ("ask_for_waiver", finding.requirement) in may),
        asked=tuple(
            AskedFor(
                request=request,
                label=names.get(about, about),
                may_grant=("grant_waiver", about) in may,
                may_decline=("decline_waiver", about) in may,
            )
            for request, about in asked
        ),
        granted=tuple(
            Granted(waiver, names.get(about, about), waiver.stands(now) and ("revoke_waiver", about) in may)
            for waiver, about in granted
        ),
    )
