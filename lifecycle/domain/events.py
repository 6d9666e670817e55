"""What happened, in the past tense: the vocabulary of the audit trail.

The tag `type` reads `source:subject:action`; the source is `person` (somebody asked), `policy` (a rule followed)
or `clock` (an instant came). Events say everything that `evolve` needs; nothing is looked up again.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from lifecycle.domain.gate_events import (
    ConditionAccepted,
    ConditionMissed,
    ConditionProved,
    EvidenceSupplied,
    GateCalledIn,
    GateDecided,
    GateNudged,
    GateSubmitted,
    InformationAnswered,
    InformationRequested,
    LadderStepped,
    RecurrenceCame,
    RoundLapsed,
    RoundOpened,
    RoundReturned,
    SubmissionWithdrawn,
    VoteCast,
    VotesVoided,
    WaiverAsked,
    WaiverDeclined,
    WaiverExpired,
    WaiverGranted,
    WaiverRevoked,
)
from lifecycle.domain.people import Actor
from lifecycle.domain.project import Clock, PolicyRef
from lifecycle.domain.values import FactValue, Instant, Names, Value


class ProjectRegistered(Value):
    """A project came under governance."""

    type: Literal["person:project:registered"] = "person:project:registered"
    project: str
    name: str
    portfolio: str
    manager: str | None
    sponsor: str | None
    policy: PolicyRef
    facts: dict[str, FactValue]
    tier: str
    attested: str = ""


class StageEntered(Value):
    """The project entered a stage; a stage without a way out closes it.

    `recurring` gates start to count; `moot` are the gates whose open rounds the move takes back.
    """

    type: Literal["policy:stage:entered"] = "policy:stage:entered"
    stage: str
    before: str | None
    recurring: Names = ()
    moot: Names = ()
    closes: bool = False


class FactsAmended(Value):
    """Facts, name or posts changed; null means unknown. `called` as at `TierChanged`."""

    type: Literal["person:facts:amended"] = "person:facts:amended"
    facts: dict[str, FactValue | None] = Field(default_factory=dict)
    name: str | None = None
    portfolio: str | None = None
    manager: str | None = None
    sponsor: str | None = None
    reason: str = ""
    called: dict[str, Names] = Field(default_factory=dict)


class FactsSet(Value):
    """A decision of a gate made facts what the policy says; null means unknown. `called` as at `TierChanged`."""

    type: Literal["policy:facts:set"] = "policy:facts:set"
    gate: str
    round: int
    facts: dict[str, FactValue | None]
    called: dict[str, Names] = Field(default_factory=dict)


class TierChanged(Value):
    """The tier in force changed; open rounds are judged under the heaviest tier they have seen.

    `called` names, by gate, the roles that rounds before their approvers call from now on.
    """

    type: Literal["policy:tier:changed"] = "policy:tier:changed"
    before: str
    after: str
    raised_rounds: Names = ()
    called: dict[str, Names] = Field(default_factory=dict)


class BaselineTaken(Value):
    """The facts of this moment became the baseline."""

    type: Literal["policy:baseline:taken"] = "policy:baseline:taken"
    gate: str | None
    values: dict[str, FactValue]


class BreachFound(Value):
    """A forecast left its tolerance."""

    type: Literal["policy:breach:found"] = "policy:breach:found"
    tolerance: str
    sentence: str


class BreachCleared(Value):
    """A forecast came back within its tolerance, or its baseline moved."""

    type: Literal["policy:breach:cleared"] = "policy:breach:cleared"
    tolerance: str


class ProjectHeld(Value):
    """Every clock stopped."""

    type: Literal["person:project:held", "policy:project:held"]
    reason: str
    review_at: Instant | None = None


class HoldReviewDue(Value):
    """The day came to look again at a held project."""

    type: Literal["clock:hold:due"] = "clock:hold:due"


class ProjectResumed(Value):
    """The clocks went on; `clocks` are the new instants by gate."""

    type: Literal["person:project:resumed"] = "person:project:resumed"
    reason: str
    clocks: dict[str, Clock] = Field(default_factory=dict)


class ProjectKilled(Value):
    """The project was stopped for good."""

    type: Literal["person:project:killed", "policy:project:killed"]
    reason: str
    spent: int | None = None


class PolicyOffered(Value):
    """An edition of the policy will bind the project from its next stage."""

    type: Literal["person:policy:offered"] = "person:policy:offered"
    policy: PolicyRef
    reason: str


class PolicyBound(Value):
    """From here on this edition binds the project; `called` as at `TierChanged`, `recurring` as at `StageEntered`."""

    type: Literal["policy:policy:bound"] = "policy:policy:bound"
    policy: PolicyRef
    reason: str = ""
    recurring: Names = ()
    called: dict[str, Names] = Field(default_factory=dict)


Event = (
    ProjectRegistered
    | StageEntered
    | FactsAmended
    | FactsSet
    | TierChanged
    | BaselineTaken
    | BreachFound
    | BreachCleared
    | RoundOpened
    | RecurrenceCame
    | EvidenceSupplied
    | VotesVoided
    | RoundReturned
    | RoundLapsed
    | GateSubmitted
    | SubmissionWithdrawn
    | VoteCast
    | InformationRequested
    | InformationAnswered
    | GateDecided
    | GateCalledIn
    | GateNudged
    | WaiverAsked
    | WaiverGranted
    | WaiverDeclined
    | WaiverRevoked
    | WaiverExpired
    | ConditionProved
    | ConditionAccepted
    | ConditionMissed
    | LadderStepped
    | ProjectHeld
    | HoldReviewDue
    | ProjectResumed
    | ProjectKilled
    | PolicyOffered
    | PolicyBound
)


class Recorded(Value):
    """An event in its place: number `seq` of its project, when it happened, by whom, by which command.

    `actor` is none when nobody asked (a clock); `policy` is the digest of the edition that was in force.
    """

    seq: int = Field(ge=1)
    at: Instant
    actor: Actor | None
    command: str | None
    policy: str
    event: Annotated[Event, Field(discriminator="type")]


RECORDED: TypeAdapter[tuple[Recorded, ...]] = TypeAdapter(tuple[Recorded, ...])
"""Reads a run of recorded events from JSON."""
