"""What readers ask about the gates of one project, answered from the records and the pure core; no engine is asked."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from lifecycle.domain.events import Recorded
from lifecycle.domain.people import Actor, Roster
from lifecycle.domain.project import ProjectState, Round
from lifecycle.domain.values import FactValue, Instant, Names, Value
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.explain import Possibility, possibilities
from lifecycle.gates.itinerary import itinerary
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.waiving import Waivable
from lifecycle.persistence.footing import Footing, Request, footing_of
from lifecycle.persistence.people import names
from lifecycle.persistence.projects import state_of
from lifecycle.persistence.reach import Reach
from lifecycle.persistence.roles import roster_of
from lifecycle.persistence.rounds import history
from lifecycle.persistence.session import Database
from lifecycle.persistence.trail import events_at
from lifecycle.service.admission import UNKNOWN_PROJECT, actor_of
from lifecycle.service.aftermaths import Aftermath, aftermath
from lifecycle.service.calendars import calendar_of
from lifecycle.service.deeds import RefusedError
from lifecycle.service.directory import rights_of
from lifecycle.service.gate_views import GateLine, GateView, gate_lines, gate_view
from lifecycle.service.round_views import history_of
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf


class Actions(Value):
    """What a reader may do on a project in the state of this version; for what they may not: why, and what opens it."""

    project: str
    version: int
    items: tuple[Possibility, ...]


class Stop(Value):
    """One action on the way to a go: who does it (nobody where time has to pass), what, and when at the earliest.

    Any of `others` could do it as well. `subject` is what it concerns (an item of evidence, a role, an outcome, a
    condition), `values` what is to be recorded or answered, as facts travel.
    """

    by: str | None
    others: Names
    action: str
    gate: str | None
    subject: str
    values: Mapping[str, FactValue]
    sentence: str
    at: Instant


class WayToGo(Value):
    """The fewest actions found that open a gate; where it cannot be opened, what is in the way.

    `waivable` is what somebody could ask a waiver of instead of mending it: never the way itself. `names` says what
    everybody is called who owes one of these things.
    """

    project: str
    version: int
    gate: str
    reaches: bool
    obstacle: str
    earliest: Instant | None
    stops: tuple[Stop, ...]
    waivable: tuple[Waivable, ...]
    names: Mapping[str, str]


class GateQueries:
    """Reads gates. Every method raises `RefusedError` (`unknown_project`) for what the person may not see.

    `acting_for` is whose authority the person would use if they acted.
    """

    def __init__(self, database: Database, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._shelf = shelf
        self._now = now

    async def gates(self, person: str, key: str) -> tuple[GateLine, ...]:
        """Every gate of the project's policy, in the policy's order."""
        now = self._now()
        state = await self._database.read(lambda connection: _state(connection, _reach(connection, person, now), key))
        books = await self._books(state)
        return gate_lines(books[state.policy.digest], state, now)

    async def gate(
        self, person: str, key: str, gate: str, acting_for: str | None = None, proved_at: datetime | None = None
    ) -> GateView:
        """One gate in full, to whoever has proved, or can prove before they act, who they are.

        Raises `RefusedError` (`unknown_gate`) if the project's policy has none such.
        """
        now = self._now()
        seen = await self._database.read(
            lambda connection: _sight(connection, Request(key, person, acting_for), gate, now)
        )
        books = await self._books(seen.state)
        book = books[seen.state.policy.digest]
        if gate not in book.policy.gates:
            raise RefusedError(_unknown_gate(book))
        return gate_view(
            book,
            seen.state,
            gate,
            roster=seen.roster,
            earlier=seen.rounds,
            history=history_of(seen.events, gate),
            actions=possibilities(books, seen.state, _actor(person, acting_for, seen.footing, proved_at), now),
            now=now,
        )

    async def actions(
        self, person: str, key: str, acting_for: str | None = None, proved_at: datetime | None = None
    ) -> Actions:
        """What the reader may do on a project now."""
        now = self._now()

        def look(connection: Connection) -> tuple[ProjectState, Footing]:
            state = _state(connection, _reach(connection, person, now), key)
            return state, footing_of(connection, Request(key, person, acting_for), now)

        state, footing = await self._database.read(look)
        items = possibilities(await self._books(state), state, _actor(person, acting_for, footing, proved_at), now)
        return Actions(project=key, version=state.seq, items=items)

    async def aftermaths(
        self, person: str, key: str, gate: str, foretold: Sequence[tuple[Recorded, ...]]
    ) -> tuple[Aftermath | None, ...]:
        """What each of several things that could happen at a gate would leave of its approvals."""
        now = self._now()

        def look(connection: Connection) -> tuple[ProjectState, Roster]:
            return _state(connection, _reach(connection, person, now), key), roster_of(connection, key, now)

        state, roster = await self._database.read(look)
        book = (await self._books(state))[state.policy.digest]
        return tuple(aftermath(book, state, gate, events, roster) for events in foretold)

    async def asks_for_proof(self, person: str, key: str, gate: str) -> bool:
        """Whether whoever votes or decides at a gate has to prove anew who they are; not at one that is not known."""
        now = self._now()
        state = await self._database.read(lambda connection: _state(connection, _reach(connection, person, now), key))
        rule = (await self._books(state))[state.policy.digest].policy.gates.get(gate)
        return rule is not None and rule.reauthenticate

    async def way(self, person: str, key: str, gate: str) -> WayToGo:
        """The way to a go of a gate. Raises `RefusedError` (`unknown_gate`) if the project's policy has none such."""
        now = self._now()

        def look(connection: Connection) -> tuple[ProjectState, Roster]:
            return _state(connection, _reach(connection, person, now), key), roster_of(connection, key, now)

        state, roster = await self._database.read(look)
        books = await self._books(state)
        policy = books[state.policy.digest].policy
        if gate not in policy.gates:
            raise RefusedError(_unknown_gate(books[state.policy.digest]))
        calendar = calendar_of(policy.calendar, now.year)
        found = await asyncio.to_thread(itinerary, books, state, gate, roster, calendar, now)
        stops = tuple(Stop.model_validate(leg.model_dump(include=set(Stop.model_fields))) for leg in found.legs)
        people = {person for stop in stops for person in (stop.by, *stop.others) if person}
        people |= {person for each in found.waivable for person in (each.by, *each.granters)}
        return WayToGo(
            project=key,
            version=state.seq,
            gate=gate,
            reaches=found.reaches,
            obstacle=found.obstacle,
            earliest=found.earliest,
            stops=stops,
            waivable=found.waivable,
            names=await self._database.read(lambda connection: names(connection, people)),
        )

    async def _books(self, state: ProjectState) -> Mapping[str, Rulebook]:
        """The rulebooks of the editions that bind or await a project."""
        digests = [ref.digest for ref in (state.policy, state.next_policy) if ref]
        shelved = [await self._shelf.by_digest(digest) for digest in digests]
        return {edition.ref.digest: edition.book for edition in shelved if edition}


