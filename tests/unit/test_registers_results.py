"""Results as files: nothing in them is ever a formula, and reading them back gives every text again."""

import csv
import io
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from lifecycle.service.registers.applying import apply_mapping
from lifecycle.service.registers.encoding import CONTROL
from lifecycle.service.registers.mapping_file import read_mapping
from lifecycle.service.registers.reading import read_register
from lifecycle.service.registers.results import MAX_CELL, ResultRow, result_row, results_csv, results_xlsx

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/C calc'!A0", "'=1", "''=1", "'", "''", "'x"]
ODD = [
    "_x000D_",
    "_x005F_x000D_",
    "x005F_",
    "<r>&amp;</r>",
    "<r>\r</r>",
    "#N/A",
    "007",
    "TRUE",
    " x ",
    "\r\n",
    '"',
    '";"',
]
TEXTS = st.text(max_size=60) | st.sampled_from(FORMULAS + ODD)
unhurried = settings(deadline=None)


def back(data: bytes, filename: str) -> list[dict[str, str]]:
    return [row.cells for row in read_register(data, filename).rows]


def rows_of(texts: list[str]) -> list[ResultRow]:
    return [{"row": number, "text": text, "after": "end"} for number, text in enumerate(texts, start=2)]


@unhurried
@given(st.lists(TEXTS, min_size=1, max_size=8))
@example(FORMULAS + ODD)
def test_every_text_comes_back_from_csv(texts: list[str]) -> None:
    found = back(results_csv(rows_of(texts)), "results.csv")
    assert [cells["text"] for cells in found] == [CONTROL.sub("\ufffd", text) for text in texts]


@unhurried
@given(st.lists(TEXTS, min_size=1, max_size=8))
@example(FORMULAS + ODD)
def test_every_text_comes_back_from_xlsx(texts: list[str]) -> None:
    found = back(results_xlsx(rows_of(texts)), "results.xlsx")
    assert [cells["text"] for cells in found] == [CONTROL.sub("\ufffd", text) for text in texts]


@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_no_cell_of_the_csv_begins_like_a_formula(texts: list[str]) -> None:
    table = csv.reader(io.StringIO(results_csv(rows_of(texts)).decode("utf-8-sig"), newline=""))
    assert not [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("text", FORMULAS + ODD)
def test_no_cell_of_the_workbook_is_a_formula_a_link_or_an_error(text: str) -> None:
    sheet = load_workbook(io.BytesIO(results_xlsx([{text: text}])))["Results"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert [cell.hyperlink for row in sheet.iter_rows() for cell in row] == [None, None]


def test_numbers_stay_numbers_and_the_rest_is_written_plainly() -> None:
    row: ResultRow = {"a": -5, "b": 1.5, "c": True, "d": date(2024, 9, 30), "e": None, "f": 10**20, "g": float("nan")}
    plain = {"a": "-5", "b": "1.5", "c": "TRUE", "d": "2024-09-30", "e": "", "f": "100000000000000000000", "g": "nan"}
    assert back(results_csv([row]), "results.csv") == [plain]
    assert back(results_xlsx([row]), "results.xlsx") == [plain]
    sheet = load_workbook(io.BytesIO(results_xlsx([row])))["Results"]
    assert [cell.value for cell in sheet[2]][:3] == [-5, 1.5, True]


def test_columns_are_the_union_in_order() -> None:
    assert list(back(results_csv([{"a": "1"}, {"b": "2", "a": "3"}]), "results.csv")[1].items()) == [
        ("a", "3"),
        ("b", "2"),
    ]


def test_a_text_longer_than_a_cell_is_cut_visibly() -> None:
    (cells,) = back(results_xlsx([{"row": 2, "text": "😀" * MAX_CELL}]), "results.xlsx")
    assert cells["text"] == "😀" * ((MAX_CELL - 1) // 2) + "…"


def test_a_mapped_row_tells_what_became_of_it() -> None:
    mapping = read_mapping("mapping: m\nkey: id\nname: name\nfacts: {cost: {column: cost, as: money, unit: GBP}}")
    rows = apply_mapping(read_register(b"id;name;cost\nP1;Bridge;12,3,4\nP2;;Exempt\n", "register.csv"), mapping)
    told = [result_row(row, "registered" if row.importable else "refused") for row in rows]
    assert [(line["row"], line["key"], line["outcome"], line["unknown"]) for line in told] == [
        (2, "P1", "registered", "cost: '12,3,4' is no amount of money that can be read without guessing."),
        (3, "P2", "refused", "cost: Exempt"),
    ]
    assert str(told[1]["problems"]) == (
        "Row 3 has no project name. Give the project its name, or take the row out, and import again."
    )
