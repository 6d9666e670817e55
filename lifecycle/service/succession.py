"""What would be missing if somebody went: gates without a legal approver, projects without their manager or sponsor."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from lifecycle.domain.people import Roster
from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import Instant, Names, Value
from lifecycle.gates.proofs.quorum import people as openable
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.succession import hangs_on, lost_without
from lifecycle.persistence.policies import editions
from lifecycle.persistence.projects import states_of
from lifecycle.persistence.roles import Post, all_grants, posts_of, roster_of
from lifecycle.persistence.rounds import RoundLine, submitted
from lifecycle.persistence.session import Database
from lifecycle.service.directory import rights_of
from lifecycle.service.foresight import MOST, awaiting, books_of
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf

Books = Mapping[str, Rulebook]


class StuckGate(Value):
    """A gate that awaits its approvers, and the roles that nobody else could fill."""

    project: str
    name: str
    gate: str
    due: Instant | None
    roles: Names


class StuckPolicy(Value):
    """A gate of a policy that nobody else could open on any project: which people it would need."""

    policy: str
    gate: str
    witness: str


class Hinge(Value):
    """A gate that awaits its approvers and hangs on one person, or (none) that nobody can open: in which roles."""

    project: str
    name: str
    gate: str
    due: Instant | None
    roles: Names
    person: str | None


class Losses(Value):
    """What would be missing without somebody; `posts` are the projects that they manage or sponsor."""

    gates: tuple[StuckGate, ...] = ()
    policies: tuple[StuckPolicy, ...] = ()
    posts: tuple[Post, ...] = ()

    @property
    def none(self) -> bool:
        """Whether nothing would be missing."""
        return not (self.gates or self.policies or self.posts)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look into the records found."""

    everybody: Roster
    gates: tuple[StuckGate, ...]
    posts: tuple[Post, ...]


class Succession:
    """Looks ahead, before somebody leaves or is away."""

    def __init__(self, database: Database, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._shelf = shelf
        self._now = now

    async def without(self, person: str, at: datetime | None = None) -> Losses:
        """What would be missing without somebody, as the open gates stand now and the directory does at an instant."""
        shelved = [await self._shelf.by_digest(ref.digest) for ref in await self._database.read(editions)]
        books = {edition.ref.digest: edition.book for edition in shelved if edition}
        seen = await self._database.read(partial(_look, person, books, self._now(), at or self._now()))
        newest = {edition.ref.id: edition.book for edition in shelved if edition}
        stuck = await asyncio.to_thread(_policies, newest, seen.everybody, person)
        return Losses(gates=seen.gates, policies=stuck, posts=seen.posts)

    async def hinges(self, reader: str) -> tuple[Hinge, ...]:
        """The gates within the reader's reach that hang on one person, by deadline, those that nobody can open first.

        Of very many gates that wait the most urgent `MOST` are looked at.
        """
        books, now = await books_of(self._database, self._shelf), self._now()
        found = await self._database.read(partial(_hinges, reader, books, now))
        return tuple(sorted(found, key=lambda hinge: hinge.person is not None))


def _hinges(reader: str, books: Books, now: datetime, connection: Connection) -> tuple[Hinge, ...]:
    lines = submitted(connection, rights_of(connection, reader, now).reach, now, MOST)
    states = states_of(connection, {line.project for line in lines})
    return tuple(hinge for line in lines for hinge in _of_line(connection, line, states[line.project], books, now))


def _of_line(
    connection: Connection, line: RoundLine, state: ProjectState, books: Books, now: datetime
) -> Iterator[Hinge]:
    if book := books.get(state.policy.digest):
        found = hangs_on(book, state, line.round, roster_of(connection, line.project, now))
        for person, roles in found.items():
            yield Hinge(
                project=line.project,
                name=line.project_name,
                gate=line.round.gate,
                due=_due(line),
                roles=roles,
                person=person,
            )


def _look(person: str, books: Books, now: datetime, at: datetime, connection: Connection) -> _Seen:
    lines = awaiting(connection, person, books, now)
    states = states_of(connection, {project for project, _ in lines})
    gates = (
        _stuck(line, states[line.project], books, roster_of(connection, line.project, at), person)
        for line in lines.values()
    )
    holders: dict[str, set[str]] = {}
    for grant in all_grants(connection):
        holders.setdefault(grant.role, set()).add(grant.person)
    everybody = Roster(holders={role: tuple(held) for role, held in sorted(holders.items())})
    return _Seen(everybody, tuple(gate for gate in gates if gate), posts_of(connection, person))


def _stuck(line: RoundLine, state: ProjectState, books: Books, roster: Roster, person: str) -> StuckGate | None:
    roles = lost_without(books[state.policy.digest], state, line.round, roster, person)
    if not roles:
        return None
    return StuckGate(project=line.project, name=line.project_name, gate=line.round.gate, due=_due(line), roles=roles)


def _due(line: RoundLine) -> datetime | None:
    return line.round.clock.due if line.round.clock else None


def _policies(books: Mapping[str, Rulebook], roster: Roster, person: str) -> tuple[StuckPolicy, ...]:
    """The gates of policies that the others could not open, although now they can be opened."""
    others = Roster(
        holders={role: tuple(one for one in held if one != person) for role, held in roster.holders.items()}
    )
    found = []
    for id_, book in sorted(books.items()):
        before = {finding.path for finding in openable(book, roster) if finding.severity == "error"}
        after = [finding for finding in openable(book, others) if finding.severity == "error"]
        found += [
            StuckPolicy(policy=id_, gate=str(finding.path[1]), witness=finding.witness)
            for finding in after
            if finding.path not in before
        ]
    return tuple(found)
