"""A limit binds exactly where it stands, however it is written: no penny is lost to binary fractions."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lifecycle.gates.conditions import Kind, Truth, Vocabulary, compile_condition

FACTS = {"cost": Kind.MONEY, "share": Kind.NUMBER, "count": Kind.INTEGER, "start": Kind.DATE, "finish": Kind.DATE}
VOCABULARY = Vocabulary({"project": FACTS, "baseline": FACTS})
PENCE = st.integers(min_value=1, max_value=10**13)
HUNDREDTHS = st.integers(min_value=1, max_value=99_999)


def holds(text: str, cost: int = 0, baseline: int = 0, **facts: object) -> bool:
    known = {"project": {"cost": cost, **facts}, "baseline": {"cost": baseline, **facts}}
    return compile_condition(text, VOCABULARY).judge(known).truth is Truth.MET


@pytest.mark.parametrize("baseline", [100_00, 20_000_000_00, 70_000_000_00, 100_000_000_00, 1_000_000_000_00])
@pytest.mark.parametrize("percent", [10, 15, 20, 25, 30, 50])
def test_exactly_so_much_more_is_at_least_and_not_more_than_so_much(baseline: int, percent: int) -> None:
    limit = baseline * (100 + percent) // 100
    factor = f"1.{percent}"
    for at_least in (
        f"project.cost >= {factor} * baseline.cost",
        f"{factor} * baseline.cost <= project.cost",
        f"project.cost / baseline.cost >= {factor}",
        f"project.cost - baseline.cost >= 0.{percent} * baseline.cost",
        f"!(project.cost < {factor} * baseline.cost)",
        f"project.cost == {factor} * baseline.cost || project.cost > {factor} * baseline.cost",
    ):
        assert holds(at_least, limit, baseline), at_least
        assert not holds(at_least, limit - 1, baseline), at_least
    assert not holds(f"project.cost > {factor} * baseline.cost", limit, baseline)
    assert holds(f"project.cost > {factor} * baseline.cost", limit + 1, baseline)


@given(PENCE, PENCE, HUNDREDTHS)
@example(110_00, 100_00, 110)
def test_a_comparison_with_a_share_is_as_on_paper(cost: int, baseline: int, hundredths: int) -> None:
    limit = Fraction(baseline * hundredths, 100)
    factor = f"{hundredths // 100}.{hundredths % 100:02}"
    if cost == limit or abs(cost - limit) / limit > Fraction(1, 10**12):
        assert holds(f"project.cost >= {factor} * baseline.cost", cost, baseline) is (cost >= limit)
        assert holds(f"project.cost > {factor} * baseline.cost", cost, baseline) is (cost > limit)


@given(PENCE, st.integers(min_value=0, max_value=10**9))
def test_a_difference_of_two_amounts_is_exact_to_the_penny(baseline: int, more: int) -> None:
    if baseline < 10**11:
        text = f"project.cost - baseline.cost >= {more // 100}.{more % 100:02}"
        assert holds(text, baseline + more, baseline)
        assert not holds(text, baseline + more - 1, baseline)


def test_calculations_of_days_whole_numbers_and_answers_are_left_as_they_are() -> None:
    days: dict[str, Any] = {"start": "2027-01-31", "finish": "2027-03-02", "count": 3}
    assert holds("project.finish - project.start == duration('720h')", **days)
    assert holds("project.count * 2 - 1 == 5 && (project.count + 1 > 3) == true", **days)
    assert holds("(project.count > 2 ? 1.1 : 2.0) * 3.0 == 3.3", **days)
    assert holds("project.count + 1 in [4, 5] && -project.count < 0", **days)


def test_a_calculated_value_is_exact_too() -> None:
    drift = compile_condition("project.cost / baseline.cost - 1.0", VOCABULARY, frozenset({Kind.NUMBER}))
    assert drift.value({"project": {"cost": 110_00}, "baseline": {"cost": 100_00}}) == 0.1
