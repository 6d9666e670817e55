"""The sweeper: settles commands whose outcome nobody knows, because somebody or something stopped in the middle.

Why this is right. A command is in the journal before it is sent, so none is forgotten. To send it again has no second
effect: Temporal knows its update ids for as long as a run lasts, and the project's own memory knows them across runs.
So whether the first copy was accepted, refused, lost, or still lies before a worker that was away, a second copy meets
the same single outcome, and its answer settles the command. Who asks is looked up again each time: what somebody may
no longer do is refused.

What has waited for longer than `KEPT` is not carried out any more, for nobody expects it. Then the project is asked for
its events, and if none is the command's, it is refused as stale. A copy of it cannot come later: whoever answers the
question had before it every update that was still waiting. If one came nevertheless, `settle_done` outweighs a refusal.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.persistence.journal import JournalEntry, stuck
from lifecycle.persistence.session import Database
from lifecycle.service.commands import Commands
from lifecycle.service.decider import DeciderError
from lifecycle.service.outcomes import Outcome, Unknown
from lifecycle.service.registration import Registration
from lifecycle.service.settling import Now, Settling

PATIENCE: Final = timedelta(seconds=5)
"""A command that was sent longer ago has probably lost its sender."""
KEPT: Final = timedelta(hours=1)
"""A command that was sent longer ago is not carried out any more."""

_BATCH: Final = 500
_AT_ONCE: Final = 8
_IDLE_SECONDS: Final = 1.0
_TOO_LATE: Final = Refusal(
    reason=Reason.STALE,
    sentence="The engine could not be asked within an hour, and the request was not carried out.",
    remedy="Look at the project as it stands now, then repeat the request.",
)
_log = structlog.get_logger("sweeper")


class Sweeper:
    """Settles what stayed unsettled; several may run at once, in whatever processes."""

    def __init__(
        self,
        database: Database,
        commands: Commands,
        registration: Registration,
        settling: Settling,
        now: Now,
        idle_seconds: float = _IDLE_SECONDS,
    ) -> None:
        self._database = database
        self._commands = commands
        self._registration = registration
        self._settling = settling
        self._now = now
        self._idle = idle_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep until told to stop."""
        while not stop.is_set():
            try:
                await self.sweep()
            except LifecycleError as error:
                _log.warning("the sweeper waits for the records", reason=error.sentence)
            except Exception:
                _log.exception("the sweeper could not sweep")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._idle)

    async def sweep(self) -> int:
        """Take everything that is stuck once; how many commands were settled."""
        before = self._now() - PATIENCE
        found = await self._database.read(lambda connection: stuck(connection, before, _BATCH))
        turns = asyncio.Semaphore(_AT_ONCE)

        async def take(entry: JournalEntry) -> bool:
            async with turns:
                return await self._take(entry)

        return sum(await asyncio.gather(*(take(entry) for entry in found)))

    async def _take(self, entry: JournalEntry) -> bool:
        attempt = entry.attempt
        try:
            outcome = await self._settle(entry)
        except (DeciderError, LifecycleError) as error:
            _log.warning("a command stays unsettled", command=attempt.id, project=attempt.project, reason=repr(error))
            return False
        except Exception:  # one that cannot be read must not keep the others waiting
            _log.exception("a command could not be settled", command=attempt.id, project=attempt.project)
            return False
        if isinstance(outcome, Unknown):
            return False
        _log.info("a command was settled", command=attempt.id, project=attempt.project, outcome=type(outcome).__name__)
        return True

    async def _settle(self, entry: JournalEntry) -> Outcome:
        attempt = entry.attempt
        if self._now() - attempt.at > KEPT:
            return await self._settling.caught_up(attempt) or await self._settling.refused(attempt, _TOO_LATE)
        if attempt.type == "register_project":
            return await self._registration.send_again(entry)
        return await self._commands.send_again(entry)
