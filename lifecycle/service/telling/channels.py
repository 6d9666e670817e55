"""The ways in which a message reaches its recipient, and what may become of it."""

from typing import Protocol

import structlog

from lifecycle.persistence.outbox import Message
from lifecycle.service.telling.outlets import LOG


class UndeliveredError(Exception):
    """A message did not get through, and why; `for_good` when trying again is in vain."""

    for_good = False


class RejectedError(UndeliveredError):
    """There is no such recipient, or they will never take this message."""

    for_good = True


class UnreachableError(UndeliveredError):
    """Nothing gets through on this way now, this message or another."""


class Channel(Protocol):
    """A way to reach people or programs; `name` is that of the messages which take it."""

    @property
    def name(self) -> str:
        """What messages over it are marked with."""

    def lane(self, message: Message) -> str:
        """Messages of one lane go one after the other, and wait together when nothing gets through."""

    async def send(self, message: Message) -> None:
        """Return when the message is handed over; raise `UndeliveredError` when it is not."""

    async def rest(self) -> None:
        """There is nothing more to send for now."""


class LogChannel:
    """Writes each message to the log, and thereby counts it as sent: the office has the inbox alone."""

    name = LOG

    def lane(self, message: Message) -> str:
        """One for all."""
        return self.name

    async def send(self, message: Message) -> None:
        """One line, by ids: what was written and who the people are stays out of the log."""
        structlog.get_logger().info("notices in the inbox", message=message.id, recipient=message.recipient)

    async def rest(self) -> None:
        """Nothing to put down."""
