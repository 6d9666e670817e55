"""The mapping document and what it makes of a register: facts, unknowns with reasons, problems with their place."""

from collections import Counter
from datetime import date

import pytest

from lifecycle.service.registers.applying import MappedRow, Unknown, apply_mapping
from lifecycle.service.registers.bundled import bundled_mapping, mapping_names
from lifecycle.service.registers.columns import column_problems
from lifecycle.service.registers.mapping import RegisterMapping
from lifecycle.service.registers.mapping_file import read_mapping
from lifecycle.service.registers.problems import RegisterError
from lifecycle.service.registers.reading import read_register

DOCUMENT = """\
mapping: house
key: id
name: [title, project]
portfolio: unit
as_of: {column: year, month: 3, day: 31}
unknown: [reset, in pruefung]
facts:
  cost: {columns: [cost, cost_m], as: money, unit: GBP, scale: 1000000}
  confidence: {columns: [rating#2, rating], as: choice, of: {Green: green, "Amber/Red": amber_red, Reset: rebased}}
  start: {column: start, as: date}
  finish: {column: finish, as: date}
  aims: {column: aims, as: text}
  staff: {column: staff, as: integer}
  benefit: {column: benefit, as: number}
  approved: {column: approved, as: boolean}
entry: {stage: execution, before_start: planning, after_finish: monitoring, unknown: initiation}
"""
MAPPING = read_mapping(DOCUMENT)
HEADER = "ID;Title;Unit;Year;Cost_m;Rating;Rating;Start;Finish;Aims;Staff;Benefit;Approved"


def mapped(*rows: str, mapping: RegisterMapping = MAPPING, as_of: date | None = None) -> tuple[MappedRow, ...]:
    text = "\n".join([HEADER, *rows])
    return apply_mapping(read_register(text.encode(), "register.csv"), mapping, as_of)


def fault(document: str) -> str:
    with pytest.raises(RegisterError) as caught:
        read_mapping(document, "house.yaml")
    assert caught.value.code == "mapping_invalid"
    return caught.value.sentence


def test_a_row_becomes_a_project() -> None:
    (row,) = mapped("P1;Bridge \t north;MOD;2022;£12.50;green;AMBER / RED;2014-07-08;30.09.2024;To cross;12;1.5;yes")
    assert row == MappedRow(
        number=2,
        key="P1",
        name="Bridge north",
        portfolio="MOD",
        stage="execution",
        as_of=date(2022, 3, 31),
        facts={
            "cost": 1_250_000_000,
            "confidence": "amber_red",
            "start": "2014-07-08",
            "finish": "2024-09-30",
            "aims": "To cross",
            "staff": 12,
            "benefit": 1.5,
            "approved": True,
        },
        unknown=(),
        problems=(),
    )
    assert row.importable


def test_what_is_not_stated_is_unknown_with_the_register_s_reason() -> None:
    (row,) = mapped("P1;Bridge;;2022;Exempt under Section 43 of the Act;Green;;;not yet in a position to say;n/a;;;")
    assert row.portfolio is None
    assert row.facts["confidence"] == "green"
    assert {fact for fact, value in row.facts.items() if value is None} == {unknown.fact for unknown in row.unknown}
    assert Unknown("cost", "Exempt under Section 43 of the Act") in row.unknown
    assert Unknown("start", "The cell is empty.") in row.unknown
    assert Unknown("finish", "not yet in a position to say") in row.unknown
    assert Unknown("aims", "n/a") in row.unknown
    assert (row.problems, row.stage) == ((), "initiation")


def test_a_failed_attempt_is_unknown_and_told_with_its_place() -> None:
    (row,) = mapped("P1;Bridge;MOD;2022;12,3,4.5x;Purple;;31.02.2024;#REF!;x;1.5;;perhaps")
    assert row.importable
    assert {(problem.severity, problem.row, problem.column) for problem in row.problems} == {
        ("warning", 2, column) for column in ("Cost_m", "Rating", "Start", "Finish", "Staff", "Approved")
    }
    sentences = [problem.sentence for problem in row.problems]
    assert "Row 2, column 'Start': '31.02.2024' is no day of the calendar." in sentences
    assert all(row.facts[fact] is None for fact in ("cost", "confidence", "start", "finish", "staff", "approved"))


