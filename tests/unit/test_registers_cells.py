"""What one cell says: a value, a reason for none, or an attempt that failed; never a guess."""

import string
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.service.registers.amounts import DecimalMark, decimal, read_integer, read_money, read_number
from lifecycle.service.registers.cells import (
    Known,
    Malformed,
    Reading,
    Unstated,
    compared,
    read_boolean,
    read_choice,
    read_text,
)
from lifecycle.service.registers.dates import DateOrder, read_date, read_year

SENTENCES = [
    "Exempt under Section 43 of the Freedom of Information Act 2000 (Commercial Interests)",
    "The project is still at the planning stage and is not yet in a position to provide this information",
    "Early planning project \r\r\n\r\r\n(has not yet passed SOC)",
    "n/a",
    "N/A.",
    "tbc",
    "-",
    "",
    "  ",
    "withheld",
]


def pounds(text: str, mark: DecimalMark = ".") -> Reading:
    return read_money(text, "GBP", 1, mark)


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("£12,743.00", 1274300),
        ("£278", 27800),
        ("12743", 1274300),
        ("12743.5", 1274350),
        ("12.743,00", 1274300),
        ("1.234.567", 123456700),
        ("1,234,567.89", 123456789),
        ("12 743,00", 1274300),
        ("12\u00a0743.00", 1274300),
        ("12'743.00", 1274300),
        ("1,5", 150),
        (".5", 50),
        ("GBP 12", 1200),
        ("12 GBP", 1200),
        ("(£5.00)", -500),
        ("£(5.00)", -500),
        ("-£5", -500),
        ("£-5", -500),
        ("−5", -500),
        ("5-", -500),
        ("+5", 500),
        ("£0.00", 0),
        ("0.005", 0),
        ("0.015", 2),
        ("£12.5m", 1_250_000_000),
        ("3 bn", 300_000_000_000),
        ("£250k", 25_000_000),
        ("12,5 Mio", 1_250_000_000),
    ],
)
def test_money_is_exact_in_pence(text: str, pence: int) -> None:
    assert pounds(text) == Known(pence)


def test_a_column_in_millions_is_scaled_without_floats() -> None:
    assert read_money("£20,136.95", "GBP", 1_000_000) == Known(2_013_695_000_000)
    assert read_money("0.1", "GBP", 1_000_000) == Known(10_000_000)
    assert read_money("£2.5bn", "GBP", 1_000_000) == Known(250_000_000_000)


def test_a_lone_separator_is_what_the_mapping_says() -> None:
    assert pounds("12,743") == Known(1274300)
    assert pounds("12,743", ",") == Known(1274)
    assert pounds("12.743") == Known(1274)
    assert pounds("12.743", ",") == Known(1274300)
    assert pounds("12,743.00", ",") == Known(1274300)


def test_minor_units_are_the_currency_s_own() -> None:
    assert read_money("¥1,200", "JPY", 1) == Known(1200)
    assert read_money("1.250", "KWD", 1) == Known(1250)


@pytest.mark.parametrize(
    "text",
    [
        "12,3,4.5x", "1,23,456", "12 34", "£5 to £10", "5-10", "--5", "(5", "5)", "£12,743.00 (2019 prices)", "€5",
        "$5", "USD 5", "£5€", "5%", "1e5", "12..5", "2024-09-30", "99999999999999999999", "٣", "9" * 61, "1.2.3",
        "5 5", "£5m m", "½5",
    ],
)  # fmt: skip
def test_a_failed_attempt_at_money_is_malformed(text: str) -> None:
    reading = pounds(text)
    assert isinstance(reading, Malformed)
    assert reading.remedy.endswith(".")


def test_another_currency_is_never_converted() -> None:
    assert pounds("€5") == Malformed("is not in GBP, and no rate is known", "Give the amount in GBP, and import again.")


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_is_a_reason_and_never_zero(text: str) -> None:
    why = " ".join(text.split()) or "The cell is empty."
    for read in (pounds, read_date, read_number, read_integer):
        assert read(text) == Unstated(why)


@given(st.decimals(-10_000_000_000, 10_000_000_000, places=2))
def test_every_way_to_write_an_amount_means_the_same(amount: Decimal) -> None:
    digits = f"{abs(amount):,.2f}"
    sign = "-" if amount < 0 else ""
    german = digits.translate(str.maketrans(",.", ".,"))
    spaced = digits.replace(",", " ")
    bracketed = f"(£{digits})" if amount < 0 else f"£{digits}"
    written = [f"{sign}£{digits}", f"£{sign}{german}", f"{sign}{spaced}", f"{amount:f} GBP", bracketed]
    assert {pounds(text) for text in written} == {Known(int(amount * 100))}


