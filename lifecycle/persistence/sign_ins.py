"""Browsers in which somebody is signed in: each holds a secret that is known here by its SHA-256 alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from lifecycle.persistence.account_tables import sign_ins
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.inserts import insert_new
from lifecycle.persistence.office_tables import people
from lifecycle.persistence.people import Person, get
from lifecycle.persistence.tokens import fingerprint

IDLE: Final = timedelta(hours=4)
"""A browser that was not seen for so long is signed out."""
LONGEST: Final = timedelta(hours=12)
"""However much is done in it, a browser is signed out after so long."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser that is signed in, since when, by which method.

    `confirmed_at` is when its owner last proved who they are; nobody knows when a provider alone vouched for them.
    """

    id: str
    person: str
    method: str
    browser: str
    started_at: datetime
    seen_at: datetime
    confirmed_at: datetime | None


def start(connection: Connection, begun: SignIn, secret: str, by: Signature) -> None:
    """Note that a browser is signed in from now on."""
    row = {name: getattr(begun, name) for name in SignIn.__slots__}
    insert_new(connection, sign_ins, {**row, "digest": fingerprint(secret), "ended_at": None})
    sign(connection, by, "person:sign_in:started", {"id": begun.id, "method": begun.method})


def current(connection: Connection, secret: str, now: datetime) -> tuple[SignIn, Person] | None:
    """Whose browser it is; nobody's if it was signed out, idle or signed in for too long, or its owner has left."""
    asked = {"held": fingerprint(secret), "earliest": now - LONGEST, "latest": now - IDLE}
    found = connection.execute(_FRESH, asked).one_or_none()
    person = get(connection, found.person) if found else None
    return (_sign_in(found), person) if found and person and person.active else None


_FRESH = select(sign_ins).where(
    sign_ins.c.digest == bindparam("held"),
    sign_ins.c.ended_at.is_(None),
    sign_ins.c.started_at > bindparam("earliest"),
    sign_ins.c.seen_at > bindparam("latest"),
)


def seen(connection: Connection, id_: str, now: datetime) -> None:
    """Note that a browser was just seen."""
    connection.execute(update(sign_ins).where(sign_ins.c.id == id_).values(seen_at=now))


def confirm(connection: Connection, id_: str, at: datetime, by: Signature) -> None:
    """Note that the person has proved again who they are, at an instant."""
    connection.execute(update(sign_ins).where(sign_ins.c.id == id_).values(confirmed_at=at))
    sign(connection, by, "person:sign_in:confirmed", {"id": id_, "at": at.isoformat()})


def end(connection: Connection, person: str, by: Signature, *, only: str | None = None, but: str | None = None) -> int:
    """Sign somebody's browsers out: all of them, `only` one, or all `but` one; how many there were."""
    running = update(sign_ins).where(sign_ins.c.person == person, sign_ins.c.ended_at.is_(None))
    if only is not None:
        running = running.where(sign_ins.c.id == only)
    if but is not None:
        running = running.where(sign_ins.c.id != but)
    ended = connection.execute(running.values(ended_at=by.at)).rowcount
    if ended:
        sign(connection, by, "person:sign_in:ended", {"person": person, "only": only, "but": but, "ended": ended})
    return ended


def sign_ins_of(
    connection: Connection, person: str | None, now: datetime, limit: int | None = None
) -> tuple[SignIn, ...]:
    """The browsers in which somebody, or anybody, is signed in now, the latest first."""
    running = (
        select(sign_ins)
        .join(people, people.c.id == sign_ins.c.person)
        .where(people.c.active, sign_ins.c.ended_at.is_(None))
        .where(sign_ins.c.started_at > now - LONGEST, sign_ins.c.seen_at > now - IDLE)
    )
    if person is not None:
        running = running.where(sign_ins.c.person == person)
    found = connection.execute(running.order_by(sign_ins.c.started_at.desc(), sign_ins.c.id).limit(limit))
    return tuple(_sign_in(row) for row in found)


def _sign_in(row: Row[Any]) -> SignIn:
    return SignIn(*(row._mapping[name] for name in SignIn.__slots__))
