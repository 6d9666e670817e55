"""Whose turn it is: the rounds that wait for somebody, by their roles, their posts, and what they submitted."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, false, or_, select

from lifecycle.domain.people import EVERYWHERE, Grant
from lifecycle.domain.project import RoundStatus
from lifecycle.persistence.columns import Words
from lifecycle.persistence.pages import STATEMENTS, Cursor, Page, by_instant, merged, page
from lifecycle.persistence.reach import Reach, looked_at, visible
from lifecycle.persistence.rounds import BY_DEADLINE, LINES, MOST, ON_HOLD, RoundLine, line_of, of_round
from lifecycle.persistence.tables import calls, projects, rounds

_SUBMITTED = RoundStatus.SUBMITTED.value
_OPEN = [RoundStatus.PREPARING.value, _SUBMITTED, RoundStatus.INFORMATION_REQUESTED.value]
_POSTS = {"project_manager": projects.c.manager, "sponsor": projects.c.sponsor}
_WHOM = bindparam("of", type_=Words)
_asked = calls.alias("asked")
_BY_CALL = by_instant(_asked.c.until), _asked.c.project, _asked.c.gate


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
    queries = _waiting(person, tuple(granted), within)
    found = merged(connection, queries, _BY_CALL, partial(line_of, now), after=after, limit=limit, given={})
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
    return _seen_from(connection, _SUBMITTED, person, tuple(seats), within, now, after, limit)


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
    return _seen_from(connection, RoundStatus.PREPARING, person, tuple(seats), within, now, after, limit)


def asking_for_waivers(connection: Connection, reach: Reach, now: datetime, limit: int = 200) -> tuple[RoundLine, ...]:
    """The open rounds within reach for which somebody asks a waiver, by deadline."""
    return tuple(line_of(now, row) for row in connection.execute(_asking_within(reach), {"most": limit}))


def on_submitters_side(connection: Connection, person: str, now: datetime, limit: int = 200) -> tuple[RoundLine, ...]:
    """Open rounds of the projects that the person manages, and those that they submitted, by deadline."""
    return tuple(line_of(now, row) for row in connection.execute(_ON_THEIR_SIDE, {"of": person, "most": limit}))


def _on_their_side() -> Select[Any]:
    open_ = select(rounds.c.project, rounds.c.gate, rounds.c.number).where(rounds.c.status.in_(_OPEN))
    managed = open_.join(projects, projects.c.key == rounds.c.project).where(projects.c.manager == _WHOM)
    theirs = managed.union(open_.where(rounds.c.submitted_by == _WHOM)).subquery()
    return LINES.join(theirs, of_round(theirs)).order_by(*BY_DEADLINE).limit(MOST)


_ON_THEIR_SIDE = _on_their_side()


@lru_cache(maxsize=STATEMENTS)
def _asking_within(reach: Reach) -> Select[Any]:
    asking = LINES.where(rounds.c.asks_waiver, ~ON_HOLD, visible(reach))
    return asking.order_by(*BY_DEADLINE).limit(MOST)


def _seen_from(
    connection: Connection,
    status: str,
    person: str,
    seats: tuple[Seat, ...],
    within: str,
    now: datetime,
    after: Cursor | None,
    limit: int,
) -> Page[RoundLine]:
    if not seats:
        return Page((), None)
    query = _from_seats(status, person, seats, within)
    return page(connection, query, BY_DEADLINE, partial(line_of, now), after=after, limit=limit, given={})


@lru_cache(maxsize=STATEMENTS)
def _from_seats(status: str, person: str, seats: tuple[Seat, ...], within: str) -> Select[Any]:
    here = LINES.where(rounds.c.status == status, ~ON_HOLD, _covered(within))
    return here.where(_at_one_of(seats, person))


@lru_cache(maxsize=STATEMENTS)
def _waiting(person: str, granted: tuple[Grant, ...], within: str) -> tuple[Select[Any], ...]:
    submitted = LINES.join(_asked, of_round(_asked)).where(looked_at(rounds.c.status) == _SUBMITTED, ~ON_HOLD)
    return tuple(submitted.where(way, _covered(within)) for way in _ways(person, granted))


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
