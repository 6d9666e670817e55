"""Figures over what happened to projects, in a scope: counted in SQL as far as SQL can count."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, and_, func, select, type_coerce

from lifecycle.domain.people import EVERYWHERE
from lifecycle.persistence.columns import Words
from lifecycle.persistence.measures import lates, stays
from lifecycle.persistence.reach import Reach, visible
from lifecycle.persistence.tables import projects, rounds

_Query = Select[*tuple[Any, ...]]
_DAY = len("2026-03-02")
_MONTH = len("2026-03")


@dataclass(frozen=True, slots=True)
class Decisions:
    """So many decisions of one outcome in one month, written 2026-03 (UTC)."""

    month: str
    outcome: str
    number: int


@dataclass(frozen=True, slots=True)
class Stays:
    """So many projects left a stage after so many whole days."""

    stage: str
    days: int
    number: int


@dataclass(frozen=True, slots=True)
class Lateness:
    """So many gates became late on one day, and were so until another; those without an end are late still."""

    due: str
    ended: str | None
    number: int


@dataclass(frozen=True, slots=True)
class Waited:
    """A decided round: under which edition of the policy, and on whom it waited since when, as `rounds.waits`."""

    gate: str
    policy: str
    decided_at: datetime
    waits: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which projects figures are taken: of those within a reach, and where one is named, of one portfolio alone."""

    reach: Reach
    portfolio: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether no project is left out."""
        return EVERYWHERE in self.reach.scopes and self.portfolio is None

    @property
    def condition(self) -> ColumnElement[bool]:
        """What holds of its projects."""
        if self.portfolio is None:
            return visible(self.reach)
        return and_(visible(self.reach), projects.c.portfolio == self.portfolio)


def decisions(connection: Connection, scope: Scope, since: datetime) -> tuple[Decisions, ...]:
    """How many gates were decided how, by month."""
    month = _start(rounds.c.decided_at, _MONTH)
    counted = select(month, rounds.c.outcome, func.count()).where(rounds.c.decided_at >= since)
    found = _within(counted, scope, rounds).group_by(month, rounds.c.outcome).order_by(month, rounds.c.outcome)
    return tuple(Decisions(*row) for row in connection.execute(found))


def stays_by_length(connection: Connection, scope: Scope, since: datetime) -> tuple[Stays, ...]:
    """How long projects stayed in the stages that they left, the shortest first."""
    counted = select(stays.c.stage, stays.c.days, func.count()).where(stays.c.left_at >= since)
    found = _within(counted, scope, stays).group_by(stays.c.stage, stays.c.days)
    return tuple(Stays(*row) for row in connection.execute(found.order_by(stays.c.stage, stays.c.days)))


def lateness(connection: Connection, scope: Scope, since: datetime, now: datetime) -> tuple[Lateness, ...]:
    """Which gates were late for a time that ended since then, and which are late now; by days."""
    due, ended = _start(lates.c.due, _DAY), _start(lates.c.ended_at, _DAY)
    over = _within(select(due, ended, func.count()).where(lates.c.ended_at >= since), scope, lates)
    since_when = _start(rounds.c.late_from, _DAY)
    still = _within(select(since_when, func.count()).where(rounds.c.late_from < now), scope, rounds)
    return (
        *(Lateness(*row) for row in connection.execute(over.group_by(due, ended).order_by(due, ended))),
        *(
            Lateness(day, None, number)
            for day, number in connection.execute(still.group_by(since_when).order_by(since_when))
        ),
    )


def waited(connection: Connection, scope: Scope, since: datetime) -> tuple[Waited, ...]:
    """The rounds that were decided since then, with what they waited for."""
    columns = (rounds.c.gate, projects.c.policy_digest, rounds.c.decided_at, rounds.c.waits)
    found = select(*columns).join(projects, projects.c.key == rounds.c.project)
    found = found.where(rounds.c.decided_at >= since, rounds.c.waits.is_not(None), scope.condition)
    return tuple(Waited(*row) for row in connection.execute(found))


def _within(query: _Query, scope: Scope, table: Table) -> _Query:
    """The query over rows of projects in scope; whoever asks for everything needs no look at the projects."""
    if scope.is_everything:
        return query
    of: FromClause = table.join(projects, projects.c.key == table.c.project)
    return query.select_from(of).where(scope.condition)


def _start(column: ColumnElement[Any], length: int) -> ColumnElement[str]:
    """The day or the month of an instant, as its stamp begins."""
    return func.substr(type_coerce(column, Words), 1, length)
