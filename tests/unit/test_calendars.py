"""Public holidays of a region enter the work calendar."""

from datetime import UTC, date, datetime, time

import pytest

from lifecycle.domain.worktime import Duration, WorkCalendar, after
from lifecycle.service.calendars import work_calendar

WEEK = frozenset(range(5))


def office(region: str | None, first_year: int = 2026, last_year: int = 2027) -> WorkCalendar:
    return work_calendar("Europe/London", WEEK, time(9), time(17), region, first_year, last_year)


def test_the_parts_of_a_country_have_their_own_holidays() -> None:
    easter_monday, second_of_january = date(2026, 4, 6), date(2026, 1, 2)
    assert easter_monday in office("GB-ENG").holidays
    assert easter_monday not in office("GB-SCT").holidays
    assert second_of_january in office("GB-SCT").holidays
    assert date(2026, 1, 6) in office("DE-BY").holidays
    assert date(2026, 11, 26) in office("US").holidays & office("US-CA").holidays


def test_a_holiday_on_a_weekend_is_observed_on_a_weekday() -> None:
    assert {date(2027, 12, 27), date(2027, 12, 28)} <= office("GB-ENG").holidays


def test_every_year_from_the_first_to_the_last_has_its_holidays() -> None:
    assert {day.year for day in office("DE-BY", 2025, 2028).holidays} == {2025, 2026, 2027, 2028}


def test_an_office_without_a_region_knows_no_holidays() -> None:
    assert office(None).holidays == frozenset()


def test_a_deadline_passes_over_the_english_christmas() -> None:
    due = after(office("GB-ENG"), datetime(2026, 12, 24, 15, tzinfo=UTC), Duration.parse("1 working day"))
    assert due == datetime(2026, 12, 29, 15, tzinfo=UTC)


def test_the_same_question_is_answered_once() -> None:
    assert office("GB-ENG") is office("GB-ENG")


@pytest.mark.parametrize(
    ("region", "remedy"),
    [
        ("gb-eng", r"did you mean GB-ENG\b"),
        ("GB-EN", r"did you mean .*GB-ENG\b"),
        ("DE-Bayern", r"did you mean DE-BY\b"),
        ("US-", r"did you mean US\b"),
        ("UK", "write an ISO 3166 code such as US, DE-BY or GB-ENG"),
        ("", "write an ISO 3166 code"),
        ("Camelot", "'Camelot'; write an ISO 3166 code"),
    ],
)
def test_an_unknown_region_is_answered_with_what_is_near_or_expected(region: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        office(region)


def test_years_run_forwards() -> None:
    with pytest.raises(ValueError, match="put the earlier year first"):
        office("GB-ENG", 2027, 2026)
