"""Trials of drafts: how far each has come, and what the draft would do to each project."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, exists, func, insert, or_, select, update

from lifecycle.domain.events import Recorded
from lifecycle.domain.project import ProjectState, Status
from lifecycle.domain.values import canonical
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.inserts import upsert
from lifecycle.persistence.pages import Cursor, Page, page
from lifecycle.persistence.policy_tables import what_if_projects, what_ifs
from lifecycle.persistence.reach import Reach, visible
from lifecycle.persistence.tables import events, projects, rounds, states

KEPT: Final = 20
"""So many trials of one person are kept; when one more is begun the oldest go, and first those that have ended."""


class Over(StrEnum):
    """What a draft is tried on."""

    OPEN_PROJECTS = "open_projects"
    PAST_DECISIONS = "past_decisions"
    COMING_DECISIONS = "coming_decisions"


class TrialStatus(StrEnum):
    """Whether a trial goes on."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One trial of a draft; `done` of `total` projects are judged, up to the key `reached`.

    `judged` counts rounds or decisions, `effects` projects by what the draft would do to them; `summary` is JSON-like.
    Decisions are judged that were made `since` an instant and before `until`; `due_at` is when the next look at coming
    ones is due, none where everything is judged at once.
    """

    id: str
    over: Over
    person: str
    started_at: datetime
    source: str
    total: int
    status: TrialStatus = TrialStatus.RUNNING
    finished_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    due_at: datetime | None = None
    done: int = 0
    judged: int = 0
    reached: str = ""
    effects: dict[str, int] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WhatIfRow:
    """What a draft would do to one project; `detail` is JSON-like."""

    project: str
    effect: str
    detail: dict[str, Any]


def begin(connection: Connection, new: WhatIf, by: Signature) -> None:
    """Note that a trial has begun; its id must be new. The oldest of the same person go."""
    row = {
        "id": new.id,
        "over": new.over.value,
        "person": new.person,
        "status": new.status.value,
        "started_at": new.started_at,
        "since": new.since,
        "until": new.until,
        "due_at": new.due_at,
        "total": new.total,
        "done": 0,
        "judged": 0,
        "reached": "",
        "source": new.source,
        "summary": canonical(new.summary),
    }
    connection.execute(insert(what_ifs), row)
    own = select(what_ifs.c.id).where(what_ifs.c.person == new.person)
    has_ended = what_ifs.c.status != TrialStatus.RUNNING.value
    old = connection.scalars(own.order_by(has_ended, what_ifs.c.started_at.desc(), what_ifs.c.id).offset(KEPT)).all()
    connection.execute(delete(what_if_projects).where(what_if_projects.c.what_if.in_(old)))
    connection.execute(delete(what_ifs).where(what_ifs.c.id.in_(old)))
    times = {name: at.isoformat() for name, at in (("since", new.since), ("until", new.until)) if at}
    sign(connection, by, "person:policy:tried", {"id": new.id, "over": new.over.value, **times, **new.summary})


def advance(connection: Connection, before: WhatIf, after: WhatIf, rows: Sequence[WhatIfRow]) -> bool:
    """Note how much further a trial has come, and what was found; false if somebody else has carried it on."""
    here = (
        what_ifs.c.id == before.id,
        what_ifs.c.status == TrialStatus.RUNNING.value,
        what_ifs.c.reached == before.reached,
        what_ifs.c.done == before.done,
    )
    gone_on = {
        "total": after.total,
        "done": after.done,
        "judged": after.judged,
        "reached": after.reached,
        "due_at": after.due_at,
    }
    if connection.execute(update(what_ifs).where(*here).values(**gone_on)).rowcount == 0:
        return False
    noted = [
        {"what_if": before.id, "project": row.project, "effect": row.effect, "detail": canonical(row.detail)}
        for row in rows
    ]
    upsert(connection, what_if_projects, noted)
    return True


def finish(connection: Connection, id_: str, status: TrialStatus, summary: Mapping[str, Any], now: datetime) -> None:
    """Note that a trial that was running has ended, with what is to be said of the whole."""
    ended = {"status": status.value, "summary": canonical(dict(summary)), "finished_at": now, "due_at": None}
    here = what_ifs.c.id == id_, what_ifs.c.status == TrialStatus.RUNNING.value
    connection.execute(update(what_ifs).where(*here).values(**ended))


def find(connection: Connection, id_: str) -> WhatIf | None:
    """A trial with what was found so far."""
    found = connection.execute(select(what_ifs).where(what_ifs.c.id == id_)).one_or_none()
    return _what_if(connection, found) if found else None


def of_person(connection: Connection, person: str) -> tuple[WhatIf, ...]:
    """The trials that somebody began, the newest first."""
    found = select(what_ifs).where(what_ifs.c.person == person)
    rows = connection.execute(found.order_by(what_ifs.c.started_at.desc(), what_ifs.c.id)).all()
    return tuple(_what_if(connection, row) for row in rows)


def running(connection: Connection, now: datetime) -> tuple[WhatIf, ...]:
    """The trials that have not ended and of which something is due, the oldest first."""
    is_due = or_(what_ifs.c.due_at.is_(None), what_ifs.c.due_at <= now)
    found = select(what_ifs).where(what_ifs.c.status == TrialStatus.RUNNING.value, is_due)
    rows = connection.execute(found.order_by(what_ifs.c.started_at, what_ifs.c.id)).all()
    return tuple(_what_if(connection, row) for row in rows)


def rows_of(
    connection: Connection, id_: str, effect: str | None = None, *, after: Cursor | None = None, limit: int = 200
) -> Page[WhatIfRow]:
    """A page of the projects for which the draft would make a difference, by key."""
    query = select(what_if_projects).where(what_if_projects.c.what_if == id_)
    if effect is not None:
        query = query.where(what_if_projects.c.effect == effect)
    return page(connection, query, [what_if_projects.c.project], _row, after=after, limit=limit)


_OVER: Final = [Status.CLOSED.value, Status.KILLED.value]


def count_of(connection: Connection, reach: Reach, tried: WhatIf) -> int:
    """How many projects within reach there are now to try a draft on."""
    here = projects.c.status.not_in(_OVER) if tried.over is Over.OPEN_PROJECTS else _decided(tried.since)
    return connection.scalar(select(func.count()).select_from(projects).where(visible(reach), here)) or 0


def open_after(connection: Connection, reach: Reach, key: str, limit: int) -> tuple[ProjectState, ...]:
    """The next living projects within reach, by key; none at the end."""
    known = select(states.c.state).join(projects, projects.c.key == states.c.project)
    living = known.where(projects.c.key > key, projects.c.status.not_in(_OVER), visible(reach))
    found = connection.scalars(living.order_by(projects.c.key).limit(limit))
    return tuple(ProjectState.model_validate_json(text) for text in found)


def decisions_of(connection: Connection, reach: Reach, since: datetime, until: datetime) -> tuple[int, int]:
    """How many decisions were made within reach since then and before `until`, and of how many projects."""
    counted = select(func.count(), func.count(rounds.c.project.distinct())).select_from(rounds)
    known = counted.join(projects, projects.c.key == rounds.c.project)
    here = known.where(rounds.c.decided_at >= since, rounds.c.decided_at < until, visible(reach))
    decisions, decided = connection.execute(here).one()
    return int(decisions), int(decided)


def decided_after(
    connection: Connection, reach: Reach, key: str, limit: int, since: datetime | None = None
) -> tuple[tuple[str, tuple[Recorded, ...]], ...]:
    """The next projects within reach of which a gate was decided (since then), by key, each with its whole history."""
    query = select(projects.c.key).where(projects.c.key > key, visible(reach), _decided(since))
    keys = connection.scalars(query.order_by(projects.c.key).limit(limit)).all()
    history = select(events.c.project, events.c.body).where(events.c.project.in_(keys))
    told: dict[str, list[Recorded]] = {found: [] for found in keys}
    for row in connection.execute(history.order_by(events.c.project, events.c.seq)):
        told[row.project].append(Recorded.model_validate_json(row.body))
    return tuple((found, tuple(happened)) for found, happened in told.items())


def _decided(since: datetime | None) -> Any:
    at = rounds.c.decided_at.is_not(None) if since is None else rounds.c.decided_at >= since
    return exists().where(rounds.c.project == projects.c.key, at)


def _what_if(connection: Connection, row: Row[Any]) -> WhatIf:
    counted = select(what_if_projects.c.effect, func.count()).where(what_if_projects.c.what_if == row.id)
    effects = connection.execute(counted.group_by(what_if_projects.c.effect).order_by(what_if_projects.c.effect))
    return WhatIf(
        id=row.id,
        over=Over(row.over),
        person=row.person,
        started_at=row.started_at,
        source=row.source,
        total=row.total,
        status=TrialStatus(row.status),
        finished_at=row.finished_at,
        since=row.since,
        until=row.until,
        due_at=row.due_at,
        done=row.done,
        judged=row.judged,
        reached=row.reached,
        effects={str(effect): int(number) for effect, number in effects},
        summary=json.loads(row.summary),
    )


def _row(row: Row[Any]) -> WhatIfRow:
    return WhatIfRow(row.project, row.effect, json.loads(row.detail))
