"""What a person may ask of a project, in the imperative; one frozen value a command."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from lifecycle.domain.command import Command as Command
from lifecycle.domain.evidence import EvidenceVersion
from lifecycle.domain.people import Permission
from lifecycle.domain.project import Clock, Outcome, PolicyRef, Promise, VoteVerdict
from lifecycle.domain.values import GivenFact, GivenInstant, Instant, Prose, Text, Value, Whole, Word
from lifecycle.domain.waiver_commands import AskForWaiver as AskForWaiver
from lifecycle.domain.waiver_commands import DeclineWaiver as DeclineWaiver
from lifecycle.domain.waiver_commands import GrantWaiver as GrantWaiver
from lifecycle.domain.waiver_commands import RevokeWaiver as RevokeWaiver

Key = Annotated[str, StringConstraints(pattern=r"^[^\s:\x00][^\n:\x00]{0,118}$")]
"""The key of a project or a portfolio, such as a role's scope can name."""

Title = Annotated[Prose, Field(max_length=400)]
"""What a project is called."""

Facts = Annotated[dict[Word, GivenFact], Field(max_length=500)]
Amendments = Annotated[dict[Word, GivenFact | None], Field(max_length=500)]


class RegisterProject(Command):
    """Take a project into governance, at its first stage or, with attested history, at a later one."""

    needs = Permission.PROJECT_REGISTER
    type: Literal["register_project"] = "register_project"
    project: Key
    name: Title
    portfolio: Key
    manager: Word | None = None
    sponsor: Word | None = None
    policy: PolicyRef
    facts: Facts = Field(default_factory=dict)
    stage: Word | None = None
    attested: Text = ""

    @property
    def posts(self) -> dict[str, str]:
        """The facts that every project has: who holds its posts as far as they are named, and its portfolio."""
        posts = {"manager": self.manager, "sponsor": self.sponsor, "portfolio": self.portfolio}
        return {name: value for name, value in posts.items() if value}


class AmendFacts(Command):
    """Change facts, name or posts; a fact set to null becomes unknown."""

    needs = Permission.FACTS_AMEND
    type: Literal["amend_facts"] = "amend_facts"
    facts: Amendments = Field(default_factory=dict)
    name: Title | None = None
    portfolio: Key | None = None
    manager: Word | None = None
    sponsor: Word | None = None
    reason: Text = ""


class OpenGate(Command):
    """Open a round of a gate that is opened on request: a change gate, or an exception gate by hand."""

    needs = Permission.GATE_SUBMIT
    type: Literal["open_gate"] = "open_gate"
    gate: Word
    reason: Prose


class SupplyEvidence(Command):
    """Supply a new version of one evidence item of a gate's open round."""

    needs = Permission.EVIDENCE_SUPPLY
    type: Literal["supply_evidence"] = "supply_evidence"
    gate: Word
    evidence: EvidenceVersion


class SubmitGate(Command):
    """Freeze the evidence and call the approvers."""

    needs = Permission.GATE_SUBMIT
    type: Literal["submit_gate"] = "submit_gate"
    gate: Word


class WithdrawSubmission(Command):
    """Take a submission back; a new round begins."""

    needs = Permission.GATE_SUBMIT
    type: Literal["withdraw_submission"] = "withdraw_submission"
    gate: Word
    reason: Prose


class CastVote(Command):
    """Approve, reject, abstain or recuse, having seen this round and this evidence."""

    needs = Permission.GATE_VOTE
    type: Literal["cast_vote"] = "cast_vote"
    gate: Word
    round: Whole
    evidence_digest: Text
    verdict: VoteVerdict
    rationale: Prose
    conditions: tuple[Promise, ...] = Field(default=(), max_length=20)


class AskForInformation(Command):
    """Ask the submitter a question; the approver's clock stops until it is answered."""

    needs = Permission.GATE_VOTE
    type: Literal["ask_for_information"] = "ask_for_information"
    gate: Word
    round: Whole
    question: Prose


class AnswerInformation(Command):
    """Answer the open question; the approver's clock goes on."""

    needs = Permission.GATE_SUBMIT
    type: Literal["answer_information"] = "answer_information"
    gate: Word
    answer: Prose


class DecideGate(Command):
    """Record the decision of the chair, of the PMO (directive) or of the manager against advice (supportive)."""

    needs = Permission.GATE_DECIDE
    type: Literal["decide_gate"] = "decide_gate"
    gate: Word
    round: Whole
    evidence_digest: Text
    outcome: Outcome
    rationale: Prose
    conditions: tuple[Promise, ...] = Field(default=(), max_length=20)
    review_at: GivenInstant | None = None


class CallInGate(Command):
    """Take the decision of a round to oneself, as the role to which the policy reserves it."""

    needs = Permission.GATE_DECIDE
    type: Literal["call_in_gate"] = "call_in_gate"
    gate: Word
    round: Whole
    reason: Prose


class NudgeGate(Command):
    """Remind those whose word a late gate awaits; each of them once a day."""

    needs = Permission.GATE_NUDGE
    type: Literal["nudge_gate"] = "nudge_gate"
    gate: Word


class ProveCondition(Command):
    """Say, with proof, that a condition is fulfilled."""

    needs = Permission.CONDITION_PROVE
    type: Literal["prove_condition"] = "prove_condition"
    condition: Word
    proof: Prose


class AcceptCondition(Command):
    """Accept a proof, or send it back."""

    needs = Permission.CONDITION_ACCEPT
    type: Literal["accept_condition"] = "accept_condition"
    condition: Word
    accepted: bool = True
    rationale: Text = ""


class HoldProject(Command):
    """Stop every clock until the project is resumed; say when to look again."""

    needs = Permission.PROJECT_HOLD
    type: Literal["hold_project"] = "hold_project"
    reason: Prose
    review_at: GivenInstant | None = None


class ResumeProject(Command):
    """Go on from the point where the project was held."""

    needs = Permission.PROJECT_HOLD
    type: Literal["resume_project"] = "resume_project"
    reason: Prose


class KillProject(Command):
    """Stop the project for good."""

    needs = Permission.PROJECT_KILL
    type: Literal["kill_project"] = "kill_project"
    reason: Prose
    spent: Whole | None = None


class AdoptPolicy(Command):
    """Name the edition that binds the project: from its next gate, or at once."""

    needs = Permission.POLICY_ADOPT
    type: Literal["adopt_policy"] = "adopt_policy"
    policy: PolicyRef
    at_once: bool = False
    reason: Prose


class FallDue(Value):
    """Not a person's: the instant of an obligation has come. `obligation` is its id, `at` its instant."""

    type: Literal["fall_due"] = "fall_due"
    obligation: str
    at: Instant
    openings: dict[str, Clock] = Field(default_factory=dict)


PersonCommand = (
    RegisterProject
    | AmendFacts
    | OpenGate
    | SupplyEvidence
    | SubmitGate
    | WithdrawSubmission
    | CastVote
    | AskForInformation
    | AnswerInformation
    | DecideGate
    | CallInGate
    | NudgeGate
    | GrantWaiver
    | AskForWaiver
    | DeclineWaiver
    | RevokeWaiver
    | ProveCondition
    | AcceptCondition
    | HoldProject
    | ResumeProject
    | KillProject
    | AdoptPolicy
)
AnyCommand = Annotated[PersonCommand, Field(discriminator="type")]
COMMANDS: TypeAdapter[PersonCommand] = TypeAdapter(AnyCommand)
"""Reads any person's command from JSON by its `type`."""
