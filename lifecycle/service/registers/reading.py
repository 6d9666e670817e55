"""From the bytes of a register to a table: its kind, its header, its rows, and what is odd about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from lifecycle.service.registers import delimited
from lifecycle.service.registers.delimited import Record
from lifecycle.service.registers.encoding import decode
from lifecycle.service.registers.problems import Problem, RegisterError, excerpt

MAX_BYTES = 32 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 500
MAX_CELLS = 2_000_000
TITLE_LINES = 20
TEXT_SUFFIXES = {".csv", ".tsv", ".txt", ".tab"}
SAVE_AS = "Save the register as CSV or XLSX and import that file."
FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel (XLS) or an encrypted workbook"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|\?xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, counted from 1 as a spreadsheet shows it, and its cells by column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Register:
    """A register as a table.

    `encoding` and `delimiter` are None for a workbook. A column name that stands twice is kept apart as `name#2`.
    A problem without a row concerns the whole file.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str | None
    delimiter: str | None
    problems: tuple[Problem, ...]


def read_register(data: bytes, filename: str, sheet: str | None = None) -> Register:
    """The table in a CSV or XLSX file; `sheet` names a sheet of a workbook, else the first that is not empty is read.

    Raises `RegisterError`, and nothing else, when there is no table to be had.
    """
    _refuse_size(data)
    if _is_workbook(data, filename):
        from lifecycle.service.registers import workbook  # slow to load, and most processes never see one

        records, problems = workbook.sheet_records(data, sheet, MAX_ROWS + TITLE_LINES + 1, MAX_COLUMNS)
        return _table(records, None, None, problems)
    text = decode(data)
    delimiter, records = delimited.records(text.text, MAX_ROWS + TITLE_LINES + 1, MAX_CELLS)
    return _table(records, text.encoding, delimiter, text.problems)


def column_key(name: str) -> str:
    """A column's name as it is compared: letters, digits and `#` only, so that `Project Name` meets `project_name`."""
    return re.sub(r"[^\w#]+|_+", " ", name.casefold()).strip()


def _refuse_size(data: bytes) -> None:
    if not data.strip():
        raise RegisterError("empty_file", "The file is empty.", "Choose the register's file and import again.")
    if len(data) > MAX_BYTES:
        raise RegisterError(
            "file_too_large",
            f"The file has {len(data) // 1_048_576} MB; the limit is {MAX_BYTES // 1_048_576} MB.",
            "Split the register, or leave out the columns that the mapping does not use.",
        )


def _is_workbook(data: bytes, filename: str) -> bool:
    suffix = PurePath(filename).suffix.lower()
    if suffix != ".xlsx" and suffix not in TEXT_SUFFIXES:
        raise RegisterError("unsupported_kind", f"A file named {suffix or 'without an ending'!r} is not read.", SAVE_AS)
    for start, kind in FOREIGN:
        if data.startswith(start):
            raise RegisterError("wrong_extension", f"The file is named {suffix} but holds {kind}.", SAVE_AS)
    if _MARKUP.match(data):
        raise RegisterError("wrong_extension", f"The file is named {suffix} but holds a web page or XML.", SAVE_AS)
    zipped = data.startswith(b"PK\x03\x04")
    if zipped != (suffix == ".xlsx"):
        held = "a workbook or another packed file" if zipped else "no workbook"
        remedy = (
            "Give the file the ending that its content has (.xlsx for a workbook, .csv for text), and import again."
        )
        raise RegisterError("wrong_extension", f"The file is named {suffix} but holds {held}.", remedy)
    return zipped


def _table(
    records: list[Record], encoding: str | None, delimiter: str | None, problems: tuple[Problem, ...]
) -> Register:
    start = _header_at(records)
    columns, header_problems = _columns(records[start][1] if records else [])
    titles = [
        Problem("note", "title_line", f"Row {number}, above the header, was left out: {excerpt(' '.join(cells))!r}.")
        for number, cells in records[:start]
    ]
    body = records[start + 1 :]
    _refuse_shape(records, body)
    width = len(columns)
    rows = tuple(
        Row(number, dict(zip(columns, [*cells[:width], *[""] * (width - len(cells))], strict=True)))
        for number, cells in body
    )
    ragged = _ragged(body, width, may_be_short=delimiter is None)
    return Register(columns, rows, encoding, delimiter, (*problems, *titles, *header_problems, *ragged))


