"""Gates past their deadline: since when, how far up the ladder, what happens next, and who holds them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from lifecycle.domain.people import EVERYWHERE, Grant, covers
from lifecycle.domain.project import ProjectState, RoundStatus, Status
from lifecycle.domain.values import Instant, Names, Value
from lifecycle.gates.approvals import standing
from lifecycle.gates.deciding import decider
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.separation import excluded
from lifecycle.persistence.absences import absent_at
from lifecycle.persistence.pages import Cursor, Page
from lifecycle.persistence.projects import states_of
from lifecycle.persistence.roles import holding
from lifecycle.persistence.rounds import RoundLine, count_overdue, overdue
from lifecycle.persistence.session import Database
from lifecycle.service.deadlines import StepView, ladder_of
from lifecycle.service.directory import rights_of
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf


class OverdueLine(Value):
    """A round whose deadline has passed.

    `ladder_level` counts the steps that were taken, `next_step` is the one to come and `next_at` its instant, none when
    the ladder has ended or stands still. It is held by the people in `held_by`, for their roles in `roles`.
    """

    project: str
    name: str
    portfolio: str
    project_status: Status
    gate: str
    round: int
    status: RoundStatus
    due: Instant
    ladder_level: int
    last_step: StepView | None
    next_step: StepView | None
    next_at: Instant | None
    roles: Names
    held_by: Names


@dataclass(frozen=True, slots=True)
class _Found:
    """A page of overdue rounds with what is needed to say who holds them."""

    page: Page[RoundLine]
    total: int
    states: Mapping[str, ProjectState]
    absent: frozenset[str]


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
            reach = rights_of(connection, person, now).reach
            page = overdue(connection, reach, now, after=after, limit=limit)
            states = states_of(connection, [line.project for line in page.lines])
            return _Found(page, count_overdue(connection, reach, now), states, frozenset(absent_at(connection, now)))

        found = await self._database.read(find)
        books = [await self._shelf.by_digest(digest) for digest in sorted({line.policy for line in found.page.lines})]
        book = {edition.ref.digest: edition.book for edition in books if edition}
        awaited = [_roles(book[line.policy], found.states[line.project], line) for line in found.page.lines]
        scopes = {EVERYWHERE, *(scope for line in found.page.lines for scope in _scopes(line))}
        roles = {role for roles in awaited for role in roles}
        granted = await self._database.read(lambda connection: holding(connection, roles, scopes))
        lines = (
            _line(line, roles, _holders(book[line.policy], found, line, roles, granted))
            for line, roles in zip(found.page.lines, awaited, strict=True)
        )
        return Late(Page(tuple(lines), found.page.after), found.total)


def _scopes(line: RoundLine) -> tuple[str, str]:
    return f"portfolio:{line.portfolio}", f"project:{line.project}"


def _roles(book: Rulebook, state: ProjectState, line: RoundLine) -> tuple[str, ...]:
    """Whose word is awaited: the submitter's side, the open slots, and where nothing is open whoever decides."""
    if line.round.status is not RoundStatus.SUBMITTED:
        return ("project_manager",)
    role, _ = decider(book, line.round)
    return standing(book, state, line.round).pending_roles or ((role,) if role else ())


def _holders(
    book: Rulebook, found: _Found, line: RoundLine, roles: Iterable[str], granted: Iterable[Grant]
) -> tuple[str, ...]:
    """The people who hold these roles there, are not away, took no part in the round, and have not voted."""
    state, round_ = found.states[line.project], line.round
    posts = {"project_manager": state.manager, "sponsor": state.sponsor}
    holders = {posts.get(role) for role in roles}
    holders |= {g.person for g in granted if g.role in roles and covers(g.scope, line.project, line.portfolio)}
    if round_.status is RoundStatus.SUBMITTED:
        holders -= {*excluded(book, state, round_)}
        holders -= {person for vote in round_.standing_votes for person in vote.people}
    else:
        holders = {state.manager, *round_.submitters}
    return tuple(sorted(holder for holder in holders if holder and holder not in found.absent))


def _line(line: RoundLine, roles: tuple[str, ...], holders: tuple[str, ...]) -> OverdueLine:
    round_, clock = line.round, line.round.clock
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
        round=round_.number,
        status=round_.status,
        due=_due(line),
        ladder_level=len(taken),
        last_step=taken[-1] if taken else None,
        next_step=ahead,
        next_at=ahead.at if ahead else None,
        roles=roles,
        held_by=holders,
    )


def _due(line: RoundLine) -> datetime:
    """The deadline, which every overdue round has."""
    clock = line.round.clock
    if clock is None or clock.due is None:
        raise LookupError(f"{line.project} is overdue without a deadline")
    return clock.due
