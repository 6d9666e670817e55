"""Signing in to the pages: a browser gets a secret of its own, which is asked about with every page."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from lifecycle.domain.people import Permission
from lifecycle.domain.preferences import Preferences
from lifecycle.persistence import people, sign_ins
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.letters import count_unseen
from lifecycle.persistence.people import Person
from lifecycle.persistence.session import Database
from lifecycle.persistence.sign_ins import SignIn
from lifecycle.service.directory import NotSignedInError, Rights, rights_of
from lifecycle.service.founding import SAMPLE, SAMPLE_ISSUER
from lifecycle.service.preferences import preferences_of
from lifecycle.service.settling import Now

_SECRET_BYTES: Final = 32
PROOF_LASTS: Final = timedelta(minutes=5)
"""For so long it counts that somebody has proved who they are: what sudo(8) keeps to unless it is told otherwise."""
BY_PROVIDER: Final = "provider"
"""The method of whom an identity provider vouches for, who may have typed nothing there."""
_MINUTE: Final = timedelta(minutes=1)
"""How exactly it is kept when a browser was last seen."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody at a page: in which browser, what they hold at this moment, how they like to read.

    `unseen` counts the notices that they have not seen. `proved_at` is when they last proved who they are, if that was
    in the last `PROOF_LASTS`.
    """

    sign_in: SignIn
    person: Person
    rights: Rights
    preferences: Preferences
    unseen: int
    proved_at: datetime | None


def proved_at(sign_in: SignIn, now: datetime) -> datetime | None:
    """When the owner of a browser last proved who they are, as long as that counts."""
    at = sign_in.confirmed_at
    return at if at and now - at <= PROOF_LASTS else None


class SignIns:
    """Signs browsers in and out; nothing is remembered, so whatever is revoked is revoked with the next page."""

    def __init__(self, database: Database, preferences: Preferences, now: Now) -> None:
        """`preferences` hold for whoever did not choose."""
        self._database = database
        self._preferences = preferences
        self._now = now

    async def begin(self, person: str, method: str, browser: str) -> str:
        """Sign a browser in; the new secret that it keeps. Raises `NotSignedInError` for a leaver."""
        secret, id_, now = secrets.token_urlsafe(_SECRET_BYTES), secrets.token_hex(8), self._now()
        confirmed_at = None if method == BY_PROVIDER else now

        def work(connection: Connection) -> None:
            if not people.get(connection, person).active:
                raise NotSignedInError
            begun = SignIn(id_, person, method, browser[:200], now, now, confirmed_at)
            sign_ins.start(connection, begun, secret, Signature(person, now))

        await self._database.write(work)
        return secret

    async def present(self, secret: str, *, counts: bool = True) -> Presence:
        """Who is there; unless it `counts`, the browser is not seen by it. `NotSignedInError` if nobody is any more."""
        now = self._now()

        def read(connection: Connection) -> Presence | None:
            found = sign_ins.current(connection, secret, now)
            if found is None:
                return None
            sign_in, person = found
            liked = preferences_of(connection, [person.id], self._preferences)[person.id]
            unseen = count_unseen(connection, person.id)
            rights = rights_of(connection, person.id, now)
            return Presence(sign_in, person, rights, liked, unseen, proved_at(sign_in, now))

        there = await self._database.read(read)
        if there is None:
            raise NotSignedInError
        if counts and now - there.sign_in.seen_at > _MINUTE:
            await self._database.write(lambda connection: sign_ins.seen(connection, there.sign_in.id, now))
        return there

    async def stays(self, secret: str, permission: Permission) -> bool:
        """Whether somebody is still signed in, and still allowed by the office what they were let in for."""
        now = self._now()

        def read(connection: Connection) -> bool:
            found = sign_ins.current(connection, secret, now)
            of_the_office = permission.startswith("office:")
            return found is not None and (not of_the_office or rights_of(connection, found[1].id, now).may(permission))

        return await self._database.read(read)

    async def confirm(self, there: Presence, at: datetime | None = None) -> None:
        """Note that somebody at a page has just proved again who they are, or did at a provider at an instant."""
        by = Signature(there.person.id, self._now())
        await self._database.write(lambda c: sign_ins.confirm(c, there.sign_in.id, at or by.at, by))

    async def end(self, person: str, *, only: str | None = None, but: str | None = None) -> int:
        """Sign one's browsers out: all of them, `only` one, or all `but` one; how many there were."""
        by = Signature(person, self._now())
        return await self._database.write(lambda c: sign_ins.end(c, person, by, only=only, but=but))

    async def sign_ins_of(self, person: str) -> tuple[SignIn, ...]:
        """The browsers in which somebody is signed in, the latest first."""
        return await self._database.read(lambda connection: sign_ins.sign_ins_of(connection, person, self._now()))

    async def sample_people(self) -> tuple[Person, ...]:
        """The people of the sample office, as it was founded; none where no sample was asked for."""
        found = await self._database.read(lambda connection: people.of_issuer(connection, SAMPLE_ISSUER))
        order = [post.id for post in SAMPLE]
        return tuple(sorted(found, key=lambda person: order.index(person.id) if person.id in order else len(order)))
