"""Reading what happened: the history of one project, and the audit trail of all."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from lifecycle.domain.events import Recorded
from lifecycle.domain.people import EVERYWHERE
from lifecycle.persistence.audit import OFFICE, Kind
from lifecycle.persistence.pages import Cursor, Page, by_instant, page
from lifecycle.persistence.reach import Reach, visible
from lifecycle.persistence.tables import audit, events, projects


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What a look into the audit trail narrows to: recorded from `since` on and before `until`, and so forth."""

    project: str | None = None
    person: str | None = None
    kind: Kind | None = None
    type: str | None = None
    gate: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A row of the audit trail; `project` is none for the office's, `state` the digest after an event.

    `body` is the whole content as JSON-like data.
    """

    project: str | None
    n: int
    kind: Kind
    seq: int | None
    at: datetime
    recorded_at: datetime
    type: str
    gate: str | None
    person: str | None
    acting_for: str | None
    command: str | None
    state: str | None
    body: dict[str, Any]
    previous: str
    digest: str


def events_of(
    connection: Connection,
    reach: Reach,
    key: str,
    *,
    after: Cursor | None = None,
    limit: int = 100,
    newest_first: bool = False,
) -> Page[Recorded]:
    """A page of what happened to a project within reach; an empty one if there is none such."""
    query = select(events.c.body).join(projects, projects.c.key == events.c.project)
    query = query.where(events.c.project == key, visible(reach))
    return page(connection, query, [events.c.seq], _recorded, after=after, limit=limit, newest_first=newest_first)


def events_at(connection: Connection, reach: Reach, key: str, gate: str) -> tuple[Recorded, ...]:
    """Everything that happened at one gate of a project within reach, in order."""
    query = select(events.c.body).join(projects, projects.c.key == events.c.project)
    found = query.where(events.c.project == key, events.c.gate == gate, visible(reach)).order_by(events.c.seq)
    return tuple(Recorded.model_validate_json(body) for body in connection.scalars(found))


def records(
    connection: Connection,
    reach: Reach,
    wanted: AuditFilter,
    *,
    after: Cursor | None = None,
    limit: int = 100,
    newest_first: bool = False,
) -> Page[AuditRecord]:
    """A page of the audit trail, in the order in which it was recorded; rows of one project in their own order.

    The office's rows are shown only to a reach of everywhere.
    """
    query = select(audit)
    if EVERYWHERE not in reach.scopes:
        query = query.where(audit.c.chain.in_(select(projects.c.key).where(visible(reach))))
    equal = {audit.c.chain: wanted.project, audit.c.person: wanted.person, audit.c.type: wanted.type}
    equal |= {audit.c.kind: wanted.kind.value if wanted.kind else None, audit.c.gate: wanted.gate}
    query = query.where(*(column == value for column, value in equal.items() if value is not None))
    if wanted.since is not None:
        query = query.where(audit.c.recorded_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit.c.recorded_at < wanted.until)
    order = [audit.c.n] if wanted.project else [by_instant(audit.c.recorded_at), audit.c.chain, audit.c.n]
    return page(connection, query, order, _record, after=after, limit=limit, newest_first=newest_first)


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded.model_validate_json(row.body)


def _record(row: Row[Any]) -> AuditRecord:
    return AuditRecord(
        project=None if row.chain == OFFICE else row.chain,
        n=row.n,
        kind=Kind(row.kind),
        seq=row.seq,
        at=row.at,
        recorded_at=row.recorded_at,
        type=row.type,
        gate=row.gate,
        person=row.person,
        acting_for=row.acting_for,
        command=row.command,
        state=row.state,
        body=json.loads(row.body),
        previous=row.previous,
        digest=row.digest,
    )
