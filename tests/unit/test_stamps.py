"""Instants as the rows keep them: one text for one moment, which sorts as time runs."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from lifecycle.persistence.columns import kept, stamp

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001


@given(MOMENTS)
def test_a_stamp_is_the_same_moment_in_utc(moment: datetime) -> None:
    assert datetime.fromisoformat(stamp(moment)) == moment
    assert stamp(moment) == stamp(moment.astimezone(UTC))
    assert len(stamp(moment)) == 27


@given(MOMENTS, MOMENTS)
def test_stamps_sort_as_time_runs(one: datetime, other: datetime) -> None:
    assert (stamp(one) < stamp(other)) == (one < other)


@given(st.datetimes(timezones=st.none() | ZONES))
def test_every_instant_has_a_stamp(instant: datetime) -> None:
    assert datetime.fromisoformat(stamp(instant)).tzinfo is UTC


@given(st.text())
def test_kept_text_has_no_nul_and_keeps_its_length(text: str) -> None:
    assert "\0" not in kept(text)
    assert len(kept(text)) == len(text)
