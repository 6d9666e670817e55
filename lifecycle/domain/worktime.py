"""Working-time arithmetic: when a deadline falls and how much working time has passed.

Calendar and instants are arguments; nothing here asks for the time. Working time is what really elapses between a
working day's opening and its closing. A clock time that a daylight-saving change skips means the moment of the
change; one that it repeats means its first occurrence.
"""

from bisect import bisect_left, bisect_right
from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Annotated, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, field_validator, model_validator

from lifecycle.domain.duration import Duration as Duration
from lifecycle.domain.duration import Unit as Unit

HORIZON_YEARS = 50
"""How far ahead working time is looked for."""
YEARS = range(1900, 3000)
"""The years in which an instant may lie, so that no arithmetic leaves the range of dates."""


class NoWorkingTimeError(ValueError):
    """A calendar has not enough working time within `HORIZON_YEARS` of an instant."""

    code = "no_working_time"

    def __init__(self, start: datetime) -> None:
        super().__init__(
            f"The calendar has not enough working time within {HORIZON_YEARS} years of {start:%Y-%m-%d}; "
            "check its weekdays, hours and holidays, or ask for less."
        )


class WorkCalendar(BaseModel):
    """When an organisation works: opening hours on weekdays that are no holidays, on the clock of one time zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone: str
    """IANA name, such as Europe/London."""
    weekdays: Annotated[frozenset[Annotated[int, Field(ge=0, le=6)]], PlainSerializer(sorted, return_type=list[int])]
    """0 is Monday; at least one."""
    opens: time
    closes: time
    """Local clock times without a zone; `opens` comes before `closes`."""
    holidays: Annotated[frozenset[date], PlainSerializer(sorted, return_type=list[date])] = frozenset()

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            raise ValueError(f"Time zone {name!r} is unknown; write an IANA name such as Europe/London.") from None
        return name

    @field_validator("weekdays")
    @classmethod
    def _some_day_is_worked(cls, weekdays: frozenset[int]) -> frozenset[int]:
        if not weekdays:
            raise ValueError("A calendar needs at least one working weekday (0 is Monday, 6 is Sunday).")
        return weekdays

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError(
                "Opening and closing are clock times of the calendar's zone; write them without an offset."
            )
        if self.opens >= self.closes:
            raise ValueError("A working day opens before it closes; write for example 09:00 and 17:00.")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone whose clock the calendar follows."""
        return ZoneInfo(self.timezone)

    @property
    def day(self) -> timedelta:
        """The length of a working day on the clock."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)


def after(calendar: WorkCalendar, start: datetime, duration: Duration) -> datetime:
    """Give the instant (UTC) that lies a duration after `start`.

    Working days and hours count working time, from the next opening if `start` is outside hours, and end at a closing
    rather than at the next opening. A working day is the length of the calendar's day: begun inside hours it ends at
    the same clock time, unless the clock changes within hours. Hours elapse; days, weeks and months keep the local
    clock time, months up to the last day of the month.
    Raises ValueError for an instant without a time zone or outside `YEARS`, NoWorkingTimeError beyond the horizon.
    """
    amount = duration.amount
    match duration.unit:
        case Unit.WORKING_HOURS:
            return add_working_time(calendar, start, timedelta(hours=amount))
        case Unit.WORKING_DAYS:
            return add_working_time(calendar, start, amount * calendar.day)
        case Unit.HOURS:
            return _utc(start) + timedelta(hours=amount)
        case Unit.DAYS:
            return _on_the_same_clock(calendar, start, days=amount)
        case Unit.WEEKS:
            return _on_the_same_clock(calendar, start, days=7 * amount)
        case Unit.MONTHS:
            return _on_the_same_clock(calendar, start, months=amount)


def add_working_time(calendar: WorkCalendar, start: datetime, span: timedelta) -> datetime:
    """Give the instant (UTC) at which `span` of working time has passed since `start`; never an opening if `span` > 0.

    A span of zero ends where counting starts: at `start`, or at the next opening outside hours.
    Raises ValueError for a negative span, and as `after` does.
    """
    if span < timedelta():
        raise ValueError("Working time is counted forwards; give a span of zero or more.")
    start = _utc(start)
    for year in _years(calendar, start):
        due = year.worked_until(start) + span
        day = bisect_left(year.worked, due, lo=bisect_left(year.closings, start))
        if day < len(year.worked):
            return year.closings[day] - (year.worked[day] - due)
        span = due - year.total
    raise NoWorkingTimeError(start)


def working_time_between(calendar: WorkCalendar, start: datetime, end: datetime) -> timedelta:
    """Measure the working time from `start` to `end`; zero when `end` is not after `start`."""
    start, end = _utc(start), _utc(end)
    if end <= start:
        return timedelta()
    first, last = (instant.astimezone(calendar.zone).year for instant in (start, end))
    years = (_year(calendar, number) for number in range(first, last + 1))
    return sum((year.worked_until(end) - year.worked_until(start) for year in years), timedelta())


def is_working(calendar: WorkCalendar, instant: datetime) -> bool:
    """Tell whether `instant` lies in working time; the opening does, the closing does not."""
    instant = _utc(instant)
    year = next(_years(calendar, instant))
    day = bisect_right(year.openings, instant) - 1
    return day >= 0 and instant < year.closings[day]


def next_opening(calendar: WorkCalendar, instant: datetime) -> datetime:
    """Give the first opening (UTC) at or after `instant`, also when `instant` lies in working time."""
    instant = _utc(instant)
    for year in _years(calendar, instant):
        day = bisect_left(year.openings, instant)
        if day < len(year.openings):
            return year.openings[day]
    raise NoWorkingTimeError(instant)


class _Year(NamedTuple):
    """The working days of one local year, in order, as instants in UTC."""

    openings: list[datetime]
    closings: list[datetime]
    worked: list[timedelta]
    """The working time of the year up to each closing."""

    @property
    def total(self) -> timedelta:
        return self.worked[-1] if self.worked else timedelta()

    def worked_until(self, instant: datetime) -> timedelta:
        day = bisect_right(self.openings, instant) - 1
        return self.worked[day] - max(self.closings[day] - instant, timedelta()) if day >= 0 else timedelta()


@lru_cache(maxsize=128)
def _year(calendar: WorkCalendar, number: int) -> _Year:
    zone, opens, closes = calendar.zone, calendar.opens, calendar.closes
    dates = (date(number, 1, 1) + timedelta(days=n) for n in range(365 + isleap(number)))
    hours = [
        (_instant(zone, datetime.combine(day, opens)), _instant(zone, datetime.combine(day, closes)))
        for day in dates
        if day.weekday() in calendar.weekdays and day not in calendar.holidays
    ]
    # A clock change can swallow a short working day, and even a whole date (Samoa, 30 December 2011).
    hours = [(opening, closing) for opening, closing in hours if opening < closing]
    worked = list(accumulate(closing - opening for opening, closing in hours))
    return _Year([opening for opening, _ in hours], [closing for _, closing in hours], worked)


def _years(calendar: WorkCalendar, start: datetime) -> Iterator[_Year]:
    first = start.astimezone(calendar.zone).year
    return (_year(calendar, number) for number in range(first, first + HORIZON_YEARS))


def _on_the_same_clock(calendar: WorkCalendar, start: datetime, *, days: int = 0, months: int = 0) -> datetime:
    local = _utc(start).astimezone(calendar.zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    wall = local.replace(year=year, month=month + 1, day=day, tzinfo=None) + timedelta(days=days)
    return _instant(calendar.zone, wall.replace(fold=local.fold))


def _instant(zone: ZoneInfo, wall: datetime) -> datetime:
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= second:
        return second if wall.fold else first
    # The clock skips this time: of the seconds around the change, the first one whose clock is past it.
    origin = second.replace(microsecond=0)
    seconds = range(int((first - second).total_seconds()) + 1)
    jump = bisect_left(seconds, True, key=lambda n: _wall(zone, origin + timedelta(seconds=n)) > wall)
    return origin + timedelta(seconds=jump)


def _wall(zone: ZoneInfo, instant: datetime) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("An instant needs a time zone; give for example 2026-03-02T09:00:00Z.")
    if instant.year not in YEARS:
        raise ValueError(f"An instant must lie in the years {YEARS.start} to {YEARS.stop - 1}.")
    return instant.astimezone(UTC)
