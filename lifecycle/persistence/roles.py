"""Who holds which role where: by grant, and on a project by its own posts. A leaver holds none."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, or_, select

from lifecycle.domain.people import EVERYWHERE, Grant, Roster
from lifecycle.domain.project import Status
from lifecycle.domain.values import Value
from lifecycle.persistence.absences import absent_at
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.delegations import running
from lifecycle.persistence.inserts import insert_new
from lifecycle.persistence.office_tables import grants, people
from lifecycle.persistence.people import get, record_change
from lifecycle.persistence.tables import projects


class Post(Value):
    """A project that somebody manages or sponsors; `role` says which."""

    project: str
    name: str
    role: str


def grant(connection: Connection, granted: Grant, by: Signature) -> bool:
    """Grant a role; whether the person did not hold it there already. Raises `UnknownPersonError`."""
    get(connection, granted.person)
    new = insert_new(connection, grants, granted.model_dump())
    if new:
        record_change(connection, by, "person:role:granted", granted.model_dump())
    return new


def withdraw(connection: Connection, granted: Grant, by: Signature) -> bool:
    """Withdraw a role; whether the person held it there."""
    held = delete(grants).where(
        grants.c.person == granted.person, grants.c.role == granted.role, grants.c.scope == granted.scope
    )
    gone = connection.execute(held).rowcount > 0
    if gone:
        record_change(connection, by, "person:role:withdrawn", granted.model_dump())
    return gone


def grants_of(connection: Connection, person: str) -> tuple[Grant, ...]:
    """What a person was granted; nothing for a leaver."""
    found = connection.execute(_GRANTED, {"to": person})
    return tuple(Grant(person=row.person, role=row.role, scope=row.scope) for row in found)


def all_grants(connection: Connection) -> tuple[Grant, ...]:
    """What everybody was granted who has not left."""
    return _grants(connection)


def holding(connection: Connection, roles: Iterable[str], scopes: Iterable[str]) -> tuple[Grant, ...]:
    """Who was granted one of these roles in one of these scopes, by person, role and scope."""
    return _grants(connection, grants.c.role.in_(sorted(set(roles))), grants.c.scope.in_(sorted(set(scopes))))


def roles_on(connection: Connection, person: str, key: str, portfolio: str | None = None) -> tuple[str, ...]:
    """The roles that a person holds on a project, by grant or post; none for a leaver.

    `portfolio` is that of a project that is only being registered; a known one has its own.
    """
    place = _place(connection, key, portfolio)
    held = {
        granted.role for granted in _grants(connection, grants.c.person == person, grants.c.scope.in_(place.scopes))
    }
    posts = {role for role, holder in place.posts.items() if holder == person}
    if posts and not connection.scalar(select(exists().where(people.c.id == person, people.c.active))):
        return ()
    return tuple(sorted(held | posts))


def roster_of(connection: Connection, key: str, now: datetime, portfolio: str | None = None) -> Roster:
    """Who could act on a project: everybody's roles there, and who is absent now; `portfolio` as at `roles_on`."""
    place = _place(connection, key, portfolio)
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for granted in _grants(connection, grants.c.scope.in_(place.scopes)):
        holders[granted.role].add(granted.person)
    named = [person for person in place.posts.values() if person]
    active = set(connection.scalars(select(people.c.id).where(people.c.id.in_(named), people.c.active)))
    for role, person in place.posts.items():
        if person in active and person:
            holders[role].add(person)
    known = {role: tuple(sorted(found)) for role, found in sorted(holders.items())}
    gone = set(named) - active
    deputies: defaultdict[str, set[str]] = defaultdict(set)
    limited: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for given in running(connection, place.scopes, now):
        if given.limit is None:
            deputies[given.giver].add(given.receiver)
        else:
            known_limit = limited[given.giver].get(given.receiver, 0)
            limited[given.giver][given.receiver] = max(given.limit, known_limit)
    return Roster(
        holders=known,
        absent=tuple(sorted({*absent_at(connection, now), *gone})),
        deputies={giver: tuple(sorted(found)) for giver, found in sorted(deputies.items())},
        limited=dict(sorted(limited.items())),
    )


def posts_of(connection: Connection, person: str, limit: int = 200) -> tuple[Post, ...]:
    """The projects under way that somebody manages or sponsors, by key."""
    mine = or_(projects.c.manager == person, projects.c.sponsor == person)
    running = projects.c.status.in_([Status.ACTIVE.value, Status.ON_HOLD.value])
    found = connection.execute(select(projects).where(mine, running).order_by(projects.c.key).limit(limit))
    return tuple(
        Post(project=row.key, name=row.name, role=role)
        for row in found
        for role, holder in (("project_manager", row.manager), ("sponsor", row.sponsor))
        if holder == person
    )


class _Place(NamedTuple):
    scopes: list[str]
    posts: dict[str, str | None]


def _place(connection: Connection, key: str, portfolio: str | None) -> _Place:
    columns = (projects.c.portfolio, projects.c.manager, projects.c.sponsor)
    found = connection.execute(select(*columns).where(projects.c.key == key)).one_or_none()
    posts = {"project_manager": found.manager, "sponsor": found.sponsor} if found else {}
    owner = found.portfolio if found else portfolio
    return _Place([EVERYWHERE, f"project:{key}", *([f"portfolio:{owner}"] if owner else [])], posts)


_HELD = (
    select(grants)
    .join(people, people.c.id == grants.c.person)
    .where(people.c.active)
    .order_by(grants.c.person, grants.c.role, grants.c.scope)
)
_GRANTED = _HELD.where(grants.c.person == bindparam("to"))


def _grants(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Grant, ...]:
    found = connection.execute(_HELD.where(*conditions))
    return tuple(Grant(person=row.person, role=row.role, scope=row.scope) for row in found)
