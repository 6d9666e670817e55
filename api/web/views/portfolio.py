"""The portfolio as a page: how many projects stand where, a list narrowed by the address, and what is late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from api.web.addresses import gate_path, project_path
from api.web.formats import Formats
from lifecycle.domain.project import LadderAction
from lifecycle.service.cost import Cost
from lifecycle.service.deadlines import StepView
from lifecycle.service.overdue import OverdueLine
from lifecycle.service.portfolio import Board, Lanes, ProjectSummary, WantedProjects

PORTFOLIO = "/portfolio"
BOARD = "/portfolio/board"
EXPORT = "/portfolio/export"


@dataclass(frozen=True, slots=True)
class Bar:
    """So many projects that have something in common: how large a share of the largest, and where they are listed."""

    name: str
    projects: int
    share: int
    path: str


@dataclass(frozen=True, slots=True)
class Row:
    """A project in the list."""

    line: ProjectSummary
    path: str
    next: tuple[tuple[str, str], ...]
    confidence: str
    cost: str
    drift: str
    over: bool


@dataclass(frozen=True, slots=True)
class LateRow:
    """A gate past its deadline: who holds it, what was done about it, and what comes next."""

    line: OverdueLine
    gate_path: str
    project_path: str
    held_by: str
    roles: str
    last: str
    next: str


def bars_of(counted: Mapping[str, int], field: str, portfolio: str | None, say: Formats) -> tuple[Bar, ...]:
    """The counts as bars; each leads to its projects, those of a portfolio if one is looked at."""
    largest = max(counted.values(), default=0)
    return tuple(
        Bar(say.named(name), number, round(100 * number / largest), address({"portfolio": portfolio, field: name}))
        for name, number in counted.items()
    )


def rows_of(found: Iterable[ProjectSummary], say: Formats) -> tuple[Row, ...]:
    """The projects of a page of the list."""
    return tuple(
        Row(
            line=line,
            path=project_path(line.key),
            next=tuple((gate_path(line.key, gate), say.named(gate)) for gate in line.open_gates or line.next_gates),
            confidence=say.named(line.delivery_confidence) if line.delivery_confidence else "",
            cost=say.money(line.cost.now, line.cost.unit) if line.cost else "",
            drift=drift_of(line.cost, say),
            over=bool(line.cost and line.cost.baseline is not None and line.cost.now > line.cost.baseline),
        )
        for line in found
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A stage on the board: how many projects stand in it, the first of them, and where all are listed."""

    name: str
    projects: int
    rows: tuple[Row, ...]
    path: str

    @property
    def further(self) -> int:
        """How many more there are than are shown."""
        return self.projects - len(self.rows)


def lanes_of(found: Lanes, filters: Mapping[str, str], say: Formats) -> tuple[Column, ...]:
    """The lanes of the board; each leads to the list of what stands in it."""
    return tuple(
        Column(
            name=say.named(lane.stage),
            projects=lane.projects,
            rows=rows_of(lane.shown, say),
            path=address({**filters, "stage": lane.stage}),
        )
        for lane in found.items
    )


def drift_of(cost: Cost | None, say: Formats) -> str:
    """How far a cost is from its baseline, as a share of it: +4 %; empty without a baseline to compare with."""
    if cost is None or not cost.baseline:
        return ""
    share = (cost.now - cost.baseline) / abs(cost.baseline)
    return f"{'+' if share > 0 else ''}{say.percent(share)}"


def late_rows(found: Iterable[OverdueLine], names: Mapping[str, str], say: Formats) -> tuple[LateRow, ...]:
    """What is late, as a page says it."""
    return tuple(
        LateRow(
            line=line,
            gate_path=gate_path(line.project, line.gate),
            project_path=project_path(line.project),
            held_by=", ".join(names.get(person, person) for person in line.held_by),
            roles=_roles(line, names, say),
            last=step_in_words(line.last_step, say),
            next=step_in_words(line.next_step, say),
        )
        for line in found
    )


def _roles(line: OverdueLine, names: Mapping[str, str], say: Formats) -> str:
    """For which roles it is held; nothing where that is what its holders are called."""
    roles = ", ".join(say.named(role) for role in line.roles)
    return "" if roles == ", ".join(names.get(person, person) for person in line.held_by) else roles


def step_in_words(step: StepView | None, say: Formats) -> str:
    """What a step of a ladder does."""
    if step is None:
        return ""
    _ = say.gettext
    words = {
        LadderAction.REMIND: _("reminder"),
        LadderAction.NOTIFY: _("%(role)s is told"),
        LadderAction.WIDEN: _("%(role)s may vote as well"),
        LadderAction.REASSIGN: _("passes to %(role)s"),
        LadderAction.RAISE: _("raised to %(role)s"),
        LadderAction.HOLD: _("the project is held"),
        LadderAction.DECIDE: _("silence decides"),
    }
    return words[step.action] % {"role": say.named(step.role or "")}


def address(wanted: Mapping[str, Any], path: str = "") -> str:
    """The address of the list with these filters, or of another path with them."""
    given = {name: value for name, value in wanted.items() if value}
    if path:
        return f"{path}?{urlencode(given)}"
    return f"{PORTFOLIO}?{urlencode(given)}#projects" if given else PORTFOLIO


def filters_of(wanted: WantedProjects) -> dict[str, str]:
    """What the list is narrowed to, as the address and the form have it."""
    return {
        "text": wanted.text,
        "stage": wanted.stage or "",
        "status": wanted.status.value if wanted.status else "",
        "tier": wanted.tier or "",
        "portfolio": wanted.portfolio or "",
        "policy": wanted.policy_digest or "",
        "led_by": wanted.led_by or "",
        "overdue": "true" if wanted.overdue else "",
    }


def choices_of(board: Board) -> dict[str, tuple[str, ...]]:
    """What the list can be narrowed to."""
    return {
        "portfolio": board.portfolios,
        "stage": tuple(board.by_stage),
        "status": tuple(board.by_status),
        "tier": tuple(board.by_tier),
    }
