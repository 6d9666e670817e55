"""Projects as lists show them, and the states that judgements need."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, or_, select

from lifecycle.domain.project import PolicyRef, ProjectState, Status
from lifecycle.persistence.pages import STATEMENTS, Cursor, Page, page
from lifecycle.persistence.reach import Reach, visible
from lifecycle.persistence.tables import projects, states

Amounts = Mapping[str, tuple[int, int | None]]
"""Facts that are whole numbers, money among them, each with its baseline, none without one."""


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project in a list; `version` is its state version, `due` the earliest deadline that runs at a gate of it.

    `open_gates` have a round that awaits its decision; `confidence` is the fact of that name, where it is known.
    """

    key: str
    name: str
    portfolio: str
    status: Status
    stage: str
    stage_since: datetime
    tier: str
    manager: str | None
    sponsor: str | None
    policy: PolicyRef
    version: int
    confidence: str | None
    amounts: Amounts
    breaches: tuple[str, ...]
    open_gates: tuple[str, ...]
    due: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """What a search narrows to; nothing given narrows nothing. `text` is looked for in key, name, portfolio, posts.

    `led_by` manages or sponsors the project; `over` says whether it was closed or killed.
    """

    stage: str | None = None
    status: Status | None = None
    tier: str | None = None
    portfolio: str | None = None
    policy_digest: str | None = None
    overdue: bool | None = None
    led_by: str | None = None
    over: bool | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Heap:
    """So many projects with one status in one stage, of one tier, and how many of them are past a deadline."""

    status: Status
    stage: str
    tier: str
    projects: int
    overdue: int = 0


def sum_of_versions(connection: Connection) -> int:
    """A number that grows with everything that happens to any project."""
    return connection.scalar(select(func.coalesce(func.sum(projects.c.seq), 0))) or 0


def search(
    connection: Connection, reach: Reach, wanted: Filter, now: datetime, *, after: Cursor | None = None, limit: int = 50
) -> Page[ProjectLine]:
    """A page of the projects within reach that a filter leaves, by key."""
    line, given = partial(_line, now), {"now": now}
    return page(connection, _found(reach, wanted), [projects.c.key], line, after=after, limit=limit, given=given)


def count(connection: Connection, reach: Reach, wanted: Filter, now: datetime) -> int:
    """How many projects within reach a filter leaves."""
    query = _narrowed(select(func.count()).select_from(projects), reach, wanted)
    return connection.scalar(query, {"now": now}) or 0


def board(connection: Connection, reach: Reach, now: datetime, portfolio: str | None = None) -> tuple[Heap, ...]:
    """How many projects within reach, where a portfolio is named of that alone, stand where."""
    found = connection.execute(_heaps(reach, portfolio), {"now": now})
    return tuple(Heap(Status(status), *rest) for status, *rest in found)


def portfolios(connection: Connection, reach: Reach) -> tuple[str, ...]:
    """The portfolios to which the projects within reach belong, by name."""
    met = select(projects.c.portfolio).where(visible(reach)).distinct().order_by(projects.c.portfolio)
    return tuple(connection.scalars(met))


def by_edition(connection: Connection, reach: Reach) -> dict[str, int]:
    """How many projects within reach go by which edition of a policy, by its digest."""
    going = select(projects.c.policy_digest, func.count()).where(visible(reach)).group_by(projects.c.policy_digest)
    return {str(digest): int(number) for digest, number in connection.execute(going)}


def state_of(connection: Connection, reach: Reach, key: str) -> ProjectState | None:
    """The state of a project; none if there is none such within reach, with no difference between the two."""
    known = select(states.c.state).join(projects, projects.c.key == states.c.project)
    text = connection.scalar(known.where(projects.c.key == key, visible(reach)))
    return ProjectState.model_validate_json(text) if text else None


def states_of(connection: Connection, keys: Iterable[str]) -> dict[str, ProjectState]:
    """The states of these projects, of which a list within somebody's reach has just named the keys."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    found = connection.execute(select(states.c.project, states.c.state).where(states.c.project.in_(wanted)))
    return {project: _state(text) for project, text in found}


@lru_cache(maxsize=1_000)
def _state(text: str) -> ProjectState:
    """Read once for the many who look at the same lists: what is late is so for everybody."""
    return ProjectState.model_validate_json(text)


def states_after(connection: Connection, reach: Reach, key: str = "", limit: int = 200) -> tuple[ProjectState, ...]:
    """The next states by project key, for looking at a whole portfolio piece by piece; none at the end."""
    known = select(states.c.state).join(projects, projects.c.key == states.c.project)
    found = connection.scalars(known.where(projects.c.key > key, visible(reach)).order_by(projects.c.key).limit(limit))
    return tuple(ProjectState.model_validate_json(text) for text in found)


def last_seq(connection: Connection, key: str) -> int:
    """The number of the last event of a project that the rows hold; 0 for one that they do not know."""
    return connection.scalar(select(states.c.seq).where(states.c.project == key)) or 0


@lru_cache(maxsize=STATEMENTS)
def _found(reach: Reach, wanted: Filter) -> Select[Any]:
    return _narrowed(select(projects), reach, wanted)


@lru_cache(maxsize=STATEMENTS)
def _heaps(reach: Reach, portfolio: str | None) -> Select[Any]:
    place = (projects.c.status, projects.c.stage, projects.c.tier)
    late = func.count().filter(projects.c.late_from < bindparam("now"))
    counted = select(*place, func.count(), late).where(visible(reach)).group_by(*place).order_by(*place)
    return counted.where(projects.c.portfolio == portfolio) if portfolio else counted


def _narrowed(query: Select[Any], reach: Reach, wanted: Filter) -> Select[Any]:
    equal = {
        projects.c.stage: wanted.stage,
        projects.c.status: wanted.status,
        projects.c.tier: wanted.tier,
        projects.c.portfolio: wanted.portfolio,
        projects.c.policy_digest: wanted.policy_digest,
    }
    query = query.where(visible(reach), *(column == value for column, value in equal.items() if value is not None))
    if wanted.overdue is not None:
        late = projects.c.late_from < bindparam("now")
        query = query.where(late if wanted.overdue else or_(projects.c.late_from.is_(None), ~late))
    if wanted.led_by is not None:
        query = query.where(or_(projects.c.manager == wanted.led_by, projects.c.sponsor == wanted.led_by))
    if wanted.over is not None:
        ended = projects.c.status.in_((Status.CLOSED.value, Status.KILLED.value))
        query = query.where(ended if wanted.over else ~ended)
    for word in wanted.text.casefold().split():
        query = query.where(projects.c.search.contains(word, autoescape=True))
    return query


def _line(now: datetime, row: Row[Any]) -> ProjectLine:
    return ProjectLine(
        key=row.key,
        name=row.name,
        portfolio=row.portfolio,
        status=Status(row.status),
        stage=row.stage,
        stage_since=row.stage_since,
        tier=row.tier,
        manager=row.manager,
        sponsor=row.sponsor,
        policy=PolicyRef(id=row.policy_id, version=row.policy_version, digest=row.policy_digest),
        version=row.seq,
        confidence=row.confidence,
        amounts=json.loads(row.amounts),
        breaches=tuple(row.breaches.split()),
        open_gates=tuple(row.open_gates.split()),
        due=row.due,
        overdue=row.late_from is not None and row.late_from < now,
    )
