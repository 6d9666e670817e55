"""Indicators out of counts: quartiles are values that occurred, weeks end on Mondays, nothing is counted twice."""

from datetime import date
from statistics import median_low

from hypothesis import given
from hypothesis import strategies as st

from lifecycle.persistence.kpis import Lateness, Stays
from lifecycle.service.kpis import WEEKS, by_week, in_order, times_in_stage

DAYS = st.lists(st.integers(0, 400), min_size=1, max_size=60)


@given(DAYS)
def test_quartiles_are_of_all_stays_and_in_order(days: list[int]) -> None:
    heap = [Stays("planning", length, days.count(length)) for length in sorted(set(days))]
    (found,) = times_in_stage(heap)
    assert found.projects == len(days)
    assert found.median == median_low(days)
    assert min(days) <= found.lower <= found.median <= found.upper <= max(days)
    assert {found.lower, found.median, found.upper} <= set(days)


def test_a_week_counts_what_was_late_when_it_ended() -> None:
    over, now = Lateness("2026-03-03", "2026-03-12", 2), Lateness("2026-03-10", None, 5)
    weeks = by_week([over, now], date(2026, 3, 18))
    assert len(weeks) == WEEKS
    assert [(week.until.day, week.overdue) for week in weeks[-4:]] == [(2, 0), (9, 2), (16, 5), (18, 5)]


def test_what_the_order_does_not_know_comes_last() -> None:
    assert in_order(["c", "z", "a", "b"], ["b", "a", "b", "c"], str) == ("b", "a", "c", "z")