@given(st.text(string.digits + ".,' ", min_size=1, max_size=24))
def test_digits_are_kept_or_refused_but_never_changed(digits: str) -> None:
    for mark in (".", ","):
        number = decimal(digits, "." if mark == "." else ",")
        if number is not None:
            kept = "".join(filter(str.isdigit, digits)).strip("0")
            assert f"{number:f}".replace(".", "").strip("0") == kept


def test_numbers_and_whole_numbers() -> None:
    assert read_number("1,234.5") == Known(1234.5)
    assert read_integer("1,234") == Known(1234)
    assert isinstance(read_integer("1.5"), Malformed)
    assert isinstance(read_number("£5"), Malformed)
    assert isinstance(read_number("5m"), Malformed)


@pytest.mark.parametrize(
    "text",
    [
        "2024-09-30", "2024-9-30", "2024/09/30", "2024.09.30", "20240930", "30.09.2024", "30/09/2024", "30-09-2024",
        "30.9.2024", " 30.09.2024\n", "2024-09-30 00:00:00", "2024-09-30T17:05:00.123Z", "2024-09-30T00:00:00+01:00",
        "30/09/2024 00:00", "30/09/2024 12:00:00 AM", "30 September 2024", "30th Sept 2024", "30-Sep-2024",
        "30-Sep-24", "30 SEP  2024", "September 30, 2024", "Sep 30 2024",
    ],
)  # fmt: skip
def test_a_date_is_read_however_it_is_written(text: str) -> None:
    assert read_date(text) == Known("2024-09-30")


@pytest.mark.parametrize(("order", "day"), [("dmy", "2024-04-03"), ("mdy", "2024-03-04")])
def test_the_mapping_settles_an_ambiguous_date(order: DateOrder, day: str) -> None:
    assert read_date("03/04/2024", order) == Known(day)
    assert read_date("2024-04-03", order) == Known("2024-04-03")


@pytest.mark.parametrize(
    "text",
    [
        "31.02.2024", "29/02/2023", "04/13/2024", "2024-13-01", "00.01.2024", "30.09.24", "30/09-2024", "0202-01-01",
        "9999-12-31", "2024", "Q4 2024", "March 2024", "45565", "31-Mar-70", "2024-09-30-01", "30.09.2024x", "١/١/٢٠٢٤",
    ],
)  # fmt: skip
def test_a_failed_attempt_at_a_date_is_malformed(text: str) -> None:
    assert isinstance(read_date(text), Malformed)


def test_a_month_first_date_says_which_order_was_expected() -> None:
    assert read_date("04/13/2024") == Malformed(
        "is no day of the calendar in the order dmy", "Write the date as YYYY-MM-DD, and import again."
    )


@given(st.dates(date(1900, 1, 1), date(2299, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    known = Known(day.isoformat())
    assert read_date(day.isoformat()) == known
    assert read_date(f"{day.day}.{day.month}.{day.year}") == known
    assert read_date(f"{day.month}/{day.day}/{day.year}", "mdy") == known
    assert read_date(f"{day:%d %B} {day.year}") == known


@pytest.mark.parametrize(("text", "year"), [("2022", 2022), (" 2022.0 ", 2022), ("22", None), ("2021/22", None)])
def test_a_year_is_a_year(text: str, year: int | None) -> None:
    assert read_year(text) == year


def test_a_choice_is_compared_without_case_spaces_and_punctuation() -> None:
    choices = {compared(text): value for text, value in {"Amber/Red": "amber_red", "Red": "red"}.items()}
    for text in ("Amber/red", "AMBER / RED", "amber-red", " Amber\u00a0Red."):
        assert read_choice(text, choices) == Known("amber_red")
    assert isinstance(read_choice("Purple", choices), Malformed)
    assert read_choice("Legal sensitivity around this", choices) == Unstated("Legal sensitivity around this")
    assert read_choice("", choices) == Unstated("The cell is empty.")


def test_yes_and_no() -> None:
    assert [read_boolean(text) for text in ("Yes", "TRUE", "1", "no", "F A L S E")][:4] == [
        Known(True),
        Known(True),
        Known(True),
        Known(False),
    ]
    assert isinstance(read_boolean("perhaps"), Malformed)
    assert read_boolean("n/a") == Unstated("n/a")


def test_text_is_kept_as_published() -> None:
    assert read_text("  first\r\r\n\xa0second\rthird ") == Known("first\n\xa0second\nthird")
    assert read_text(" - ") == Unstated("-")


@given(st.text(max_size=80))
def test_every_parser_answers_whatever_it_is_given(text: str) -> None:
    for reading in (pounds(text), read_date(text), read_number(text), read_integer(text), read_boolean(text)):
        assert isinstance(reading, Known | Unstated | Malformed)
