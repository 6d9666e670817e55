"""Dates, lengths and amounts, as one reader and another are used to them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from api.web.formats import Formats
from api.web.reader import Reader
from api.web.values import typed
from lifecycle.domain.errors import LifecycleError
from lifecycle.gates.vocabulary import Kind
from lifecycle.service.deadlines import TimeLeft

WEDNESDAY = datetime(2026, 3, 11, 9, tzinfo=UTC)


def formats(locale: str = "en_GB", zone: str = "Europe/Berlin") -> Formats:
    parsed = Locale.parse(locale)
    return Formats(Reader(parsed.language, parsed, ZoneInfo(zone), "auto"), WEDNESDAY)


@pytest.mark.parametrize(
    ("locale", "days", "said"),
    [
        ("en_GB", -1, "yesterday 10:00"),
        ("en_GB", 0, "today 10:00"),
        ("en_GB", 1, "tomorrow 10:00"),
        ("en_GB", 3, "Saturday 10:00"),
        ("en_GB", 9, "20 Mar 10:00"),
        ("en_GB", 400, "15 Apr 2027 11:00"),
        ("de_DE", 1, "morgen 10:00"),
        ("de_DE", 9, "20. März 10:00"),
        ("en_US", 9, "Mar 20 10:00\u202fAM"),
    ],
)
def test_an_instant_is_said_as_one_would_say_it_now(locale: str, days: int, said: str) -> None:
    assert formats(locale).when(WEDNESDAY + timedelta(days=days)) == said


def test_tomorrow_is_the_readers_tomorrow() -> None:
    late = WEDNESDAY.replace(hour=22, minute=30)
    assert formats(zone="Europe/London").when(late) == "today 22:30"
    assert formats(zone="Asia/Tokyo").when(late) == "tomorrow 07:30"


def left(days: int, hours: int, *, late: bool = False) -> TimeLeft:
    return TimeLeft(late=late, working_days=days, working_hours=hours)


def test_time_left_is_counted_in_working_time() -> None:
    say = formats()
    assert say.left(left(0, 6)) == "6 working hours left"
    assert say.left(left(1, 2)) == "1 working day left"
    assert say.left(left(0, 0)) == "less than a working hour left"
    assert say.left(left(2, 0, late=True)) == "2 working days late"
    assert formats("de_DE").left(left(0, 6)) == "noch 6 Arbeitsstunden"


def test_large_amounts_are_rounded_unless_they_are_wanted_exactly() -> None:
    assert formats().money(123_456, "GBP") == "£1,234.56"
    assert formats().money(123_456_789_012, "GBP") == "£1.2B"
    assert formats().money(123_456_789_012, "GBP", exact=True) == "£1,234,567,890.12"
    assert formats("de_DE").money(123_456, "EUR") == "1.234,56\u00a0€"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.MONEY, "1,250,000.50", 125_000_050),
        (Kind.MONEY, "1.250.000,50", 125_000_050),
        (Kind.MONEY, "1 250 000", 125_000_000),
        (Kind.MONEY, "1,250", 125_000),
        (Kind.NUMBER, "12,5", 12.5),
        (Kind.INTEGER, "1,000", 1000),
        (Kind.BOOLEAN, "true", True),
        (Kind.DATE, "2026-03-31", "2026-03-31"),
        (Kind.TEXT, "<b>", "<b>"),
    ],
)
def test_people_type_numbers_in_more_than_one_way(kind: Kind, text: str, value: object) -> None:
    assert typed(kind, "Cost", text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.MONEY, "much"),
        (Kind.MONEY, "1e400"),
        (Kind.MONEY, "NaN"),
        (Kind.INTEGER, "7.5"),
        (Kind.DATE, "31.3.2026"),
        (Kind.CHOICE, "high"),
    ],
)
def test_what_cannot_be_taken_is_said_with_what_can(kind: Kind, text: str) -> None:
    with pytest.raises(LifecycleError) as caught:
        typed(kind, "Cost", text, ("low",))
    assert (caught.value.code, caught.value.sentence) == ("wrong_value", f"Cost: '{text}' cannot be taken.")
    assert caught.value.remedy
