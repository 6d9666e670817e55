"""The people of the directory. Whoever leaves stays known, for the record, and can do nothing any more."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, exists, func, or_, select, update

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.inserts import insert_new
from lifecycle.persistence.office_tables import directory, people
from lifecycle.persistence.pages import Cursor, Page, page


class UnknownPersonError(LifecycleError):
    """The directory has no such person (HTTP 404; code `unknown_person`)."""

    def __init__(self, person: str) -> None:
        super().__init__(
            "unknown_person",
            f"The directory knows nobody as '{person}'."[:300],
            "Add the person first, or check the name.",
        )


class PersonExistsError(LifecycleError):
    """The id or the account belongs to somebody already (HTTP 409; code `person_exists`)."""

    def __init__(self, person: str) -> None:
        super().__init__(
            "person_exists",
            f"Somebody has the id '{person}' or this account already."[:300],
            "Change that person, or choose another id.",
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the office knows: who they are is `issuer` and `subject` of their account, never the mail address."""

    id: str
    name: str
    mail: str | None
    issuer: str
    subject: str
    active: bool = True


def directory_version(connection: Connection) -> int:
    """The version of the directory, which every change of people, grants, delegations and absences raises by one."""
    return connection.scalar(select(directory.c.version)) or 0


def record_change(connection: Connection, by: Signature, type_: str, content: Mapping[str, Any]) -> int:
    """Raise the version of the directory and record what changed, tagged `person:object:action`; the new version."""
    raised = update(directory).values(version=directory.c.version + 1).returning(directory.c.version)
    version: int = connection.execute(raised).scalar_one()
    sign(connection, by, type_, content)
    return version


def add(connection: Connection, person: Person, by: Signature) -> None:
    """Add a person. Raises `PersonExistsError` if the id or the account is taken."""
    if not insert_new(connection, people, _row(person)):
        raise PersonExistsError(person.id)
    record_change(connection, by, "person:person:added", _row(person))


def change(connection: Connection, person: Person, by: Signature) -> bool:
    """Make somebody's entry be this one; whether that changed anything.

    Raises `UnknownPersonError`, or `PersonExistsError` if the account is another person's.
    """
    before = get(connection, person.id)
    if before == person:
        return False
    taken = by_account(connection, person.issuer, person.subject)
    if taken and taken.id != person.id:
        raise PersonExistsError(taken.id)
    connection.execute(update(people).where(people.c.id == person.id).values(_row(person)))
    action = "changed" if before.active == person.active else "returned" if person.active else "left"
    record_change(connection, by, f"person:person:{action}", _row(person))
    return True


def get(connection: Connection, person: str) -> Person:
    """Somebody by id. Raises `UnknownPersonError`."""
    found = connection.execute(select(people).where(people.c.id == person)).one_or_none()
    if found is None:
        raise UnknownPersonError(person)
    return _person(found)


def names(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """What people are called, by id."""
    found = connection.execute(select(people.c.id, people.c.name).where(people.c.id.in_(ids)))
    return {row.id: row.name for row in found}


def is_known(connection: Connection, person: str) -> bool:
    """Whether an id is somebody's."""
    return bool(connection.scalar(select(exists().where(people.c.id == person))))


def by_account(connection: Connection, issuer: str, subject: str) -> Person | None:
    """Whose account it is, if it is anybody's."""
    account = select(people).where(people.c.issuer == issuer, people.c.subject == subject)
    found = connection.execute(account).one_or_none()
    return _person(found) if found else None


def of_issuer(connection: Connection, issuer: str) -> tuple[Person, ...]:
    """The people whom an issuer vouches for and who have not left, by id."""
    theirs = select(people).where(people.c.issuer == issuer, people.c.active).order_by(people.c.id)
    return tuple(_person(row) for row in connection.execute(theirs))


def search(connection: Connection, text: str = "", *, after: Cursor | None = None, limit: int = 100) -> Page[Person]:
    """A page of the people whose id, name or mail address contains every word, by id."""
    query = select(people)
    for word in text.casefold().split():
        places = (people.c.id, people.c.name, people.c.mail)
        query = query.where(or_(*(func.lower(place).contains(word, autoescape=True) for place in places)))
    return page(connection, query, [people.c.id], _person, after=after, limit=limit)


def _row(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "mail": person.mail,
        "issuer": person.issuer,
        "subject": person.subject,
        "active": person.active,
    }


def _person(row: Row[Any]) -> Person:
    return Person(row.id, row.name, row.mail, row.issuer, row.subject, row.active)
