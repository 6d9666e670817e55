"""The laws of working time, on calendars and zones of every kind."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lifecycle.domain.worktime import (
    Duration,
    Unit,
    WorkCalendar,
    add_working_time,
    after,
    is_working,
    next_opening,
    working_time_between,
)

ZONES = [
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",  # half an hour off
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "America/Havana",  # changes at midnight
    "Pacific/Apia",  # skipped a whole date in 2011
    "UTC",
]
MINUTES = st.integers(0, 24 * 60 - 1)
DAYS = st.dates(date(2009, 1, 1), date(2014, 12, 31))
INSTANTS = st.datetimes(datetime(2010, 1, 1), datetime(2013, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
SPANS = st.timedeltas(timedelta(), timedelta(days=40))  # two of them fit the horizon at an hour a week
HOURS = st.integers(0, 400)

unhurried = settings(deadline=None)  # a busy machine breaks no law


def clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


@st.composite
def calendars(draw: st.DrawFn, hours: st.SearchStrategy[int] = MINUTES) -> WorkCalendar:
    opens, closes = sorted(draw(st.lists(hours, min_size=2, max_size=2, unique=True)))
    return WorkCalendar(
        timezone=draw(st.sampled_from(ZONES)),
        weekdays=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        opens=clock(opens),
        closes=clock(closes),
        holidays=draw(st.frozensets(DAYS, max_size=40)),
    )


@st.composite
def long_days(draw: st.DrawFn) -> WorkCalendar:
    """Calendars with at least an hour a day, so that hundreds of hours stay within the horizon."""
    calendar = draw(calendars())
    assume(calendar.day >= timedelta(hours=1))
    return calendar


@unhurried
@given(long_days(), INSTANTS, SPANS)
def test_working_time_added_is_working_time_measured(calendar: WorkCalendar, start: datetime, span: timedelta) -> None:
    assert working_time_between(calendar, start, add_working_time(calendar, start, span)) == span


@unhurried
@given(long_days(), INSTANTS, SPANS, SPANS)
def test_adding_in_two_steps_is_adding_at_once(
    calendar: WorkCalendar, start: datetime, one: timedelta, two: timedelta
) -> None:
    between = add_working_time(calendar, start, one)
    assert add_working_time(calendar, between, two) == add_working_time(calendar, start, one + two)


@unhurried
@given(long_days(), INSTANTS, HOURS, HOURS)
def test_working_hours_add_up(calendar: WorkCalendar, start: datetime, one: int, two: int) -> None:
    first = after(calendar, start, Duration(amount=one, unit=Unit.WORKING_HOURS))
    second = after(calendar, first, Duration(amount=two, unit=Unit.WORKING_HOURS))
    assert second == after(calendar, start, Duration(amount=one + two, unit=Unit.WORKING_HOURS))


@unhurried
@given(long_days(), INSTANTS, SPANS, SPANS)
def test_more_work_is_never_due_earlier(
    calendar: WorkCalendar, start: datetime, one: timedelta, two: timedelta
) -> None:
    less, more = sorted((one, two))
    assert start <= add_working_time(calendar, start, less) <= add_working_time(calendar, start, more)


@unhurried
@given(long_days(), INSTANTS, INSTANTS, SPANS)
def test_a_later_start_is_never_due_earlier(
    calendar: WorkCalendar, one: datetime, two: datetime, span: timedelta
) -> None:
    early, late = sorted((one, two))
    assert add_working_time(calendar, early, span) <= add_working_time(calendar, late, span)


@unhurried
@given(long_days(), INSTANTS, st.sampled_from(Unit), st.integers(0, 60), st.integers(0, 60))
def test_a_longer_duration_is_never_due_earlier(
    calendar: WorkCalendar, start: datetime, unit: Unit, one: int, two: int
) -> None:
    less, more = (after(calendar, start, Duration(amount=n, unit=unit)) for n in sorted((one, two)))
    assert start <= less <= more


@unhurried
@given(long_days(), INSTANTS, SPANS)
def test_a_deadline_is_a_working_instant_or_a_closing(calendar: WorkCalendar, start: datetime, span: timedelta) -> None:
    due = add_working_time(calendar, start, span)
    assert is_working(calendar, due) or is_working(calendar, due - timedelta(microseconds=1))
    assert not span or due != next_opening(calendar, due)


@unhurried
@given(long_days(), INSTANTS, st.sampled_from(Unit), st.integers(0, 60), st.sampled_from(ZONES))
def test_only_the_instant_of_a_start_matters(
    calendar: WorkCalendar, start: datetime, unit: Unit, amount: int, zone: str
) -> None:
    duration = Duration(amount=amount, unit=unit)
    due = after(calendar, start, duration)
    assert due.tzinfo is UTC
    assert due == after(calendar, start.astimezone(ZoneInfo(zone)), duration)


@unhurried
@given(calendars(), INSTANTS, INSTANTS, INSTANTS)
def test_working_time_of_parts_is_that_of_the_whole(
    calendar: WorkCalendar, one: datetime, two: datetime, three: datetime
) -> None:
    start, middle, end = sorted((one, two, three))
    parts = working_time_between(calendar, start, middle) + working_time_between(calendar, middle, end)
    assert timedelta() <= parts == working_time_between(calendar, start, end) <= end - start


@unhurried
@given(calendars(st.integers(4 * 60, 22 * 60)), st.sampled_from(["Europe/London", "America/New_York"]), INSTANTS)
def test_counting_minute_by_minute_agrees(calendar: WorkCalendar, timezone: str, start: datetime) -> None:
    calendar = calendar.model_copy(update={"timezone": timezone})
    start = start.replace(second=0, microsecond=0)
    minutes = [start + timedelta(minutes=n) for n in range(4 * 24 * 60)]
    worked = [instant for instant in minutes if _is_open(calendar, instant.astimezone(calendar.zone))]
    span = timedelta(minutes=len(worked))
    assert working_time_between(calendar, start, minutes[-1] + timedelta(minutes=1)) == span
    if worked:
        assert add_working_time(calendar, start, span) == worked[-1] + timedelta(minutes=1)
        assert add_working_time(calendar, start, timedelta()) in (start, worked[0])
    assert all(is_working(calendar, instant) for instant in worked[::97])


def _is_open(calendar: WorkCalendar, local: datetime) -> bool:
    worked_on = local.weekday() in calendar.weekdays and local.date() not in calendar.holidays
    return worked_on and calendar.opens <= local.time() < calendar.closes
