"""The inbox: everything that waits for one person, and what they wait for themselves, by deadline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.domain.project import ProjectState, RoundStatus, Status
from lifecycle.domain.values import Instant, Names, Value
from lifecycle.gates.approvals import standing
from lifecycle.gates.rulebook import Rulebook
from lifecycle.persistence.delegations import received_by
from lifecycle.persistence.pages import Cursor
from lifecycle.persistence.policies import editions
from lifecycle.persistence.projects import states_of
from lifecycle.persistence.reach import Reach
from lifecycle.persistence.roles import grants_of
from lifecycle.persistence.rounds import (
    ConditionLine,
    RoundLine,
    on_submitters_side,
    owed_by,
    proved,
    undecided,
    waiting_for,
)
from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_of
from lifecycle.service.capacities import Books, Capacity
from lifecycle.service.deadlines import TimeLeft, time_left
from lifecycle.service.directory import rights_of
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf

MOST: Final = 200
"""So many of one's own rounds and conditions are looked at, the most urgent first."""
LOOKED_AT: Final = 2_000
"""So many rounds at most are judged for one look into an inbox."""
_PAGE: Final = 100
_NO_DEADLINE: Final = datetime.max.replace(tzinfo=UTC)


class InboxKind(StrEnum):
    """What somebody is to do; `follow` is for what they submitted and others have to decide."""

    VOTE = "vote"
    DECIDE = "decide"
    ANSWER = "answer"
    PREPARE = "prepare"
    PROVE = "prove"
    ACCEPT = "accept"
    FOLLOW = "follow"


class InboxItem(Value):
    """One thing that waits: what is to be done, on which gate or condition of which project, and until when.

    `label` is what the policy calls the gate, `left` the working time until the deadline or since it. `acting_for` is
    whose authority it needs, if not one's own; `waits_for` are the roles whose word is still missing.
    """

    kind: InboxKind
    project: str
    name: str
    gate: str
    label: str = ""
    round: int
    condition: str | None = None
    text: str = ""
    due: Instant | None = None
    left: TimeLeft | None = None
    overdue: bool = False
    acting_for: str | None = None
    waits_for: Names = ()
    submitted_by: str | None = None
    submitted_at: Instant | None = None


class Inbox(Value):
    """What waits for somebody, the nearest deadline first; `more` says that there is more than is shown."""

    items: tuple[InboxItem, ...]
    more: bool


