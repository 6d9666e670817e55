"""Messages on their way: one row for each recipient and channel, claimed by a dispatcher, tried until sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, tuple_, update

from lifecycle.persistence.inserts import insert_missing
from lifecycle.persistence.notice_tables import messages
from lifecycle.persistence.pages import Cursor, Page, by_instant, page

WEBHOOK = "webhook"
"""The channel of messages to programs; every other one is for people."""

Key = tuple[str, str, str]
"""What tells a message from any other: id, channel, recipient."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something for one recipient over one channel; `body` is there for programs alone.

    `id` is the same whenever it is sent, so that a receiver can tell a repetition; `tries` counts this one too.
    """

    id: str
    channel: str
    recipient: str
    body: str | None
    created_at: datetime
    tries: int

    @property
    def key(self) -> Key:
        """Its key."""
        return self.id, self.channel, self.recipient


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a message has come."""

    message: str
    channel: str
    recipient: str
    created_at: datetime
    tries: int
    sent_at: datetime | None
    next_try_at: datetime | None
    failure: str | None
    given_up: bool


def put_out(connection: Connection, made: Sequence[tuple[str, str, str, str | None]], now: datetime) -> None:
    """Messages, as id, channel, recipient and body, are ready to be sent; those that are there already stay."""
    rows = [
        {
            "id": id_,
            "channel": channel,
            "recipient": recipient,
            "body": body,
            "created_at": now,
            "next_try_at": now,
            "tries": 0,
            "given_up": False,
        }
        for id_, channel, recipient, body in made
    ]
    insert_missing(connection, messages, rows)


def claim(
    connection: Connection, channel: str, now: datetime, lease: timedelta, limit: int = 50
) -> tuple[Message, ...]:
    """Up to `limit` messages of a channel that are due, oldest first; nobody else gets them before the lease ends.

    Whoever dies with a claimed message leaves it to be sent again: at least once, with the same id.
    """
    due = (
        select(messages)
        .where(messages.c.channel == channel, messages.c.next_try_at <= now)
        .order_by(messages.c.next_try_at, messages.c.created_at, messages.c.id, messages.c.recipient)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = connection.execute(due).all()
    taken = tuple(Message(row.id, row.channel, row.recipient, row.body, row.created_at, row.tries + 1) for row in found)
    if taken:
        claimed = update(messages).where(_any_of([message.key for message in taken]))
        connection.execute(claimed.values(next_try_at=now + lease, tries=messages.c.tries + 1))
    return taken


def put_back(connection: Connection, keys: Sequence[Key], now: datetime) -> None:
    """These claimed messages were not tried after all, and are due for whoever comes next."""
    untried = update(messages).where(_any_of(keys), messages.c.sent_at.is_(None))
    connection.execute(untried.values(next_try_at=now, tries=messages.c.tries - 1))


def delivered(connection: Connection, keys: Sequence[Key], now: datetime) -> None:
    """These messages were sent."""
    sent = update(messages).where(_any_of(keys))
    connection.execute(sent.values(sent_at=now, next_try_at=None, failure=None))


def undelivered(connection: Connection, key: Key, failure: str, next_try_at: datetime | None) -> None:
    """A message could not be sent, and why; it is given up if it is not to be tried again."""
    failed = update(messages).where(_any_of([key]), messages.c.sent_at.is_(None))
    connection.execute(failed.values(failure=failure, next_try_at=next_try_at, given_up=next_try_at is None))


def bounced(connection: Connection, message: str, channel: str, failure: str) -> Delivery | None:
    """A message that was sent came back, and is given up; none if there is no such message."""
    here = messages.c.id == message, messages.c.channel == channel
    given_up = {"sent_at": None, "next_try_at": None, "given_up": True, "failure": failure}
    connection.execute(update(messages).where(*here).values(**given_up))
    row = connection.execute(select(messages).where(*here)).one_or_none()
    return delivery_of(row) if row else None


def _any_of(keys: Sequence[Key]) -> ColumnElement[bool]:
    return tuple_(messages.c.id, messages.c.channel, messages.c.recipient).in_(keys)


def deliveries(
    connection: Connection,
    recipient: str | None = None,
    *,
    only_failed: bool = False,
    after: Cursor | None = None,
    limit: int = 100,
) -> Page[Delivery]:
    """A page of what was sent or is to be sent, to one recipient or to all, the latest first."""
    query = select(messages)
    if recipient is not None:
        query = query.where(messages.c.recipient == recipient)
    if only_failed:
        query = query.where(messages.c.failure.is_not(None))
    order = [by_instant(messages.c.created_at), messages.c.id, messages.c.channel, messages.c.recipient]
    return page(connection, query, order, delivery_of, after=after, limit=limit, newest_first=True)


def delivery_of(row: Row[Any]) -> Delivery:
    """A row of messages as a delivery."""
    return Delivery(
        message=row.id,
        channel=row.channel,
        recipient=row.recipient,
        created_at=row.created_at,
        tries=row.tries,
        sent_at=row.sent_at,
        next_try_at=row.next_try_at,
        failure=row.failure,
        given_up=row.given_up,
    )
