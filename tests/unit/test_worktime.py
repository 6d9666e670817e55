"""Deadlines in working time: the stories of a PMO's calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from lifecycle.domain.worktime import (
    Duration,
    NoWorkingTimeError,
    WorkCalendar,
    add_working_time,
    after,
    is_working,
    next_opening,
    working_time_between,
)

MONDAY_TO_FRIDAY = frozenset(range(5))
EVERY_DAY = frozenset(range(7))
CHRISTMAS_2027 = frozenset({date(2027, 12, 27), date(2027, 12, 28), date(2028, 1, 3)})


def office(
    timezone: str = "Europe/London",
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY,
    opens: time = time(9),
    closes: time = time(17),
    holidays: frozenset[date] = frozenset(),
) -> WorkCalendar:
    return WorkCalendar(timezone=timezone, weekdays=weekdays, opens=opens, closes=closes, holidays=holidays)


def local(calendar: WorkCalendar, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone)


def deadline(calendar: WorkCalendar, start: str, duration: str) -> str:
    due = after(calendar, local(calendar, start), Duration.parse(duration))
    assert due.tzinfo is UTC
    return due.astimezone(calendar.zone).replace(tzinfo=None).isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("2026-03-02 10:30", "5 working days", "2026-03-09 10:30"),
        ("2026-03-06 16:00", "1 working day", "2026-03-09 16:00"),
        ("2026-03-06 16:00", "3 working hours", "2026-03-09 11:00"),
        ("2026-03-07 12:00", "1 working day", "2026-03-09 17:00"),
        ("2026-03-06 20:00", "2 working hours", "2026-03-09 11:00"),
        ("2026-03-02 07:00", "3 working hours", "2026-03-02 12:00"),
        ("2024-12-30 15:00", "1 working day", "2024-12-31 15:00"),
    ],
)
def test_working_time_passes_over_nights_and_weekends(start: str, duration: str, due: str) -> None:
    assert deadline(office(), start, duration) == due


@pytest.mark.parametrize("start", ["2026-03-06 09:00", "2026-03-05 17:00", "2026-03-05 22:00"])
def test_a_deadline_at_the_end_of_a_day_is_the_closing_and_not_the_next_opening(start: str) -> None:
    assert deadline(office(), start, "1 working day") == "2026-03-06 17:00"
    assert deadline(office(), start, "8 working hours") == "2026-03-06 17:00"


def test_nothing_to_wait_for_is_due_as_soon_as_somebody_works() -> None:
    assert deadline(office(), "2026-03-06 12:00", "0 working days") == "2026-03-06 12:00"
    assert deadline(office(), "2026-03-06 17:00", "0 working hours") == "2026-03-06 17:00"
    assert deadline(office(), "2026-03-06 17:01", "0 working hours") == "2026-03-09 09:00"


def test_a_holiday_is_no_working_day() -> None:
    calendar = office(holidays=frozenset({date(2026, 4, 3), date(2026, 4, 6)}))
    assert deadline(calendar, "2026-04-02 15:00", "1 working day") == "2026-04-07 15:00"


def test_a_gate_submitted_before_a_long_christmas_is_due_in_the_new_year() -> None:
    calendar = office(holidays=CHRISTMAS_2027)
    assert deadline(calendar, "2027-12-24 14:00", "1 working day") == "2027-12-29 14:00"
    assert deadline(calendar, "2027-12-24 14:00", "5 working days") == "2028-01-05 14:00"
    spent = working_time_between(calendar, local(calendar, "2027-12-24 14:00"), local(calendar, "2028-01-05 14:00"))
    assert spent == timedelta(hours=40)


@pytest.mark.parametrize(
    ("timezone", "start", "due"),
    [
        ("Europe/London", "2026-03-27 10:00", "2026-03-30 10:00"),
        ("Europe/London", "2026-10-23 10:00", "2026-10-26 10:00"),
        ("America/New_York", "2026-03-06 10:00", "2026-03-09 10:00"),
        ("America/New_York", "2026-10-30 10:00", "2026-11-02 10:00"),
        ("Asia/Kolkata", "2026-03-27 10:00", "2026-03-30 10:00"),
        ("Australia/Lord_Howe", "2026-04-03 10:00", "2026-04-06 10:00"),
    ],
)
def test_a_working_day_keeps_its_clock_time_across_a_daylight_saving_weekend(
    timezone: str, start: str, due: str
) -> None:
    assert deadline(office(timezone), start, "1 working day") == due


def test_hours_elapse_while_days_weeks_and_months_keep_the_clock_across_daylight_saving() -> None:
    assert deadline(office(), "2026-03-28 10:00", "24h") == "2026-03-29 11:00"
    assert deadline(office(), "2026-03-28 10:00", "1 day") == "2026-03-29 10:00"
    assert deadline(office(), "2026-03-28 10:00", "2 weeks") == "2026-04-11 10:00"
    assert deadline(office(), "2026-03-28 10:00", "1 month") == "2026-04-28 10:00"


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("2026-01-31 12:00", "1 month", "2026-02-28 12:00"),
        ("2027-12-31 12:00", "2 months", "2028-02-29 12:00"),
        ("2026-08-31 12:00", "13 months", "2027-09-30 12:00"),
        ("2026-11-15 12:00", "1 month", "2026-12-15 12:00"),
    ],
)
def test_months_end_at_the_latest_on_the_last_day_of_the_month(start: str, duration: str, due: str) -> None:
    assert deadline(office(), start, duration) == due


def test_a_clock_time_that_is_skipped_is_the_moment_of_the_change() -> None:
    due = after(office(), local(office(), "2026-03-28 01:30"), Duration.parse("1 day"))
    assert due == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_clock_time_that_comes_twice_is_its_first_occurrence() -> None:
    due = after(office(), local(office(), "2026-10-24 01:30"), Duration.parse("1 day"))
    assert due == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_no_days_after_the_second_occurrence_is_still_the_second_occurrence() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert after(office(), second, Duration.parse("0 days")) == second


def test_a_night_watch_works_an_hour_less_or_more_when_the_clock_changes() -> None:
    watch = office(weekdays=EVERY_DAY, opens=time(0), closes=time(6))

    def worked(day: str) -> timedelta:
        start = local(watch, day)
        return working_time_between(watch, start, start + timedelta(hours=12))

    assert worked("2026-03-28") == timedelta(hours=6)
    assert worked("2026-03-29") == timedelta(hours=5)
    assert worked("2026-10-25") == timedelta(hours=7)
    assert deadline(watch, "2026-03-28 04:00", "1 working day") == "2026-03-29 05:00"


def test_a_working_day_that_the_clock_skips_does_not_exist() -> None:
    watch = office(weekdays=EVERY_DAY, opens=time(1, 15), closes=time(1, 45))
    assert next_opening(watch, local(watch, "2026-03-29 00:00")) == datetime(2026, 3, 30, 0, 15, tzinfo=UTC)


def test_samoa_never_worked_on_the_date_it_skipped() -> None:
    samoa = office("Pacific/Apia", weekdays=EVERY_DAY)
    assert deadline(samoa, "2011-12-29 12:00", "1 working day") == "2011-12-31 12:00"


def test_working_time_begins_at_the_opening_and_ends_before_the_closing() -> None:
    london = office()
    times = ["2026-03-06 08:59", "2026-03-06 09:00", "2026-03-06 16:59", "2026-03-06 17:00", "2026-03-07 12:00"]
    assert [is_working(london, local(london, text)) for text in times] == [False, True, True, False, False]


def test_the_next_opening_is_this_one_or_a_later_one() -> None:
    london, opening = office(), datetime(2026, 3, 9, 9, tzinfo=UTC)
    assert next_opening(london, local(london, "2026-03-06 12:00")) == opening
    assert next_opening(london, opening) == opening
    assert next_opening(london, local(london, "2026-12-31 12:00")) == datetime(2027, 1, 1, 9, tzinfo=UTC)


def test_no_working_time_passes_backwards() -> None:
    start = datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert working_time_between(office(), start, start - timedelta(days=7)) == timedelta()
    with pytest.raises(ValueError, match="counted forwards"):
        add_working_time(office(), start, timedelta(hours=-1))


def test_a_start_means_the_same_in_every_zone() -> None:
    start = datetime(2026, 3, 27, 10, tzinfo=UTC)
    dues = {
        after(office(), start.astimezone(ZoneInfo(zone)), Duration.parse("3 working days"))
        for zone in ("UTC", "Asia/Kolkata", "America/New_York")
    }
    assert dues == {datetime(2026, 4, 1, 9, tzinfo=UTC)}


def test_an_instant_needs_a_time_zone_and_a_sensible_year() -> None:
    naive, remote = datetime.fromisoformat("2026-03-06 12:00"), datetime(3000, 1, 1, tzinfo=UTC)
    for instant, why in ((naive, "needs a time zone"), (remote, "in the years 1900 to 2999")):
        with pytest.raises(ValueError, match=why):
            after(office(), instant, Duration.parse("1 day"))
        with pytest.raises(ValueError, match=why):
            working_time_between(office(), datetime(2026, 3, 6, tzinfo=UTC), instant)
        with pytest.raises(ValueError, match=why):
            is_working(office(), instant)
        with pytest.raises(ValueError, match=why):
            next_opening(office(), instant)


def test_holidays_for_ever_are_found_out_in_bounded_time() -> None:
    idle = office(
        weekdays=frozenset({0}), holidays=frozenset(date(2026, 1, 5) + timedelta(weeks=n) for n in range(3000))
    )
    start = datetime(2026, 3, 6, tzinfo=UTC)
    with pytest.raises(NoWorkingTimeError, match="not enough working time within 50 years of 2026-03-06"):
        after(idle, start, Duration.parse("1 working hour"))
    with pytest.raises(NoWorkingTimeError):
        next_opening(idle, start)
    assert not is_working(idle, start)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"timezone": "Europe/Camelot"}, "'Europe/Camelot' is unknown; write an IANA name"),
        ({"timezone": "Europe"}, "is unknown"),
        ({"timezone": "../secrets"}, "is unknown"),
        ({"timezone": ""}, "is unknown"),
        ({"weekdays": []}, "at least one working weekday"),
        ({"weekdays": [7]}, "less than or equal to 6"),
        ({"opens": "17:00"}, "opens before it closes"),
        ({"closes": "17:00Z"}, "without an offset"),
        ({"lunch": "12:00"}, "Extra inputs"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(wrong: dict[str, object], why: str) -> None:
    sound = {"timezone": "Europe/London", "weekdays": [0], "opens": "09:00", "closes": "17:00", "holidays": []}
    with pytest.raises(ValidationError, match=why):
        WorkCalendar.model_validate(sound | wrong)


def test_a_calendar_is_written_in_order_and_read_back() -> None:
    calendar = office(holidays=CHRISTMAS_2027)
    assert calendar.model_dump(mode="json") == {
        "timezone": "Europe/London",
        "weekdays": [0, 1, 2, 3, 4],
        "opens": "09:00:00",
        "closes": "17:00:00",
        "holidays": ["2027-12-27", "2027-12-28", "2028-01-03"],
    }
    assert WorkCalendar.model_validate_json(calendar.model_dump_json()) == calendar