class Inboxes:
    """Looks into inboxes; no engine is asked."""

    def __init__(self, database: Database, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._shelf = shelf
        self._now = now

    async def of(self, person: str, limit: int = 50) -> Inbox:
        """What waits for a person, for those for whom they act now, and what they wait for."""
        now = self._now()
        shelved = [await self._shelf.by_digest(ref.digest) for ref in await self._database.read(editions)]
        books = {edition.ref.digest: edition.book for edition in shelved if edition}

        def look(connection: Connection) -> Inbox:
            return _Look(connection, _held(connection, person, now), books, now, limit).items()

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


def _held(connection: Connection, person: str, now: datetime) -> _Held:
    rights = rights_of(connection, person, now)
    given = received_by(connection, person, now)
    lent = (Capacity(person, each.giver, each, grants_of(connection, each.giver)) for each in given)
    return _Held(Capacity(person, person, None, rights.grants), tuple(lent), rights.reach)


@dataclass(frozen=True, slots=True)
class _Look:
    """One look into an inbox, within one snapshot of the records."""

    connection: Connection
    held: _Held
    books: Books
    now: datetime
    limit: int

    def items(self) -> Inbox:
        """Everything found, in order, cut to the limit."""
        found: list[InboxItem] = []
        more = False
        for capacity in self.held.all:
            for kind in (InboxKind.VOTE, InboxKind.DECIDE):
                theirs, cut = self._decisions(capacity, kind)
                found += theirs
                more = more or cut
        person = self.held.own.person
        mine = on_submitters_side(self.connection, person, self.now, MOST)
        owed = owed_by(self.connection, person, MOST)
        found += [item for line in mine for item in self._on_my_side(line)]
        found += [_condition(self.books, InboxKind.PROVE, line, self.now) for line in owed]
        found += self._acceptances()
        found.sort(key=lambda item: (item.due or _NO_DEADLINE, item.project, item.gate, item.kind))
        cut = len(found) > self.limit or MOST in (len(mine), len(owed))
        return Inbox(items=tuple(found[: self.limit]), more=more or cut)

    def _decisions(self, capacity: Capacity, kind: InboxKind) -> tuple[list[InboxItem], bool]:
        """The rounds on which a capacity can act now, and whether there may be more of them."""
        found: list[InboxItem] = []
        after: Cursor | None = None
        for _ in range(LOOKED_AT // _PAGE):
            lines, after = self._submitted(capacity, kind, after)
            known = states_of(self.connection, [line.project for line in lines])
            found += [item for line in lines for item in self._decision(capacity, kind, line, known[line.project])]
            if after is None or len(found) >= self.limit:
                break
        return found, after is not None

    def _submitted(
        self, capacity: Capacity, kind: InboxKind, after: Cursor | None
    ) -> tuple[tuple[RoundLine, ...], Cursor | None]:
        if kind is InboxKind.VOTE:
            asked = partial(waiting_for, self.connection, capacity.principal, capacity.grants)
        else:
            asked = partial(undecided, self.connection, capacity.principal, capacity.seats(self.books, self.now))
        page = asked(self.now, within=capacity.within, after=after, limit=_PAGE)
        return page.lines, page.after

    def _decision(
        self, capacity: Capacity, kind: InboxKind, line: RoundLine, state: ProjectState
    ) -> Iterator[InboxItem]:
        may = capacity.may_vote if kind is InboxKind.VOTE else capacity.may_decide
        if may(self.books, state, line.round, self.now):
            pending = standing(self.books[line.policy], state, line.round).pending_roles
            yield _round(self.books, kind, line, self.now, acting_for=capacity.acting_for, waits_for=pending)

    def _on_my_side(self, line: RoundLine) -> Iterator[InboxItem]:
        """What a submitter or manager has to do or waits for; a first preparation without a date is neither."""
        match line.round.status:
            case _ if line.project_status is Status.ON_HOLD:
                yield _round(self.books, InboxKind.FOLLOW, line, self.now)
            case RoundStatus.SUBMITTED:
                yield _round(self.books, InboxKind.FOLLOW, line, self.now, waits_for=line.called)
            case RoundStatus.INFORMATION_REQUESTED:
                yield _round(self.books, InboxKind.ANSWER, line, self.now, text=line.round.questions[-1].text)
            case _ if line.round.number > 1 or (line.round.clock and line.round.clock.due):
                yield _round(self.books, InboxKind.PREPARE, line, self.now, text=line.round.reason)

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
                yield _condition(self.books, InboxKind.ACCEPT, line, self.now, able[0].acting_for)


def _round(books: Books, kind: InboxKind, line: RoundLine, now: datetime, **said: Any) -> InboxItem:
    book, clock = books[line.policy], line.round.clock
    due = clock.due if clock else None
    return InboxItem(
        kind=kind,
        project=line.project,
        name=line.project_name,
        gate=line.round.gate,
        label=book.policy.gates[line.round.gate].called(line.round.gate),
        round=line.round.number,
        due=due,
        left=_left(book, due, (clock and clock.stopped_at) or now),
        overdue=line.overdue,
        submitted_by=line.submitted_by,
        submitted_at=line.round.submitted_at,
        **said,
    )


def _condition(
    books: Books, kind: InboxKind, line: ConditionLine, now: datetime, acting_for: str | None = None
) -> InboxItem:
    book, condition = books[line.policy], line.condition
    gate = book.policy.gates.get(condition.gate)
    return InboxItem(
        kind=kind,
        project=line.project,
        name=line.project_name,
        gate=condition.gate,
        label=gate.called(condition.gate) if gate else condition.gate,
        round=condition.round,
        condition=condition.id,
        text=condition.text,
        due=condition.due,
        left=_left(book, condition.due, now),
        overdue=condition.due < now,
        acting_for=acting_for,
    )


def _left(book: Rulebook, due: datetime | None, now: datetime) -> TimeLeft | None:
    return time_left(calendar_of(book.policy.calendar, now.year), due, now) if due else None
