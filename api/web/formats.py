"""Dates, times, lengths and amounts as one reader is used to them."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

from api.web.reader import Reader
from lifecycle.gates.tolerances import MINOR_UNITS
from lifecycle.service.deadlines import TimeLeft
from lifecycle.service.language.catalogues import catalogue
from lifecycle.service.language.sentences import spaced, spoken

_WEEK: Final = 6
"""Days ahead for which the name of the day is clearer than its date."""
_LARGE: Final = 10_000_000
"""Amounts from here on, in minor units, are read at a glance only when they are rounded."""


class Formats:
    """Words for values, in one reader's language, locale and zone; `now` is the instant of the request."""

    def __init__(self, reader: Reader, now: datetime) -> None:
        self.reader = reader
        self.now = now
        texts = catalogue(reader.language)
        self.gettext: Callable[[str], str] = texts.gettext
        self.ngettext: Callable[[str, str, int], str] = texts.ngettext

    def day(self, value: datetime | date | str) -> str:
        """A day with its year: 12 March 2026."""
        return format_date(self._day(value), "long", self.reader.locale)

    def moment(self, instant: datetime) -> str:
        """A day and a clock time: 12 Mar 2026, 15:00."""
        return f"{format_date(self._day(instant), 'medium', self.reader.locale)}, {self.clock(instant)}"

    def clock(self, instant: datetime) -> str:
        """A clock time: 15:00."""
        return _time(instant, self.reader.zone, self.reader.locale)

    def when(self, instant: datetime) -> str:
        """An instant as one would say it now: tomorrow 15:00, Thursday 15:00, 12 March 15:00."""
        there, today = self._day(instant), self._day(self.now)
        _ = self.gettext
        days = (there - today).days
        near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
        if days in near:
            said = near[days]
        elif 1 < days <= _WEEK:
            said = format_date(there, "EEEE", self.reader.locale)
        else:
            said = self.short_day(there)
        return f"{said} {self.clock(instant)}"

    def short_day(self, value: datetime | date | str) -> str:
        """A day, with its year only when that is another one: 12 Mar."""
        there = self._day(value)
        if there.year != self._day(self.now).year:
            return format_date(there, "medium", self.reader.locale)
        return _day_of_month(there, self.reader.locale)

    def month(self, month: str, *, short: bool = False) -> str:
        """A month that is written 2026-03: March 2026, or M where there is no room."""
        return format_date(date.fromisoformat(f"{month}-01"), "LLLLL" if short else "LLLL y", self.reader.locale)

    def left(self, left: TimeLeft) -> str:
        """The working time until a deadline, or since it: 6 working hours left, 2 working days late."""
        _, n = self.gettext, self.ngettext
        if left.working_days:
            length = n("%(num)d working day", "%(num)d working days", left.working_days) % {"num": left.working_days}
        elif left.working_hours:
            length = n("%(num)d working hour", "%(num)d working hours", left.working_hours) % {
                "num": left.working_hours
            }
        else:
            length = _("less than a working hour")
        return (_("%(length)s late") if left.late else _("%(length)s left")) % {"length": length}

    def ago(self, instant: datetime) -> str:
        """How long ago, roughly: 3 days; for a length of time in a list."""
        return self.days((self.now - instant).days)

    def days(self, days: int) -> str:
        """A number of whole days."""
        return self.ngettext("%(num)d day", "%(num)d days", days) % {"num": days}

    def money(self, minor: float, currency: str = "", *, exact: bool = False) -> str:
        """An amount of minor units; large ones rounded unless they are wanted exactly."""
        return _money(minor, currency, exact or abs(minor) < _LARGE, self.reader.locale)

    def number(self, value: float) -> str:
        """A number."""
        return format_decimal(value, locale=self.reader.locale)

    def percent(self, share: float) -> str:
        """A share of one as a percentage: 0.52 is 52 %."""
        return _percent(share, self.reader.locale)

    def size(self, amount: int) -> str:
        """A number of bytes: 1.4 MB."""
        for unit, scale in (("MB", 1_000_000), ("kB", 1_000)):
            if amount >= scale:
                return f"{format_decimal(round(amount / scale, 1), locale=self.reader.locale)} {unit}"
        return f"{self.number(amount)} B"

    def said(self, text: Any) -> str:
        """A text that the product's core has written, in the reader's language where the catalogue has it."""
        return spoken(text if isinstance(text, str) else str(text), self.reader.language) if text else ""

    def named(self, word: str) -> str:
        """A name out of a policy or an enumeration as a phrase: `project_manager` is Project manager."""
        return self.gettext(spaced(word))

    def _day(self, value: datetime | date | str) -> date:
        if isinstance(value, datetime):
            return value.astimezone(self.reader.zone).date()
        return date.fromisoformat(value) if isinstance(value, str) else value


_SEEN_AGAIN: Final = 5_000
"""So many values of a kind are kept as they were written: a list is mostly what it was when it was last looked at."""


@lru_cache(maxsize=_SEEN_AGAIN)
def _time(instant: datetime, zone: ZoneInfo, locale: Locale) -> str:
    return format_time(instant, "short", zone, locale)


@lru_cache(maxsize=_SEEN_AGAIN)
def _day_of_month(day: date, locale: Locale) -> str:
    return format_skeleton("MMMd", datetime.combine(day, time()), locale=locale)


@lru_cache(maxsize=_SEEN_AGAIN)
def _money(minor: float, currency: str, exact: bool, locale: Locale) -> str:
    amount = Decimal(str(minor)) / MINOR_UNITS
    if not currency:
        return format_decimal(amount, locale=locale)
    if exact:
        return format_currency(amount, currency, locale=locale)
    return format_compact_currency(amount, currency, locale=locale, fraction_digits=1)


@lru_cache(maxsize=_SEEN_AGAIN)
def _percent(share: float, locale: Locale) -> str:
    return format_percent(share, locale=locale)
