"""People whom an identity provider vouches for: known by issuer and subject, with the roles that their groups give."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Grant
from lifecycle.domain.values import digest
from lifecycle.persistence import people, roles
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.people import Person
from lifecycle.persistence.session import Database
from lifecycle.service.envelopes import SYSTEM
from lifecycle.service.foresight import books_of, watching
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf

_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_ID: Final = 60


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for. Only issuer and subject say who it is; name, account and mail are for reading.

    `authenticated_at` is when they proved to the provider who they are, if it says so.
    """

    issuer: str
    subject: str
    name: str
    account: str
    mail: str
    groups: frozenset[str]
    authenticated_at: datetime | None = None


class NoEntryError(LifecycleError):
    """Known to the provider, but nobody here (HTTP 403; code `no_entry`)."""

    def __init__(self) -> None:
        remedy = "Ask the PMO to let one of your groups in."
        super().__init__("no_entry", "You are known, but none of your groups has a role in this office.", remedy)


class SingleSignOn:
    """Lets people in by what a provider says of them, and keeps their roles as their groups are.

    The roles that any group gives are the provider's to give and to take; other roles are the office's own.
    """

    def __init__(self, database: Database, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._shelf = shelf
        self._now = now

    async def arrive(self, vouched: Vouched, given: Mapping[str, tuple[tuple[str, str], ...]]) -> Person:
        """Who it is; `given` are the roles, with their scopes, of each group by its id.

        The PMO is told of gates that lose their last approver with a role that is taken back. Raises `NoEntryError` for
        whoever has left, or is in no group with a role (any more; the roles of groups are taken back all the same).
        """
        everything = {pair for pairs in given.values() for pair in pairs}
        theirs = {pair for group in vouched.groups for pair in given.get(group, ())}
        by, books = Signature(SYSTEM, self._now()), await books_of(self._database, self._shelf)

        def work(connection: Connection) -> Person | None:
            known = people.by_account(connection, vouched.issuer, vouched.subject)
            if (known is None and not theirs) or (known and not known.active):
                raise NoEntryError
            person = _up_to_date(connection, known, vouched, by)
            held = {(grant.role, grant.scope) for grant in roles.grants_of(connection, person.id)}
            for role, scope in sorted(theirs - held):
                roles.grant(connection, Grant(person=person.id, role=role, scope=scope), by)
            if taken := held & everything - theirs:
                with watching(connection, books, person.id, by):
                    for role, scope in sorted(taken):
                        roles.withdraw(connection, Grant(person=person.id, role=role, scope=scope), by)
            return person if theirs else None

        person = await self._database.write(work)
        if person is None:
            raise NoEntryError
        return person


def _up_to_date(connection: Connection, known: Person | None, vouched: Vouched, by: Signature) -> Person:
    name, mail = vouched.name[:200], vouched.mail if "@" in vouched.mail else None
    if known is not None:
        person = replace(known, name=name, mail=mail or known.mail)
        people.change(connection, person, by)
        return person
    person = Person(_free_id(connection, vouched), name, mail, vouched.issuer, vouched.subject)
    people.add(connection, person, by)
    return person


def _free_id(connection: Connection, vouched: Vouched) -> str:
    """An id that one can read, and that is nobody else's."""
    wanted = _ODD.sub("-", vouched.account.partition("@")[0]).strip("._-")[:_LONGEST_ID]
    if wanted and wanted != SYSTEM and not people.is_known(connection, wanted):
        return wanted
    return f"{wanted or 'person'}-{digest([vouched.issuer, vouched.subject]).removeprefix('sha256:')[:12]}"
