"""The result of an import as a file for a person: one line a row, safe in a spreadsheet, readable by us again."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING

from lifecycle.service.registers.applying import MappedRow
from lifecycle.service.registers.encoding import CONTROL

if TYPE_CHECKING:
    from openpyxl.cell import Cell

ResultRow = Mapping[str, str | int | float | bool | date | None]
"""One line of a result: columns in the order in which they are to appear, and what stands in them."""

MAX_CELL = 32_767
"""The longest text that a cell of XLSX holds, in UTF-16 units."""
EXACT = 10**15
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def results_csv(rows: Sequence[ResultRow]) -> bytes:
    """The rows as CSV in UTF-8 with a byte-order mark, every cell quoted.

    A text that a spreadsheet would take for a formula gets a leading apostrophe, and so does a text that begins with
    apostrophes before such a sign: taking one off again, as `read_register` does, always gives the text back.
    """
    columns = _columns(rows)
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([guarded(column) for column in columns])
    writer.writerows([guarded(row.get(column)) for column in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def results_xlsx(rows: Sequence[ResultRow], sheet: str = "Results") -> bytes:
    """The rows as an XLSX workbook of one sheet; texts are texts whatever they begin with, numbers are numbers."""
    from openpyxl import Workbook  # slow to load, and most processes never write one
    from openpyxl.cell import WriteOnlyCell

    columns = _columns(rows)
    workbook = Workbook(write_only=True)
    worksheet = workbook.create_sheet(sheet)
    worksheet.freeze_panes = "A2"
    cell = partial(WriteOnlyCell, worksheet)
    worksheet.append([text_cell(cell, column) for column in columns])
    for row in rows:
        worksheet.append([_cell(cell, row.get(column)) for column in columns])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def result_row(row: MappedRow, outcome: str) -> dict[str, str | int]:
    """The line that tells a person what became of one row: its place and project, the outcome, what was noticed."""
    return {
        "row": row.number,
        "key": row.key,
        "name": row.name,
        "outcome": outcome,
        "unknown": "\n".join(f"{unknown.fact}: {unknown.why}" for unknown in row.unknown),
        "problems": "\n".join(f"{problem.sentence} {problem.remedy}".strip() for problem in row.problems),
    }


def _columns(rows: Sequence[ResultRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for row in rows for column in row))


def _written(value: object) -> str:
    """The value as text, without what a spreadsheet file cannot hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return CONTROL.sub("\ufffd", value.isoformat() if isinstance(value, date) else str(value))


def guarded(value: object) -> str:
    """The value as the text of a CSV cell, with an apostrophe before what a spreadsheet would take for a formula."""
    text = _written(value)
    return f"'{text}" if isinstance(value, str) and _FORMULA.match(text) else text


def _cell(new: "Callable[[object], Cell]", value: object) -> "Cell | None":
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and isfinite(value) and abs(value) < EXACT:
        return new(value)
    return text_cell(new, _written(value))


def text_cell(new: "Callable[[object], Cell]", text: str) -> "Cell":
    """A cell that is text by declaration, so that nothing in it is ever read as a formula, an error or a number."""
    escaped = _ESCAPE.sub("_x005F_", CONTROL.sub("\ufffd", text)).replace("\r", "_x000D_")
    cell = new(_fitting(escaped))
    cell.data_type = "s"
    return cell


def _fitting(text: str) -> str:
    if len(text.encode("utf-16-le")) // 2 <= MAX_CELL:
        return text
    return text.encode("utf-16-le")[: 2 * (MAX_CELL - 1)].decode("utf-16-le", errors="ignore") + "…"
