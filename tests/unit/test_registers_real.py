"""Two real yearly registers of one portfolio, and the shapes in which other years arrive."""

import csv
import io
import re
from collections import Counter
from datetime import date

import pytest

from lifecycle.service.registers.applying import MappedRow, apply_mapping
from lifecycle.service.registers.bundled import bundled_mapping, sample_names, sample_register
from lifecycle.service.registers.columns import column_problems
from lifecycle.service.registers.problems import RegisterError
from lifecycle.service.registers.reading import Register, read_register
from tests.unit.workbooks import workbook

MAPPING = bundled_mapping("uk-gmpp")
LICENCE = "licensed under the Open Government Licence v3.0. Keep this sentence beside any copy."


def year(number: int) -> tuple[Register, dict[str, MappedRow]]:
    name = f"gmpp_{number}.csv"
    register = read_register(sample_register(name), name)
    return register, {row.key: row for row in apply_mapping(register, MAPPING)}


def unknown(rows: dict[str, MappedRow]) -> dict[str, int]:
    return dict(Counter(unknown.fact for row in rows.values() for unknown in row.unknown))


def test_both_years_are_there() -> None:
    assert sample_names() == ("gmpp_2021.csv", "gmpp_2022.csv")
    with pytest.raises(RegisterError, match="no sample register"):
        sample_register("../mapping.py")


def test_2021_is_read_whole() -> None:
    register, rows = year(2021)
    assert (register.encoding, register.delimiter, len(register.rows), len(rows)) == ("windows-1252", ";", 184, 184)
    assert [problem.code for problem in register.problems] == ["encoding_guessed"]
    assert [problem for row in rows.values() for problem in row.problems] == []
    assert unknown(rows) == {
        "whole_life_cost": 20, "budget": 11, "forecast": 11, "delivery_confidence": 8, "finish": 6, "start": 3
    }  # fmt: skip
    assert Counter(row.facts["delivery_confidence"] for row in rows.values()) == {
        "amber": 84, "amber_red": 44, "amber_green": 29, "green": 12, "red": 7, None: 8
    }  # fmt: skip
    assert Counter(row.stage for row in rows.values()) == {
        "execution": 171, "monitoring": 8, "initiation": 3, "planning": 2
    }  # fmt: skip


def test_2022_is_read_whole() -> None:
    register, rows = year(2022)
    assert (register.encoding, register.delimiter, len(register.rows), len(rows)) == ("windows-1252", ";", 235, 235)
    assert [problem.code for problem in register.problems] == ["encoding_guessed", "repeated_column"]
    assert [problem for row in rows.values() for problem in row.problems] == []
    assert unknown(rows) == {
        "whole_life_cost": 44, "budget": 37, "forecast": 35, "finish": 17, "delivery_confidence": 14, "start": 11
    }  # fmt: skip
    assert Counter(row.facts["delivery_confidence"] for row in rows.values()) == {
        "amber": 170, "red": 27, "green": 24, None: 14
    }  # fmt: skip
    assert Counter(row.stage for row in rows.values()) == {"execution": 220, "initiation": 11, "monitoring": 4}


def test_no_column_is_missing_in_either_year() -> None:
    for number in (2021, 2022):
        register, _ = year(number)
        assert column_problems(register, MAPPING) == ()


def test_a_project_known_by_sight() -> None:
    _, rows = year(2021)
    aircraft = rows["MOD_0106_1617-Q1"]
    assert (aircraft.number, aircraft.name, aircraft.portfolio) == (2, "Maritime Patrol Aircraft", "MOD")
    assert (aircraft.as_of, aircraft.stage) == (date(2021, 3, 31), "execution")
    picked = {fact: aircraft.facts[fact] for fact in ("whole_life_cost", "budget", "forecast", "start", "finish")}
    assert picked == {
        "whole_life_cost": 2_013_02 * 10**6,
        "budget": 654_46 * 10**6,
        "forecast": 654_11 * 10**6,
        "start": "2014-07-08",
        "finish": "2024-04-01",
    }


