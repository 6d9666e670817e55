"""From the text of a delimited file to its records: the delimiter found by parsing, quotes and line ends as written."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from lifecycle.service.registers.problems import RegisterError

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_RECORDS = 200
_DECLARED = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_LAST = "\x1e"

Record = tuple[int, list[str]]
"""A record's number in its file, counted from 1 with blank ones, and its cells."""


def records(text: str, max_rows: int, max_cells: int) -> tuple[str, list[Record]]:
    """The delimiter of a delimited text and its records that are not blank.

    A line `sep=;`, which spreadsheets write, is believed. The apostrophe that guards a text against being taken for a
    formula is taken off. Reading stops as soon as `max_rows` or `max_cells` is passed. Raises
    `RegisterError` for a quotation that never ends and a cell beyond all measure.
    """
    declared = _DECLARED.match(text)
    skipped = 1 if declared else 0
    if declared:
        text = text[declared.end() :]
    delimiter = declared[1] if declared else delimiter_of(text)
    found: list[Record] = []
    number, cells_found = skipped, 0
    try:
        for number, cells in enumerate(_parse(f"{text}\n{_LAST}", delimiter), start=1 + skipped):
            if not cells:
                continue
            if cells == [_LAST]:
                break
            if cells[-1].endswith(_LAST):
                raise RegisterError(
                    "unclosed_quote",
                    f"A quotation mark that opens in row {number} is never closed: the rest of the file is one cell.",
                    f"Close or double the quotation mark in row {number}, and import again.",
                )
            if any(cell.strip() for cell in cells):
                found.append((number, [_unguarded(cell) for cell in cells]))
                cells_found += len(cells)
            if len(found) > max_rows or cells_found > max_cells:
                break
    except csv.Error as error:
        raise RegisterError(
            "cell_too_long",
            f"Row {number + 1} holds a cell of more than {csv.field_size_limit()} characters.",
            "A quotation mark may be missing there: mend the row, and import again.",
        ) from error
    return delimiter, found


def delimiter_of(text: str) -> str:
    """The delimiter under which most records have as many cells as the first; a comma when nothing divides them.

    Titles above the table have no delimiter at all, so a first record that stays whole counts against none.
    """
    return max(DELIMITERS, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: str) -> tuple[bool, float, int]:
    widths: list[int] = []
    try:
        widths.extend(len(cells) for cells in islice(_parse(text, delimiter), SAMPLE_RECORDS) if cells)
    except csv.Error:
        return (False, 0.0, 0)
    divided = Counter(width for width in widths if width > 1)
    if not divided:
        return (False, 0.0, 0)
    usual, count = divided.most_common(1)[0]
    return (widths[0] == usual, count / len(widths), usual)


def _parse(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell
