"""Foresight: the PMO hears before a gate loses its last legal approver, once for each loss.

Whoever changes the directory does so `watching` what the change means: the gates that wait for the people concerned are
judged before and after it, now and at every later instant at which one of these people goes away or a delegation of
theirs ends; so are the gates of a project that gets another manager, sponsor or portfolio. A `Lookout` judges dated
ends again when they come near, for gates that were submitted since.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from lifecycle.domain.people import Roster
from lifecycle.domain.project import RoundStatus
from lifecycle.domain.values import Names
from lifecycle.gates.notices import NoticeKind, approver_lost
from lifecycle.gates.succession import unfilled
from lifecycle.persistence.absences import of_people, starting
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.delegations import concerning, ending
from lifecycle.persistence.failures import StoreError
from lifecycle.persistence.letters import told_at
from lifecycle.persistence.mailbox import post
from lifecycle.persistence.policies import editions
from lifecycle.persistence.projects import states_of
from lifecycle.persistence.roles import grants_of, roster_of
from lifecycle.persistence.rounds import RoundLine
from lifecycle.persistence.session import Database
from lifecycle.persistence.turns import undecided, waiting_for
from lifecycle.service.capacities import Books, Capacity
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf

MOST: Final = 500
"""So many rounds that await somebody are judged, the most urgent first."""
AHEAD: Final = timedelta(days=7)
"""So long before a dated end its losses are looked for again."""
_EVERY_SECONDS: Final = 300.0
_MOST_TOLD: Final = 500
_MOMENT: Final = timedelta(microseconds=1)

Place = tuple[str, str]
"""A project and a gate of it."""
Gaps = Mapping[tuple[datetime, Place], Names]
"""The roles that nobody can fill, by when and where; nothing stands for a round that can be decided."""


def awaiting(connection: Connection, person: str, books: Books, now: datetime) -> dict[Place, RoundLine]:
    """The submitted rounds that wait for somebody, by their own roles and posts."""
    granted = grants_of(connection, person)
    seats = Capacity(person, person, None, granted).seats(books)
    voting = waiting_for(connection, person, granted, now, limit=MOST).lines
    deciding = undecided(connection, person, seats, now, limit=MOST).lines
    return {(line.project, line.round.gate): line for line in (*voting, *deciding) if line.policy in books}


@contextmanager
def watching(
    connection: Connection, books: Books, person: str, by: Signature, since: datetime | None = None
) -> Iterator[None]:
    """Do something that takes somebody away, or who acts for them, and tell what is lost; `since` if it is later."""
    concerned = _with_givers(connection, {person}, by.at)
    lines = _awaiting_any(connection, concerned, books, by.at)
    instants = sorted({*_instants(connection, concerned, by.at), max(since or by.at, by.at)})
    before = _gaps(connection, books, lines, instants)
    yield
    after = _gaps(connection, books, lines, instants)
    _tell(connection, books, lines, _lost(before, after), by.at, by.command or by.at.isoformat())


def gaps_at(connection: Connection, books: Books, project: str, now: datetime) -> dict[str, Names]:
    """The roles that nobody can fill at the submitted rounds of a project, by gate."""
    state = states_of(connection, {project}).get(project)
    book = books.get(state.policy.digest) if state else None
    if state is None or book is None:
        return {}
    roster = roster_of(connection, project, now)
    asked = [round_ for round_ in state.rounds.values() if round_.status is RoundStatus.SUBMITTED]
    found = {round_.gate: unfilled(book, state, round_, roster) for round_ in asked}
    return {gate: roles for gate, roles in found.items() if roles}


def tell_what_is_lost(
    connection: Connection, books: Books, project: str, before: Mapping[str, Names], now: datetime, occasion: str
) -> None:
    """Tell the PMO of the roles that nobody can fill at a project now, and that somebody could `before`."""
    for gate, roles in gaps_at(connection, books, project, now).items():
        new = tuple(role for role in roles if role not in before.get(gate, ()))
        if new:
            state = states_of(connection, {project})[project]
            pmo = books[state.policy.digest].policy.pmo_role
            notice = approver_lost(pmo, state.rounds[gate], new, None, occasion)
            post(connection, state, [("directory", notice)], now)


class Lookout:
    """Looks ahead to absences that begin and delegations that end; several may run at once."""

    def __init__(self, database: Database, shelf: Shelf, now: Now, seconds: float = _EVERY_SECONDS) -> None:
        self._database = database
        self._shelf = shelf
        self._now = now
        self._seconds = seconds
        self._log = structlog.get_logger("lookout")

    async def run(self, stop: asyncio.Event) -> None:
        """Look ahead, again and again until told to stop."""
        while not stop.is_set():
            try:
                await self.look()
            except StoreError as error:
                self._log.warning("the lookout waits for the records", reason=error.sentence)
            except Exception:
                self._log.exception("the lookout could not look ahead")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._seconds)

    async def look(self) -> int:
        """Tell of every loss that comes near and was not told; how many there were."""
        books, now = await books_of(self._database, self._shelf), self._now()
        found = await self._database.read(partial(_coming, books=books, now=now))
        for loss in found:
            await self._database.write(partial(_tell_again, books=books, loss=loss, now=now))
        return len(found)


async def books_of(database: Database, shelf: Shelf) -> Books:
    """The rulebooks of every edition."""
    shelved = [await shelf.by_digest(ref.digest) for ref in await database.read(editions)]
    return {edition.ref.digest: edition.book for edition in shelved if edition}


@dataclass(frozen=True, slots=True)
class _Loss:
    place: Place
    line: RoundLine
    roles: Names
    since: datetime


def _coming(connection: Connection, books: Books, now: datetime) -> tuple[_Loss, ...]:
    """The losses of the next days that were not told yet."""
    going: dict[datetime, set[str]] = {}
    for absence in starting(connection, now, now + AHEAD):
        going.setdefault(absence.starts, set()).add(absence.person)
    for given in ending(connection, now, now + AHEAD):
        going.setdefault(given.ends, set()).add(given.giver)
    found: dict[Place, _Loss] = {}
    for instant, people in sorted(going.items()):
        lines = _awaiting_any(connection, _with_givers(connection, people, now), books, now)
        before = _gaps(connection, books, lines, [instant - _MOMENT])
        earlier = {(instant, place): roles for (_, place), roles in before.items()}
        for place, (since, roles) in _lost(earlier, _gaps(connection, books, lines, [instant])).items():
            found.setdefault(place, _Loss(place, lines[place], roles, since))
    return tuple(loss for loss in found.values() if not _is_told(connection, loss))


def _is_told(connection: Connection, loss: _Loss) -> bool:
    lost = (NoticeKind.APPROVER_LOST.value, loss.line.round.number, loss.since.isoformat())
    told = told_at(connection, *loss.place, _MOST_TOLD)
    return any((letter.kind, letter.round, letter.fields.get("since")) == lost for letter in told)


def _tell_again(connection: Connection, books: Books, loss: _Loss, now: datetime) -> None:
    lines, occasion = {loss.place: loss.line}, f"lookout-{loss.since.isoformat()}"
    _tell(connection, books, lines, {loss.place: (loss.since, loss.roles)}, now, occasion)


def _tell(
    connection: Connection,
    books: Books,
    lines: Mapping[Place, RoundLine],
    lost: Mapping[Place, tuple[datetime, Names]],
    now: datetime,
    occasion: str,
) -> None:
    states = states_of(connection, {project for project, _ in lost})
    for place, (since, roles) in sorted(lost.items()):
        state, round_ = states[place[0]], lines[place].round
        ahead = since if since > now else None
        notice = approver_lost(books[state.policy.digest].policy.pmo_role, round_, roles, ahead, occasion)
        post(connection, state, [("directory", notice)], now)


def _lost(before: Gaps, after: Gaps) -> dict[Place, tuple[datetime, Names]]:
    """For each place what was not missing before at the first instant at which more is missing than was."""
    found: dict[Place, tuple[datetime, Names]] = {}
    for (instant, place), roles in sorted(after.items()):
        new = tuple(role for role in roles if role not in before.get((instant, place), ()))
        if new:
            found.setdefault(place, (instant, new))
    return found


def _gaps(
    connection: Connection, books: Books, lines: Mapping[Place, RoundLine], instants: Collection[datetime]
) -> Gaps:
    states = states_of(connection, {project for project, _ in lines})
    found = {}
    for instant in instants:
        rosters: dict[str, Roster] = {}
        for place, line in lines.items():
            state = states[line.project]
            roster = rosters.setdefault(line.project, roster_of(connection, line.project, instant))
            roles = unfilled(books[state.policy.digest], state, line.round, roster)
            if roles:
                found[(instant, place)] = roles
    return found


def _awaiting_any(
    connection: Connection, people: Collection[str], books: Books, now: datetime
) -> dict[Place, RoundLine]:
    found: dict[Place, RoundLine] = {}
    for person in sorted(people):
        found |= awaiting(connection, person, books, now)
    return found


def _with_givers(connection: Connection, people: Collection[str], now: datetime) -> set[str]:
    """These people, and those for whom they act or are going to."""
    given = (each for person in people for each in concerning(connection, person, now))
    return {*people, *(each.giver for each in given if each.receiver in people)}


def _instants(connection: Connection, people: Collection[str], now: datetime) -> list[datetime]:
    """Now, and when one of these people goes away later, or a delegation that they gave ends."""
    going = (absence.starts for absence in of_people(connection, people, now) if absence.starts > now)
    ends = (each.ends for person in people for each in concerning(connection, person, now) if each.giver == person)
    return [now, *going, *ends]