def test_a_text_that_the_mapping_calls_unknown_is_no_problem_unless_it_is_a_choice() -> None:
    (row,) = mapped("P1;Bridge;MOD;2022;In Prüfung;reset;;RESET;;reset;;;")
    assert row.problems == ()
    assert (row.facts["cost"], row.facts["start"], row.facts["aims"]) == (None, None, None)
    assert row.facts["confidence"] == "rebased"


def test_the_first_column_that_says_something_counts() -> None:
    ratings = [(row.facts["confidence"], row.problems) for row in mapped("P1;B;;2022;;Green;-", "P2;B;;2022;;;green")]
    assert [confidence for confidence, _ in ratings] == ["green", "green"]
    (row,) = mapped("P1;Bridge;MOD;2022;1;Green;Exempt under Section 26;;;;;;")
    assert row.facts["confidence"] is None


def test_rows_whose_project_is_not_certain_are_not_taken_in() -> None:
    rows = mapped(
        ";Bridge;MOD;2022;;;;;;;;;",
        "P2;;MOD;2022;;;;;;;;;",
        "P3;Road;MOD;2022;;;;;;;;;",
        "p3;Road, again;MOD;2022;;;;;;;;;",
        "P4;Rail;MOD;2022;;;;;;;;;",
        f"{'P' * 101};Port;MOD;2022;;;;;;;;;",
        f"P6;{'x' * 401};MOD;2022;;;;;;;;;",
        "P7;Surplus;MOD;2022;;;;;;;;;;;x",
    )
    found = {row.number: [problem.code for problem in row.problems if problem.severity == "error"] for row in rows}
    assert found == {
        2: ["missing_key"],
        3: ["missing_name"],
        4: ["repeated_key"],
        5: ["repeated_key"],
        6: [],
        7: ["malformed_key"],
        8: ["name_too_long"],
        9: ["surplus_cells"],
    }
    assert [row.number for row in rows if row.importable] == [6]
    assert "stands in row 5 too" in rows[2].problems[0].sentence


def test_a_text_beyond_the_limit_is_told_and_not_cut() -> None:
    (row,) = mapped(f"P1;Bridge;MOD;2022;;;;;;{'x' * 20_001};;;")
    assert row.facts["aims"] is None
    assert [(problem.code, problem.column) for problem in row.problems] == [("malformed_cell", "Aims")]


@pytest.mark.parametrize(
    ("start", "finish", "stage"),
    [
        ("2022-04-01", "2025-03-31", "planning"),
        ("2022-03-31", "2025-03-31", "execution"),
        ("2020-01-01", "2022-03-31", "execution"),
        ("2020-01-01", "2022-03-30", "monitoring"),
        ("2020-01-01", "", "execution"),
        ("", "2025-03-31", "initiation"),
        ("", "2022-03-30", "monitoring"),
        ("", "", "initiation"),
        ("2025-01-01", "2020-01-01", "initiation"),
    ],
)
def test_the_stage_of_entry_follows_from_the_dates(start: str, finish: str, stage: str) -> None:
    (row,) = mapped(f"P1;Bridge;MOD;2022;;;;{start};{finish};;;;")
    assert row.stage == stage


def test_a_finish_before_the_start_is_told() -> None:
    (row,) = mapped("P1;Bridge;MOD;2022;;;;2025-01-01;2020-01-01;;;;")
    assert [(problem.severity, problem.code) for problem in row.problems] == [("warning", "finish_before_start")]


def test_a_given_date_goes_before_the_register_s_own() -> None:
    (row,) = mapped("P1;Bridge;MOD;2022;;;;2022-04-01;;;;;", as_of=date(2023, 1, 1))
    assert (row.as_of, row.stage) == (date(2023, 1, 1), "execution")


def test_a_register_without_a_date_enters_nobody_beyond_the_unknown() -> None:
    (row,) = mapped("P1;Bridge;MOD;soon;;;;2020-01-01;;;;;")
    assert (row.as_of, row.stage) == (None, "initiation")
    assert [problem.code for problem in row.problems] == ["no_reporting_date"]
    (row,) = mapped("P1;Bridge;MOD;30.09.2021;;;;2020-01-01;;;;;")
    assert row.as_of == date(2021, 9, 30)


def test_without_entry_rules_the_stage_is_left_to_the_policy() -> None:
    (row,) = mapped("P1;Bridge;MOD;2022;;;;;;;;;", mapping=MAPPING.model_copy(update={"entry": None}))
    assert row.stage is None


