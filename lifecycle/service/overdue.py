"""Gates past their deadline: since when, how far up the ladder, what happens next, and who holds them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import NamedTuple

from sqlalchemy import Connection

from lifecycle.domain.people import EVERYWHERE, Permission, covers, permissions_of
from lifecycle.domain.project import ProjectState, RoundStatus, Status
from lifecycle.domain.values import Instant, Names, Value
from lifecycle.gates.awaiting import awaited
from lifecycle.gates.nudge_rules import to_nudge
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.separation import excluded
from lifecycle.persistence.absences import absent_at
from lifecycle.persistence.pages import Cursor, Page
from lifecycle.persistence.projects import states_of
from lifecycle.persistence.roles import holding
from lifecycle.persistence.rounds import RoundLine, count_overdue, overdue
from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_under
from lifecycle.service.deadlines import StepView, TimeLeft, ladder_of, time_left
from lifecycle.service.directory import Rights, rights_of
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf


class OverdueLine(Value):
    """A round whose deadline has passed, for so much working time as `left` says.

    `ladder_level` counts the steps that were taken, of `ladder_steps`; `next_step` is the one to come and `next_at` its
    instant, none when the ladder has ended or stands still. It is held by the people in `held_by`, for their roles in
    `roles`, who were last reminded by hand at `nudged_at`; `may_nudge` says that the reader may remind them now.
    """

    project: str
    name: str
    portfolio: str
    project_status: Status
    gate: str
    label: str
    round: int
    status: RoundStatus
    due: Instant
    left: TimeLeft
    ladder_level: int
    ladder_steps: int
    last_step: StepView | None
    next_step: StepView | None
    next_at: Instant | None
    roles: Names
    held_by: Names
    nudged_at: Instant | None
    may_nudge: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A page of overdue rounds with what is needed to say who holds them."""

    page: Page[RoundLine]
    total: int
    states: Mapping[str, ProjectState]
    absent: frozenset[str]
    rights: Rights


class Late(NamedTuple):
    """A page of what is overdue, the oldest deadline first; `total` counts all that the reader may see."""

    page: Page[OverdueLine]
    total: int


class Overdue:
    """Looks for what is late; no engine is asked."""

    def __init__(self, database: Database, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._shelf = shelf
        self._now = now

    async def of(self, person: str, after: Cursor | None = None, limit: int = 50) -> Late:
        """A page of what is overdue within a person's reach."""
        now = self._now()

        def find(connection: Connection) -> _Found:
            rights = rights_of(connection, person, now)
            reach = rights.reach
            page = overdue(connection, reach, now, after=after, limit=limit)
            states = states_of(connection, [line.project for line in page.lines])
            absent = frozenset(absent_at(connection, now))
            return _Found(page, count_overdue(connection, reach, now), states, absent, rights)

        found = await self._database.read(find)
        books = [await self._shelf.by_digest(digest) for digest in sorted({line.policy for line in found.page.lines})]
        book = {edition.ref.digest: edition.book for edition in books if edition}
        turns = [awaited(book[line.policy], found.states[line.project], line.round) for line in found.page.lines]
        scopes = {EVERYWHERE, *(scope for line in found.page.lines for scope in _scopes(line))}
        every = {role for roles in turns for role in roles}
        held = await self._database.read(lambda connection: holding(connection, every, scopes))
        granted = defaultdict[tuple[str, str], set[str]](set)
        for grant in held:
            granted[grant.role, grant.scope].add(grant.person)
        lines = []
        for line, roles in zip(found.page.lines, turns, strict=True):
            holders = _holders(book[line.policy], found, line, roles, granted)
            may_nudge = holders != (person,) and _may_nudge(found, line, roles, now)
            lines.append(_line(book[line.policy], line, roles, holders, now, may_nudge=may_nudge))
        return Late(Page(tuple(lines), found.page.after), found.total)


def _scopes(line: RoundLine) -> tuple[str, str]:
    return f"portfolio:{line.portfolio}", f"project:{line.project}"


def _holders(
    book: Rulebook, found: _Found, line: RoundLine, roles: Iterable[str], granted: Mapping[tuple[str, str], set[str]]
) -> tuple[str, ...]:
    """The people who hold these roles there, are not away, took no part in the round, and have not voted.

    `granted` are the holders of each role in each scope.
    """
    state, round_ = found.states[line.project], line.round
    posts = {"project_manager": state.manager, "sponsor": state.sponsor}
    holders = {posts.get(role) for role in roles}
    for role, scope in product(roles, (EVERYWHERE, *_scopes(line))):
        holders |= granted.get((role, scope), set())
    if round_.status is RoundStatus.SUBMITTED:
        holders -= {*excluded(book, state, round_)}
        holders -= {person for vote in round_.standing_votes for person in vote.people}
    else:
        holders = {state.manager, *round_.submitters}
    return tuple(sorted(holder for holder in holders if holder and holder not in found.absent))


def _may_nudge(found: _Found, line: RoundLine, roles: Names, now: datetime) -> bool:
    """Whether the reader may remind others of these roles now; the judgement of a nudge has the last word."""
    posts = found.states[line.project].posts_of(found.rights.person)
    granted = [g.role for g in found.rights.grants if covers(g.scope, line.project, line.portfolio)]
    allowed = Permission.GATE_NUDGE in permissions_of([*granted, *posts]) and line.project_status is not Status.ON_HOLD
    return allowed and not set(roles) <= set(posts) and bool(to_nudge(roles, line.round, now))


def _line(
    book: Rulebook, line: RoundLine, roles: Names, holders: Names, now: datetime, *, may_nudge: bool
) -> OverdueLine:
    round_, clock, due = line.round, line.round.clock, _due(line)
    gate = book.policy.gates.get(round_.gate)
    steps = ladder_of(round_)
    taken = [step for step in steps if step.taken]
    runs = clock is not None and clock.stopped_at is None
    ahead = next((step for step in steps if not step.taken), None) if runs else None
    return OverdueLine(
        project=line.project,
        name=line.project_name,
        portfolio=line.portfolio,
        project_status=line.project_status,
        gate=round_.gate,
        label=gate.called(round_.gate) if gate else round_.gate,
        round=round_.number,
        status=round_.status,
        due=due,
        left=time_left(calendar_under(book, now.year), due, (clock and clock.stopped_at) or now),
        ladder_level=len(taken),
        ladder_steps=len(steps),
        last_step=taken[-1] if taken else None,
        next_step=ahead,
        next_at=ahead.at if ahead else None,
        roles=roles,
        held_by=holders,
        nudged_at=max((round_.nudged[role] for role in roles if role in round_.nudged), default=None),
        may_nudge=may_nudge,
    )


def _due(line: RoundLine) -> datetime:
    """The deadline, which every overdue round has."""
    clock = line.round.clock
    if clock is None or clock.due is None:
        raise LookupError(f"{line.project} is overdue without a deadline")
    return clock.due
