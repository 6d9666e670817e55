"""The inbox: everything that waits for one person, and what they wait for themselves, by deadline."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.domain.people import Permission, permissions_of
from lifecycle.domain.project import ProjectState, RoundStatus, Status
from lifecycle.gates.approvals import standing
from lifecycle.gates.awaiting import awaited
from lifecycle.gates.criteria import findings_of, missing
from lifecycle.persistence import proposals
from lifecycle.persistence.delegations import received_by
from lifecycle.persistence.pages import Cursor
from lifecycle.persistence.policies import editions
from lifecycle.persistence.projects import states_of
from lifecycle.persistence.promises import owed_by, proved
from lifecycle.persistence.reach import Reach
from lifecycle.persistence.roles import grants_of
from lifecycle.persistence.rounds import RoundLine, soon_due
from lifecycle.persistence.session import Database
from lifecycle.persistence.turns import asking_for_waivers, in_preparation, on_submitters_side, undecided, waiting_for
from lifecycle.service.capacities import Books, Capacity
from lifecycle.service.directory import rights_of
from lifecycle.service.inbox_items import (
    ChangeItem,
    Inbox,
    InboxItem,
    InboxKind,
    change_item,
    condition_item,
    round_item,
)
from lifecycle.service.judged import Judged, Said
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf

MOST: Final = 200
"""So many of one's own rounds and conditions are looked at, the most urgent first."""
LOOKED_AT: Final = 2_000
"""So many rounds at most are judged for one look into an inbox."""
_PAGE: Final = 50
_MOST_WATCHED: Final = 20
_AHEAD: Final = timedelta(days=7)
"""Farther away no deadline presses, whatever the calendar."""
_NO_DEADLINE: Final = datetime.max.replace(tzinfo=UTC)