def test_facts_without_a_column_are_told_once() -> None:
    register = read_register(b"id;title;cost\nP1;Bridge;5\n", "register.csv")
    problems = column_problems(register, MAPPING)
    assert Counter(problem.code for problem in problems) == {"fact_without_column": 7, "no_reporting_date": 1}
    (row,) = apply_mapping(register, MAPPING)
    assert row.facts["cost"] == 500_000_000
    assert Unknown("start", "The register has no column 'start'.") in row.unknown


@pytest.mark.parametrize("header", ["title;cost", "id;cost"])
def test_a_register_without_key_or_name_is_refused(header: str) -> None:
    register = read_register(f"{header}\nx;y\n".encode(), "register.csv")
    with pytest.raises(RegisterError, match="it has") as caught:
        apply_mapping(register, MAPPING)
    assert caught.value.code == "missing_column"


def test_a_required_column_is_required() -> None:
    document = DOCUMENT.replace("as: text}", "as: text, required: true}")
    register = read_register(b"id;title\nP1;Bridge\n", "register.csv")
    with pytest.raises(RegisterError, match="'aims'") as caught:
        apply_mapping(register, read_mapping(document))
    assert caught.value.code == "missing_column"


def test_a_thousand_rows_with_one_key_are_told_in_no_time() -> None:
    rows = mapped(*["P1;Bridge;MOD;2022;;;;;;;;;"] * 1_000)
    assert {row.importable for row in rows} == {False}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("key: id", "kee: id", "line 2, column 1: 'kee' is not known here"),
        ("key: id\n", "", "line 1, column 1: 'key' is missing"),
        ("scale: 1000000", "skale: 1000000", "line 8, column 57: 'skale' is not known here"),
        ("scale: 1000000", "scale: '1'", "line 8, column 57: 'scale'"),
        ("unit: GBP", "unit: pounds", "line 8, column 46: 'unit'"),
        ("as: money", "as: cash", "line 8, column 3: "),
        ("Green: green", "No: green", "line 9"),
        ("Green: green", "'amber red': green", "line 9"),
        ("{column: aims,", "{", "line 12, column 3: 'aims': give either `column` or `columns`"),
        ("day: 31", "day: 32", "line 5, column 33: 'day'"),
        ("month: 3", "month: 2", "line 5, column 1: 'as_of': day is out of range for month"),
        ("start: {column: start, as: date}", "start: {column: start, as: text}", "needs 'start' among the facts"),
        ("name: [title, project]", "name: *title", "line 3"),
        ("name: [title, project]", "name: &a [x]\ntitle: *a", "line 4, column 8: aliases (*) are not allowed here"),
        ("key: id", "key: id\nkey: other", "line 3, column 1: 'key' stands twice"),
        ("key: id", "key: [id", "line 3"),
        ("key: id", f"key: {'[' * 30}{']' * 30}", "nested too deep"),
        ("key: id", "key: !!python/object:os.system x", "line 2"),
        ("key: id", "key: 2024-02-30", "house.yaml"),
        (DOCUMENT, "", "house.yaml: "),
        (DOCUMENT, "- a\n", "house.yaml, line 1, column 1"),
        (DOCUMENT, "\x00", "house.yaml"),
        (DOCUMENT, "x" * 200_001, "more than 200000 characters"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(old: str, new: str, told: str) -> None:
    assert old in DOCUMENT
    assert told in fault(DOCUMENT.replace(old, new, 1))


def test_many_faults_are_told_together_and_then_counted() -> None:
    sentence = fault(DOCUMENT + "".join(f"extra{n}: 1\n" for n in range(9)))
    assert sentence.count("is not known here") == 5
    assert sentence.endswith("and 4 more.")


def test_the_bundled_mappings_are_valid_and_named_by_their_files() -> None:
    assert mapping_names() == ("portfolio", "uk-gmpp")
    for name in mapping_names():
        assert bundled_mapping(name).mapping == name
    with pytest.raises(RegisterError, match="no mapping 'other'"):
        bundled_mapping("other")


def test_the_mapping_has_a_schema_for_editors() -> None:
    schema = RegisterMapping.model_json_schema()
    assert schema["additionalProperties"] is False
    assert {"mapping", "key", "name", "facts"} <= set(schema["required"])
