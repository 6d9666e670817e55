"""From a register and its mapping to mapped rows: facts, what is unknown and why, problems, and the stage of entry."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lifecycle.domain.values import FactValue
from lifecycle.service.registers.cells import (
    MAX_TEXT,
    Known,
    Malformed,
    Reading,
    Unstated,
    compared,
    is_placeholder,
    is_spreadsheet_error,
    tidy,
    unstated,
)
from lifecycle.service.registers.columns import MappedColumns, either
from lifecycle.service.registers.dates import read_date, read_year
from lifecycle.service.registers.mapping import Fact, RegisterMapping
from lifecycle.service.registers.problems import Problem, excerpt
from lifecycle.service.registers.reading import Register, Row

MAX_KEY = 100
MAX_NAME = 400


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact whose value the register does not give, and why, in the register's own words where it has any."""

    fact: str
    why: str


@dataclass(frozen=True, slots=True)
class MappedRow:
    """What one row of a register says about one project.

    `facts` has every fact of the mapping: money in minor units, dates as YYYY-MM-DD, None where unknown. `stage` is
    the stage of entry, as the policy would write it, None when the mapping leaves it to the policy. `as_of` is the day
    on which the figures stood.
    """

    number: int
    key: str
    name: str
    portfolio: str | None
    stage: str | None
    as_of: date | None
    facts: dict[str, FactValue | None]
    unknown: tuple[Unknown, ...]
    problems: tuple[Problem, ...]

    @property
    def importable(self) -> bool:
        """Whether nothing stands against taking this row in."""
        return all(problem.severity != "error" for problem in self.problems)


def apply_mapping(register: Register, mapping: RegisterMapping, as_of: date | None = None) -> tuple[MappedRow, ...]:
    """One mapped row for every row of the register, in its order, the broken ones too.

    `as_of` is the day of the register; without it the mapping's own column says. Raises `RegisterError`
    (`missing_column`) when the register lacks the key, the name, or a column that the mapping calls required.
    """
    return _Application(register, mapping, as_of).rows()


