"""On what footing somebody asks something of a project: what a judgement needs from the records, read at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select

from lifecycle.domain.events import Recorded
from lifecycle.domain.evidence import EvidenceVersion
from lifecycle.domain.gate_events import EvidenceSupplied
from lifecycle.domain.people import Delegation, covers
from lifecycle.domain.project import ProjectState
from lifecycle.persistence.delegations import received_by
from lifecycle.persistence.office_tables import directory, grants, people
from lifecycle.persistence.reach import Reach, visible
from lifecycle.persistence.roles import grants_of
from lifecycle.persistence.tables import events, projects, states


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, for whom, something of what project; `portfolio` is that of a project that is only registered now.

    `named` are the people whom the command names.
    """

    project: str
    person: str
    acting_for: str | None
    portfolio: str | None = None
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Footing:
    """What the records know: the project's state, the roles granted there to the person and to whom they act for.

    `delegation` is the one that covers the project now; `strangers` are named people whom the directory does not know,
    or who have left.
    """

    state: ProjectState | None
    directory_version: int
    roles: tuple[str, ...]
    principal_roles: tuple[str, ...]
    delegation: Delegation | None
    strangers: tuple[str, ...]


def footing_of(connection: Connection, asked: Request, now: datetime) -> Footing:
    """Everything that is known about a request; a leaver has no roles."""
    version, text = connection.execute(_STATE, {"of": asked.project}).one()
    state = ProjectState.model_validate_json(text) if text else None
    portfolio = state.portfolio if state else asked.portfolio or ""
    principal = asked.acting_for or asked.person
    roles: dict[str, set[str]] = {}
    for row in connection.execute(_HELD, {"person": asked.person, "principal": principal}):
        held = roles.setdefault(row.id, set())
        if row.role and covers(row.scope, asked.project, portfolio):
            held.add(row.role)
    return Footing(
        state=state,
        directory_version=version,
        roles=tuple(sorted(roles.get(asked.person, ()))),
        principal_roles=tuple(sorted(roles.get(principal, ()))),
        delegation=_delegation(connection, asked, portfolio, now) if asked.acting_for else None,
        strangers=_strangers(connection, asked.named),
    )


def caused_by(connection: Connection, project: str, command: str) -> tuple[Recorded, ...]:
    """The events of a project that one command caused, in order."""
    found = connection.scalars(_CAUSED, {"of": project, "by": command})
    return tuple(Recorded.model_validate_json(body) for body in found)


def supplied(connection: Connection, reach: Reach, project: str, digest: str) -> EvidenceVersion | None:
    """The latest supply of a content to a project within reach; none if there was none such."""
    of = (events.c.project == project, events.c.type == _SUPPLIED, visible(reach))
    found = select(events.c.body).join(projects, projects.c.key == events.c.project).where(*of)
    for body in connection.scalars(found.order_by(events.c.seq.desc())):
        event = Recorded.model_validate_json(body).event
        if isinstance(event, EvidenceSupplied) and event.evidence.digest == digest:
            return event.evidence
    return None


def seen_within(connection: Connection, person: str, scope: str) -> tuple[str, ...]:
    """The projects within the scope of a portfolio or project that somebody sees by a role or a post of their own."""
    kind, _, name = scope.partition(":")
    own = Reach.of((grant.scope for grant in grants_of(connection, person)), [person])
    within = projects.c.portfolio == name if kind == "portfolio" else projects.c.key == name
    return tuple(connection.scalars(select(projects.c.key).where(within, visible(own)).order_by(projects.c.key)))


def _strangers(connection: Connection, named: Collection[str]) -> tuple[str, ...]:
    if not named:
        return ()
    return tuple(sorted(set(named).difference(connection.scalars(_PRESENT, {"people": sorted(named)}))))


def _delegation(connection: Connection, asked: Request, portfolio: str, now: datetime) -> Delegation | None:
    """Of several that cover the project, the one that reaches furthest."""
    given = [
        delegation
        for delegation in received_by(connection, asked.person, now)
        if delegation.giver == asked.acting_for and covers(delegation.scope, asked.project, portfolio)
    ]
    return max(given, key=_limit, default=None)


def _limit(delegation: Delegation) -> float:
    return float("inf") if delegation.limit is None else delegation.limit


_SUPPLIED = "person:evidence:supplied"
_STATE = select(directory.c.version, states.c.state).select_from(
    directory.outerjoin(states, states.c.project == bindparam("of"))
)
_HELD = (
    select(people.c.id, grants.c.role, grants.c.scope)
    .select_from(people.outerjoin(grants, grants.c.person == people.c.id))
    .where(or_(people.c.id == bindparam("person"), people.c.id == bindparam("principal")), people.c.active)
)
_PRESENT = select(people.c.id).where(people.c.id.in_(bindparam("people", expanding=True)), people.c.active)
_CAUSED = (
    select(events.c.body)
    .where(events.c.project == bindparam("of"), events.c.command == bindparam("by"))
    .order_by(events.c.seq)
)
