"""Imports of registers: how far each has come, and what became of every row."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Integer, Row, case, exists, func, insert, select, type_coerce, update

from lifecycle.domain.project import Status
from lifecycle.domain.values import canonical
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.inserts import upsert
from lifecycle.persistence.office_tables import import_rows, imports
from lifecycle.persistence.pages import Cursor, Page, by_instant, page
from lifecycle.persistence.reach import Reach, visible
from lifecycle.persistence.tables import projects


class ImportStatus(StrEnum):
    """Whether an import goes on."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Import:
    """One import: `register` names the file, `total` counts its rows once that is known.

    `results` counts the rows that have each result, `summary` is what is to be said of the whole, as JSON-like data.
    """

    id: str
    register: str
    person: str
    dry_run: bool
    started_at: datetime
    status: ImportStatus = ImportStatus.RUNNING
    total: int | None = None
    finished_at: datetime | None = None
    results: dict[str, int] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What became of one row, numbered as in the register; `project` is its key if it has one, `detail` JSON-like."""

    number: int
    project: str | None
    result: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Missing:
    """A project of which a later import has no row."""

    key: str
    name: str
    stage: str
    status: Status


PRESSING = ("refused", "invalid")
"""Results of rows about which somebody has to do something, the most pressing first."""

GOOD = ("registered", "updated", "unchanged")
"""Results of rows whose project is governed."""


def begin(connection: Connection, new: Import, by: Signature) -> None:
    """Note that an import has begun; its id must be new."""
    row = {
        "id": new.id,
        "register": new.register,
        "person": new.person,
        "dry_run": new.dry_run,
        "status": new.status.value,
        "total": new.total,
        "started_at": new.started_at,
        "summary": canonical(new.summary),
    }
    connection.execute(insert(imports), row)
    said = {"id": new.id, "register": new.register, "dry_run": new.dry_run}
    sign(connection, by, "person:import:begun", said)


def put_rows(connection: Connection, id_: str, rows: Sequence[ImportRow]) -> None:
    """Note what became of rows; of a row noted before, the new result stands."""
    noted = [
        {
            "import": id_,
            "number": row.number,
            "project": row.project,
            "result": row.result,
            "detail": canonical(row.detail),
        }
        for row in rows
    ]
    upsert(connection, import_rows, noted)


def finish(
    connection: Connection, id_: str, status: ImportStatus, summary: Mapping[str, Any], total: int, now: datetime
) -> None:
    """Note that an import has ended, with what is to be said of the whole."""
    ended = {"status": status.value, "summary": canonical(dict(summary)), "total": total, "finished_at": now}
    connection.execute(update(imports).where(imports.c.id == id_).values(**ended))


def find(connection: Connection, id_: str) -> Import | None:
    """An import with its results so far."""
    found = connection.execute(select(imports).where(imports.c.id == id_)).one_or_none()
    return _import(connection, found) if found else None


def running(connection: Connection) -> tuple[Import, ...]:
    """The imports that have not ended, the oldest first."""
    found = select(imports).where(imports.c.status == ImportStatus.RUNNING.value)
    return tuple(
        _import(connection, row) for row in connection.execute(found.order_by(imports.c.started_at, imports.c.id)).all()
    )


def ended(connection: Connection, limit: int = 100) -> tuple[Import, ...]:
    """The latest imports that were carried out to their end, dry runs left out, without their counts."""
    done = (imports.c.status == ImportStatus.DONE.value, ~imports.c.dry_run)
    found = select(imports).where(*done).order_by(imports.c.started_at.desc(), imports.c.id).limit(limit)
    return tuple(_noted(row, {}) for row in connection.execute(found))


def latest(connection: Connection, *, after: Cursor | None = None, limit: int = 20) -> Page[Import]:
    """A page of imports with their results so far, the latest first."""
    order = [by_instant(imports.c.started_at), imports.c.id]
    found = page(connection, select(imports), order, lambda row: row, after=after, limit=limit, newest_first=True)
    return Page(tuple(_import(connection, row) for row in found.lines), found.after)


def numbers(connection: Connection, id_: str) -> frozenset[int]:
    """The numbers of the rows that are noted."""
    return frozenset(connection.scalars(select(import_rows.c.number).where(import_rows.c["import"] == id_)))


def missing(connection: Connection, reach: Reach, earlier: str, later: str) -> tuple[Missing, ...]:
    """The living projects within reach of which an earlier import had a good row and a later one has none, by key."""
    here, there = import_rows.alias("here"), import_rows.alias("there")
    again = exists().where(there.c["import"] == later, there.c.project == here.c.project)
    over = [Status.CLOSED.value, Status.KILLED.value]
    query = (
        select(projects.c.key, projects.c.name, projects.c.stage, projects.c.status)
        .join(here, here.c.project == projects.c.key)
        .where(here.c["import"] == earlier, here.c.result.in_(GOOD), ~again)
        .where(projects.c.status.not_in(over), visible(reach))
        .order_by(projects.c.key)
    )
    return tuple(Missing(row.key, row.name, row.stage, Status(row.status)) for row in connection.execute(query))


def rows_of(
    connection: Connection,
    id_: str,
    result: str | None = None,
    *,
    after: Cursor | None = None,
    limit: int = 200,
    pressing_first: bool = False,
) -> Page[ImportRow]:
    """A page of the rows of an import, or of those with one result, in the register's order.

    With `pressing_first` those about which somebody has to do something come before the others.
    """
    query = select(import_rows).where(import_rows.c["import"] == id_)
    if result is not None:
        query = query.where(import_rows.c.result == result)
    places = {each: place for place, each in enumerate((*PRESSING, *GOOD))}
    place = type_coerce(case(places, value=import_rows.c.result, else_=len(places)), Integer)
    order = [place, import_rows.c.number] if pressing_first else [import_rows.c.number]
    return page(connection, query, order, _row, after=after, limit=limit)


def _import(connection: Connection, row: Row[Any]) -> Import:
    counted = select(import_rows.c.result, func.count()).where(import_rows.c["import"] == row.id)
    results = connection.execute(counted.group_by(import_rows.c.result).order_by(import_rows.c.result)).all()
    return _noted(row, {str(result): int(number) for result, number in results})


def _noted(row: Row[Any], results: dict[str, int]) -> Import:
    return Import(
        id=row.id,
        register=row.register,
        person=row.person,
        dry_run=row.dry_run,
        started_at=row.started_at,
        status=ImportStatus(row.status),
        total=row.total,
        finished_at=row.finished_at,
        results=results,
        summary=json.loads(row.summary),
    )


def _row(row: Row[Any]) -> ImportRow:
    return ImportRow(row.number, row.project, row.result, json.loads(row.detail))
