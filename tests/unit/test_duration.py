"""Durations read and write as a policy's author writes them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from lifecycle.domain.worktime import Duration, Unit

DURATIONS = st.builds(Duration, amount=st.integers(0, 10_000), unit=st.sampled_from(Unit))


class Step(BaseModel):
    after: Duration


@pytest.mark.parametrize(
    ("text", "amount", "unit", "words"),
    [
        ("5 working days", 5, Unit.WORKING_DAYS, "5 working days"),
        ("1 working day", 1, Unit.WORKING_DAYS, "1 working day"),
        ("3 working hours", 3, Unit.WORKING_HOURS, "3 working hours"),
        ("30d", 30, Unit.DAYS, "30 days"),
        ("30 days", 30, Unit.DAYS, "30 days"),
        ("36h", 36, Unit.HOURS, "36 hours"),
        ("1 month", 1, Unit.MONTHS, "1 month"),
        ("2 weeks", 2, Unit.WEEKS, "2 weeks"),
        ("1w", 1, Unit.WEEKS, "1 week"),
        ("0 days", 0, Unit.DAYS, "0 days"),
    ],
)
def test_a_duration_is_read_in_words_or_letters_and_written_in_words(
    text: str, amount: int, unit: Unit, words: str
) -> None:
    duration = Duration.parse(text)
    assert (duration.amount, duration.unit, str(duration)) == (amount, unit, words)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "days",
        "-1 days",
        "5 fortnights",
        "5 m",
        "1.5 days",
        "5 ds",
        "٣ days",
        "10001 days",
        "5 days\n",
        "5  days",
    ],
)
def test_anything_else_is_answered_with_the_accepted_forms(text: str) -> None:
    with pytest.raises(ValueError, match=r'^Write a duration .*"5 working days", "36h".*"1 month"\.$'):
        Duration.parse(text)


@pytest.mark.parametrize("value", [30, None, True, 1.5, ["5 days"]])
def test_a_field_explains_itself_when_it_gets_no_text(value: object) -> None:
    with pytest.raises(ValidationError, match="Write a duration as a whole number"):
        Step.model_validate({"after": value})


def test_a_field_takes_the_text_and_gives_it_back() -> None:
    step = Step.model_validate({"after": "5 working days"})
    assert step.after == Duration(amount=5, unit=Unit.WORKING_DAYS)
    assert step.model_dump() == {"after": "5 working days"}
    assert step.model_dump_json() == '{"after":"5 working days"}'


def test_the_schema_that_editors_see_is_a_text_with_a_pattern() -> None:
    schema = TypeAdapter(Duration).json_schema()
    assert schema["type"] == "string"
    assert all(re.search(schema["pattern"], example) for example in schema["examples"])


@given(DURATIONS)
def test_writing_and_reading_a_duration_changes_nothing(duration: Duration) -> None:
    assert Duration.parse(str(duration)) == duration
    assert Duration.model_validate_json(duration.model_dump_json()) == duration


@given(st.text().filter(lambda text: not text[:1].isdigit()))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Write a duration"):
        Duration.parse(text)
