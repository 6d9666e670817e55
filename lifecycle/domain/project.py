"""The state of one project's lifecycle: one frozen, serialisable value, changed only by events."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from lifecycle.domain.evidence import EvidenceVersion
from lifecycle.domain.values import FactValue, GivenInstant, Instant, Names, Prose, Value, Word
from lifecycle.domain.waits import Wait
from lifecycle.domain.waivers import Waiver, WaiverRequest

STATE_SCHEMA = 1


class Status(StrEnum):
    """Whether the project lives."""

    ACTIVE = "active"
    ON_HOLD = "on_hold"
    CLOSED = "closed"
    KILLED = "killed"


class RoundStatus(StrEnum):
    """Where one trip through a gate stands."""

    PREPARING = "preparing"
    SUBMITTED = "submitted"
    INFORMATION_REQUESTED = "information_requested"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What a gate can decide; to decline is to say no to a request and leave everything as it is."""

    GO = "go"
    CONDITIONAL_GO = "conditional_go"
    HOLD = "hold"
    RECYCLE = "recycle"
    KILL = "kill"
    DECLINE = "decline"


OPENING = (Outcome.GO, Outcome.CONDITIONAL_GO)
"""The outcomes that let a project go on."""


class VoteVerdict(StrEnum):
    """What one gatekeeper says; to ask for information is a question, not a vote."""

    APPROVE = "approve"
    REJECT = "reject"
    ABSTAIN = "abstain"
    RECUSE = "recuse"


class OnMiss(StrEnum):
    """What a missed condition does."""

    NOTIFY = "notify"
    HOLD = "hold"
    REOPEN = "reopen"


class LadderAction(StrEnum):
    """What a step of a ladder does."""

    REMIND = "remind"
    NOTIFY = "notify"
    WIDEN = "widen"
    REASSIGN = "reassign"
    RAISE = "raise"
    HOLD = "hold"
    DECIDE = "decide"


class PolicyRef(Value):
    """The edition of a policy, by name, version and digest."""

    id: str
    version: int
    digest: str


class Rung(Value):
    """What a step of a ladder does, and to or for which role; a reminder without a role goes to whoever is awaited.

    `elapsed` says that its time is counted as it elapses, not in working time; `outcome` is what silence decides.
    """

    action: LadderAction
    role: str | None = None
    elapsed: bool = False
    outcome: Outcome | None = None


class Clock(Value):
    """The running time of a round: when it is due, and the instant of each ladder step (UTC).

    Instants are worked out in working time before the command is sent; `taken` steps have fired. What each step does
    stands in `rungs`, so that a clock keeps the ladder it was started with, whatever edition of the policy comes.
    """

    started_at: Instant
    due: Instant | None = None
    steps: tuple[Instant, ...] = ()
    rungs: tuple[Rung, ...] = ()
    taken: int = 0
    stopped_at: Instant | None = None


class Promise(Value):
    """A condition as it is proposed: who owes what until when, and what happens if not."""

    text: Annotated[Prose, Field(max_length=2_000)]
    owner: Word
    due: GivenInstant
    on_miss: OnMiss | None = None


class Vote(Value):
    """One gatekeeper's word, bound to the evidence that was shown; `relied_on` names the items it read."""

    voter: str
    principal: str
    roles: Names
    verdict: VoteVerdict
    rationale: str
    at: Instant
    evidence_digest: str
    relied_on: Names = ()
    conditions: tuple[Promise, ...] = ()
    void: bool = False

    @property
    def people(self) -> tuple[str, ...]:
        """The persons whom this vote uses up."""
        return (self.voter,) if self.voter == self.principal else (self.voter, self.principal)


class Question(Value):
    """Information that a gatekeeper asked for."""

    asked_by: str
    text: str
    at: Instant
    answer: str | None = None
    answered_by: str | None = None


class PassedOn(Value):
    """The open slots of a round went to another role: after so many `votes`, until when it was widened to `widened`."""

    role: str
    votes: int
    widened: Names = ()


