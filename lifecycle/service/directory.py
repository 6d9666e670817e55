"""Who somebody is, and what the office allows them: sign-in by token, permissions, how far they see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import EVERYWHERE, Grant, Permission, permissions_of
from lifecycle.persistence import people, tokens
from lifecycle.persistence.delegations import received_by
from lifecycle.persistence.footing import seen_within
from lifecycle.persistence.people import Person, UnknownPersonError
from lifecycle.persistence.reach import Reach
from lifecycle.persistence.roles import grants_of
from lifecycle.persistence.session import Database
from lifecycle.service.deeds import Deeds, not_permitted
from lifecycle.service.envelopes import Envelope
from lifecycle.service.settling import Now

EVERYBODYS: Final = frozenset({Permission.SELF_SERVE, Permission.POLICY_READ})
"""What whoever can sign in may do, also somebody whose only role is a project's own post."""
MOMENT: Final = timedelta(seconds=2)
"""For so long a token is taken to be as good as it was."""
_MOST_KNOWN: Final = 10_000
OVER_ALL: Final = frozenset(
    {Permission.PEOPLE_MANAGE, Permission.POLICY_PUBLISH, Permission.REGISTER_IMPORT, Permission.NOTICES_MANAGE}
)
"""What concerns everybody, and so is allowed only by a role that is held everywhere."""


class NotSignedInError(LifecycleError):
    """The token is nobody's, or not any more (HTTP 401; code `not_signed_in`)."""

    def __init__(self) -> None:
        super().__init__(
            "not_signed_in", "You are not signed in.", "Send a valid token as 'Authorization: Bearer ...'."
        )


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody holds by their own grants, and how far they see, also through those of whom they act for."""

    person: str
    grants: tuple[Grant, ...]
    reach: Reach

    def may(self, permission: Permission) -> bool:
        """Whether the office allows it, somewhere at least; nobody does the office's business for another."""
        roles = {grant.role for grant in self.grants if permission not in OVER_ALL or grant.scope == EVERYWHERE}
        return permission in EVERYBODYS or permission in permissions_of(roles)

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """Everything the office allows, by name."""
        return tuple(sorted(permission for permission in Permission if self.may(permission)))


class SignedIn:
    """Whose tokens were good a moment ago, so that not every request asks; a change of the office forgets them all.

    What another process revokes is revoked here after `MOMENT` at the latest.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[Person, datetime]] = {}

    def known(self, secret: str, now: datetime) -> Person | None:
        """Whose token it was a moment ago, if that is known."""
        person, until = self._known.get(tokens.fingerprint(secret), (None, now))
        return person if until > now else None

    def remember(self, secret: str, person: Person, now: datetime) -> None:
        """Note whose token it is."""
        if len(self._known) >= _MOST_KNOWN:
            self.forget()
        self._known[tokens.fingerprint(secret)] = (person, now + MOMENT)

    def forget(self) -> None:
        """Ask again about everybody."""
        self._known.clear()


class Directory:
    """Answers who somebody is and what they may do."""

    def __init__(self, database: Database, deeds: Deeds, signed_in: SignedIn, now: Now) -> None:
        self._database = database
        self._deeds = deeds
        self._signed_in = signed_in
        self._now = now

    async def bearer(self, secret: str) -> Person:
        """Whose token this is; `NotSignedInError` if nobody's."""
        now = self._now()
        if known := self._signed_in.known(secret, now):
            return known
        found = await self._database.read(lambda connection: tokens.bearer(connection, secret, now))
        if found is None:
            raise NotSignedInError
        self._signed_in.remember(secret, found, now)
        return found

    async def rights(self, person: str) -> Rights:
        """What somebody holds now; a leaver holds nothing."""
        return await self._database.read(lambda connection: rights_of(connection, person, self._now()))

    async def require(self, envelope: Envelope, permission: Permission, asked: dict[str, Any]) -> Rights:
        """What the sender holds, if that allows what they ask of the office; `RefusedError`, on record, if not."""
        rights = await self.rights(envelope.person)
        if rights.may(permission):
            return rights
        raise await self._deeds.refuse(envelope, permission.value, asked, not_permitted(permission))

    async def sees(self, person: str, whose: Collection[str]) -> bool:
        """Whether somebody may know what is noted of these people: one's own, or everybody's for who reads people."""
        return person in whose or (await self.rights(person)).may(Permission.PEOPLE_READ)

    async def person(self, asker: str, id_: str) -> Person:
        """Somebody, for themselves and for who reads people. Raises `UnknownPersonError`, also for who may not know."""
        if not await self.sees(asker, (id_,)):
            raise UnknownPersonError(id_)
        return await self._database.read(lambda connection: people.get(connection, id_))

    async def require_own(self, envelope: Envelope, whose: str, type_: str, asked: dict[str, Any]) -> None:
        """Return if the sender asks for themselves or manages people; `RefusedError`, on record, if neither."""
        if envelope.person == whose or (await self.rights(envelope.person)).may(Permission.PEOPLE_MANAGE):
            return
        raise await self._deeds.refuse(envelope, type_, asked, not_permitted(Permission.PEOPLE_MANAGE))


def rights_of(connection: Connection, person: str, now: datetime) -> Rights:
    """What somebody holds at an instant."""
    grants = grants_of(connection, person)
    scopes, principals = {grant.scope for grant in grants}, {person}
    for delegation in received_by(connection, person, now):
        if delegation.scope == EVERYWHERE:
            principals.add(delegation.giver)
            scopes |= {grant.scope for grant in grants_of(connection, delegation.giver)}
        else:
            scopes |= {f"project:{key}" for key in seen_within(connection, delegation.giver, delegation.scope)}
    return Rights(person, grants, Reach.of(scopes, principals))
