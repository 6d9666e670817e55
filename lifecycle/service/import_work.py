"""Imports at work: carried out beside the requests, with progress that survives the process.

An import that its process left half-done is taken up again, by this process after a restart or by any other: the file
is kept, and the command of every row has an id that follows from the file, so nothing is done twice and nobody has to
notice. That is why an import is never marked as interrupted.
"""

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence import imports
from lifecycle.persistence.evidence_store import EvidenceStore
from lifecycle.persistence.imports import Import, ImportRow, ImportStatus
from lifecycle.persistence.reach import UNLIMITED
from lifecycle.persistence.session import Database
from lifecycle.service.import_jobs import Job, Order, read
from lifecycle.service.import_results import Leaver, RowOutcome, row_of
from lifecycle.service.importing import Importing
from lifecycle.service.long_work import LOOK_SECONDS, LongWork, patiently
from lifecycle.service.registers.applying import MappedRow
from lifecycle.service.settling import Now

AT_ONCE: Final = 16
"""Rows that are in work at a time."""
_BROKEN: Final = "Something is broken on our side."
_REMEDY: Final = "Tell the operators of the service, then import the file again."

_log = structlog.get_logger("imports")


class ImportWork:
    """Carries imports out; whatever it starts lives as long as `at_work`."""

    def __init__(
        self,
        database: Database,
        store: EvidenceStore,
        importing: Importing,
        now: Now,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._database = database
        self._store = store
        self._importing = importing
        self._now = now
        self._jobs: dict[str, Job] = {}
        self._work = LongWork(
            database, imports.running, lambda noted: sum(noted.results.values()), self._carry_out, look_seconds
        )

    def start(self, noted: Import, job: Job | None = None) -> None:
        """Carry out an import that was noted, unless it is in work here already."""
        if job is not None:
            self._jobs[noted.id] = job
        self._work.start(noted)

    def at_work(self) -> AbstractAsyncContextManager[None]:
        """Take up what was left half-done, as long as this lasts."""
        return self._work.at_work()

    async def _carry_out(self, noted: Import) -> None:
        """Carry an import out from where it stands; what cannot be carried on is said to have failed."""
        said = dict(noted.summary)
        try:
            work = self._jobs.pop(noted.id, None) or await self._taken_up(noted)
            done = await patiently(lambda: self._database.read(partial(imports.numbers, id_=noted.id)))
            await self._rows(work, [row for row in work.rows if row.number not in done])
            leavers = await patiently(lambda: self._database.read(partial(_leavers, noted=noted)))
            status, said = ImportStatus.DONE, {**said, "leavers": leavers}
        except LifecycleError as error:
            status, said = ImportStatus.FAILED, {**said, "failure": f"{error.sentence} {error.remedy}"}
        except Exception:
            _log.exception("an import broke", id=noted.id)
            status, said = ImportStatus.FAILED, {**said, "failure": f"{_BROKEN} {_REMEDY}"}
        ended = partial(imports.finish, id_=noted.id, status=status, summary=said, total=noted.total or 0)
        await patiently(lambda: self._database.write(partial(ended, now=self._now())))
        self._jobs.pop(noted.id, None)
        _log.info("an import has ended", id=noted.id, status=status.value)

    async def _taken_up(self, noted: Import) -> Job:
        """The job of an import that was left half-done."""
        _log.info("an import is taken up", id=noted.id)
        order, file = Order(**noted.summary["order"]), noted.summary["file"]
        data = b"".join([piece async for piece in await self._store.open(file)])
        return (await asyncio.to_thread(read, order, data)).job(noted, order, file)

    async def _rows(self, job: Job, rows: Iterable[MappedRow]) -> None:
        waiting = iter(rows)

        async def take() -> None:
            for row in waiting:
                noted = partial(imports.put_rows, id_=job.id, rows=[await self._row(job, row)])
                await patiently(partial(self._database.write, noted))

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(take())

    async def _row(self, job: Job, row: MappedRow) -> ImportRow:
        """What became of a row; one that breaks must not keep the others waiting."""
        try:
            return await self._importing.take(job, row)
        except Exception:
            _log.exception("a row could not be taken in", id=job.id, row=row.number)
            said = {"reason": "unexpected", "sentence": _BROKEN, "remedy": _REMEDY}
            return row_of(row, RowOutcome.REFUSED, job.cells.get(row.number, {}), **said)


def _leavers(connection: Connection, noted: Import) -> list[dict[str, Any]]:
    """The projects that the last import of such a register had, another file, and that this one has not."""
    for earlier in imports.ended(connection):
        said = earlier.summary
        if said["mapping"] == noted.summary["mapping"] and said["content"] != noted.summary["content"]:
            gone = imports.missing(connection, UNLIMITED, earlier.id, noted.id)
            return [Leaver(key=it.key, name=it.name, stage=it.stage, status=it.status).model_dump() for it in gone]
    return []
