"""The portfolio as a table for a spreadsheet: typed, safe from formulas, and readable by our own import again."""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final

from lifecycle.domain.project import ProjectState
from lifecycle.gates.policy import Policy
from lifecycle.gates.vocabulary import Kind
from lifecycle.persistence.pages import Cursor
from lifecycle.service.portfolio import Portfolio, ProjectEntry, WantedProjects
from lifecycle.service.registers.amounts import MINOR_DIGITS
from lifecycle.service.registers.results import guarded, text_cell
from lifecycle.service.shelf import Shelf

if TYPE_CHECKING:
    from openpyxl.cell import Cell

Held = str | int | float | Decimal | date | datetime | None
_AT_ONCE: Final = 200
"""Projects of an export that are in memory at a time."""
_PIECE: Final = 65_536


class SheetFormat(StrEnum):
    """As which file a portfolio is taken away."""

    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what stands in it for a project, and how a spreadsheet writes that."""

    name: str
    held: Callable[[ProjectEntry], Held]
    written: str = "General"


def _of(name: str, written: str = "General") -> Column:
    """A column of what the summary of a project says."""

    def held(entry: ProjectEntry) -> Held:
        value = getattr(entry.summary, name)
        if isinstance(value, tuple):
            return ", ".join(value)
        return ("yes" if value else "no") if isinstance(value, bool) else value

    return Column(name, held, written)


_INSTANT: Final = "yyyy-mm-dd hh:mm"
_DAY: Final = "yyyy-mm-dd"
FIXED: Final = (
    *(_of("key"), _of("name"), _of("portfolio"), _of("status"), _of("stage")),
    Column("stage_since", lambda entry: entry.summary.stage_since.date(), _DAY),
    *(_of("days_in_stage", "0"), _of("tier"), _of("manager"), _of("sponsor")),
    Column("policy", lambda entry: f"{entry.summary.policy.id} {entry.summary.policy.version}"),
    *(_of("open_gates"), _of("next_gates"), _of("due", _INSTANT), _of("overdue"), _of("breaches")),
)
"""The columns that every portfolio has; instants are in UTC."""


def columns_of(policies: Iterable[Policy]) -> tuple[Column, ...]:
    """The fixed columns, and one for each fact that one of these policies declares; amounts by their currency.

    Where a policy holds an amount against its baseline, the baseline has a column too.
    """
    found: dict[str, Column] = {}
    for policy in policies:
        bounded = {tolerance.fact for tolerance in policy.tolerances.values()}
        for name, fact in policy.facts.items():
            unit = fact.unit or ""
            named = f"{name} ({unit})" if fact.type is Kind.MONEY and unit else name
            written = f'#,##0.00 "{unit}"' if fact.type is Kind.MONEY else _DAY if fact.type is Kind.DATE else "General"
            ways = [(named, _facts)] + ([(f"baseline {named}", _baseline)] if name in bounded else [])
            for title, of in ways:
                found.setdefault(title, Column(title, partial(_fact, name, unit, of), written))
    return (*FIXED, *found.values())


def _facts(state: ProjectState) -> Mapping[str, object]:
    return state.facts


def _baseline(state: ProjectState) -> Mapping[str, object]:
    return state.baseline


def _fact(name: str, unit: str, of: Callable[[ProjectState], Mapping[str, object]], entry: ProjectEntry) -> Held:
    """A fact as a spreadsheet counts: money in whole units of its currency, which must be the column's."""
    fact, value = entry.policy.facts.get(name), of(entry.state).get(name)
    if fact is None or value is None or (fact.unit or "") != unit:
        return None
    if fact.type is Kind.MONEY:
        return Decimal(str(value)).scaleb(-MINOR_DIGITS.get(unit, 2))
    if fact.type is Kind.DATE:
        return date.fromisoformat(str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, int | float) else str(value)


class Exports:
    """Takes portfolios away as files, a piece at a time."""

    def __init__(self, portfolio: Portfolio, shelf: Shelf) -> None:
        self._portfolio = portfolio
        self._shelf = shelf

    async def of(self, person: str, wanted: WantedProjects, form: SheetFormat) -> AsyncIterator[bytes]:
        """Every project within a person's reach that a filter leaves, by key."""
        shelved = [await self._shelf.by_digest(digest) for digest in sorted(await self._portfolio.by_edition(person))]
        columns = columns_of(edition.book.policy for edition in shelved if edition)
        rows = self._rows(person, wanted, columns)
        return _as_csv(columns, rows) if form is SheetFormat.CSV else _as_xlsx(columns, rows)

    async def _rows(
        self, person: str, wanted: WantedProjects, columns: Sequence[Column]
    ) -> AsyncIterator[list[list[Held]]]:
        after: Cursor | None = None
        while True:
            page = await self._portfolio.entries(person, wanted, after, _AT_ONCE)
            yield [[column.held(entry) for column in columns] for entry in page.lines]
            after = page.after
            if after is None:
                return


async def _as_csv(columns: Sequence[Column], pages: AsyncIterator[list[list[Held]]]) -> AsyncIterator[bytes]:
    yield _lines([[column.name for column in columns]]).encode("utf-8-sig")
    async for rows in pages:
        yield _lines(rows).encode()


def _lines(rows: Iterable[Sequence[Held]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(map(_cell_text, row) for row in rows)
    return out.getvalue()


def _cell_text(value: Held) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else guarded(value)


async def _as_xlsx(columns: Sequence[Column], pages: AsyncIterator[list[list[Held]]]) -> AsyncIterator[bytes]:
    """The workbook is written to a file that nobody else sees, and read from there."""
    from openpyxl import Workbook  # slow to load, and most processes never write one
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Portfolio")
    sheet.freeze_panes = "C2"
    cell = partial(WriteOnlyCell, sheet)

    def write(rows: list[list[Held]]) -> None:
        for row in rows:
            sheet.append([_cell(cell, value, column.written) for value, column in zip(row, columns, strict=True)])

    sheet.append([text_cell(cell, column.name) for column in columns])
    async for rows in pages:
        await asyncio.to_thread(write, rows)
    with tempfile.TemporaryFile() as file:
        await asyncio.to_thread(workbook.save, file)
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


def _cell(new: "Callable[..., Cell]", value: Held, written: str) -> "Cell | None":
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return text_cell(new, value)
    cell = new(value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value)
    cell.number_format = written
    return cell
