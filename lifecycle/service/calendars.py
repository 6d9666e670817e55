"""Work calendars with the public holidays of a region."""

from datetime import date, time
from difflib import get_close_matches
from functools import lru_cache

import holidays

from lifecycle.domain.worktime import WorkCalendar
from lifecycle.gates.policy import CalendarRule
from lifecycle.gates.rulebook import Rulebook

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_YEARS_AHEAD = 6


@lru_cache(maxsize=64)
def calendar_of(rule: CalendarRule, year: int) -> WorkCalendar:
    """Give the calendar that a policy describes, with the holidays from the year before `year` to six years after it.

    Raises ValueError for a region, zone or week that there is not; a policy that was checked has none of these.
    """
    opens, closes = (time.fromisoformat(text) for text in rule.hours.split("-"))
    known = work_calendar(
        rule.timezone, _weekdays(rule.week), opens, closes, rule.holidays, year - 1, year + _YEARS_AHEAD
    )
    return known.model_copy(update={"holidays": known.holidays | frozenset(rule.days_off)})


@lru_cache(maxsize=256)
def calendar_under(book: Rulebook, year: int) -> WorkCalendar:
    """As `calendar_of`, for the policy of a rulebook: many lines of a list are reckoned under the same one."""
    return calendar_of(book.policy.calendar, year)


def _weekdays(week: str) -> frozenset[int]:
    """The days of "mon-fri", "mon,wed,fri" or "sun-thu"; a span may go over the weekend."""
    found: set[int] = set()
    for part in week.split(","):
        ends = [_DAYS.index(day) for day in part.split("-")]
        found |= {day % 7 for day in range(ends[0], ends[0] + (ends[-1] - ends[0]) % 7 + 1)}
    return frozenset(found)


@lru_cache(maxsize=64)
def work_calendar(
    timezone: str,
    weekdays: frozenset[int],
    opens: time,
    closes: time,
    region: str | None,
    first_year: int,
    last_year: int,
) -> WorkCalendar:
    """Give the calendar of an organisation with its region's public holidays, as observed, in both years and between.

    `region` is a country or a subdivision of one (ISO 3166: "US", "GB-ENG", "DE-BY"); None knows no holidays.
    Years that the library does not know, for most regions those after 2100, have no holidays.
    Raises ValueError for an unknown region, years in the wrong order, and whatever `WorkCalendar` refuses.
    """
    if first_year > last_year:
        raise ValueError(f"Holidays are wanted from {first_year} to {last_year}; put the earlier year first.")
    return WorkCalendar(
        timezone=timezone,
        weekdays=weekdays,
        opens=opens,
        closes=closes,
        holidays=_public_holidays(region, first_year, last_year) if region is not None else frozenset(),
    )


def _public_holidays(region: str, first_year: int, last_year: int) -> frozenset[date]:
    if region not in _regions():
        raise ValueError(_unknown(region))
    country, _, subdivision = region.partition("-")
    years = range(first_year, last_year + 1)
    return frozenset(
        holidays.country_holidays(
            country, subdiv=subdivision or None, years=years, observed=True, categories=holidays.PUBLIC
        )
    )


@lru_cache(maxsize=1)
def _regions() -> tuple[str, ...]:
    countries = holidays.list_supported_countries(include_aliases=False)
    return tuple(
        region
        for country, subdivisions in sorted(countries.items())
        for region in (country, *(f"{country}-{subdivision}" for subdivision in subdivisions))
    )


def _unknown(region: str) -> str:
    country = region.upper().partition("-")[0]
    siblings = [name for name in _regions() if name.partition("-")[0] == country]
    close = get_close_matches(region.upper(), siblings, n=3, cutoff=0.5)
    meant = f"did you mean {' or '.join(close)}?" if close else "write an ISO 3166 code such as US, DE-BY or GB-ENG."
    return f"No public holidays are known for region {region!r}; {meant}"