class Round(Value):
    """One trip through a gate, numbered; `tier` is the heaviest it has seen, `nudged` when a role was last reminded."""

    gate: str
    number: int = Field(ge=1)
    status: RoundStatus = RoundStatus.PREPARING
    reason: str = ""
    opened_at: Instant
    tier: str
    evidence: dict[str, EvidenceVersion] = Field(default_factory=dict)
    managers: Names = ()
    submitters: Names = ()
    evidence_authors: Names = ()
    submitted_at: Instant | None = None
    evidence_digest: str | None = None
    material_seq: int = 0
    votes: tuple[Vote, ...] = ()
    questions: tuple[Question, ...] = ()
    clock: Clock | None = None
    widened_to: Names = ()
    passed_on: tuple[PassedOn, ...] = ()
    raised_to: str | None = None
    nudged: dict[str, Instant] = Field(default_factory=dict)
    waits: tuple[Wait, ...] = ()
    waivers_asked: tuple[WaiverRequest, ...] = Field(default=(), exclude_if=lambda asked: not asked)
    outcome: Outcome | None = None
    decided_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Whether the round still awaits its decision."""
        return self.status not in (RoundStatus.DECIDED, RoundStatus.WITHDRAWN)

    @property
    def is_before_approvers(self) -> bool:
        """Whether approvers have been called."""
        return self.status in (RoundStatus.SUBMITTED, RoundStatus.INFORMATION_REQUESTED)

    @property
    def standing_votes(self) -> tuple[Vote, ...]:
        """The votes that still count."""
        return tuple(vote for vote in self.votes if not vote.void)

    def request_for(self, requirement: str) -> WaiverRequest | None:
        """The request for a waiver of a requirement that awaits its answer."""
        return next((asked for asked in self.waivers_asked if asked.requirement == requirement), None)


class ConditionStatus(StrEnum):
    """Where a promise stands."""

    OPEN = "open"
    PROVED = "proved"
    MET = "met"
    MISSED = "missed"


class Condition(Value):
    """A promise made at a conditional go; once `missed`, even a late proof does not make it miss again."""

    id: str
    gate: str
    round: int
    text: str
    owner: str
    due: Instant
    on_miss: OnMiss
    status: ConditionStatus = ConditionStatus.OPEN
    missed: bool = False
    proof: str | None = None
    proved_by: Names = ()


class Recurrence(Value):
    """A gate that comes round by itself: counted from `anchor`, `fired` times so far, the last time at `came_at`."""

    gate: str
    anchor: Instant
    fired: int = 0
    came_at: Instant | None = None


class PastDecision(Value):
    """What a gate decided last, in which of its rounds, when, and by which of the project's events."""

    outcome: Outcome
    round: int
    at: Instant
    seq: int


class ProjectState(Value):
    """Everything a judgement needs to know of one project; `seq` counts its events and is its version."""

    model_schema: int = STATE_SCHEMA
    project: str
    name: str
    portfolio: str
    manager: str | None = None
    sponsor: str | None = None
    policy: PolicyRef
    next_policy: PolicyRef | None = None
    status: Status = Status.ACTIVE
    stage: str
    stage_since: Instant
    tier: str
    facts: dict[str, FactValue] = Field(default_factory=dict)
    baseline: dict[str, FactValue] = Field(default_factory=dict)
    rounds: dict[str, Round] = Field(default_factory=dict)
    decisions: dict[str, PastDecision] = Field(default_factory=dict)
    conditions: dict[str, Condition] = Field(default_factory=dict)
    waivers: dict[str, Waiver] = Field(default_factory=dict)
    recurrences: dict[str, Recurrence] = Field(default_factory=dict)
    breaches: Names = ()
    hold_review: Instant | None = None
    hold_reason: str = ""
    directory_version: int = 0
    seq: int = 0

    @property
    def open_rounds(self) -> tuple[Round, ...]:
        """The rounds that await a decision, in the order of their gates' names."""
        return tuple(self.rounds[gate] for gate in sorted(self.rounds) if self.rounds[gate].is_open)

    @property
    def is_over(self) -> bool:
        """Whether the project was closed or killed."""
        return self.status in (Status.CLOSED, Status.KILLED)

    def waivers_of(self, gate: str, requirement: str, now: datetime) -> tuple[Waiver, ...]:
        """The waivers of a requirement of a gate that stand."""
        of_it = (waiver for waiver in self.waivers.values() if (waiver.gate, waiver.requirement) == (gate, requirement))
        return tuple(waiver for waiver in of_it if waiver.stands(now))

    def posts_of(self, person: str) -> tuple[str, ...]:
        """The roles that a person holds by the project's own appointment."""
        posts = {"project_manager": self.manager, "sponsor": self.sponsor}
        return tuple(role for role, holder in sorted(posts.items()) if holder == person)
