"""Gates: evidence, votes, questions, decisions and waivers as they are asked for; what a rehearsal finds."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.words import (
    NAMED,
    Body,
    Digest,
    FactValue,
    Instant,
    Name,
    Number,
    PersonId,
    Prose,
    View,
)
from lifecycle.domain.project import OnMiss, Outcome, VoteVerdict
from lifecycle.domain.verdicts import Refusal
from lifecycle.gates.criteria import Result

Title = Annotated[str, StringConstraints(max_length=400, pattern=r"^([^\s\x00-\x1f]([^\x00-\x1f]*[^\s\x00-\x1f])?)?$")]
"""What a piece of evidence is called, if it is called anything."""


class LinkSupply(Body):
    """Evidence that lies elsewhere; the link is kept and never followed."""

    kind: Literal["link"]
    url: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https?://[^\s\x00-\x1f/@]+(/[^\s\x00-\x1f]*)?$")]
    title: Title = ""


class FormSupply(Body):
    """The answers of a form."""

    kind: Literal["form"]
    answers: Annotated[dict[Name, FactValue], NAMED, Field(max_length=500)]


class AttestationSupply(Body):
    """A signature under the attestation's text; given, the text must be the one that the gate asks for."""

    kind: Literal["attestation"]
    text: Prose | None = None


Supply = Annotated[LinkSupply | FormSupply | AttestationSupply, Field(discriminator="kind")]


class PromiseBody(Body):
    """A condition: who owes what until when, and what happens if not."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
    owner: PersonId
    due: Instant
    on_miss: OnMiss | None = None


Promises = Annotated[tuple[PromiseBody, ...], Field(max_length=20)]


class VoteBody(Body):
    """A vote on a round and on the evidence that was shown."""

    round: Number
    evidence_digest: Digest
    verdict: VoteVerdict
    rationale: Prose
    conditions: Promises = ()


class QuestionBody(Body):
    """Information that a gatekeeper asks for."""

    round: Number
    question: Prose


class CallInBody(Body):
    """Why a higher role takes the decision of a round to itself."""

    round: Number
    reason: Prose


class AnswerBody(Body):
    """The submitter's answer to the open question."""

    answer: Prose


class DecisionBody(Body):
    """A decision by whoever the policy lets decide."""

    round: Number
    evidence_digest: Digest
    outcome: Outcome
    rationale: Prose
    conditions: Promises = ()
    review_at: Instant | None = None


Requirement = Annotated[str, StringConstraints(pattern=r"^(evidence|criteria)\.[a-z][a-z0-9_]{0,59}$")]


class AboutWaiverBody(Body):
    """Which requirement a word on a waiver is about (`evidence.<item>` or `criteria.<name>`), and why."""

    gate: Name
    requirement: Requirement
    reason: Prose


class WaiverBody(Body):
    """What to pass without (`evidence.<item>` or `criteria.<name>`), why, what stands in for it, and until when."""

    gate: Name
    requirement: Requirement
    reason: Prose
    compensating_control: Prose
    expires: Instant


class FindingView(View):
    """One requirement of a gate and what was found."""

    requirement: str
    label: str
    result: Result
    blocking: bool
    remedy: str
    missing_facts: tuple[str, ...]
    value: float | None
    weight: float


class RehearsalView(View):
    """What a submission would find now; `ready` says that it would be accepted, `refusal` why it would not."""

    version: int
    ready: bool
    findings: tuple[FindingView, ...]
    missing: tuple[str, ...]
    refusal: Refusal | None
