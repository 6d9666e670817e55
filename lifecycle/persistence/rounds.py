"""Rounds: how each gate went, which are late, and what waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
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
    false,
    func,
    or_,
    select,
)

from lifecycle.domain.people import EVERYWHERE, Grant
from lifecycle.domain.project import Round, RoundStatus, Status
from lifecycle.persistence.columns import Words
from lifecycle.persistence.pages import Cursor, Page, by_instant, merged, page
from lifecycle.persistence.reach import STATEMENTS, Reach, looked_at, visible
from lifecycle.persistence.tables import calls, projects, rounds

_SUBMITTED = RoundStatus.SUBMITTED.value
_ON_HOLD = projects.c.status == Status.ON_HOLD.value
_POSTS = {"project_manager": projects.c.manager, "sponsor": projects.c.sponsor}
_asked = calls.alias("asked")
_WHOM = bindparam("of", type_=Words)
_MOST = bindparam("most", type_=Integer)
_OPEN = [RoundStatus.PREPARING.value, _SUBMITTED, RoundStatus.INFORMATION_REQUESTED.value]


def _of_round(keys: FromClause) -> ColumnElement[bool]:
    return and_(keys.c.project == rounds.c.project, keys.c.gate == rounds.c.gate, keys.c.number == rounds.c.number)


_LINES: Select[Any] = select(
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
    select(func.aggregate_strings(calls.c.role, ",")).where(_of_round(calls)).scalar_subquery().label("called"),
).join(projects, projects.c.key == rounds.c.project)


_BY_LATENESS = by_instant(rounds.c.late_from), rounds.c.project, rounds.c.gate
_BY_DEADLINE = by_instant(rounds.c.until), rounds.c.project, rounds.c.gate
"""The order of an inbox; what has no deadline comes last."""


def _on_their_side() -> Select[Any]:
    open_ = select(rounds.c.project, rounds.c.gate, rounds.c.number).where(rounds.c.status.in_(_OPEN))
    managed = open_.join(projects, projects.c.key == rounds.c.project).where(projects.c.manager == _WHOM)
    theirs = managed.union(open_.where(rounds.c.submitted_by == _WHOM)).subquery()
    return _LINES.join(theirs, _of_round(theirs)).order_by(*_BY_DEADLINE).limit(_MOST)


_ON_THEIR_SIDE = _on_their_side()


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


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a role decides a gate, or gives it evidence: under one edition, in the scopes in which it is held.

    Of rounds in any tier, or in `tiers` alone.
    """

    policy: str
    gate: str
    role: str
    scopes: tuple[str, ...]
    tiers: tuple[str, ...] | None = None


def history(
    connection: Connection, reach: Reach, key: str, now: datetime, gate: str | None = None
) -> tuple[RoundLine, ...]:
    """Every round of a project within reach, or of one of its gates, in the order in which they were opened."""
    query = _LINES.where(rounds.c.project == key, visible(reach))
    if gate is not None:
        query = query.where(rounds.c.gate == gate)
    found = connection.execute(query.order_by(rounds.c.opened_at, rounds.c.gate, rounds.c.number))
    return tuple(_line(now, row) for row in found)


def overdue(
    connection: Connection, reach: Reach, now: datetime, *, after: Cursor | None = None, limit: int = 50
) -> Page[RoundLine]:
    """A page of the rounds within reach whose deadline has passed, the oldest deadline first."""
    query = _LINES.where(rounds.c.late_from < now, visible(reach))
    return page(connection, query, _BY_LATENESS, partial(_line, now), after=after, limit=limit)


def soon_due(connection: Connection, reach: Reach, now: datetime, until: datetime, limit: int) -> tuple[RoundLine, ...]:
    """The open rounds within reach that fall due between two instants while their clock runs, the first due first."""
    asked = {"now": now, "then": until, "most": limit}
    return tuple(_line(now, row) for row in connection.execute(_soon_within(reach), asked))


def count_overdue(connection: Connection, reach: Reach, now: datetime) -> int:
    """How many rounds within reach are past their deadline."""
    late = select(func.count()).select_from(rounds).where(rounds.c.late_from < now)
    if EVERYWHERE not in reach.scopes:
        late = late.join(projects, projects.c.key == rounds.c.project).where(visible(reach))
    return connection.scalar(late) or 0


