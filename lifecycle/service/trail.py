"""The audit trail as people read and export it."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission, covers, permissions_of
from lifecycle.domain.values import Instant, Value, canonical
from lifecycle.persistence.audit import OFFICE, Kind
from lifecycle.persistence.pages import Cursor, Page
from lifecycle.persistence.projects import state_of
from lifecycle.persistence.reach import UNLIMITED, Reach
from lifecycle.persistence.session import Database
from lifecycle.persistence.trail import AuditFilter, AuditRecord, records
from lifecycle.service.admission import UNKNOWN_PROJECT
from lifecycle.service.deeds import RefusedError
from lifecycle.service.directory import Rights, rights_of
from lifecycle.service.registers.results import guarded
from lifecycle.service.settling import Now

_AT_ONCE: Final = 200
"""Records of an export that are in memory at a time."""


RecordKind = Kind
"""What a record is about: an event, a refused attempt, or a deed of the office."""
WantedRecords = AuditFilter
"""What a look into the trail narrows to."""


class UnknownRecordError(LifecycleError):
    """There is no such record that the person may see (HTTP 404; code `unknown_record`)."""

    def __init__(self) -> None:
        super().__init__("unknown_record", "There is no such record.", "Look for it in the audit trail.")


class Format(StrEnum):
    """How a trail is exported: a JSON object a line, or a table for a spreadsheet."""

    NDJSON = "ndjson"
    CSV = "csv"


class TrailRecord(Value):
    """One record of the trail: an event of a project, a refused attempt, or a deed of the office.

    `n` numbers the records of a project, or of the office where `project` is none; `seq` numbers a project's events.
    `content` is all that was recorded, `digest` binds it and the digest of the record before.
    """

    project: str | None
    n: int
    kind: Kind
    seq: int | None
    at: Instant
    recorded_at: Instant
    type: str
    gate: str | None
    person: str | None
    acting_for: str | None
    command: str | None
    content: dict[str, Any]
    previous: str
    digest: str


class Trail:
    """Reads the audit trail within what somebody may see of it; no engine is asked."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now

    async def of_project(
        self, person: str, key: str, wanted: AuditFilter, after: Cursor | None = None, limit: int = 100
    ) -> Page[TrailRecord]:
        """A page of one project's trail, the latest first; refused attempts only for whoever may audit the project.

        Raises `RefusedError` (`unknown_project`) for what the person may not see.
        """
        now = self._now()

        def look(connection: Connection) -> Page[AuditRecord]:
            rights = rights_of(connection, person, now)
            state = state_of(connection, rights.reach, key)
            if state is None:
                raise RefusedError(UNKNOWN_PROJECT)
            audits = any(covers(scope, key, state.portfolio) for scope in _audited(rights).scopes)
            narrowed = replace(wanted, project=key, kind=wanted.kind if audits else Kind.EVENT)
            if not audits and wanted.kind not in (None, Kind.EVENT):
                return Page((), None)
            return records(connection, UNLIMITED, narrowed, after=after, limit=limit, newest_first=True)

        return _told(await self._database.read(look))

    async def of_everything(
        self, person: str, wanted: AuditFilter, after: Cursor | None = None, limit: int = 100
    ) -> Page[TrailRecord]:
        """A page of the trail of everything that a person may audit, the latest first."""
        now = self._now()

        def look(connection: Connection) -> Page[AuditRecord]:
            reach = _audited(rights_of(connection, person, now))
            return records(connection, reach, wanted, after=after, limit=limit, newest_first=True)

        return _told(await self._database.read(look))

    async def record(self, person: str, project: str | None, n: int) -> TrailRecord:
        """One record, by its number among those of a project, or (none) of the office.

        Raises `UnknownRecordError` for what the person may not audit.
        """
        wanted = AuditFilter(project=OFFICE if project is None else project)
        page = await self.of_everything(person, wanted, after=(n + 1,), limit=1)
        if not page.lines or page.lines[0].n != n:
            raise UnknownRecordError
        return page.lines[0]

    async def export(self, person: str, wanted: AuditFilter, form: Format) -> AsyncIterator[bytes]:
        """The same whole, the oldest first, in pieces; what is recorded after it began is left out."""
        now = self._now()
        until = min(wanted.until or now, now)
        reach = await self._database.read(lambda connection: _audited(rights_of(connection, person, now)))
        return self._pieces(reach, replace(wanted, until=until), form)

    async def _pieces(self, reach: Reach, wanted: AuditFilter, form: Format) -> AsyncIterator[bytes]:
        if form is Format.CSV:
            yield _table([_COLUMNS]).encode("utf-8-sig")
        after: Cursor | None = None
        while True:
            asked = partial(records, reach=reach, wanted=wanted, after=after, limit=_AT_ONCE)
            page = _told(await self._database.read(asked))
            if page.lines:
                yield (_table(_rows(page.lines)) if form is Format.CSV else _lines(page.lines)).encode()
            after = page.after
            if after is None:
                return


def _audited(rights: Rights) -> Reach:
    """How far somebody may audit: in the scopes of the roles that allow it, which nobody does for another."""
    return Reach.of(grant.scope for grant in rights.grants if Permission.AUDIT_READ in permissions_of([grant.role]))


def _told(page: Page[AuditRecord]) -> Page[TrailRecord]:
    return Page(tuple(_record(record) for record in page.lines), page.after)


def _record(record: AuditRecord) -> TrailRecord:
    return TrailRecord(
        project=record.project,
        n=record.n,
        kind=record.kind,
        seq=record.seq,
        at=record.at,
        recorded_at=record.recorded_at,
        type=record.type,
        gate=record.gate,
        person=record.person,
        acting_for=record.acting_for,
        command=record.command,
        content=record.body,
        previous=record.previous,
        digest=record.digest,
    )


_COLUMNS: Final = tuple(TrailRecord.model_fields)


def _rows(items: Iterable[TrailRecord]) -> Iterable[Sequence[object]]:
    for item in items:
        told = item.model_dump(mode="json")
        yield [canonical(told[name]) if name == "content" else told[name] for name in _COLUMNS]


def _table(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(map(guarded, row) for row in rows)
    return out.getvalue()


def _lines(items: Iterable[TrailRecord]) -> str:
    return "".join(f"{item.model_dump_json()}\n" for item in items)