def _header_at(records: Sequence[Record]) -> int:
    """The index of the header: the first record with two cells filled, for titles stand alone; else the very first."""
    for index, (_, cells) in enumerate(records[: TITLE_LINES + 1]):
        if sum(1 for cell in cells if cell.strip()) > 1:
            return index
    return 0


def _columns(cells: list[str]) -> tuple[tuple[str, ...], list[Problem]]:
    names = [" ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not any(character.isalpha() for name in names for character in name):
        raise RegisterError(
            "no_header",
            "The first row names no columns.",
            "Put the columns' names into the first row, and import again.",
        )
    if len(names) > MAX_COLUMNS:
        raise RegisterError(
            "too_many_columns",
            f"The register has more than {MAX_COLUMNS} columns.",
            "Leave out the columns that the mapping does not use, and import again.",
        )
    columns: list[str] = []
    problems: list[Problem] = []
    taken: set[str] = set()
    for position, name in enumerate(names, start=1):
        wanted = column = name or f"column {position}"
        repeat = 1
        while column_key(column) in taken:
            repeat += 1
            column = f"{wanted}#{repeat}"
        taken.add(column_key(column))
        columns.append(column)
        if not name:
            sentence = f"Column {position} has no name; it is called {column!r}."
            problems.append(Problem("note", "unnamed_column", sentence, column=column))
        elif repeat > 1:
            sentence = f"The column {name!r} stands more than once; number {repeat} is called {column!r}."
            problems.append(Problem("note", "repeated_column", sentence, column=column))
    return tuple(columns), problems


def _refuse_shape(records: list[Record], body: list[Record]) -> None:
    if not body:
        raise RegisterError(
            "no_rows", "The register has a header but no rows.", "Choose the file that holds the projects."
        )
    if len(body) > MAX_ROWS or sum(len(cells) for _, cells in records) > MAX_CELLS:
        raise RegisterError(
            "too_many_rows",
            f"The register has more than {MAX_ROWS} rows or {MAX_CELLS} cells.",
            "Split it into several files and import them one after the other.",
        )


def _ragged(body: list[Record], width: int, may_be_short: bool) -> list[Problem]:
    torn = set() if may_be_short else _torn(body, width)
    problems: list[Problem] = []
    for number, cells in body:
        if number in torn:
            sentence = f"Row {number} is a piece of a row that a line break outside quotation marks tore apart."
            remedy = "Put the cell with the line break into quotation marks, and import again."
            problems.append(Problem("error", "torn_row", sentence, remedy, row=number))
        elif any(cell.strip() for cell in cells[width:]):
            sentence = (
                f"Row {number} has {len(cells)} cells where the header has {width}: cells may stand in wrong columns."
            )
            remedy = "Put the cell that contains the delimiter into quotation marks, and import again."
            problems.append(Problem("error", "surplus_cells", sentence, remedy, row=number))
        elif len(cells) < width and not may_be_short:
            sentence = (
                f"Row {number} has {len(cells)} cells where the header has {width}; the last ones are taken as empty."
            )
            remedy = "Complete the row if something is missing, and import again."
            problems.append(Problem("warning", "missing_cells", sentence, remedy, row=number))
    return problems


def _torn(body: list[Record], width: int) -> set[int]:
    """The rows that together make exactly one: neighbours too short, whose cells add up when their ends are joined."""
    torn: set[int] = set()
    run: list[int] = []
    joined = 1
    for number, cells in body:
        if len(cells) >= width:
            run, joined = [], 1
            continue
        if joined + len(cells) - 1 > width:
            run, joined = [], 1
        run.append(number)
        joined += len(cells) - 1
        if joined == width and len(run) > 1:
            torn.update(run)
            run, joined = [], 1
    return torn
