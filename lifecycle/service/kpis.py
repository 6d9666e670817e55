"""Indicators, worked out of what was counted: decisions a month, time in stages, time to decide, lateness, a grid."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import product
from statistics import fmean
from typing import Final, TypeVar

from lifecycle.domain.project import Outcome, Status
from lifecycle.domain.values import Instant, Value
from lifecycle.domain.waits import Side
from lifecycle.domain.worktime import WorkCalendar, working_time_between
from lifecycle.persistence.kpis import Decisions, Lateness, Stays, Waited
from lifecycle.persistence.projects import Heap

WEEKS: Final = 13
"""Weeks over which what is late is shown."""


class MonthOfDecisions(Value):
    """How many gates were decided how in a month, written 2026-03."""

    month: str
    decisions: dict[Outcome, int]


class TimeInStage(Value):
    """How long projects stayed in a stage that they left: whole days, the middle one and the quartiles."""

    stage: str
    projects: int
    lower: int
    median: int
    upper: int


class TimeToDecide(Value):
    """The working days from the opening of a gate's rounds to their decision, on average, by whom they waited on."""

    gate: str
    rounds: int
    submitter: float
    gatekeepers: float
    hold: float


class WeekOfLateness(Value):
    """How many gates were past their deadline when a week ended, or are now."""

    until: date
    overdue: int


class Cell(Value):
    """How many living projects of one tier stand in one stage, if any."""

    tier: str
    stage: str
    projects: int


class Kpis(Value):
    """The indicators of everything within somebody's reach, as they stood at an instant.

    Months, weeks, stages, tiers and gates come in their own order; `decisions`, `stages` and `gates` look back a year.
    """

    as_of: Instant
    decisions: tuple[MonthOfDecisions, ...]
    stages: tuple[TimeInStage, ...]
    gates: tuple[TimeToDecide, ...]
    overdue: tuple[WeekOfLateness, ...]
    grid: tuple[Cell, ...]


def by_month(counted: Iterable[Decisions], months: Iterable[str]) -> tuple[MonthOfDecisions, ...]:
    """The decisions of each of these months, also of those without any."""
    made: dict[str, dict[Outcome, int]] = defaultdict(dict)
    for each in counted:
        made[each.month][Outcome(each.outcome)] = each.number
    return tuple(MonthOfDecisions(month=month, decisions=made.get(month, {})) for month in months)


def times_in_stage(counted: Iterable[Stays]) -> tuple[TimeInStage, ...]:
    """Median and quartiles of the days in each stage."""
    heaps: dict[str, dict[int, int]] = defaultdict(dict)
    for each in counted:
        heaps[each.stage][each.days] = each.number
    return tuple(_quartiles(stage, heap) for stage, heap in heaps.items())


def _quartiles(stage: str, heap: Mapping[int, int]) -> TimeInStage:
    total = sum(heap.values())
    lower, median, upper = (_nth(heap, quarter * (total - 1) // 4) for quarter in (1, 2, 3))
    return TimeInStage(stage=stage, projects=total, lower=lower, median=median, upper=upper)


def _nth(heap: Mapping[int, int], place: int) -> int:
    """The value at a place, counted from 0, of all that are heaped up, in their order."""
    passed = 0
    for value, number in sorted(heap.items()):
        passed += number
        if passed > place:
            return value
    raise IndexError(place)


def spent(each: Waited, calendar: WorkCalendar) -> dict[Side, float]:
    """The working days that a decided round waited on each side; a day is as long as the calendar has it."""
    waits = [(Side(side), datetime.fromisoformat(since)) for side, since in json.loads(each.waits)]
    ends = [since for _, since in waits[1:]] + [each.decided_at]
    days = dict.fromkeys(Side, 0.0)
    for (side, since), end in zip(waits, ends, strict=True):
        days[side] += working_time_between(calendar, since, end) / calendar.day
    return days


def times_to_decide(rounds: Iterable[tuple[str, Mapping[Side, float]]]) -> tuple[TimeToDecide, ...]:
    """The average of what decided rounds, each with its gate, waited on each side, by gate."""
    heaps: dict[str, list[Mapping[Side, float]]] = defaultdict(list)
    for gate, days in rounds:
        heaps[gate].append(days)
    return tuple(
        TimeToDecide(
            gate=gate, rounds=len(heap), **{side: round(fmean(days[side] for days in heap), 2) for side in Side}
        )
        for gate, heap in heaps.items()
    )


def by_week(counted: Iterable[Lateness], today: date) -> tuple[WeekOfLateness, ...]:
    """How many gates were late when each of the last weeks ended, on its Monday's first instant, and how many are."""
    counted = tuple(counted)
    monday = today - timedelta(days=today.weekday())
    ends = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS - 1))]
    still = sum(each.number for each in counted if each.ended is None)
    return (*(_week(counted, end) for end in ends), WeekOfLateness(until=today, overdue=still))


def _week(counted: Iterable[Lateness], end: date) -> WeekOfLateness:
    return WeekOfLateness(until=end, overdue=sum(each.number for each in counted if _is_late(each, end)))


def _is_late(each: Lateness, when: date) -> bool:
    return each.due < when.isoformat() and (each.ended is None or each.ended >= when.isoformat())


def grid(heaps: Iterable[Heap], stages: Sequence[str], tiers: Sequence[str]) -> tuple[Cell, ...]:
    """How many living projects of each tier stand in each stage, where any do; by stage, then by tier."""
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for heap in heaps:
        if heap.status in (Status.ACTIVE, Status.ON_HOLD):
            counted[heap.stage, heap.tier] += heap.projects
    met = in_order({stage for stage, _ in counted}, stages, str), in_order({tier for _, tier in counted}, tiers, str)
    return tuple(Cell(tier=tier, stage=stage, projects=counted.get((stage, tier), 0)) for stage, tier in product(*met))


T = TypeVar("T")


def in_order(items: Iterable[T], names: Sequence[str], name: Callable[[T], str]) -> tuple[T, ...]:
    """The items in the order of their names in a list; those that it does not name come last, by name."""
    place = {each: number for number, each in reversed([*enumerate(names)])}
    return tuple(sorted(items, key=lambda item: (place.get(name(item), len(names)), name(item))))