class _Application:
    """One mapping applied to one register."""

    def __init__(self, register: Register, mapping: RegisterMapping, as_of: date | None) -> None:
        self._register, self._mapping, self._as_of = register, mapping, as_of
        self._columns = MappedColumns(register, mapping)
        self._unknown = frozenset(map(compared, mapping.unknown))
        self._noticed: defaultdict[int | None, list[Problem]] = defaultdict(list)
        for problem in register.problems:
            self._noticed[problem.row].append(problem)

    def rows(self) -> tuple[MappedRow, ...]:
        """Every row, mapped."""
        keys = [tidy(self._first(row, self._columns.key)[1]) for row in self._register.rows]
        places: defaultdict[str, list[int]] = defaultdict(list)
        for row, key in zip(self._register.rows, keys, strict=True):
            places[key.casefold()].append(row.number)
        return tuple(
            self._row(row, key, places[key.casefold()]) for row, key in zip(self._register.rows, keys, strict=True)
        )

    def _row(self, row: Row, key: str, places: list[int]) -> MappedRow:
        name = " ".join(self._first(row, self._columns.name)[1].split())
        problems = [*self._noticed[row.number], *self._identity(row, key, places, name)]
        readings = {fact: self._read(row, fact, how, problems) for fact, how in self._mapping.facts.items()}
        facts = {fact: reading.value if isinstance(reading, Known) else None for fact, reading in readings.items()}
        unknown = tuple(
            Unknown(fact, reading.why) for fact, reading in readings.items() if isinstance(reading, Unstated)
        )
        as_of = self._as_of or self._day(row, problems)
        stage = self._stage(row, facts, as_of, problems)
        department = " ".join(self._first(row, self._columns.portfolio)[1].split())
        portfolio = None if self._says_nothing(department) else department
        return MappedRow(row.number, key, name, portfolio, stage, as_of, facts, unknown, tuple(problems))

    def _first(self, row: Row, columns: Iterable[str]) -> tuple[str, str]:
        """The first column that says something, and its text; else the first that has any text at all."""
        column, text = "", ""
        for candidate in columns:
            cell = row.cells[candidate]
            if not self._says_nothing(cell):
                return candidate, cell
            if not text.strip():
                column, text = candidate, cell
        return column, text

    def _says_nothing(self, text: str) -> bool:
        return is_placeholder(text) or (bool(self._unknown) and compared(text) in self._unknown)

    def _read(self, row: Row, fact: str, how: Fact, problems: list[Problem]) -> Known | Unstated:
        columns = self._columns.of_facts[fact]
        if not columns:
            return Unstated(f"The register has no column {either(how.names)}.")
        column, text = self._first(row, columns)
        reading = self._reading(text, how)
        if not isinstance(reading, Malformed):
            return reading
        told = f"{excerpt(text)!r} {reading.fault}"
        sentence = f"Row {row.number}, column {column!r}: {told}."
        problems.append(Problem("warning", "malformed_cell", sentence, reading.remedy, row.number, column))
        return Unstated(f"{told}.")

    def _reading(self, text: str, how: Fact) -> Reading:
        if len(text) > MAX_TEXT:
            remedy = "Shorten it at the source, or keep it as evidence of the project."
            return Malformed(f"has {len(text)} characters where {MAX_TEXT} are the limit", remedy)
        if is_spreadsheet_error(text):
            return Malformed("is an error of the spreadsheet", "Mend the formula there, and import again.")
        reading = how.read(text, self._mapping)
        chosen = isinstance(reading, Known) and how.kind == "choice"
        return unstated(text) if self._says_nothing(text) and not chosen else reading

    def _day(self, row: Row, problems: list[Problem]) -> date | None:
        """The day that the row itself says its figures stood."""
        rule, columns = self._mapping.as_of, self._columns.as_of
        if rule is None or not columns:
            return None
        text = row.cells[columns[0]]
        year = read_year(text)
        if rule.month is not None and rule.day is not None and year is not None:
            return date(year, rule.month, rule.day)
        reading = read_date(text, self._mapping.date_order)
        if isinstance(reading, Known):
            return date.fromisoformat(str(reading.value))
        sentence = f"Row {row.number}, column {columns[0]!r}: {excerpt(text)!r} does not say when the figures stood."
        remedy = "Write the year or the date there, or give the register's date with the import."
        problems.append(Problem("warning", "no_reporting_date", sentence, remedy, row.number, columns[0]))
        return None

    def _stage(
        self, row: Row, facts: dict[str, FactValue | None], as_of: date | None, problems: list[Problem]
    ) -> str | None:
        said = compared(self._first(row, self._columns.stage)[1])
        if not self._says_nothing(said):
            return said.replace(" ", "_")
        entry = self._mapping.entry
        if entry is None:
            return None
        start, finish = (str(value) if (value := facts[fact]) else None for fact in (entry.start, entry.finish))
        if start and finish and finish < start:
            sentence = f"Row {row.number}: the finish {finish} lies before the start {start}."
            remedy = "Correct one of both dates, and import again."
            problems.append(Problem("warning", "finish_before_start", sentence, remedy, row.number))
        return entry.of(as_of, start, finish)

    def _identity(self, row: Row, key: str, places: list[int], name: str) -> list[Problem]:
        """What stands against knowing which project the row is about."""
        column, name_column = self._columns.key[0], self._columns.name[0]
        faults: list[tuple[str, str, str, str]] = []
        if self._says_nothing(key):
            faults.append(("missing_key", column, "has no key", "Give the project its key, or take the row out"))
        elif len(key) > MAX_KEY or "\n" in key or "\t" in key:
            fault = f"has the key {excerpt(key)!r}, which is no key of at most {MAX_KEY} characters on one line"
            faults.append(("malformed_key", column, fault, "Give the project its key, or take the row out"))
        elif len(places) > 1:
            other = next(place for place in places if place != row.number)
            fault = f"has the key {key!r}, which stands in row {other} too"
            faults.append(("repeated_key", column, fault, "Keep one row for each project"))
        if self._says_nothing(name):
            faults.append(
                ("missing_name", name_column, "has no project name", "Give the project its name, or take the row out")
            )
        elif len(name) > MAX_NAME:
            fault = f"has a project name of {len(name)} characters where {MAX_NAME} are the limit"
            faults.append(("name_too_long", name_column, fault, "Shorten the name"))
        return [
            Problem("error", code, f"Row {row.number} {fault}.", f"{remedy}, and import again.", row.number, place)
            for code, place, fault, remedy in faults
        ]
