"""Indicators as charts: what each shows in a sentence, drawn, and the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.web.charts import Drawing, Look, bars, boxes, columns, heat
from api.web.formats import Formats
from lifecycle.domain.project import Outcome
from lifecycle.service.kpis import Cell, Kpis, MonthOfDecisions, TimeInStage, TimeToDecide, WeekOfLateness

OUTCOMES: Final[tuple[tuple[Outcome, str, str], ...]] = (
    (Outcome.GO, "good", ""),
    (Outcome.CONDITIONAL_GO, "good", "stripes"),
    (Outcome.RECYCLE, "warn", "rows"),
    (Outcome.HOLD, "warn", "dots"),
    (Outcome.KILL, "bad", "posts"),
    (Outcome.DECLINE, "bad", "cross"),
)
"""How outcomes look: a tone, and a pattern of their own."""
Table = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its title, what it says in a sentence, its series, and the same as a table; none without data."""

    id: str
    title: str
    sentence: str
    drawing: Drawing | None
    looks: tuple[Look, ...]
    head: tuple[str, ...]
    rows: Table


def charts_of(found: Kpis, say: Formats) -> tuple[Chart, ...]:
    """Every chart of the indicators."""
    return (
        _decisions(found.decisions, say),
        _lateness(found.overdue, say),
        _grid(found.grid, say),
        _gates(found.gates, say),
        _stages(found.stages, say),
    )


def _decisions(months: Sequence[MonthOfDecisions], say: Formats) -> Chart:
    _, n = say.gettext, say.ngettext
    made = [each for each in OUTCOMES if any(month.decisions.get(each[0]) for month in months)]
    looks = tuple(Look(say.named(outcome), tone, pattern) for outcome, tone, pattern in made)
    stacks = [[month.decisions.get(outcome, 0) for outcome, *_ in made] for month in months]
    total = sum(map(sum, stacks))
    named = [say.month(month.month) for month in months]
    return Chart(
        id="decisions",
        title=_("Decisions a month"),
        sentence=n("%(num)d gate was decided in twelve months.", "%(num)d gates were decided in twelve months.", total)
        % {"num": total},
        drawing=columns([say.month(month.month, short=True) for month in months], stacks, looks, say.number)
        if total
        else None,
        looks=looks,
        head=(_("Month"), *(look.name for look in looks), _("All")),
        rows=tuple(
            (name, *map(say.number, stack), say.number(sum(stack))) for name, stack in zip(named, stacks, strict=True)
        ),
    )


def _lateness(weeks: Sequence[WeekOfLateness], say: Formats) -> Chart:
    _, n = say.gettext, say.ngettext
    now = weeks[-1].overdue
    some = any(week.overdue for week in weeks)
    names = [say.short_day(week.until) if place % 3 == 0 else "" for place, week in enumerate(weeks[:-1])]
    looks = (Look(_("Late gates"), "bad"),)
    return Chart(
        id="lateness",
        title=_("Late by week"),
        sentence=n("%(num)d gate is past its deadline now.", "%(num)d gates are past their deadline now.", now)
        % {"num": now},
        drawing=columns([*names, _("now")], [[week.overdue] for week in weeks], looks, say.number) if some else None,
        looks=(),
        head=(_("At the end of the week before"), _("Late gates")),
        rows=tuple((say.day(week.until), say.number(week.overdue)) for week in weeks),
    )


def _gates(gates: Sequence[TimeToDecide], say: Formats) -> Chart:
    _, n = say.gettext, say.ngettext
    looks = (
        Look(_("waiting for the submitter"), "one"),
        Look(_("waiting for gatekeepers"), "two", "stripes"),
        Look(_("on hold"), "calm", "dots"),
    )
    stacks = [(gate.submitter, gate.gatekeepers, gate.hold) for gate in gates]
    names = [say.named(gate.gate) for gate in gates]
    number = sum(gate.rounds for gate in gates)
    return Chart(
        id="time-to-decide",
        title=_("Time to decide"),
        sentence=n(
            "Average working days of %(num)d decided round, by whose clock ran.",
            "Average working days of %(num)d decided rounds, by whose clock ran.",
            number,
        )
        % {"num": number},
        drawing=bars(names, stacks, looks, lambda days: say.number(round(days, 1))) if any(map(sum, stacks)) else None,
        looks=looks,
        head=(_("Gate"), _("Rounds"), *(look.name for look in looks)),
        rows=tuple(
            (name, say.number(gate.rounds), *(say.number(round(days, 1)) for days in stack))
            for name, gate, stack in zip(names, gates, stacks, strict=True)
        ),
    )


def _stages(stages: Sequence[TimeInStage], say: Formats) -> Chart:
    _ = say.gettext
    names = [say.named(stage.stage) for stage in stages]
    spans = [(stage.lower, stage.median, stage.upper) for stage in stages]
    return Chart(
        id="time-in-stage",
        title=_("Time in stage"),
        sentence=_("Days that projects stayed in the stages that they left: the middle half, and the median."),
        drawing=boxes(names, spans, lambda days: say.days(int(days))) if stages else None,
        looks=(),
        head=(_("Stage"), _("Projects"), _("A quarter within"), _("Half within"), _("Three quarters within")),
        rows=tuple(
            (name, say.number(stage.projects), *(say.days(days) for days in span))
            for name, stage, span in zip(names, stages, spans, strict=True)
        ),
    )


def _grid(cells: Sequence[Cell], say: Formats) -> Chart:
    _ = say.gettext
    stages, tiers = list(dict.fromkeys(cell.stage for cell in cells)), list(dict.fromkeys(cell.tier for cell in cells))
    across, down = [say.named(tier) for tier in tiers], [say.named(stage) for stage in stages]
    counts = [[cell.projects for cell in cells if cell.stage == stage] for stage in stages]
    number = sum(map(sum, counts))
    return Chart(
        id="tiers-and-stages",
        title=_("Tiers and stages"),
        sentence=say.ngettext(
            "%(num)d project is under way: how many of each tier stand in each stage.",
            "%(num)d projects are under way: how many of each tier stand in each stage.",
            number,
        )
        % {"num": number},
        drawing=heat(down, across, counts, say.number) if cells else None,
        looks=(),
        head=(_("Stage"), *across),
        rows=tuple((name, *map(say.number, row)) for name, row in zip(down, counts, strict=True)),
    )
