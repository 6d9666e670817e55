"""Local accounts: passwords, and the one-time codes by which they are chosen."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.passwords import complaint
from lifecycle.persistence import accounts, people, sign_ins
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.people import Person
from lifecycle.persistence.session import Database
from lifecycle.service import attempts
from lifecycle.service.attempts import Guess
from lifecycle.service.codes import new_code, read_code
from lifecycle.service.deeds import Deeds
from lifecycle.service.envelopes import Envelope
from lifecycle.service.people import HOUSE_ISSUER
from lifecycle.service.settling import Now

if TYPE_CHECKING:
    from pwdlib import PasswordHash

GOOD_FOR: Final = timedelta(days=7)
"""How long somebody may wait before they use an invitation."""
_AT_ONCE: Final = 2
"""Passwords that are looked at together; each takes 64 MiB while it is."""
T = TypeVar("T")


class WrongPasswordError(LifecycleError):
    """Name and password do not belong together (HTTP 403; code `wrong_password`)."""

    def __init__(self) -> None:
        super().__init__("wrong_password", "Name and password do not belong together.", "Correct them, then try again.")


class WrongCodeError(LifecycleError):
    """The code invites nobody, or not any more (HTTP 403; code `wrong_code`)."""

    def __init__(self) -> None:
        remedy = "Check it letter by letter, or ask an administrator for a new one."
        super().__init__("wrong_code", "This code opens nothing, or not any more.", remedy)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code by which somebody chooses a password; none when the same request had been answered before."""

    person: str
    code: str | None
    expires_at: datetime


class Accounts:
    """Checks and changes passwords, each on a thread because that takes long by design."""

    def __init__(self, database: Database, deeds: Deeds, now: Now) -> None:
        self._database = database
        self._deeds = deeds
        self._now = now
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def recognise(self, person: str, password: str, whence: str) -> Person:
        """Who it is. Raises `WrongPasswordError` whatever is wrong, `TooManyAttemptsError`."""
        guess = Guess(person, whence)
        await self._database.write(lambda connection: attempts.count(connection, guess, self._now()))

        def known(connection: Connection) -> tuple[Person, str] | None:
            hashed = accounts.password_of(connection, person)
            return (people.get(connection, person), hashed) if hashed else None

        found = await self._database.read(known)
        right, better = await self._slowly(lambda: _verify(password, found[1] if found else None))
        if found is None or not right or not found[0].active:
            raise WrongPasswordError

        def recognised(connection: Connection) -> None:
            attempts.was_right(connection, guess, self._now())
            if better:
                accounts.keep_hash(connection, person, better)

        await self._database.write(recognised)
        return found[0]

    async def change(self, person: Person, old: str, new: str, whence: str, here: str) -> None:
        """Choose another password; every browser but the one `here` is signed out.

        Raises as `recognise`, and LifecycleError `weak_password`.
        """
        await self.recognise(person.id, old, whence)
        hashed = await self._chosen(person, new)

        def work(connection: Connection) -> None:
            by = Signature(person.id, self._now())
            accounts.set_password(connection, person.id, hashed, by)
            sign_ins.end(connection, person.id, by, but=here)

        await self._database.write(work)

    async def has_password(self, person: str) -> bool:
        """Whether somebody signs in by password."""
        return await self._database.read(lambda connection: accounts.password_of(connection, person)) is not None

    async def invite(self, envelope: Envelope, person: str) -> Invitation:
        """Let somebody choose a password; whoever sends this manages people.

        Raises `UnknownPersonError`, and LifecycleError `no_local_account` for whom another issuer vouches for.
        """
        code, expires_at = new_code(), self._now() + GOOD_FOR
        fresh: list[str] = []

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            if people.get(connection, person).issuer != HOUSE_ISSUER:
                remedy = "They sign in as they did before."
                raise LifecycleError("no_local_account", f"{person} has no password here.", remedy)
            accounts.invite(connection, person, code, expires_at, by)
            fresh[:] = [code]
            return {"expires_at": expires_at.isoformat()}

        told = await self._deeds.do(envelope, "invite", {"person": person}, work)
        return Invitation(person, fresh[0] if fresh else None, datetime.fromisoformat(told["expires_at"]))

    async def accept(self, code: str, password: str) -> Person:
        """Choose a password by a code, which is used up. Raises `WrongCodeError`, LifecycleError `weak_password`."""
        invited = await self._database.read(lambda connection: self._invited(connection, code))
        hashed = await self._chosen(invited, password)

        def work(connection: Connection) -> None:
            person, by = self._invited(connection, code), Signature(invited.id, self._now())
            accounts.accept(connection, person.id, hashed, by)
            sign_ins.end(connection, person.id, by)
            attempts.forgive(connection, person.id, by.at)

        await self._database.write(work)
        return invited

    def _invited(self, connection: Connection, code: str) -> Person:
        person = accounts.invited_by(connection, read_code(code), self._now())
        found = people.get(connection, person) if person else None
        if found is None or not found.active:
            raise WrongCodeError
        return found

    async def _chosen(self, person: Person, password: str) -> str:
        """What is kept of a password that somebody chose."""
        if sentence := complaint(password, person.id, person.name):
            raise LifecycleError("weak_password", sentence, "Choose another one; a short sentence is a good password.")
        return await self._slowly(lambda: _hasher().hash(password))

    async def _slowly(self, work: Callable[[], T]) -> T:
        async with self._turns:
            return await asyncio.to_thread(work)


@cache
def _hasher() -> "PasswordHash":
    from pwdlib import PasswordHash  # slow to load, and needed only where somebody signs in by password
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(),))


@cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_urlsafe())


def _verify(password: str, hashed: str | None) -> tuple[bool, str | None]:
    """Whether the password is right, and its hash as it is kept today; takes as long when there is no account."""
    return _hasher().verify_and_update(password, hashed or _nobodys())
