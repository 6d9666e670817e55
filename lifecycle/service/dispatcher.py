"""Sends what people are to be told: at least once, with patience, and never in the way of a decision."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.failures import StoreError
from lifecycle.persistence.mailbox import Letter, claim, delivered, put_back, undelivered
from lifecycle.persistence.session import Database
from lifecycle.service.channels import Channel, UndeliveredError, UnreachableError
from lifecycle.service.envelopes import SYSTEM
from lifecycle.service.settling import Now

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=4)
PATIENCE: Final = timedelta(days=7)
"""After so long a notice that does not get through is given up."""

_BATCH: Final = 50
_LEASE: Final = timedelta(minutes=10)
"""Longer than a batch can take; a batch whose dispatcher died is sent again after it."""
_IDLE_SECONDS: Final = 2.0
_LONGEST_FAILURE: Final = 500


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after so many failed tries; none when they have spanned all the patience there is."""
    pauses = [min(FIRST_PAUSE * (1 << min(earlier, 20)), LONGEST_PAUSE) for earlier in range(tries)]
    return now + pauses[-1] if sum(pauses, timedelta()) < PATIENCE else None


class Dispatcher:
    """Takes the notices that are due, a few at a time, and sends them over every channel.

    Several may run at once. Who dies in the middle leaves the notices to be sent again, with the same key.
    """

    def __init__(
        self,
        database: Database,
        channels: Sequence[Channel],
        now: Now,
        idle_seconds: float = _IDLE_SECONDS,
    ) -> None:
        self._database = database
        self._channels = channels
        self._now = now
        self._idle = idle_seconds
        self._log = structlog.get_logger("dispatcher")

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; then finish the letter in hand and put the others back."""
        while not stop.is_set():
            try:
                busy = await self.send_due(stop)
            except StoreError as error:
                self._log.warning("notices wait for the records", reason=error.sentence)
                busy = False
            except Exception:
                self._log.exception("notices could not be sent")
                busy = False
            if not busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._idle)

    async def send_due(self, stop: asyncio.Event | None = None) -> bool:
        """Send a batch of what is due; whether there may be more that gets through."""
        letters = await self._database.write(partial(claim, now=self._now(), lease=_LEASE, limit=_BATCH))
        if not letters:
            return False
        sent: list[Letter] = []
        failed: list[tuple[Letter, UndeliveredError]] = []
        reached = True
        for place, letter in enumerate(letters):
            if not reached or (stop and stop.is_set()):
                break
            try:
                await self._send(letter)
                sent.append(letter)
            except UnreachableError as error:
                reached = False
                failed += [(other, error) for other in letters[place:]]
            except UndeliveredError as error:
                failed.append((letter, error))
        await self._database.write(partial(self._settle, sent, failed, letters[len(sent) + len(failed) :]))
        for channel in self._channels:
            await channel.rest()
        return reached and len(letters) == _BATCH

    async def _send(self, letter: Letter) -> None:
        for channel in self._channels:
            try:
                await channel.send(letter)
            except UndeliveredError:
                raise
            except Exception as error:
                self._log.exception("a notice could not be written", key=letter.key)
                raise UndeliveredError(f"It could not be written: {type(error).__name__}.") from error

    def _settle(
        self,
        sent: Sequence[Letter],
        failed: Sequence[tuple[Letter, UndeliveredError]],
        unsent: Sequence[Letter],
        connection: Connection,
    ) -> None:
        now = self._now()
        delivered(connection, [letter.key for letter in sent], now)
        put_back(connection, [letter.key for letter in unsent], now)
        for letter, error in failed:
            again = None if error.for_good else next_try(letter.tries, now)
            failure = " ".join(str(error).split())[:_LONGEST_FAILURE]
            self._log.warning("notice not delivered", key=letter.key, tries=letter.tries, reason=failure, again=again)
            undelivered(connection, letter.key, failure, again)
            if again is None:
                told = {"notice": letter.key, "project": letter.project, "recipient": letter.recipient}
                sign(connection, Signature(SYSTEM, now), "clock:notice:given_up", {**told, "failure": failure})