def waiting_for(
    connection: Connection,
    person: str,
    granted: Iterable[Grant],
    now: datetime,
    *,
    within: str = EVERYWHERE,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[RoundLine]:
    """A page of the submitted rounds that call a role which the person holds there, by deadline.

    `granted` are the person's grants; their posts count besides. `within` narrows it to the scope of a delegation. A
    page has fewer lines than `limit` where the person has had their say already.
    """
    submitted = _LINES.join(_asked, _of_round(_asked)).where(looked_at(rounds.c.status) == _SUBMITTED, ~_ON_HOLD)
    queries = [submitted.where(way, _covered(within)) for way in _ways(person, granted)]
    order = (by_instant(_asked.c.until), _asked.c.project, _asked.c.gate)
    found = merged(connection, queries, order, partial(_line, now), after=after, limit=limit)
    still = (line for line in found.lines if not any(person in vote.people for vote in line.round.standing_votes))
    return Page(tuple(still), found.after)


def undecided(
    connection: Connection,
    person: str,
    seats: Iterable[Seat],
    now: datetime,
    *,
    within: str = EVERYWHERE,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[RoundLine]:
    """A page of the submitted rounds that the person decides from one of these seats, by deadline."""
    return _seen_from(connection, seats, person, _submitted(within), now, after, limit)


def in_preparation(
    connection: Connection,
    person: str,
    seats: Iterable[Seat],
    now: datetime,
    *,
    within: str = EVERYWHERE,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[RoundLine]:
    """A page of the rounds in preparation to which the person gives something from one of these seats, by deadline."""
    preparing = _LINES.where(rounds.c.status == RoundStatus.PREPARING.value, ~_ON_HOLD, _covered(within))
    return _seen_from(connection, seats, person, preparing, now, after, limit)


def asking_for_waivers(connection: Connection, reach: Reach, now: datetime, limit: int = 200) -> tuple[RoundLine, ...]:
    """The open rounds within reach for which somebody asks a waiver, by deadline."""
    return tuple(_line(now, row) for row in connection.execute(_asking_within(reach), {"most": limit}))


def on_submitters_side(connection: Connection, person: str, now: datetime, limit: int = 200) -> tuple[RoundLine, ...]:
    """Open rounds of the projects that the person manages, and those that they submitted, by deadline."""
    return tuple(_line(now, row) for row in connection.execute(_ON_THEIR_SIDE, {"of": person, "most": limit}))


@lru_cache(maxsize=STATEMENTS)
def _asking_within(reach: Reach) -> Select[Any]:
    asking = _LINES.where(rounds.c.asks_waiver, ~_ON_HOLD, visible(reach))
    return asking.order_by(*_BY_DEADLINE).limit(_MOST)


@lru_cache(maxsize=STATEMENTS)
def _soon_within(reach: Reach) -> Select[Any]:
    ahead = (rounds.c.late_from > bindparam("now"), rounds.c.late_from <= bindparam("then"))
    soon = _LINES.where(*ahead, rounds.c.stopped_at.is_(None), ~_ON_HOLD, visible(reach))
    return soon.order_by(*_BY_LATENESS).limit(_MOST)


def submitted(connection: Connection, reach: Reach, now: datetime, limit: int) -> tuple[RoundLine, ...]:
    """The submitted rounds within reach, whatever they wait for, by deadline."""
    query = _LINES.where(rounds.c.status == _SUBMITTED, visible(reach)).order_by(*_BY_DEADLINE).limit(limit)
    return tuple(_line(now, row) for row in connection.execute(query))


def _submitted(within: str) -> Select[Any]:
    return _LINES.where(rounds.c.status == _SUBMITTED, ~_ON_HOLD, _covered(within))


def _seen_from(
    connection: Connection,
    seats: Iterable[Seat],
    person: str,
    query: Select[Any],
    now: datetime,
    after: Cursor | None,
    limit: int,
) -> Page[RoundLine]:
    known = tuple(seats)
    if not known:
        return Page((), None)
    query = query.where(_at_one_of(known, person))
    return page(connection, query, _BY_DEADLINE, partial(_line, now), after=after, limit=limit)


def _at_one_of(seats: Iterable[Seat], person: str) -> ColumnElement[bool]:
    """The condition that holds for rounds of these seats; gates that differ in nothing else are asked for together."""
    gates: defaultdict[Seat, list[str]] = defaultdict(list)
    for seat in seats:
        gates[replace(seat, gate="")].append(seat.gate)
    theirs = [
        and_(projects.c.policy_digest == alike.policy, rounds.c.gate.in_(sorted(named)), _seated(person, alike))
        for alike, named in gates.items()
    ]
    return and_(rounds.c.gate.in_(sorted({gate for named in gates.values() for gate in named})), or_(false(), *theirs))


def _seated(person: str, seat: Seat) -> ColumnElement[bool]:
    post = _POSTS.get(seat.role)
    held = or_(false() if post is None else post == person, visible(Reach.of(seat.scopes)))
    return held if seat.tiers is None else and_(held, rounds.c.tier.in_(seat.tiers))


def _ways(person: str, granted: Iterable[Grant]) -> Iterator[ColumnElement[bool]]:
    """The conditions under which a call is for the person: one for each role that they hold, one for their posts."""
    scopes: dict[str, set[str]] = {}
    for grant in granted:
        scopes.setdefault(grant.role, set()).add(grant.scope)
    for role, held in sorted(scopes.items()):
        yield and_(_asked.c.role == role, visible(Reach.of(held)))
    yield or_(*(and_(looked_at(_asked.c.role) == role, post == person) for role, post in _POSTS.items()))


def _covered(scope: str) -> ColumnElement[bool]:
    """The condition on `projects` that holds where a scope reaches."""
    return visible(Reach.of([scope]))


@lru_cache(maxsize=2_000)
def _round(text: str) -> Round:
    """Read once for the many who look at the same lists."""
    return Round.model_validate_json(text)


def _line(now: datetime, row: Row[Any]) -> RoundLine:
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
