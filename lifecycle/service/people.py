"""The office's business with people: who there is, which roles they hold, who is away, who has left."""

from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import EVERYWHERE, Grant, Permission, permissions_of
from lifecycle.persistence import people, roles
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.pages import Cursor, Page
from lifecycle.persistence.people import Person
from lifecycle.persistence.session import Database
from lifecycle.service.deeds import Deeds
from lifecycle.service.envelopes import SYSTEM, Envelope
from lifecycle.service.foresight import books_of, watching
from lifecycle.service.shelf import Shelf

HOUSE_ISSUER = "lifecycle"
"""Vouches for accounts that no identity provider vouches for; the subject is then the person's id."""


class LastManagerError(LifecycleError):
    """After it nobody could manage the directory any more (HTTP 409; code `last_manager`)."""

    def __init__(self) -> None:
        super().__init__(
            "last_manager",
            "After this nobody could manage the directory any more.",
            "Give somebody else a role that manages people everywhere first.",
        )


class People:
    """Changes the directory; every change raises its version and stands in the office's audit trail."""

    def __init__(self, database: Database, deeds: Deeds, shelf: Shelf) -> None:
        self._database = database
        self._deeds = deeds
        self._shelf = shelf

    async def add(self, envelope: Envelope, id_: str, name: str, mail: str | None) -> Person:
        """Add a person. Raises `PersonExistsError`."""
        person = Person(id_, name, mail, HOUSE_ISSUER, id_)
        if id_ == SYSTEM:
            raise people.PersonExistsError(id_)

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            people.add(connection, person, by)
            return asdict(person)

        return Person(**await self._deeds.do(envelope, "add_person", asdict(person), work))

    async def change(self, envelope: Envelope, id_: str, changes: Mapping[str, Any]) -> Person:
        """Change name, mail or whether somebody is `active`; a leaver can do nothing any more, but stays on record.

        The PMO is told which gates lose their last approver. Raises `UnknownPersonError`, `LastManagerError`.
        """
        books = await books_of(self._database, self._shelf)

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            before = people.get(connection, id_)
            person = replace(before, **changes)
            leaves = before.active and not person.active
            with watching(connection, books, id_, by) if leaves else nullcontext():
                people.change(connection, person, by)
            _somebody_manages(connection)
            return asdict(person)

        asked = {"id": id_, **changes}
        return Person(**await self._deeds.do(envelope, "change_person", asked, work))

    async def grant(self, envelope: Envelope, grant: Grant) -> bool:
        """Grant a role; whether it was new. Raises `UnknownPersonError`."""

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            return {"changed": roles.grant(connection, grant, by)}

        return bool((await self._deeds.do(envelope, "grant_role", grant.model_dump(), work))["changed"])

    async def withdraw(self, envelope: Envelope, grant: Grant) -> bool:
        """Withdraw a role; whether it was held. The PMO is told as of a leaver. Raises `LastManagerError`."""
        books = await books_of(self._database, self._shelf)

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            with watching(connection, books, grant.person, by):
                changed = roles.withdraw(connection, grant, by)
            _somebody_manages(connection)
            return {"changed": changed}

        return bool((await self._deeds.do(envelope, "withdraw_role", grant.model_dump(), work))["changed"])

    async def search(self, text: str, after: Cursor | None, limit: int) -> Page[Person]:
        """A page of the people whose id, name or mail has every word of the text."""
        return await self._database.read(lambda c: people.search(c, text, after=after, limit=limit))

    async def names(self, ids: Collection[str]) -> Mapping[str, str]:
        """What people are called, by id; nobody stands there whom the directory does not know."""
        return await self._database.read(lambda connection: people.names(connection, ids))

    async def grants(self, person: str | None) -> tuple[Grant, ...]:
        """The grants of somebody, or of everybody, who has not left."""

        def read(connection: Connection) -> tuple[Grant, ...]:
            return roles.all_grants(connection) if person is None else roles.grants_of(connection, person)

        return await self._database.read(read)


def _somebody_manages(connection: Connection) -> None:
    everywhere = (grant.role for grant in roles.all_grants(connection) if grant.scope == EVERYWHERE)
    if Permission.PEOPLE_MANAGE not in permissions_of(everywhere):
        raise LastManagerError
