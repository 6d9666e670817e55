"""Rounds: how each gate went, and which are late or soon will be."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    func,
    select,
)

from lifecycle.domain.people import EVERYWHERE
from lifecycle.domain.project import Round, RoundStatus, Status
from lifecycle.persistence.pages import STATEMENTS, Cursor, Page, by_instant, page
from lifecycle.persistence.reach import Reach, visible
from lifecycle.persistence.tables import calls, projects, rounds

_SUBMITTED = RoundStatus.SUBMITTED.value
ON_HOLD = projects.c.status == Status.ON_HOLD.value
"""The condition on the project of a round: nobody waits for anybody there."""
MOST = bindparam("most", type_=Integer)
"""The parameter that says how many lines are wanted."""


def of_round(keys: FromClause) -> ColumnElement[bool]:
    """The condition that holds for the rounds that the rows of another table name."""
    return and_(keys.c.project == rounds.c.project, keys.c.gate == rounds.c.gate, keys.c.number == rounds.c.number)


LINES: Select[Any] = select(
    projects.c.key,
    projects.c.name,
    projects.c.status,
    projects.c.portfolio,
    projects.c.manager,
    projects.c.seq,
    projects.c.policy_digest,
    rounds.c.kind,
    rounds.c.round,
    rounds.c.submitted_by,
    rounds.c.late_from,
    select(func.aggregate_strings(calls.c.role, ",")).where(of_round(calls)).scalar_subquery().label("called"),
).join(projects, projects.c.key == rounds.c.project)
"""Every round with its project; each row is one `line_of`."""

_BY_LATENESS = by_instant(rounds.c.late_from), rounds.c.project, rounds.c.gate
BY_DEADLINE = by_instant(rounds.c.until), rounds.c.project, rounds.c.gate
"""The order of an inbox; what has no deadline comes last."""


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round in a list, with the project it belongs to; `called` are the roles that may act on it now.

    `policy` is the digest of the edition that binds the project. `round.clock` says what is due and how many steps the
    ladder has taken, `overdue` whether the deadline has passed or had passed when the clock stopped.
    """

    project: str
    project_name: str
    project_status: Status
    portfolio: str
    manager: str | None
    version: int
    policy: str
    kind: str
    round: Round
    submitted_by: str | None
    called: tuple[str, ...]
    overdue: bool


def history(
    connection: Connection, reach: Reach, key: str, now: datetime, gate: str | None = None
) -> tuple[RoundLine, ...]:
    """Every round of a project within reach, or of one of its gates, in the order in which they were opened."""
    query = LINES.where(rounds.c.project == key, visible(reach))
    if gate is not None:
        query = query.where(rounds.c.gate == gate)
    found = connection.execute(query.order_by(rounds.c.opened_at, rounds.c.gate, rounds.c.number))
    return tuple(line_of(now, row) for row in found)


def overdue(
    connection: Connection, reach: Reach, now: datetime, *, after: Cursor | None = None, limit: int = 50
) -> Page[RoundLine]:
    """A page of the rounds within reach whose deadline has passed, the oldest deadline first."""
    line, given = partial(line_of, now), {"now": now}
    return page(connection, _late_within(reach), _BY_LATENESS, line, after=after, limit=limit, given=given)


def soon_due(connection: Connection, reach: Reach, now: datetime, until: datetime, limit: int) -> tuple[RoundLine, ...]:
    """The open rounds within reach that fall due between two instants while their clock runs, the first due first."""
    asked = {"now": now, "then": until, "most": limit}
    return tuple(line_of(now, row) for row in connection.execute(_soon_within(reach), asked))


def count_overdue(connection: Connection, reach: Reach, now: datetime) -> int:
    """How many rounds within reach are past their deadline."""
    return connection.scalar(_number_late_within(reach), {"now": now}) or 0


def submitted(connection: Connection, reach: Reach, now: datetime, limit: int) -> tuple[RoundLine, ...]:
    """The submitted rounds within reach, whatever they wait for, by deadline."""
    query = LINES.where(rounds.c.status == _SUBMITTED, visible(reach)).order_by(*BY_DEADLINE).limit(limit)
    return tuple(line_of(now, row) for row in connection.execute(query))


@lru_cache(maxsize=STATEMENTS)
def _soon_within(reach: Reach) -> Select[Any]:
    ahead = (rounds.c.late_from > bindparam("now"), rounds.c.late_from <= bindparam("then"))
    soon = LINES.where(*ahead, rounds.c.stopped_at.is_(None), ~ON_HOLD, visible(reach))
    return soon.order_by(*_BY_LATENESS).limit(MOST)


@lru_cache(maxsize=STATEMENTS)
def _late_within(reach: Reach) -> Select[Any]:
    return LINES.where(rounds.c.late_from < bindparam("now"), visible(reach))


@lru_cache(maxsize=STATEMENTS)
def _number_late_within(reach: Reach) -> Select[Any]:
    late = select(func.count()).select_from(rounds).where(rounds.c.late_from < bindparam("now"))
    if EVERYWHERE in reach.scopes:
        return late
    return late.join(projects, projects.c.key == rounds.c.project).where(visible(reach))


@lru_cache(maxsize=2_000)
def _round(text: str) -> Round:
    """Read once for the many who look at the same lists."""
    return Round.model_validate_json(text)


def line_of(now: datetime, row: Row[Any]) -> RoundLine:
    """A row of `LINES` as it is at an instant."""
    return RoundLine(
        project=row.key,
        project_name=row.name,
        project_status=Status(row.status),
        portfolio=row.portfolio,
        manager=row.manager,
        version=row.seq,
        policy=row.policy_digest,
        kind=row.kind or "",
        round=_round(row.round),
        submitted_by=row.submitted_by,
        called=tuple(sorted((row.called or "").split(","))) if row.called else (),
        overdue=row.late_from is not None and row.late_from < now,
    )
