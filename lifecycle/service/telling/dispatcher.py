"""Sends messages over one channel: at least once, with patience, and never in the way of a decision."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.failures import StoreError
from lifecycle.persistence.outbox import Message, claim, delivered, put_back, undelivered
from lifecycle.persistence.session import Database
from lifecycle.service.envelopes import SYSTEM
from lifecycle.service.settling import Now
from lifecycle.service.telling.channels import Channel, UndeliveredError, UnreachableError

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=4)
PATIENCE: Final = timedelta(days=7)
"""After so long a message that does not get through is given up."""

_BATCH: Final = 50
_TURN_SECONDS: Final = 30.0
"""For so long a lane goes on; the others wait for it."""
_STRIKES: Final = 3
"""After so many messages in a row that did not get through, the rest of a lane is not tried now."""
_LEASE: Final = timedelta(minutes=10)
"""Longer than a batch can take; a batch whose dispatcher died is sent again after it."""
_IDLE_SECONDS: Final = 2.0
_LONGEST_FAILURE: Final = 500


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after so many failed tries; none when they have spanned all the patience there is."""
    pauses = [min(FIRST_PAUSE * (1 << min(earlier, 20)), LONGEST_PAUSE) for earlier in range(tries)]
    return now + pauses[-1] if sum(pauses, timedelta()) < PATIENCE else None


@dataclass(slots=True)
class _Tried:
    """What became of the messages of one lane."""

    sent: list[Message] = field(default_factory=list)
    failed: list[tuple[Message, UndeliveredError]] = field(default_factory=list)
    untried: list[Message] = field(default_factory=list)
    reached: bool = True


class Dispatcher:
    """Takes the messages of a channel that are due, a few at a time, and sends them.

    Several may run at once. Who dies in the middle leaves the messages to be sent again, with the same id.
    """

    def __init__(self, database: Database, channel: Channel, now: Now, idle_seconds: float = _IDLE_SECONDS) -> None:
        self._database = database
        self._channel = channel
        self._now = now
        self._idle = idle_seconds
        self._log = structlog.get_logger("dispatcher")

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; then finish the messages in hand and put the others back."""
        while not stop.is_set():
            busy = False
            try:
                busy = await self.send_due(stop)
            except StoreError as error:
                self._log.warning("messages wait for the records", channel=self._channel.name, reason=error.sentence)
            except Exception:
                self._log.exception("messages could not be sent", channel=self._channel.name)
            if not busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._idle)

    async def send_due(self, stop: asyncio.Event | None = None) -> bool:
        """Send a batch of what is due; whether there may be more that gets through."""
        due = partial(claim, channel=self._channel.name, now=self._now(), lease=_LEASE, limit=_BATCH)
        messages = await self._database.write(due)
        if not messages:
            return False
        lanes: dict[str, list[Message]] = {}
        for message in messages:
            lanes.setdefault(self._channel.lane(message), []).append(message)
        tried = await asyncio.gather(*(self._go(lane, stop or asyncio.Event()) for lane in lanes.values()))
        await self._database.write(partial(self._settle, tried))
        await self._channel.rest()
        return len(messages) == _BATCH and any(lane.reached for lane in tried)

    async def _go(self, lane: Sequence[Message], stop: asyncio.Event) -> _Tried:
        """Send one message after the other until the lane is done, or nothing gets through, or its time is over."""
        tried, ends, strikes = _Tried(), asyncio.get_running_loop().time() + _TURN_SECONDS, 0
        for place, message in enumerate(lane):
            if stop.is_set() or asyncio.get_running_loop().time() > ends:
                tried.untried += lane[place:]
                break
            try:
                await self._send(message)
                tried.sent.append(message)
                strikes = 0
            except UndeliveredError as error:
                tried.failed.append((message, error))
                strikes = strikes + 1 if isinstance(error, UnreachableError) else 0
                if strikes == _STRIKES:
                    tried.failed += [(other, error) for other in lane[place + 1 :]]
                    break
        tried.reached = not strikes
        return tried

    async def _send(self, message: Message) -> None:
        try:
            await self._channel.send(message)
        except UndeliveredError:
            raise
        except StoreError as error:
            raise UnreachableError(f"The records did not answer: {error.sentence}") from error
        except Exception as error:
            self._log.exception("a message could not be written", message=message.id)
            raise UndeliveredError(f"It could not be written: {type(error).__name__}.") from error

    def _settle(self, lanes: Sequence[_Tried], connection: Connection) -> None:
        now = self._now()
        delivered(connection, [message.key for lane in lanes for message in lane.sent], now)
        put_back(connection, [message.key for lane in lanes for message in lane.untried], now)
        for message, error in (failed for lane in lanes for failed in lane.failed):
            again = None if error.for_good else next_try(message.tries, now)
            failure = " ".join(str(error).split())[:_LONGEST_FAILURE]
            about = {"message": message.id, "channel": message.channel, "recipient": message.recipient}
            self._log.warning("message not delivered", **about, tries=message.tries, reason=failure, again=again)
            undelivered(connection, message.key, failure, again)
            if again is None:
                sign(connection, Signature(SYSTEM, now), "clock:message:given_up", {**about, "failure": failure})
