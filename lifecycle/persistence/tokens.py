"""Bearer tokens: opaque to everybody, known here by their SHA-256 alone."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select, update

from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.inserts import insert_new
from lifecycle.persistence.office_tables import people, tokens
from lifecycle.persistence.people import Person, get


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token; without `expires_at` it is good until it is revoked."""

    id: str
    person: str
    label: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


def fingerprint(secret: str) -> str:
    """What a token is known by; nothing leads back from it to the token."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def issue(connection: Connection, token: Token, secret: str, by: Signature) -> bool:
    """Note a token for a person; whether its id and secret were new. Raises `UnknownPersonError`."""
    get(connection, token.person)
    row = {
        "digest": fingerprint(secret),
        "id": token.id,
        "person": token.person,
        "label": token.label,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }
    new = insert_new(connection, tokens, row)
    if new:
        sign(connection, by, "person:token:issued", {"id": token.id, "person": token.person, "label": token.label})
    return new


def revoke(connection: Connection, id_: str, by: Signature) -> bool:
    """Make a token worthless at once; whether it still was good."""
    good = update(tokens).where(tokens.c.id == id_, tokens.c.revoked_at.is_(None))
    revoked = connection.execute(good.values(revoked_at=by.at)).rowcount > 0
    if revoked:
        sign(connection, by, "person:token:revoked", {"id": id_})
    return revoked


def bearer(connection: Connection, secret: str, now: datetime) -> Person | None:
    """Whose token it is; nobody's if it is unknown, expired or revoked, or its owner has left."""
    whose = select(people).join(tokens, tokens.c.person == people.c.id)
    good = whose.where(tokens.c.digest == fingerprint(secret), people.c.active, *_good(now))
    found = connection.execute(good).one_or_none()
    return Person(**found._mapping) if found else None


def tokens_of(connection: Connection, person: str) -> tuple[Token, ...]:
    """Every token that was issued to a person, the latest first."""
    issued = select(tokens).where(tokens.c.person == person).order_by(tokens.c.created_at.desc(), tokens.c.id)
    return tuple(_token(row) for row in connection.execute(issued))


def good(connection: Connection, person: str | None, now: datetime, limit: int) -> tuple[Token, ...]:
    """The tokens with which somebody, or anybody, could come in now, the latest first."""
    known = select(tokens).join(people, people.c.id == tokens.c.person).where(people.c.active, *_good(now))
    if person is not None:
        known = known.where(tokens.c.person == person)
    found = connection.execute(known.order_by(tokens.c.created_at.desc(), tokens.c.id).limit(limit))
    return tuple(_token(row) for row in found)


def _good(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return tokens.c.revoked_at.is_(None), or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now)


def find(connection: Connection, id_: str) -> Token | None:
    """A token by its id."""
    found = connection.execute(select(tokens).where(tokens.c.id == id_)).one_or_none()
    return _token(found) if found else None


def _token(row: Row[Any]) -> Token:
    return Token(row.id, row.person, row.label, row.created_at, row.expires_at, row.revoked_at)
