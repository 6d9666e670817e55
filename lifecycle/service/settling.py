"""Settling commands: what their outcome changes in the records, in one transaction, however often it is tried."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from lifecycle.domain.events import Recorded
from lifecycle.domain.project import ProjectState
from lifecycle.domain.verdicts import Refusal
from lifecycle.persistence.audit import Attempt
from lifecycle.persistence.footing import caused_by
from lifecycle.persistence.journal import JournalEntry, JournalStatus, settle_done, settle_refused, write_sent
from lifecycle.persistence.projection import GapError, project
from lifecycle.persistence.projects import last_seq, state_of
from lifecycle.persistence.reach import UNLIMITED
from lifecycle.persistence.session import Database
from lifecycle.service.decider import Decider, DeciderGoneError, DeciderSilentError
from lifecycle.service.outcomes import Done, Happened, Outcome, Refused, happened

Now = Callable[[], datetime]
"""The time, as an aware instant in UTC."""

_log = structlog.get_logger("settling")


class Settling:
    """Writes what became of commands into the journal and the read model."""

    def __init__(self, database: Database, decider: Decider, now: Now) -> None:
        self._database = database
        self._decider = decider
        self._now = now

    async def earlier(self, entry: JournalEntry) -> Outcome | None:
        """What a settled command's sender was told, so that it can be told again; none while it is not settled."""
        if entry.refusal is not None:
            return Refused(entry.attempt.id, entry.refusal)
        if entry.status is not JournalStatus.DONE or entry.answer is None or entry.attempt.project is None:
            return None
        state = await self.state(entry.attempt.project)
        events = tuple(Happened.model_validate(event) for event in entry.answer["events"])
        return Done(entry.attempt.id, entry.answer["version"], events, state) if state else None

    async def refused(self, attempt: Attempt, refusal: Refusal) -> Outcome:
        """A command that was sent is refused; unless it was carried out after all, which outweighs it."""

        def settle(connection: Connection) -> JournalEntry:
            return settle_refused(connection, attempt.id, refusal, self._now())

        entry = await self._database.write(settle)
        return await self.earlier(entry) or Refused(attempt.id, refusal)

    async def turned_away(self, attempt: Attempt, body: Mapping[str, Any], refusal: Refusal) -> Refused:
        """A command is refused at the door: it is noted with its refusal and never sent. `KeyReusedError`."""

        def settle(connection: Connection) -> None:
            write_sent(connection, attempt, body)
            settle_refused(connection, attempt.id, refusal, self._now())

        await self._database.write(settle)
        return Refused(attempt.id, refusal)

    async def done(self, attempt: Attempt, events: tuple[Recorded, ...], *, repeated: bool = False) -> Done:
        """A command was carried out: record its events, and before them those that are missing.

        `repeated` says that it was carried out before, and that not all of its events need have come.
        """
        key = attempt.project or ""
        while True:
            try:
                return await self._database.write(partial(self._settle, attempt, events, repeated))
            except GapError:
                if not await self._fetched(key):
                    raise DeciderSilentError from None

    async def state(self, key: str) -> ProjectState | None:
        """The project as SQL knows it."""
        return await self._database.read(lambda connection: state_of(connection, UNLIMITED, key))

    async def caught_up(self, attempt: Attempt) -> Done | None:
        """Record what the decider has and SQL lacks; the outcome, if the command turns out to have been carried out."""
        key = attempt.project or ""
        while await self._fetched(key):
            pass

        def settle(connection: Connection) -> Done | None:
            mine = caused_by(connection, key, attempt.id)
            return self._write(connection, attempt, mine, state_of(connection, UNLIMITED, key)) if mine else None

        return await self._database.write(settle)

    async def _fetched(self, key: str) -> bool:
        """Record the next events that the decider has and SQL lacks; whether there were any that follow."""
        have = await self._database.read(lambda connection: last_seq(connection, key))
        try:
            missing = (await self._decider.events_after(key, have)).events
            if missing:
                await self._database.write(lambda connection: project(connection, key, missing, self._now()))
        except DeciderGoneError:  # it ends only when everything was recorded
            return False
        except GapError as gap:
            _log.error("the records lack events that the engine has forgotten", project=key, have=gap.have, got=gap.got)
            return False
        return bool(missing)

    def _settle(self, attempt: Attempt, events: tuple[Recorded, ...], repeated: bool, connection: Connection) -> Done:
        key = attempt.project or ""
        state = project(connection, key, events, self._now())
        mine = caused_by(connection, key, attempt.id) if repeated else events
        return self._write(connection, attempt, mine, state)

    def _write(
        self, connection: Connection, attempt: Attempt, mine: tuple[Recorded, ...], state: ProjectState | None
    ) -> Done:
        if state is None or not mine:
            raise LookupError(f"command {attempt.id} was carried out, but its events are nowhere")
        done = Done(attempt.id, mine[-1].seq, happened(mine, state), state)
        told = {"version": done.version, "events": [event.model_dump(mode="json") for event in done.events]}
        settle_done(connection, attempt.id, events=len(mine), answer=told, now=self._now())
        return done
