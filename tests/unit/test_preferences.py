"""Quiet hours are reckoned on each one's own clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lifecycle.domain.preferences import Preferences


def quiet(hours: str, at: str, timezone: str = "Europe/Berlin") -> str | None:
    """When it is no longer quiet, on the person's clock, at an instant of that clock."""
    zone = ZoneInfo(timezone)
    until = Preferences(timezone=timezone, quiet_hours=hours).quiet_until(
        datetime.fromisoformat(at).replace(tzinfo=zone)
    )
    return until.astimezone(zone).strftime("%a %H:%M") if until else None


def test_a_night_is_quiet_until_the_morning_after() -> None:
    assert quiet("20:00-07:00", "2026-03-02T19:59") is None
    assert quiet("20:00-07:00", "2026-03-02T20:00") == "Tue 07:00"
    assert quiet("20:00-07:00", "2026-03-03T06:59") == "Tue 07:00"
    assert quiet("20:00-07:00", "2026-03-03T07:00") is None


def test_a_midday_pause_is_quiet_within_the_day() -> None:
    assert quiet("12:00-13:00", "2026-03-02T11:59") is None
    assert quiet("12:00-13:00", "2026-03-02T12:30") == "Mon 13:00"
    assert quiet("12:00-13:00", "2026-03-02T13:00") is None


def test_one_hour_of_the_day_is_another_elsewhere() -> None:
    instant = datetime.fromisoformat("2026-03-02T06:30:00+00:00")
    hours = {
        zone: Preferences(timezone=zone, quiet_hours="20:00-07:00") for zone in ("UTC", "Europe/Berlin", "Asia/Tokyo")
    }
    assert [bool(each.quiet_until(instant)) for each in hours.values()] == [True, False, False]


def test_without_quiet_hours_nothing_is_quiet() -> None:
    assert quiet("never", "2026-03-02T03:00") is None


@pytest.mark.parametrize("hours", ["", "7-8", "07:00-07:00", "24:00-07:00", "20:00–07:00", "07:00-08:00\n", "always"])
def test_hours_that_are_none_are_refused(hours: str) -> None:
    with pytest.raises(ValidationError):
        Preferences(quiet_hours=hours)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "Europe", "\x00"])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError):
        Preferences(timezone=zone)


@given(
    st.integers(0, 3 * 366 * 24 * 60),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    st.times(),
    st.times(),
)
def test_quiet_hours_end_within_a_day(minute: int, zone: str, starts: time, ends: time) -> None:
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    if f"{starts:%H:%M}" != f"{ends:%H:%M}":
        until = Preferences(timezone=zone, quiet_hours=f"{starts:%H:%M}-{ends:%H:%M}").quiet_until(at)
        assert until is None or timedelta() < until - at <= timedelta(hours=25)
