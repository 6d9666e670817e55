"""What stands in an inbox: one thing that somebody is to do, or may like to know, and until when."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from lifecycle.domain.values import Instant, Names, Value
from lifecycle.gates.rulebook import Rulebook
from lifecycle.persistence.promises import ConditionLine
from lifecycle.persistence.proposals import Proposal, ProposalStatus
from lifecycle.persistence.rounds import RoundLine
from lifecycle.service.calendars import calendar_under
from lifecycle.service.capacities import Books
from lifecycle.service.deadlines import TimeLeft, time_left

_PRESSING_DAYS: Final = 2
"""What has fewer working days left is about to become late."""


class InboxKind(StrEnum):
    """What somebody is to do, or may like to know.

    `supply` is for evidence that a role of theirs owes a gate, `waive` for a waiver that somebody asks for. `follow` is
    for what they submitted and others have to decide, `watch` for what they answer for, others have to do, and is about
    to become late.
    """

    VOTE = "vote"
    DECIDE = "decide"
    ANSWER = "answer"
    SUPPLY = "supply"
    WAIVE = "waive"
    PREPARE = "prepare"
    PROVE = "prove"
    ACCEPT = "accept"
    FOLLOW = "follow"
    WATCH = "watch"

    @property
    def is_theirs_to_do(self) -> bool:
        """Whether it waits for them, not for others."""
        return self not in (InboxKind.FOLLOW, InboxKind.WATCH)


class InboxItem(Value):
    """One thing that waits: what is to be done, on which gate or condition of which project, and until when.

    `label` is what the policy calls the gate, `left` the working time until the deadline or since it. `evidence` is the
    item that is owed and `text` what it is called, or `requirement` what a waiver is asked for and `text` why.
    `acting_for` is whose authority it needs, if not one's own; `waits_for` are the roles whose word is still missing.
    """

    kind: InboxKind
    project: str
    name: str
    gate: str
    label: str = ""
    round: int
    condition: str | None = None
    evidence: str | None = None
    requirement: str | None = None
    text: str = ""
    due: Instant | None = None
    left: TimeLeft | None = None
    overdue: bool = False
    acting_for: str | None = None
    waits_for: Names = ()
    submitted_by: str | None = None
    submitted_at: Instant | None = None

    @property
    def presses(self) -> bool:
        """Whether it is about to become late."""
        return not self.overdue and self.left is not None and self.left.working_days < _PRESSING_DAYS


class ChangeItem(Value):
    """A change of a policy that waits to be published, or, published in break-glass, to be reviewed until it is `due`.

    An edition that nobody has upheld when its review is due ends by itself.
    """

    proposal: str
    review: bool
    policy: str
    version: int
    reason: str
    proposed_by: str
    due: Instant | None = None
    overdue: bool = False


class Inbox(Value):
    """What waits for somebody, the nearest deadline first; `more` says that there is more than is shown.

    `changes` are those of policies that they may publish or review, not having made them.
    """

    items: tuple[InboxItem, ...]
    changes: tuple[ChangeItem, ...] = ()
    more: bool


def change_item(found: Proposal, now: datetime) -> ChangeItem:
    """A proposal as something that waits."""
    review = found.status is ProposalStatus.IN_REVIEW
    due = found.until if review else found.effective_from
    return ChangeItem(
        proposal=found.id,
        review=review,
        policy=found.ref.id,
        version=found.ref.version,
        reason=found.reason,
        proposed_by=found.proposed_by,
        due=due,
        overdue=due is not None and due < now,
    )


def round_item(books: Books, kind: InboxKind, line: RoundLine, now: datetime, **said: Any) -> InboxItem:
    """A round as something of a kind; `said` is what the kind has besides."""
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


def condition_item(
    books: Books, kind: InboxKind, line: ConditionLine, now: datetime, acting_for: str | None = None
) -> InboxItem:
    """A condition as something of a kind."""
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
    return time_left(calendar_under(book, now.year), due, now) if due else None