class Inboxes:
    """Looks into inboxes; no engine is asked."""

    def __init__(self, database: Database, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._shelf = shelf
        self._now = now
        self._judged = Judged()

    async def of(self, person: str, limit: int = 50) -> Inbox:
        """What waits for a person, for those for whom they act now, and what they wait for."""
        now = self._now()
        shelved = [await self._shelf.by_digest(ref.digest) for ref in await self._database.read(editions)]
        books = {edition.ref.digest: edition.book for edition in shelved if edition}

        def look(connection: Connection) -> Inbox:
            held = _held(connection, person, now)
            return (
                _Look(connection, held, books, self._judged, now, limit)
                .items()
                .model_copy(update={"changes": _changes(connection, held, now)})
            )

        return await self._database.read(look)


@dataclass(frozen=True, slots=True)
class _Held:
    """Somebody's capacities: their own, and one for each delegation to them that runs; and how far they see."""

    own: Capacity
    lent: tuple[Capacity, ...]
    reach: Reach

    @property
    def all(self) -> tuple[Capacity, ...]:
        return (self.own, *self.lent)


def _changes(connection: Connection, held: "_Held", now: datetime) -> tuple[ChangeItem, ...]:
    """The changes of policies that somebody may publish or review, neither of which is for whoever made them."""
    if Permission.POLICY_PUBLISH not in permissions_of(grant.role for grant in held.own.grants):
        return ()
    person = held.own.person
    others = (each for each in proposals.open_(connection) if person not in (each.proposed_by, each.settled_by))
    return tuple(change_item(each, now) for each in others)


def _held(connection: Connection, person: str, now: datetime) -> _Held:
    rights = rights_of(connection, person, now)
    given = received_by(connection, person, now)
    lent = (Capacity(person, each.giver, each, grants_of(connection, each.giver), rights.grants) for each in given)
    return _Held(Capacity(person, person, None, rights.grants), tuple(lent), rights.reach)


@dataclass(frozen=True, slots=True)
class _Look:
    """One look into an inbox, within one snapshot of the records."""

    connection: Connection
    held: _Held
    books: Books
    judged: Judged
    now: datetime
    limit: int

    def items(self) -> Inbox:
        """Everything found, in order, cut to the limit."""
        found: list[InboxItem] = []
        given: set[tuple[str, str, str | None]] = set()
        more = False
        for capacity in self.held.all:
            for kind in (InboxKind.VOTE, InboxKind.DECIDE, InboxKind.SUPPLY):
                theirs, cut = self._rounds(capacity, kind)
                found += [item for item in theirs if item.evidence is None or _owed_thing(item) not in given]
                given |= {_owed_thing(item) for item in theirs}
                more = more or cut
        person = self.held.own.person
        mine = on_submitters_side(self.connection, person, self.now, MOST)
        owed = owed_by(self.connection, person, MOST)
        found += [item for line in mine for item in self._on_my_side(line)]
        found += [condition_item(self.books, InboxKind.PROVE, line, self.now) for line in owed]
        found += self._acceptances()
        found += self._requests()
        found += self._watched({(item.project, item.gate) for item in found})
        found.sort(key=lambda item: (item.due or _NO_DEADLINE, item.project, item.gate, item.kind))
        cut = len(found) > self.limit or MOST in (len(mine), len(owed))
        return Inbox(items=tuple(found[: self.limit]), more=more or cut)

    def _rounds(self, capacity: Capacity, kind: InboxKind) -> tuple[list[InboxItem], bool]:
        """The rounds on which a capacity can act now, and whether there may be more of them."""
        found: list[InboxItem] = []
        after: Cursor | None = None
        for _ in range(LOOKED_AT // _PAGE):
            lines, after = self._awaiting(capacity, kind, after)
            for line, said in self._judged(capacity, kind, lines):
                if len(found) >= self.limit:
                    return found, True
                acting_for = capacity.acting_for
                found += (round_item(self.books, kind, line, self.now, acting_for=acting_for, **each) for each in said)
            if after is None:
                break
        return found, after is not None

    def _judged(
        self, capacity: Capacity, kind: InboxKind, lines: Sequence[RoundLine]
    ) -> Iterator[tuple[RoundLine, Said]]:
        """What each round asks of a capacity, judged now where that was not known."""
        known = self.judged.of(capacity, self.now)
        asks = partial(self._owed, capacity) if kind is InboxKind.SUPPLY else partial(self._decision, capacity, kind)
        unknown = known.unknown(kind, lines)
        states = states_of(self.connection, [line.project for line in unknown])
        for line in unknown:
            known.note(kind, line, asks(line, states[line.project]))
        return ((line, known.said(kind, line)) for line in lines)

    def _awaiting(
        self, capacity: Capacity, kind: InboxKind, after: Cursor | None
    ) -> tuple[tuple[RoundLine, ...], Cursor | None]:
        match kind:
            case InboxKind.VOTE:
                asked = partial(waiting_for, self.connection, capacity.principal, capacity.grants)
            case InboxKind.DECIDE:
                asked = partial(undecided, self.connection, capacity.principal, capacity.seats(self.books))
            case _:
                asked = partial(in_preparation, self.connection, capacity.principal, capacity.giving(self.books))
        page = asked(self.now, within=capacity.within, after=after, limit=min(_PAGE, self.limit))
        return page.lines, page.after

    def _owed(self, capacity: Capacity, line: RoundLine, state: ProjectState) -> Iterator[Mapping[str, Any]]:
        rules = self.books[line.policy].policy.gates[line.round.gate].evidence
        for item in capacity.owes(self.books, state, line.round, self.now):
            yield {"evidence": item, "text": rules[item].label or item.replace("_", " ").capitalize()}

    def _decision(
        self, capacity: Capacity, kind: InboxKind, line: RoundLine, state: ProjectState
    ) -> Iterator[Mapping[str, Any]]:
        may = capacity.may_vote if kind is InboxKind.VOTE else capacity.may_decide
        if may(self.books, state, line.round, self.now):
            yield {"waits_for": standing(self.books[line.policy], state, line.round).pending_roles}

    def _on_my_side(self, line: RoundLine) -> Iterator[InboxItem]:
        """What a submitter or manager has to do or waits for; a first preparation without a date is neither."""
        match line.round.status:
            case _ if line.project_status is Status.ON_HOLD:
                yield round_item(self.books, InboxKind.FOLLOW, line, self.now)
            case RoundStatus.SUBMITTED:
                yield round_item(self.books, InboxKind.FOLLOW, line, self.now, waits_for=line.called)
            case RoundStatus.INFORMATION_REQUESTED:
                yield round_item(self.books, InboxKind.ANSWER, line, self.now, text=line.round.questions[-1].text)
            case _ if line.round.number > 1 or (line.round.clock and line.round.clock.due):
                yield round_item(self.books, InboxKind.PREPARE, line, self.now, text=line.round.reason)

    def _watched(self, known: set[tuple[str, str]]) -> Iterator[InboxItem]:
        """What is about to become late on projects that the person leads, or whose policy their office owns."""
        person, own = self.held.own.person, self.held.own.grants
        offices = {book.policy.pmo_role for book in self.books.values()}
        reach = Reach.of((grant.scope for grant in own if grant.role in offices), [person])
        lines = soon_due(self.connection, reach, self.now, self.now + _AHEAD, _MOST_WATCHED)
        watched = [(line, round_item(self.books, InboxKind.WATCH, line, self.now)) for line in lines]
        pressing = [(line, item) for line, item in watched if item.presses and (item.project, item.gate) not in known]
        states = states_of(self.connection, [line.project for line, _ in pressing])
        for line, item in pressing:
            roles = awaited(self.books[line.policy], states[line.project], line.round)
            yield item.model_copy(update={"waits_for": roles})

    def _acceptances(self) -> Iterator[InboxItem]:
        lines = proved(self.connection, self.held.reach, MOST)
        known = states_of(self.connection, [line.project for line in lines])
        for line in lines:
            able = [
                capacity
                for capacity in self.held.all
                if capacity.may_accept(self.books, known[line.project], line.condition, self.now)
            ]
            if able:
                yield condition_item(self.books, InboxKind.ACCEPT, line, self.now, able[0].acting_for)

    def _requests(self) -> Iterator[InboxItem]:
        """The waivers that somebody asks for and that a capacity may grant, as long as they are needed."""
        lines = asking_for_waivers(self.connection, self.held.reach, self.now, MOST)
        known = states_of(self.connection, [line.project for line in lines])
        for line in lines:
            book, state = self.books[line.policy], known[line.project]
            lacking = {each.requirement for each in missing(findings_of(book, state, line.round, self.now))}
            for request in line.round.waivers_asked:
                about = line.round, request
                able = [each for each in self.held.all if each.may_waive(self.books, state, about, self.now)]
                if able and request.requirement in lacking:
                    said = {"acting_for": able[0].acting_for, "requirement": request.requirement}
                    yield round_item(self.books, InboxKind.WAIVE, line, self.now, **said, text=request.reason)


def _owed_thing(item: InboxItem) -> tuple[str, str, str | None]:
    return item.project, item.gate, item.evidence
