"""Registers in XLSX: cells as a person sees them, one sheet, and no way for a hostile file to hurt."""

from datetime import date, datetime, time

import pytest

from lifecycle.service.registers import workbook as module
from lifecycle.service.registers.problems import RegisterError
from lifecycle.service.registers.reading import read_register
from tests.unit.workbooks import SHEET, row_xml, sheet_xml, with_part, workbook

PLAIN = workbook({"Register": [["key", "name"], ["P1", "Bridge"]]})


def refusal(data: bytes, sheet: str | None = None) -> RegisterError:
    with pytest.raises(RegisterError) as caught:
        read_register(data, "register.xlsx", sheet)
    return caught.value


def test_cells_read_as_a_person_sees_them() -> None:
    cells = [
        ("text", " Bridge\nnorth", " Bridge\nnorth"),
        ("whole", 12743, "12743"),
        ("fraction", 12743.5, "12743.5"),
        ("float that is whole", 12743.0, "12743"),
        ("tiny", 1e-7, "0.0000001"),
        ("huge", 1e21, "1000000000000000000000"),
        ("negative", -5, "-5"),
        ("day", date(2024, 9, 30), "2024-09-30"),
        ("midnight", datetime(2024, 9, 30), "2024-09-30"),  # noqa: DTZ001
        ("instant", datetime(2024, 9, 30, 17, 5), "2024-09-30T17:05:00"),  # noqa: DTZ001
        ("time", time(17, 5), "17:05:00"),
        ("yes", True, "TRUE"),
        ("nothing", None, ""),
        ("last", "x", "x"),
    ]
    data = workbook({"Register": [[name for name, _, _ in cells], [value for _, value, _ in cells]]})
    register = read_register(data, "Register.XLSX")
    assert list(register.rows[0].cells.values()) == [text for _, _, text in cells]
    assert (register.encoding, register.delimiter) == (None, None)


def test_the_first_sheet_with_anything_on_it_is_read() -> None:
    data = workbook({"Cover": [], "2024": [["key", "name"], ["P1", "Bridge"]], "Notes": [["a", "b"], ["c", "d"]]})
    register = read_register(data, "register.xlsx")
    assert register.columns == ("key", "name")
    assert [problem.code for problem in register.problems] == ["sheet_chosen"]


def test_a_sheet_can_be_named() -> None:
    data = workbook({"A": [["x", "y"], ["1", "2"]], "B": [["key", "name"], ["P1", "Bridge"]]})
    register = read_register(data, "register.xlsx", "B")
    assert (register.columns, register.problems) == (("key", "name"), ())
    assert refusal(data, "C").code == "no_such_sheet"


def test_titles_blank_rows_and_repeated_columns() -> None:
    rows: list[list[object]] = [
        ["Portfolio of 2024"],
        [],
        ["key", "rating", "rating", None],
        [],
        ["P1", "Red", None],
        ["P2"],
    ]
    register = read_register(workbook({"Register": rows}), "register.xlsx")
    assert register.columns == ("key", "rating", "rating#2")
    assert [(row.number, row.cells["key"]) for row in register.rows] == [(5, "P1"), (6, "P2")]
    assert [problem.code for problem in register.problems] == ["title_line", "repeated_column"]


def test_escaped_characters_are_read() -> None:
    row = row_xml(2, "P1_x000D_", "_x005F_x000D__x0000_")
    register = read_register(with_part(PLAIN, SHEET, sheet_xml(row)), "register.xlsx")
    assert register.rows[0].cells == {"key": "P1\r", "name": "_x000D_"}


def test_an_empty_workbook_and_one_without_rows_are_refused() -> None:
    assert refusal(workbook({"Register": []})).code == "no_header"
    assert refusal(workbook({"Register": [["key", "name"]]})).code == "no_rows"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="ZZZZZZZZ2"><v>1</v></c></row>',
        f'<row r="2"><c r="A2"><v>{"9" * 100_000}</v></c></row>',
        '<row r="2"><c r="A2" t="s"><v>77</v></c></row>',
        '<row r="x"/>',
        "<row",
    ],
)
def test_a_damaged_sheet_is_refused(rows: str) -> None:
    assert refusal(with_part(PLAIN, SHEET, sheet_xml(rows))).code == "damaged_workbook"


def test_a_workbook_cut_off_is_refused() -> None:
    for length in range(4, len(PLAIN), 97):
        assert refusal(PLAIN[:length]).code == "damaged_workbook"


def test_entities_are_never_expanded() -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert refusal(with_part(PLAIN, SHEET, entities + sheet_xml(row_xml(2, "&b;")))).code == "damaged_workbook"


def test_a_row_at_the_end_of_the_world_costs_nothing() -> None:
    register = read_register(with_part(PLAIN, SHEET, sheet_xml(row_xml(1_048_576, "P1"))), "register.xlsx")
    assert register.rows[0].number == 1_048_576
    beyond = sheet_xml(row_xml(99_999_999_999, "P1"))
    assert refusal(with_part(PLAIN, SHEET, beyond)).code == "no_rows"


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, sheet_xml(" " * (module.MAX_UNCOMPRESSED + 1))),
        (SHEET, sheet_xml("<row/>" * module.MAX_CELL_ELEMENTS)),
        ("xl/sharedStrings.xml", "<si/>" * module.MAX_CELL_ELEMENTS),
        ("xl/styles.xml", "<xf/>" * module.MAX_OTHER_ELEMENTS),
        (
            "[Content_Types].xml",
            f'<Types><Override PartName="/{SHEET}" ContentType="application/x.styles+xml"/></Types>',
        ),
    ],
)
def test_a_bomb_is_refused_unparsed(part: str, content: str) -> None:
    assert refusal(with_part(PLAIN, part, content)).code == "workbook_too_large"


def test_an_encrypted_part_is_refused() -> None:
    position = PLAIN.index(b"PK\x01\x02") + 8
    encrypted = PLAIN[:position] + bytes([PLAIN[position] | 1]) + PLAIN[position + 1 :]
    assert refusal(encrypted).code == "encrypted_workbook"
