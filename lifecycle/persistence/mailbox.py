"""Notices for people, and messages for programs, posted with the events they follow from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select

from lifecycle.domain.people import EVERYWHERE
from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import canonical
from lifecycle.gates.notices import Notice
from lifecycle.persistence.inserts import insert_missing
from lifecycle.persistence.notice_tables import webhooks
from lifecycle.persistence.office_tables import grants, people
from lifecycle.persistence.outbox import WEBHOOK, put_out
from lifecycle.persistence.tables import notices

OFFICE = ""
"""The project of news that is of none."""


def post(connection: Connection, state: ProjectState, news: Sequence[tuple[str, Notice]], now: datetime) -> None:
    """Write one notice a recipient for each piece of news, which comes with its place in the history.

    A role means whoever holds the project's own post of that name, else everybody who was granted it here; people who
    have left are told nothing.
    """
    if not news:
        return
    reached = _reached(connection, state, [notice for _, notice in news])
    told = [(place, notice, person) for place, notice in news for person in sorted(reached.of(notice))]
    insert_missing(connection, notices, [_row(state.project, *each, now) for each in told])
    _announce(connection, state.project, news, now)


def post_of_the_office(connection: Connection, notice: Notice, now: datetime) -> None:
    """Write one notice for each of its people about a matter of the office, which is of no project."""
    insert_missing(connection, notices, [_row(OFFICE, "", notice, person, now) for person in notice.people])
    _announce(connection, OFFICE, [("", notice)], now)


def _row(project: str, place: str, notice: Notice, person: str, now: datetime) -> dict[str, Any]:
    return {
        "key": f"{_occasion(project, place, notice)}/{person}",
        "project": project,
        "kind": notice.kind.value,
        "gate": notice.gate,
        "round": notice.round,
        "step": notice.step,
        "recipient": person,
        "fields": canonical(notice.fields),
        "created_at": now,
        "waits_until": now,
    }


def _announce(connection: Connection, project: str, news: Sequence[tuple[str, Notice]], now: datetime) -> None:
    """Put a message out for each webhook and piece of news that it wants; without what people wrote."""
    listening = connection.execute(_LISTENING).all()
    put_out(
        connection,
        [
            (_digest(_occasion(project, place, notice)), WEBHOOK, webhook.id, canonical(_bare(project, notice)))
            for webhook in listening
            for place, notice in news
            if not webhook.kinds or notice.kind.value in webhook.kinds.split()
        ],
        now,
    )


_LISTENING = select(webhooks.c.id, webhooks.c.kinds).where(webhooks.c.ended_at.is_(None))
_BARE = frozenset({"due", "outcome", "condition", "waiver", "tolerance", "policy", "version"})
"""The fields in which nobody writes freely."""


def _bare(project: str, notice: Notice) -> dict[str, Any]:
    fields = {name: value for name, value in notice.fields.items() if name in _BARE}
    if project == OFFICE:
        return {"kind": notice.kind.value, "fields": fields}
    about = {"kind": notice.kind.value, "project": project, "gate": notice.gate}
    return {**about, "round": notice.round, "step": notice.step, "fields": fields}


def _occasion(project: str, place: str, notice: Notice) -> str:
    return "/".join([project, _place(notice), notice.occasion or place, notice.kind])


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:40]


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
