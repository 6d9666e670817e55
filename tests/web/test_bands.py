"""Bands of tolerance: where a project lies between its limits, as it is drawn and said."""

import pytest

from api.web.views.bands import WIDTH, Band, band_of
from lifecycle.domain.values import FactValue
from lifecycle.gates.policy import Tolerance
from lifecycle.gates.vocabulary import Kind
from tests.web.test_formats import formats


def band(kind: Kind, value: FactValue | None, before: FactValue | None, **margins: str) -> Band | None:
    return band_of(Tolerance(fact="cost", **margins), kind, value, before, False, formats())


def test_a_project_at_its_baseline_lies_on_it() -> None:
    found = band(Kind.MONEY, 10_000, 10_000, over="10%")
    assert found is not None
    assert (found.now, found.drift, found.room) == (found.base, "±0%", "+10%")


def test_a_limit_lies_between_what_is_within_it_and_what_is_beyond() -> None:
    within, beyond = (band(Kind.MONEY, value, 10_000, over="10%") for value in (10_900, 11_100))
    assert within is not None
    assert beyond is not None
    assert within.high is not None
    assert within.base < within.now < within.high < beyond.now


def test_both_limits_are_drawn_where_there_are_two() -> None:
    found = band(Kind.DATE, "2026-03-22", "2026-03-02", over="30d", under="10d")
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < found.base < found.now < found.high < WIDTH
    assert (found.drift, found.room) == ("+20 days", "−10 days / +30 days")


def test_what_lies_far_off_stands_at_the_edge() -> None:
    found = band(Kind.INTEGER, 900, 1, over="5")
    assert found is not None
    assert found.now == WIDTH


@pytest.mark.parametrize(
    ("kind", "value", "before"),
    [(Kind.MONEY, None, 1), (Kind.MONEY, 1, None), (Kind.MONEY, 5, 0), (Kind.DATE, "soon", "2026-03-02")],
)
def test_what_cannot_be_measured_has_no_band(kind: Kind, value: FactValue | None, before: FactValue | None) -> None:
    assert band(kind, value, before, over="10%" if kind is Kind.MONEY else "10d") is None
