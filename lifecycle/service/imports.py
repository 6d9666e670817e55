"""Imports of registers as people ask for them: begun, followed, and their results taken away."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence import imports
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.evidence_store import EvidenceStore
from lifecycle.persistence.imports import Import, ImportRow, ImportStatus
from lifecycle.persistence.pages import Cursor, Page
from lifecycle.persistence.people import UnknownPersonError, get
from lifecycle.persistence.session import Database
from lifecycle.service.deeds import Deeds
from lifecycle.service.envelopes import Envelope
from lifecycle.service.import_jobs import Order, read
from lifecycle.service.import_results import (
    ImportView,
    RowOutcome,
    RowView,
    import_view,
    notice_of,
    result_line,
    row_view,
)
from lifecycle.service.import_work import ImportWork
from lifecycle.service.registers.results import results_csv, results_xlsx
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf

_PAGE: Final = 1_000


class UnknownImportError(LifecycleError):
    """There is no such import (HTTP 404; code `unknown_import`)."""

    def __init__(self) -> None:
        super().__init__("unknown_import", "There is no such import.", "Check its address.")


class ImportRunningError(LifecycleError):
    """The same register is being imported in the same way at this moment (HTTP 409; code `import_running`)."""

    def __init__(self, file: str) -> None:
        sentence = f"This register is being imported already, as '{file}'."[:300]
        super().__init__("import_running", sentence, "Wait until that import has ended; the list of imports shows it.")


class Imports:
    """Takes orders for imports, and tells how far they have come."""

    def __init__(
        self, database: Database, store: EvidenceStore, deeds: Deeds, shelf: Shelf, work: ImportWork, now: Now
    ) -> None:
        self._database = database
        self._store = store
        self._deeds = deeds
        self._shelf = shelf
        self._work = work
        self._now = now

    async def begin(self, envelope: Envelope, order: Order, data: bytes) -> ImportView:
        """Begin an import; the same request again is the same import.

        Raises `RegisterError` for a file or a mapping that cannot be used, `wrong_value` for a manager or sponsor whom
        the directory does not know, `policy_unknown`, `EvidenceTooLargeError`, and `ImportRunningError`.
        """
        intake = await asyncio.to_thread(read, order, data)
        if await self._shelf.named(order.policy, None, self._now()) is None:
            remedy = "Publish the policy first, or name one that is in force."
            raise LifecycleError("policy_unknown", f"No edition of '{order.policy}' is in force."[:300], remedy)
        await self._database.read(partial(_check_people, named=(order.manager, order.sponsor)))
        stored = await self._store.put(data)
        content = intake.content(stored.digest, order.policy)
        said = {
            "order": order.content,
            "file": stored.digest,
            "mapping": intake.mapping.mapping,
            "policy": order.policy,
            "content": content,
            "problems": [notice_of(problem).model_dump(mode="json") for problem in intake.problems],
        }

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            _refuse_twin(connection, content, dry_run=order.dry_run)
            begun = Import(
                id=envelope.id,
                register=order.filename,
                person=envelope.person,
                dry_run=order.dry_run,
                started_at=by.at,
                total=len(intake.rows),
                summary=said,
            )
            imports.begin(connection, begun, by)
            return {"id": envelope.id}

        await self._deeds.do(envelope, "begin_import", {**order.content, "file": stored.digest}, work)
        noted = await self._find(envelope.id)
        if noted.status is ImportStatus.RUNNING:
            self._work.start(noted, intake.job(noted, order, stored.digest))
        return import_view(noted)

    async def again(self, envelope: Envelope, id_: str, *, dry_run: bool = False) -> ImportView:
        """Import the same file in the same way once more: what a dry run has shown, in earnest. Raises as `begin`."""
        noted = await self._find(id_)
        data = b"".join([piece async for piece in await self._store.open(noted.summary["file"])])
        return await self.begin(envelope, replace(Order(**noted.summary["order"]), dry_run=dry_run), data)

    async def latest(self, after: Cursor | None = None, limit: int = 20) -> Page[ImportView]:
        """A page of all imports, the latest first."""
        page = await self._database.read(lambda connection: imports.latest(connection, after=after, limit=limit))
        return Page(tuple(import_view(noted) for noted in page.lines), page.after)

    async def get(self, id_: str) -> ImportView:
        """How far an import has come. Raises `UnknownImportError`."""
        return import_view(await self._find(id_))

    async def rows(
        self,
        id_: str,
        outcome: RowOutcome | None = None,
        after: Cursor | None = None,
        limit: int = 100,
        *,
        pressing_first: bool = False,
    ) -> Page[RowView]:
        """A page of what became of the rows, or of those with one outcome, in the register's order.

        With `pressing_first` those that were not taken in come before the others.
        """
        await self._find(id_)
        wanted = partial(imports.rows_of, id_=id_, result=outcome, pressing_first=pressing_first)
        page = await self._database.read(partial(wanted, after=after, limit=limit))
        return Page(tuple(row_view(row) for row in page.lines), page.after)

    async def result(self, id_: str, *, as_workbook: bool) -> tuple[str, bytes]:
        """The name of the register's file, and what became of every row as a file for a spreadsheet."""
        noted = await self._find(id_)
        rows: list[ImportRow] = []
        after: Cursor | None = None
        while True:
            page = await self._database.read(partial(imports.rows_of, id_=id_, after=after, limit=_PAGE))
            rows += page.lines
            after = page.after
            if after is None:
                break
        write: Callable[[list[Any]], bytes] = results_xlsx if as_workbook else results_csv
        return noted.register, await asyncio.to_thread(lambda: write([result_line(row) for row in rows]))

    async def _find(self, id_: str) -> Import:
        found = await self._database.read(lambda connection: imports.find(connection, id_))
        if found is None:
            raise UnknownImportError
        return found


def _refuse_twin(connection: Connection, content: str, *, dry_run: bool) -> None:
    for other in imports.running(connection):
        if other.dry_run == dry_run and other.summary["content"] == content:
            raise ImportRunningError(other.register)


def _check_people(connection: Connection, named: Iterable[str | None]) -> None:
    for person in filter(None, named):
        try:
            is_there = get(connection, person).active
        except UnknownPersonError:
            is_there = False
        if not is_there:
            sentence = f"The directory knows nobody as '{person}'."[:300]
            raise LifecycleError("wrong_value", sentence, "Add the person first, or check the name.")
