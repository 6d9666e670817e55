"""Days as registers write them, read without guessing: what could be two days needs the mapping's word on the order."""

import re
from datetime import date
from typing import Literal

from lifecycle.service.registers.cells import Known, Malformed, Reading, failed

DateOrder = Literal["dmy", "mdy"]
FIRST_YEAR, LAST_YEAR = 1900, 2299
CENTURY_ENDS = 68
"""A two-digit year up to this one is 20yy (31-Mar-24, as spreadsheets show it); a later one could be either century."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
REMEDY = "Write the date as YYYY-MM-DD, and import again."
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_TIME = re.compile(
    r"[T ]\s?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s?[AP]M)?(?:\s?Z|\s?[+-]\d{2}:?\d{2})?$",
    re.ASCII | re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})|(?P<y8>\d{4})(?P<m8>\d\d)(?P<d8>\d\d)", re.ASCII
)
_NUMBERS = re.compile(r"(?P<a>\d{1,2})([-/.])(?P<b>\d{1,2})\2(?P<y>\d{4})", re.ASCII)
_DAY_NAMED = re.compile(rf"{_DAY}[ .-]{{0,2}}{_MONTH}[ .,-]{{0,2}}(?P<y>\d{{4}}|\d\d)", re.ASCII | re.IGNORECASE)
_MONTH_NAMED = re.compile(rf"{_MONTH}[ .]{{1,2}}{_DAY},? (?P<y>\d{{4}})", re.ASCII | re.IGNORECASE)


def read_date(text: str, order: DateOrder = "dmy") -> Reading:
    """The day as YYYY-MM-DD; a time of day is dropped.

    Year-first dates and months by name speak for themselves; `order` settles 03/04/2024. A day that the calendar does
    not have is malformed, never moved to the next.
    """
    line = _TIME.sub("", " ".join(text[:200].split())).rstrip()
    parts = _parts(line, order)
    if parts is None:
        return failed(text, "is no date that can be read without guessing", REMEDY)
    year, month, day = parts
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Malformed(f"has the year {year:04}, which no project has", REMEDY)
    try:
        return Known(date(year, month, day).isoformat())
    except ValueError:
        swapped = _NUMBERS.fullmatch(line) is not None and day <= 12 < month
        return Malformed(f"is no day of the calendar{f' in the order {order}' if swapped else ''}", REMEDY)


def read_year(text: str) -> int | None:
    """The year that a cell such as `2022` or `2022.0` names; None for anything else."""
    found = re.fullmatch(r"(\d{4})(?:\.0+)?", text.strip(), re.ASCII)
    return int(found[1]) if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR else None


def _parts(line: str, order: DateOrder) -> tuple[int, int, int] | None:
    if found := _YEAR_FIRST.fullmatch(line):
        return int(found["y"] or found["y8"]), int(found["m"] or found["m8"]), int(found["d"] or found["d8"])
    if found := _NUMBERS.fullmatch(line):
        first, second = int(found["a"]), int(found["b"])
        return (int(found["y"]), second, first) if order == "dmy" else (int(found["y"]), first, second)
    if found := _DAY_NAMED.fullmatch(line) or _MONTH_NAMED.fullmatch(line):
        year = int(found["y"])
        if len(found["y"]) == 2:
            if year > CENTURY_ENDS:
                return None
            year += 2000
        return year, MONTHS.index(found["name"][:3].lower()) + 1, int(found["d"])
    return None
