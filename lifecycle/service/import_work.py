"""Imports at work: carried out beside the requests, with progress that survives the process.

An import that its process left half-done is taken up again, by this process after a restart or by any other: the file
is kept, and the command of every row has an id that follows from the file, so nothing is done twice and nobody has to
notice. That is why an import is never marked as interrupted.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence import imports
from lifecycle.persistence.evidence_store import EvidenceStore
from lifecycle.persistence.failures import StoreUnavailableError
from lifecycle.persistence.imports import Import, ImportRow, ImportStatus
from lifecycle.persistence.reach import UNLIMITED
from lifecycle.persistence.session import Database
from lifecycle.service.import_jobs import Job, Order, read
from lifecycle.service.import_results import Leaver, RowOutcome, row_of
from lifecycle.service.importing import Importing
from lifecycle.service.registers.applying import MappedRow
from lifecycle.service.settling import Now

T = TypeVar("T")

AT_ONCE: Final = 16
"""Rows that are in work at a time."""
LOOK_SECONDS: Final = 10.0
"""An import that has come no further in this time, and is nobody's here, is taken up."""

_PAUSE_SECONDS: Final = 1.0
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
        self._look_seconds = look_seconds
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, noted: Import, job: Job | None = None) -> None:
        """Carry out an import that was noted, unless it is in work here already."""
        if noted.id not in self._tasks:
            task = asyncio.create_task(self._carry_out(noted, job))
            self._tasks[noted.id] = task
            task.add_done_callback(lambda _: self._tasks.pop(noted.id, None))

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Take up what was left half-done, again and again; in the end leave what is in work to whoever comes next."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            tasks = [watching, *self._tasks.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self) -> None:
        """Take up what nobody seems to carry out; if somebody does after all, nothing is done twice."""
        before: dict[str, int] = {}
        while True:
            try:
                for noted in await self._database.read(imports.running):
                    done = sum(noted.results.values())
                    if before.get(noted.id) == done:
                        self.start(noted)
                    before[noted.id] = done
            except StoreUnavailableError as error:
                _log.warning("imports wait for the records", reason=error.sentence)
            await asyncio.sleep(self._look_seconds)

    async def _carry_out(self, noted: Import, job: Job | None) -> None:
        """Carry an import out from where it stands; what cannot be carried on is said to have failed."""
        said = dict(noted.summary)
        try:
            work = job or await self._taken_up(noted)
            done = await _patiently(lambda: self._database.read(partial(imports.numbers, id_=noted.id)))
            await self._rows(work, [row for row in work.rows if row.number not in done])
            leavers = await _patiently(lambda: self._database.read(partial(_leavers, noted=noted)))
            status, said = ImportStatus.DONE, {**said, "leavers": leavers}
        except LifecycleError as error:
            status, said = ImportStatus.FAILED, {**said, "failure": f"{error.sentence} {error.remedy}"}
        except Exception:
            _log.exception("an import broke", id=noted.id)
            status, said = ImportStatus.FAILED, {**said, "failure": f"{_BROKEN} {_REMEDY}"}
        ended = partial(imports.finish, id_=noted.id, status=status, summary=said, total=noted.total or 0)
        await _patiently(lambda: self._database.write(partial(ended, now=self._now())))
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
                await _patiently(partial(self._database.write, noted))

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


async def _patiently(work: Callable[[], Awaitable[T]]) -> T:
    """What the records answer, once they do."""
    while True:
        try:
            return await work()
        except StoreUnavailableError:
            await asyncio.sleep(_PAUSE_SECONDS)


def _leavers(connection: Connection, noted: Import) -> list[dict[str, Any]]:
    """The projects that the last import of such a register had, another file, and that this one has not."""
    for earlier in imports.ended(connection):
        said = earlier.summary
        if said["mapping"] == noted.summary["mapping"] and said["content"] != noted.summary["content"]:
            gone = imports.missing(connection, UNLIMITED, earlier.id, noted.id)
            return [Leaver(key=it.key, name=it.name, stage=it.stage, status=it.status).model_dump() for it in gone]
    return []
