"""The drawn path of a project: its stages in a line, the gates between them, where it stands and how long each took."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.web.addresses import gate_path
from api.web.formats import Formats
from lifecycle.domain.gate_events import DECIDED
from lifecycle.domain.project import ProjectState, RoundStatus
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_gates import GateKind
from lifecycle.service.gate_views import GateLine
from lifecycle.service.trail import TrailRecord

STEP: Final = 190
"""Between one stage and the next, in units of the drawing."""
_MARGIN: Final = 70
_OPENED: Final = "policy:round:opened"


@dataclass(frozen=True, slots=True)
class StageMark:
    """A stage: where it is drawn, whether it is past, now or to come, and how long the project was in it."""

    name: str
    x: int
    state: str
    length: str


@dataclass(frozen=True, slots=True)
class GateMark:
    """A gate between two stages: where it is drawn, and how it stands (`done`, `past`, `open`, `asked`, `shut`)."""

    name: str
    x: int
    state: str
    path: str
    note: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole path; `width` in units of the drawing, `told` the same in words."""

    stages: tuple[StageMark, ...]
    gates: tuple[GateMark, ...]
    width: int
    told: str
    step: int = STEP


def drawing_of(
    state: ProjectState, stages: Sequence[str], gates: Iterable[GateLine], records: Sequence[TrailRecord], say: Formats
) -> Drawing:
    """The path of a project; its records say when it entered each stage, and how long its gates took."""
    entries, lengths = entries_of(records, state), lengths_of(records)
    now = stages.index(state.stage) if state.stage in stages else 0
    marks = tuple(
        StageMark(say.named(name), _MARGIN + STEP * number, _state(number, now, state), _length(name, entries, say))
        for number, name in enumerate(stages)
    )
    stage_gates = [line for line in gates if line.kind is GateKind.STAGE]
    between = tuple(_gate(line, stages, now, state.project, lengths, say) for line in stage_gates)
    return Drawing(marks, between, _MARGIN * 2 + STEP * (len(stages) - 1), _told(marks, say))


def outline_of(policy: Policy, say: Formats) -> Drawing:
    """The path that a policy lays out, for no project in particular; its gates lead to their places in the page."""
    stages = policy.stages
    marks = tuple(StageMark(say.named(name), _MARGIN + STEP * at, "plain", "") for at, name in enumerate(stages))
    gates = tuple(
        GateMark(gate.called(name), _middle(stages, gate.from_), "shut", f"#{gate_anchor(name)}", "")
        for name, gate in policy.gates.items()
        if gate.kind is GateKind.STAGE
    )
    return Drawing(marks, gates, _MARGIN * 2 + STEP * (len(stages) - 1), ", ".join(mark.name for mark in marks))


def gate_anchor(gate: str) -> str:
    """Where a gate is spoken of in the page of its policy."""
    return f"gate-{gate}"


def entries_of(records: Iterable[TrailRecord], state: ProjectState) -> dict[str, datetime]:
    """When the project entered each stage, the last time; its present stage at least."""
    found = {state.stage: state.stage_since}
    for record in sorted(records, key=lambda record: record.n):
        if record.type == "policy:stage:entered":
            found[record.content["event"]["stage"]] = record.at
    return found


def _state(number: int, now: int, state: ProjectState) -> str:
    if number == now:
        return "over" if state.is_over else "now"
    return "past" if number < now else "ahead"


def _length(name: str, entries: Mapping[str, datetime], say: Formats) -> str:
    """How long the project was in a stage, or has been so far."""
    if name not in entries:
        return ""
    left = min((at for at in entries.values() if at > entries[name]), default=say.now)
    return say.days(max(0, (left - entries[name]).days))


def lengths_of(records: Iterable[TrailRecord]) -> dict[str, int]:
    """How many days each gate that was decided took, from its latest first round to its latest decision."""
    opened: dict[str, datetime] = {}
    found: dict[str, int] = {}
    for record in sorted(records, key=lambda record: record.n):
        gate = record.content["event"].get("gate") if record.type in (_OPENED, *DECIDED) else None
        if gate and record.type == _OPENED and (gate in found or gate not in opened):
            opened[gate] = record.at
            found.pop(gate, None)
        elif gate in opened:
            found[gate] = (record.at - opened[gate]).days
    return found


def _gate(
    line: GateLine, stages: Sequence[str], now: int, project: str, lengths: Mapping[str, int], say: Formats
) -> GateMark:
    number = stages.index(line.leads_from) if line.leads_from in stages else 0
    status = line.status
    if status is RoundStatus.DECIDED and line.outcome in ("go", "conditional_go"):
        state, note = "done", say.named(line.outcome or "")
        note += f" · {say.days(lengths[line.gate])}" if line.gate in lengths else ""
    elif status in (RoundStatus.SUBMITTED, RoundStatus.INFORMATION_REQUESTED):
        state, note = "asked", say.when(line.due) if line.due else say.named(status or "")
    elif line.is_open:
        state, note = "open", say.gettext("%(num)d missing") % {"num": line.missing}
    else:
        state, note = ("past" if number < now else "shut"), ""
    return GateMark(line.label, _middle(stages, line.leads_from), state, gate_path(project, line.gate), note)


def _middle(stages: Sequence[str], stage: str | None) -> int:
    """Where the gate out of a stage is drawn."""
    number = stages.index(stage) if stage in stages else 0
    return _MARGIN + STEP * number + STEP // 2


def _told(marks: Iterable[StageMark], say: Formats) -> str:
    _ = say.gettext
    words = {"past": _("past"), "now": _("now"), "over": _("over"), "ahead": _("to come")}
    return "; ".join(f"{mark.name}: {words[mark.state]}{f', {mark.length}' if mark.length else ''}" for mark in marks)
