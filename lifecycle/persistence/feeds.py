"""The secret addresses of people's calendars: one a person, known here by its SHA-256 alone."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from lifecycle.persistence.account_tables import feeds
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.inserts import upsert
from lifecycle.persistence.office_tables import people
from lifecycle.persistence.people import Person
from lifecycle.persistence.tokens import fingerprint


def open_feed(connection: Connection, person: str, secret: str, by: Signature) -> None:
    """Let a secret lead to somebody's calendar, and an earlier one of theirs no longer."""
    upsert(connection, feeds, [{"person": person, "digest": fingerprint(secret), "created_at": by.at}])
    sign(connection, by, "person:calendar:opened", {"person": person})


def close_feed(connection: Connection, person: str, by: Signature) -> bool:
    """Let no secret lead to somebody's calendar any more; whether one did."""
    closed = connection.execute(delete(feeds).where(feeds.c.person == person)).rowcount > 0
    if closed:
        sign(connection, by, "person:calendar:closed", {"person": person})
    return closed


def feed_of(connection: Connection, person: str) -> datetime | None:
    """Since when there is a secret address of somebody's calendar; none if there is none."""
    since: datetime | None = connection.scalar(select(feeds.c.created_at).where(feeds.c.person == person))
    return since


def fed_by(connection: Connection, secret: str) -> Person | None:
    """Whose calendar a secret leads to; nobody's if it was closed, or its owner has left."""
    owner = select(people).join(feeds, feeds.c.person == people.c.id)
    found = connection.execute(owner.where(feeds.c.digest == fingerprint(secret), people.c.active)).one_or_none()
    return Person(**found._mapping) if found else None
