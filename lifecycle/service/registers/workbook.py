"""From the bytes of an XLSX workbook to the records of one sheet, within bounds that a hostile file cannot leave."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from defusedxml.ElementTree import fromstring
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from lifecycle.service.registers.delimited import Record
from lifecycle.service.registers.encoding import CONTROL
from lifecycle.service.registers.problems import Problem, RegisterError

MAX_UNCOMPRESSED = 64 * 1024 * 1024
MAX_PARTS = 2_000
MAX_CELL_ELEMENTS = 2_000_000
"""Opening and closing tags in sheets and their strings: half a million cells, some 20 s of parsing at worst."""
MAX_OTHER_ELEMENTS = 100_000
LAST_ROW = 1_048_576
SHEETS_TRIED = 20
_BULK = re.compile(r"xl/(?:worksheets/[^/]+|sharedStrings)\.xml")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def sheet_records(
    data: bytes, sheet: str | None, max_rows: int, max_columns: int
) -> tuple[list[Record], tuple[Problem, ...]]:
    """The records of the named sheet, or of the first sheet that has any; blank ones left out, blank tails cut.

    Formulas give the value that was saved with them. Dates come as YYYY-MM-DD (with a time as YYYY-MM-DDTHH:MM:SS),
    numbers in full decimal digits. At most `max_rows + 1` records and `max_columns + 1` cells a record are read, enough
    to see that a limit is passed. Raises `RegisterError` for a damaged, encrypted or oversized workbook and for an
    unknown sheet.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_bombs(archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                return _chosen(workbook, sheet, max_rows, max_columns)
            finally:
                workbook.close()
    except RegisterError:
        raise
    except Exception as error:  # zipfile and openpyxl answer damage with whatever their parsers stumbled over
        raise RegisterError(
            "damaged_workbook",
            "The workbook is damaged and cannot be read.",
            "Open it in a spreadsheet program, save it again as XLSX, and import that file.",
        ) from error


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    """Refuse what would unpack or be parsed without end; cells and strings may be many, styles and the rest may not."""
    parts = archive.infolist()
    if any(part.flag_bits & 0x1 for part in parts):
        raise RegisterError(
            "encrypted_workbook", "The workbook is encrypted.", "Save it without a password, and import that file."
        )
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNCOMPRESSED:
        raise _too_large()
    elements = {part.filename: _elements(archive, part) for part in parts if part.filename.endswith((".xml", ".rels"))}
    bulk = {name for name in elements if _BULK.fullmatch(name)}
    if sum(elements[name] for name in bulk) > MAX_CELL_ELEMENTS:
        raise _too_large()
    if sum(elements[name] for name in elements.keys() - bulk) > MAX_OTHER_ELEMENTS:
        raise _too_large()
    for entry in fromstring(archive.read("[Content_Types].xml")):
        kind = entry.get("ContentType", "")
        if entry.get("PartName", "").lstrip("/") in bulk and not kind.endswith(("worksheet+xml", "sharedStrings+xml")):
            raise _too_large()


def _elements(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """The tags in a part, counted without parsing."""
    with archive.open(part) as stream:
        return sum(chunk.count(b"<") for chunk in iter(lambda: stream.read(1_048_576), b""))


def _too_large() -> RegisterError:
    return RegisterError(
        "workbook_too_large",
        f"The workbook unpacks to more than {MAX_UNCOMPRESSED // 1_048_576} MB, or has too many cells or formats.",
        "Keep the register's sheet alone, without formats and pictures, or save it as CSV, and import that file.",
    )


def _chosen(
    workbook: Workbook, sheet: str | None, max_rows: int, max_columns: int
) -> tuple[list[Record], tuple[Problem, ...]]:
    names = [worksheet.title for worksheet in workbook.worksheets]
    if sheet is not None and sheet not in names:
        raise RegisterError(
            "no_such_sheet", f"The workbook has no sheet {sheet!r}.", f"Name one of these: {', '.join(names)}."
        )
    for name in [sheet] if sheet is not None else names[:SHEETS_TRIED]:
        found = list(_records(workbook, name, max_rows, max_columns))
        if found:
            others = [other for other in names if other != name]
            sentence = f"Sheet {name!r} was read; {', '.join(map(repr, others))} was not."
            return found, (Problem("note", "sheet_chosen", sentence),) if others and sheet is None else ()
    return [], ()


def _records(workbook: Workbook, name: str, max_rows: int, max_columns: int) -> Iterator[Record]:
    worksheet = workbook[name]
    worksheet.reset_dimensions()
    seen = 0
    blank: tuple[object, ...] | None = None
    for number, row in enumerate(worksheet.iter_rows(max_col=max_columns + 1, values_only=True), start=1):
        if number > LAST_ROW or seen > max_rows:
            return
        if row is blank or row.count(None) == len(row):
            blank = row
            continue
        cells = [_text(value) for value in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            seen += 1
            yield number, cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return CONTROL.sub("", _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _digits(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _digits(value: float) -> str:
    """The shortest decimal that names this double, written without an exponent; what is not finite as its own word."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    return f"{Decimal(repr(value)):f}".removesuffix(".0")