@dataclass(frozen=True, slots=True)
class _Sight:
    state: ProjectState
    footing: Footing
    roster: Roster
    rounds: tuple[Round, ...]
    events: tuple[Recorded, ...]


def _sight(connection: Connection, asked: Request, gate: str, now: datetime) -> _Sight:
    reach = _reach(connection, asked.person, now)
    return _Sight(
        state=_state(connection, reach, asked.project),
        footing=footing_of(connection, asked, now),
        roster=roster_of(connection, asked.project, now),
        rounds=tuple(line.round for line in history(connection, reach, asked.project, now, gate)),
        events=events_at(connection, reach, asked.project, gate),
    )


def _reach(connection: Connection, person: str, now: datetime) -> Reach:
    return rights_of(connection, person, now).reach


def _state(connection: Connection, reach: Reach, key: str) -> ProjectState:
    state = state_of(connection, reach, key)
    if state is None:
        raise RefusedError(UNKNOWN_PROJECT)
    return state


def _actor(person: str, acting_for: str | None, footing: Footing, proved_at: datetime | None = None) -> Actor:
    return actor_of(Actor(person=person, acting_for=acting_for, proved_at=proved_at), footing)


def _unknown_gate(book: Rulebook) -> Refusal:
    known = ", ".join(sorted(book.policy.gates))
    return Refusal(
        reason=Reason.UNKNOWN_GATE, sentence="The project's policy has no such gate.", remedy=f"Use one of: {known}."
    )
