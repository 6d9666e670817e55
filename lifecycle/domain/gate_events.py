"""What happened at the gates, in the past tense: rounds, votes, decisions, and what follows them."""

from enum import StrEnum
from typing import Final, Literal

from pydantic import Field

from lifecycle.domain.evidence import EvidenceVersion
from lifecycle.domain.project import Clock, Condition, Outcome, Question, Vote
from lifecycle.domain.project import LadderAction as LadderAction
from lifecycle.domain.values import Instant, Names, Value
from lifecycle.domain.waivers import Waiver, WaiverRequest


class RoundOpened(Value):
    """A round of a gate began in preparation: `afresh`, or with the evidence of the round before.

    `owed_by` are roles whose it is to give some of its evidence.
    """

    type: Literal["policy:round:opened"] = "policy:round:opened"
    gate: str
    round: int
    reason: str
    tier: str
    kind: str = ""
    afresh: bool = False
    owed_by: Names = ()
    clock: Clock | None = None


class RoundLapsed(Value):
    """A round lost its object: its gate is no longer there for the project."""

    type: Literal["policy:round:lapsed"] = "policy:round:lapsed"
    gate: str
    round: int
    reason: str


class RecurrenceCame(Value):
    """The instant of a recurring gate came; when its round before is still open, no new one opens."""

    type: Literal["clock:recurrence:came"] = "clock:recurrence:came"
    gate: str
    count: int
    opened: bool


class EvidenceSupplied(Value):
    """A version of an evidence item was supplied; `called` as at `TierChanged`."""

    type: Literal["person:evidence:supplied"] = "person:evidence:supplied"
    gate: str
    round: int
    evidence: EvidenceVersion
    evidence_digest: str | None = None
    called: dict[str, Names] = Field(default_factory=dict)


class VotesVoided(Value):
    """Votes fell because what they relied on changed, or because somebody else decides now."""

    type: Literal["policy:votes:voided"] = "policy:votes:voided"
    gate: str
    round: int
    voters: Names
    because: str


class RoundReturned(Value):
    """A submitted round went back to preparation because stricter rules now ask for more."""

    type: Literal["policy:round:returned"] = "policy:round:returned"
    gate: str
    round: int
    missing: tuple[str, ...]
    clock: Clock | None = None


class GateSubmitted(Value):
    """The evidence was frozen and the approvers called; `called` names their roles."""

    type: Literal["person:gate:submitted"] = "person:gate:submitted"
    gate: str
    round: int
    evidence_digest: str
    findings: dict[str, str]
    called: Names = ()
    clock: Clock | None = None


class SubmissionWithdrawn(Value):
    """The submitter took the submission back."""

    type: Literal["person:gate:withdrawn"] = "person:gate:withdrawn"
    gate: str
    round: int
    reason: str


class VoteCast(Value):
    """A gatekeeper voted; `replaces` says that an earlier vote of the same person gave way.

    `dissent_to` are the roles that hear of a no that does not stop the gate.
    """

    type: Literal["person:vote:cast"] = "person:vote:cast"
    gate: str
    round: int
    vote: Vote
    replaces: bool = False
    dissent_to: Names = ()


class InformationRequested(Value):
    """A gatekeeper asked; the approver's clock stopped."""

    type: Literal["person:information:requested"] = "person:information:requested"
    gate: str
    round: int
    question: Question


class InformationAnswered(Value):
    """The submitter answered; the approver's clock went on."""

    type: Literal["person:information:answered"] = "person:information:answered"
    gate: str
    round: int
    answer: str
    clock: Clock | None = None


class Basis(StrEnum):
    """Whose decision it was."""

    VOTES = "votes"
    CHAIR = "chair"
    PMO = "pmo"
    MANAGER = "manager"
    RAISED = "raised"
    SILENCE = "silence"


DECIDED: Final = ("person:gate:decided", "clock:gate:decided")
"""The tags of a decision: somebody's, or nobody's."""


class GateDecided(Value):
    """The decision of a round; one that a clock took is nobody's, and `decided_by` is empty.

    `against` lists what was said or found against it: objections, and what the rules still missed (supportive PMO).
    """

    type: Literal["person:gate:decided", "clock:gate:decided"] = "person:gate:decided"
    gate: str
    round: int
    outcome: Outcome
    basis: Basis
    decided_by: Names
    rationale: str
    evidence_digest: str
    tier: str
    findings: dict[str, str]
    against: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    review_at: Instant | None = None


class GateCalledIn(Value):
    """A higher role took the decision of a round to itself; `called` as at `TierChanged`."""

    type: Literal["person:gate:called_in"] = "person:gate:called_in"
    gate: str
    round: int
    role: str
    reason: str
    called: dict[str, Names] = Field(default_factory=dict)


class GateNudged(Value):
    """Somebody reminded the roles whose word a late gate awaits."""

    type: Literal["person:gate:nudged"] = "person:gate:nudged"
    gate: str
    round: int
    roles: Names


class WaiverGranted(Value):
    """A requirement was waived."""

    type: Literal["person:waiver:granted"] = "person:waiver:granted"
    waiver: Waiver


class WaiverAsked(Value):
    """Somebody asked for a waiver."""

    type: Literal["person:waiver:asked"] = "person:waiver:asked"
    gate: str
    round: int
    request: WaiverRequest


class WaiverDeclined(Value):
    """A request for a waiver was answered no."""

    type: Literal["person:waiver:declined"] = "person:waiver:declined"
    gate: str
    round: int
    requirement: str
    reason: str


class WaiverRevoked(Value):
    """A waiver was taken back while its gate was open."""

    type: Literal["person:waiver:revoked"] = "person:waiver:revoked"
    waiver: str
    reason: str


class WaiverExpired(Value):
    """A waiver ran out."""

    type: Literal["clock:waiver:expired"] = "clock:waiver:expired"
    waiver: str


class ConditionProved(Value):
    """The owner says, with proof, that a condition is fulfilled."""

    type: Literal["person:condition:proved"] = "person:condition:proved"
    condition: str
    proof: str


class ConditionAccepted(Value):
    """A proof was accepted, or sent back."""

    type: Literal["person:condition:accepted"] = "person:condition:accepted"
    condition: str
    accepted: bool
    rationale: str = ""


class ConditionMissed(Value):
    """A condition was not fulfilled in time."""

    type: Literal["clock:condition:missed"] = "clock:condition:missed"
    condition: str


class LadderStepped(Value):
    """A deadline was missed and the next step of the ladder was taken; `told` names the roles that are addressed.

    `outcome` is what silence was to decide; what is in `missing` kept it from deciding.
    """

    type: Literal["clock:ladder:stepped"] = "clock:ladder:stepped"
    gate: str
    round: int
    step: int
    action: LadderAction
    role: str | None = None
    told: Names = ()
    outcome: Outcome | None = None
    missing: tuple[str, ...] = ()
