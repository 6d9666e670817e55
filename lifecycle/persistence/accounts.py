"""Local accounts: passwords as argon2id keeps them, one-time codes by which they are chosen, attempts that failed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select, update

from lifecycle.persistence.account_tables import attempts, invitations, passwords, sign_ins
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.inserts import insert_new, upsert
from lifecycle.persistence.people import get
from lifecycle.persistence.tokens import fingerprint


@dataclass(frozen=True, slots=True)
class Failures:
    """How many sign-ins failed in a row, the last of them when."""

    count: int
    last: datetime


def password_of(connection: Connection, person: str) -> str | None:
    """The hash of somebody's password; none for who has no local account."""
    found: str | None = connection.scalar(select(passwords.c.hash).where(passwords.c.person == person))
    return found


def set_password(connection: Connection, person: str, hashed: str, by: Signature) -> None:
    """Let this be somebody's password. Raises `UnknownPersonError`."""
    get(connection, person)
    upsert(connection, passwords, [{"person": person, "hash": hashed, "changed_at": by.at}])
    sign(connection, by, "person:password:chosen", {"person": person})


def keep_hash(connection: Connection, person: str, hashed: str) -> None:
    """Keep the same password in another way."""
    connection.execute(update(passwords).where(passwords.c.person == person).values(hash=hashed))


def invite(connection: Connection, person: str, code: str, expires_at: datetime | None, by: Signature) -> None:
    """Let somebody choose a password by a code; earlier codes of theirs end. Raises `UnknownPersonError`."""
    get(connection, person)
    _end_invitations(connection, person, by.at)
    row = {"digest": fingerprint(code), "person": person, "created_at": by.at, "expires_at": expires_at}
    insert_new(connection, invitations, {**row, "ended_at": None})
    sign(connection, by, "person:invitation:issued", {"person": person})


def invited_by(connection: Connection, code: str, now: datetime) -> str | None:
    """Whom a code invites; nobody if it was used, replaced, or is too old."""
    good = select(invitations.c.person).where(
        invitations.c.digest == fingerprint(code),
        invitations.c.ended_at.is_(None),
        or_(invitations.c.expires_at.is_(None), invitations.c.expires_at > now),
    )
    found: str | None = connection.scalar(good)
    return found


def accept(connection: Connection, person: str, hashed: str, by: Signature) -> None:
    """Use up somebody's invitation: the password is theirs."""
    _end_invitations(connection, person, by.at)
    set_password(connection, person, hashed, by)


def anybody_came_in(connection: Connection) -> bool:
    """Whether anybody ever chose a password or signed in."""
    return bool(connection.scalar(select(or_(exists(select(passwords)), exists(select(sign_ins))))))


def failures_at(connection: Connection, place: str) -> Failures | None:
    """The sign-ins that failed in a row for an account, or from somewhere."""
    found = connection.execute(select(attempts).where(attempts.c.place == place)).one_or_none()
    return Failures(found.failures, found.failed_at) if found else None


def note_failures(connection: Connection, place: str, failures: Failures) -> None:
    """Note how many sign-ins failed in a row."""
    upsert(connection, attempts, [{"place": place, "failures": failures.count, "failed_at": failures.last}])


def forget_failures(connection: Connection, place: str, before: datetime) -> None:
    """Forget the failures of a place, and all that are older than an instant."""
    connection.execute(delete(attempts).where(or_(attempts.c.place == place, attempts.c.failed_at < before)))


def _end_invitations(connection: Connection, person: str, at: datetime) -> None:
    running = update(invitations).where(invitations.c.person == person, invitations.c.ended_at.is_(None))
    connection.execute(running.values(ended_at=at))
