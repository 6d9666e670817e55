"""Notices for people: posted with the events they follow from, claimed by a dispatcher, tried until sent."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, case, or_, select, update

from lifecycle.domain.people import EVERYWHERE
from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import canonical
from lifecycle.gates.notices import Notice
from lifecycle.persistence.inserts import insert_missing
from lifecycle.persistence.office_tables import grants, people
from lifecycle.persistence.tables import notices, projects


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice for one person; `key` is the same whenever it is sent, so that a receiver can tell a repetition.

    `mail` is none for somebody without an address, or who has left; `tries` counts this one too; `fields` are the
    kind's own.
    """

    key: str
    kind: str
    project: str
    project_name: str
    gate: str | None
    round: int | None
    step: int | None
    recipient: str
    recipient_name: str
    mail: str | None
    fields: dict[str, str]
    created_at: datetime
    tries: int


def post(connection: Connection, state: ProjectState, news: Sequence[tuple[str, Notice]], now: datetime) -> None:
    """Write one notice a recipient for each piece of news, which comes with its place in the history.

    A role means whoever holds the project's own post of that name, else everybody who was granted it here; people who
    have left are told nothing.
    """
    if not news:
        return
    reached = _reached(connection, state, [notice for _, notice in news])
    rows = [
        {
            "key": "/".join([state.project, _place(notice), notice.occasion or place, notice.kind, person]),
            "project": state.project,
            "kind": notice.kind.value,
            "gate": notice.gate,
            "round": notice.round,
            "step": notice.step,
            "recipient": person,
            "fields": canonical(notice.fields),
            "created_at": now,
            "next_try_at": now,
            "tries": 0,
            "given_up": False,
        }
        for place, notice in news
        for person in sorted(reached.of(notice))
    ]
    insert_missing(connection, notices, rows)


def _place(notice: Notice) -> str:
    return f"{notice.gate or '-'}/{notice.round or '-'}"


@dataclass(frozen=True, slots=True)
class _Reached:
    state: ProjectState
    active: frozenset[str]
    holders: dict[str, set[str]]

    def of(self, notice: Notice) -> set[str]:
        """The active people whom a notice is for."""
        found = {person for person in notice.people if person in self.active}
        for role in notice.roles:
            post = {"project_manager": self.state.manager, "sponsor": self.state.sponsor}.get(role)
            found |= {post} if post in self.active and post else self.holders.get(role, set())
        return found - set(notice.but)


def _reached(connection: Connection, state: ProjectState, told: Iterable[Notice]) -> _Reached:
    roles = {role for notice in told for role in notice.roles}
    named = {person for notice in told for person in notice.people} | {state.manager, state.sponsor}
    scopes = [EVERYWHERE, f"portfolio:{state.portfolio}", f"project:{state.project}"]
    asked = {"roles": sorted(roles), "scopes": scopes, "named": sorted(filter(None, named))}
    found = connection.execute(_REACHED, asked).all()
    holders: dict[str, set[str]] = {}
    for person, role in found:
        if role:
            holders.setdefault(role, set()).add(person)
    return _Reached(state, frozenset(person for person, _ in found), holders)


_GRANTED = and_(
    grants.c.person == people.c.id,
    grants.c.role.in_(bindparam("roles", expanding=True)),
    grants.c.scope.in_(bindparam("scopes", expanding=True)),
)
_REACHED = (
    select(people.c.id, grants.c.role)
    .select_from(people.outerjoin(grants, _GRANTED))
    .where(people.c.active, or_(grants.c.role.is_not(None), people.c.id.in_(bindparam("named", expanding=True))))
)


def claim(connection: Connection, now: datetime, lease: timedelta, limit: int = 50) -> tuple[Letter, ...]:
    """Up to `limit` notices that are due, oldest first; nobody else gets them before the lease ends.

    Whoever dies with a claimed notice leaves it to be sent again: at least once, with the same key.
    """
    due = (
        select(notices.c.key)
        .where(notices.c.next_try_at <= now)
        .order_by(notices.c.next_try_at, notices.c.key)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    keys = connection.scalars(due).all()
    taken = update(notices).where(notices.c.key.in_(keys))
    connection.execute(taken.values(next_try_at=now + lease, tries=notices.c.tries + 1))
    mail = case((people.c.active, people.c.mail)).label("mail")
    found = connection.execute(
        select(notices, projects.c.name.label("project_name"), people.c.name.label("recipient_name"), mail)
        .select_from(notices)
        .join(projects, projects.c.key == notices.c.project)
        .join(people, people.c.id == notices.c.recipient)
        .where(notices.c.key.in_(keys))
        .order_by(notices.c.created_at, notices.c.key)
    )
    return tuple(
        Letter(
            key=row.key,
            kind=row.kind,
            project=row.project,
            project_name=row.project_name,
            gate=row.gate,
            round=row.round,
            step=row.step,
            recipient=row.recipient,
            recipient_name=row.recipient_name,
            mail=row.mail,
            fields=json.loads(row.fields),
            created_at=row.created_at,
            tries=row.tries,
        )
        for row in found
    )


def put_back(connection: Connection, keys: Sequence[str], now: datetime) -> None:
    """These claimed notices were not tried after all, and are due for whoever comes next."""
    untried = update(notices).where(notices.c.key.in_(keys), notices.c.sent_at.is_(None))
    connection.execute(untried.values(next_try_at=now, tries=notices.c.tries - 1))


def delivered(connection: Connection, keys: Sequence[str], now: datetime) -> None:
    """These notices were sent."""
    sent = update(notices).where(notices.c.key.in_(keys))
    connection.execute(sent.values(sent_at=now, next_try_at=None, failure=None))


def undelivered(connection: Connection, key: str, failure: str, next_try_at: datetime | None) -> None:
    """A notice could not be sent, and why; it is given up if it is not to be tried again."""
    failed = update(notices).where(notices.c.key == key, notices.c.sent_at.is_(None))
    connection.execute(failed.values(failure=failure, next_try_at=next_try_at, given_up=next_try_at is None))
