"""What happens to one row of a register: planned, asked for once, and waited for until its outcome is known.

The id of a row's command follows from the content of the file and the project's key. So an import that was interrupted
can go on, and a file can be imported again: what was done is in the journal and is not done twice. A command that was
refused, by an earlier import of the same file, is asked again under a new id, for its cause may be gone.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from itertools import count
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.domain.commands import AmendFacts
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import ProjectState
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.persistence.failures import StoreUnavailableError
from lifecycle.persistence.imports import ImportRow
from lifecycle.persistence.journal import JournalEntry, JournalStatus, KeyReusedError, find
from lifecycle.persistence.projects import state_of
from lifecycle.persistence.reach import UNLIMITED
from lifecycle.persistence.session import Database
from lifecycle.service.commands import Commands
from lifecycle.service.envelopes import Envelope
from lifecycle.service.import_jobs import Job
from lifecycle.service.import_plan import Plan, plan_amendment, plan_registration, unusable
from lifecycle.service.import_results import RowOutcome, consequences, refused, row_of
from lifecycle.service.lanes import ProjectBusyError
from lifecycle.service.outcomes import Done, Outcome, Refused
from lifecycle.service.registers.applying import MappedRow
from lifecycle.service.registration import Draft, Registration
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf

_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 10.0
_BEFORE: Final = "This file was imported before; what has changed since stands."
_INTERRUPTED: Final = "It was carried out, but the import was interrupted before its result was noted."
_SO_ALREADY: Final = Reason.NOTHING_CHANGED


class Importing:
    """Takes the rows of a job in, one at a time; any number of rows may be in work at once."""

    def __init__(
        self, database: Database, commands: Commands, registration: Registration, shelf: Shelf, now: Now
    ) -> None:
        self._database = database
        self._commands = commands
        self._registration = registration
        self._shelf = shelf
        self._now = now

    async def take(self, job: Job, row: MappedRow) -> ImportRow:
        """What becomes of a row. While the engine or the records are away it waits, for as long as it takes."""
        cells = job.cells.get(row.number, {})
        if not row.importable:
            fault = next(problem for problem in row.problems if problem.severity == "error")
            said = {"reason": fault.code, "sentence": fault.sentence, "remedy": fault.remedy}
            return row_of(row, RowOutcome.INVALID, cells, **said)
        if fault_and_remedy := unusable(row):
            sentence, remedy = fault_and_remedy
            said = {"reason": "unusable", "sentence": sentence, "remedy": remedy}
            return row_of(row, RowOutcome.INVALID, cells, **said)
        pause = _PAUSE_SECONDS
        while True:
            try:
                if (settled := await self._once(job, row, cells)) is not None:
                    return settled
            except (StoreUnavailableError, ProjectBusyError, KeyReusedError):
                pass  # a key is used by another import of the same file, which was quicker: its outcome is ours
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _once(self, job: Job, row: MappedRow, cells: Mapping[str, str]) -> ImportRow | None:
        """What becomes of a row, if that can be known now."""
        envelope, earlier, known = await self._database.read(partial(_look, job=job, row=row))
        if earlier is not None:
            return None if earlier.status is JournalStatus.SENT else _told_again(job, row, cells, earlier)
        plan = await self._plan(job, row, known)
        about: dict[str, Any] = {"notes": plan.notes}
        if plan.asked is None:
            return row_of(row, RowOutcome.UNCHANGED, cells, **about)
        done = RowOutcome.REGISTERED if known is None else RowOutcome.UPDATED
        about |= {"changes": plan.changes}
        if job.dry_run:
            rehearsed = await self._rehearse(envelope, row.key, plan.asked)
            if isinstance(rehearsed, Refusal):
                return refused(row, rehearsed, cells, **about)
            return row_of(
                row,
                done,
                cells,
                **about,
                **consequences((e.event.type, getattr(e.event, "gate", None)) for e in rehearsed),
            )
        outcome = await self._ask(envelope, row.key, plan.asked)
        match outcome:
            case Done():
                return row_of(
                    row,
                    done,
                    cells,
                    command=outcome.command,
                    **about,
                    **consequences((e.type, e.gate) for e in outcome.events),
                )
            case Refused() if outcome.refusal.reason is _SO_ALREADY:
                return row_of(row, RowOutcome.UNCHANGED, cells, **{**about, "changes": ()})
            case Refused():
                return refused(row, outcome.refusal, cells, command=outcome.command, **about)
            case _:
                return None

    async def _plan(self, job: Job, row: MappedRow, known: ProjectState | None) -> Plan:
        """What the row asks for, by the facts that the policy of its project declares."""
        if known is None:
            shelved = await self._shelf.named(job.entrance.policy, None, self._now())
            return plan_registration(row, shelved.book.policy.facts if shelved else {}, job.entrance)
        shelved = await self._shelf.by_digest(known.policy.digest)
        declared = shelved.book.policy.facts if shelved else {}
        return plan_amendment(row, known, declared, job.spoken, job.entrance.register)

    async def _ask(self, envelope: Envelope, key: str, asked: Draft | dict[str, Any]) -> Outcome:
        if isinstance(asked, Draft):
            return await self._registration.register(envelope, asked)
        return await self._commands.carry_out(key, envelope.around(AmendFacts, **asked))

    async def _rehearse(
        self, envelope: Envelope, key: str, asked: Draft | dict[str, Any]
    ) -> tuple[Recorded, ...] | Refusal:
        if isinstance(asked, Draft):
            return await self._registration.rehearse(envelope, asked)
        return await self._commands.rehearse(key, envelope.around(AmendFacts, **asked))


def _look(
    connection: Connection, job: Job, row: MappedRow
) -> tuple[Envelope, JournalEntry | None, ProjectState | None]:
    """The row's command under the first id that no earlier import had refused, what became of it, and the project.

    Whoever may import may do so everywhere, so every project is within reach.
    """
    known = state_of(connection, UNLIMITED, row.key)
    for attempt in count(1):
        envelope = Envelope(job.person, f"import/{job.content}/{row.key}/{attempt}")
        earlier = find(connection, envelope.id)
        if earlier is None or earlier.refusal is None or earlier.attempt.at >= job.started_at:
            return envelope, earlier, known
    raise AssertionError("there is always another id")


def _told_again(job: Job, row: MappedRow, cells: Mapping[str, str], earlier: JournalEntry) -> ImportRow:
    """The result of a row whose command was settled before: by this import, or by one of the same file."""
    if earlier.refusal is not None:
        return refused(row, earlier.refusal, cells, command=earlier.attempt.id)
    if earlier.attempt.at < job.started_at:
        return row_of(row, RowOutcome.UNCHANGED, cells, notes=(_BEFORE,), command=earlier.attempt.id)
    done = RowOutcome.REGISTERED if earlier.attempt.type == "register_project" else RowOutcome.UPDATED
    return row_of(row, done, cells, notes=(_INTERRUPTED,), command=earlier.attempt.id)