def test_amounts_agree_with_a_second_reading() -> None:
    """An independent reading of the raw cells: whatever begins with a pound sign is an amount, nothing else is."""
    for number, column in ((2021, "yearly_forecast"), (2022, "forecast_incl_NGC")):
        text = sample_register(f"gmpp_{number}.csv").decode("cp1252")
        raw = {
            row["project_number"]: row[column] for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
        }
        _, rows = year(number)
        for key, cell in raw.items():
            pounds, _, hundredths = cell.removeprefix("£").replace(",", "").partition(".")
            pence = int(pounds + hundredths.ljust(2, "0")) * 10**6 if cell.startswith("£") else None
            assert rows[key].facts["forecast"] == pence


def test_known_new_and_leaving_projects_can_be_told_apart() -> None:
    (_, before), (_, after) = year(2021), year(2022)
    known = before.keys() & after.keys()
    assert (len(known), len(before) - len(known), len(after) - len(known)) == (159, 25, 76)


def test_the_licence_sentence_stands_beside_the_samples() -> None:
    readme = sample_register.__globals__["_FOLDER"] / "sample" / "README.md"
    assert LICENCE in " ".join(readme.read_text(encoding="utf-8").split())


def cells(number: int) -> list[list[str]]:
    text = sample_register(f"gmpp_{number}.csv").decode("cp1252")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def written(table: list[list[str]], delimiter: str = ",", line_end: str = "\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(table)
    return out.getvalue()


def facts(data: bytes, filename: str) -> dict[str, tuple[str, str | None, object]]:
    rows = apply_mapping(read_register(data, filename), MAPPING)
    assert all(row.importable for row in rows)
    return {row.key: (row.name, row.stage, row.facts) for row in rows}


@pytest.mark.parametrize("number", [2021, 2022])
@pytest.mark.parametrize(
    ("delimiter", "line_end", "encoding"),
    [(",", "\n", "utf-8"), ("\t", "\r\n", "utf-16"), ("|", "\r", "utf-8-sig"), (";", "\r\n", "cp1252")],
)
def test_the_same_register_in_another_dress_says_the_same(
    number: int, delimiter: str, line_end: str, encoding: str
) -> None:
    as_published = facts(sample_register(f"gmpp_{number}.csv"), "register.csv")
    data = written(cells(number), delimiter, line_end).encode(encoding)
    assert facts(data, "register.txt") == as_published


@pytest.mark.parametrize("number", [2021, 2022])
def test_the_same_register_as_a_workbook_says_the_same(number: int) -> None:
    table = [[cell.replace("\r", "") for cell in row] for row in cells(number)]
    typed: list[list[object]] = [
        [date.fromisoformat(c) if re.fullmatch(r"\d{4}-\d\d-\d\d", c) else c for c in row] for row in table
    ]
    as_published = facts(written(table).encode(), "register.csv")
    assert facts(workbook({"Register": typed}), "register.xlsx") == as_published


def test_dotted_dates_shouted_ratings_and_official_headers_say_the_same() -> None:
    table = cells(2022)
    official = {
        "project_number": "GMPP ID Number",
        "project_name": "Project Name",
        "report_category": "Annual Report Category",
        "description_aims": "Description / Aims",
        "start_date": "Project - Start Date\n(Latest Approved Start Date)",
        "end_date": "Project - End Date (Latest Approved End Date)",
        "total_baseline": "Financial Year Baseline (£m) (including Non-Government Costs)",
        "forecast_incl_NGC": "Financial Year Forecast (£m)  (including Non-Government Costs)",
        "wlc_baseline_incl_NCG": "TOTAL Baseline Whole Life Costs (£m) (including Non-Government Costs)",
    }
    ratings = iter(["IPA Delivery Confidence Assessment", "SRO Delivery Confidence Assessment"])
    header = [official.get(name, next(ratings) if name == "colour_rating" else name) for name in table[0]]
    body = [
        [
            re.sub(r"^(\d{4})-(\d\d)-(\d\d)$", r"\3.\2.\1", cell.upper() if place in (6, 7) else cell)
            for place, cell in enumerate(row)
        ]
        for row in table[1:]
    ]
    as_published = facts(sample_register("gmpp_2022.csv"), "register.csv")
    assert facts(written([header, *body]).encode(), "register.csv") == as_published
