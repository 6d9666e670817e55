"""Projects: what is asked of them, and how they are shown."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.words import (
    NAMED,
    Amount,
    Body,
    FactValue,
    Instant,
    Line,
    Name,
    Number,
    PersonId,
    PolicyId,
    PortfolioId,
    ProjectKey,
    Prose,
    Remark,
    Version,
    View,
    Yes,
)
from lifecycle.domain.project import ConditionStatus, OnMiss, Outcome, ProjectState, Round, RoundStatus, Status
from lifecycle.domain.values import FactValue as Fact
from lifecycle.service.policy_files import DEFAULT

Facts = Annotated[dict[Name, FactValue], NAMED, Field(max_length=500)]
Amendments = Annotated[dict[Name, FactValue | None], NAMED, Field(max_length=500)]


class Registration(Body):
    """A project to be taken into governance, by default under the edition of the policy that is in force.

    With `attested` history it enters at a later `stage`, its facts being the baseline.
    """

    key: ProjectKey
    name: Line
    portfolio: PortfolioId
    manager: PersonId | None = None
    sponsor: PersonId | None = None
    policy: PolicyId = DEFAULT
    version: Version | None = None
    facts: Facts = Field(default_factory=dict)
    stage: Name | None = None
    attested: Remark = ""


class Amendment(Body):
    """Facts to change (null makes one unknown), a new name, new posts."""

    facts: Amendments = Field(default_factory=dict)
    name: Line | None = None
    portfolio: PortfolioId | None = None
    manager: PersonId | None = None
    sponsor: PersonId | None = None
    reason: Remark = ""


class Because(Body):
    """Why."""

    reason: Prose


class Hold(Because):
    """Why every clock stops, and when to look again; by default when the policy says."""

    review_at: Instant | None = None


class Kill(Because):
    """Why the project ends for good, and what was spent."""

    spent: Amount | None = None


class Adoption(Because):
    """The edition that is to bind the project: from its next stage, or at once."""

    policy: PolicyId
    version: Number
    at_once: Yes = False


class Proof(Body):
    """What shows that a condition is fulfilled."""

    proof: Prose


class Acceptance(Body):
    """Whether a proof is accepted; if not, it goes back."""

    accepted: Yes = True
    rationale: Remark = ""


class Edition(View):
    """An edition of a policy."""

    id: str
    version: int
    digest: str


class RoundLine(View):
    """The latest round of a gate."""

    gate: str
    number: int
    status: RoundStatus
    tier: str
    opened_at: datetime
    submitted_at: datetime | None
    due: datetime | None
    evidence_digest: str | None
    outcome: Outcome | None
    decided_at: datetime | None

    @classmethod
    def of(cls, round_: Round) -> "RoundLine":
        """The round in short."""
        clock = round_.clock if round_.is_open else None
        return cls(
            gate=round_.gate,
            number=round_.number,
            status=round_.status,
            tier=round_.tier,
            opened_at=round_.opened_at,
            submitted_at=round_.submitted_at,
            due=clock.due if clock and not clock.stopped_at else None,
            evidence_digest=round_.evidence_digest,
            outcome=round_.outcome,
            decided_at=round_.decided_at,
        )


class ConditionView(View):
    """A promise made at a conditional go."""

    id: str
    gate: str
    round: int
    text: str
    owner: str
    due: datetime
    on_miss: OnMiss
    status: ConditionStatus
    proof: str | None


class WaiverView(View):
    """Permission to pass without a requirement."""

    id: str
    gate: str
    requirement: str
    granted_by: str
    reason: str
    compensating_control: str
    expires: datetime
    expired: bool
    revoked: str = Field(description="Why it was taken back; empty if it was not.")


class ProjectView(View):
    """A project as it stands; `version` counts its events and is its ETag."""

    key: str
    name: str
    portfolio: str
    manager: str | None
    sponsor: str | None
    status: Status
    stage: str
    stage_since: datetime
    tier: str
    version: int
    policy: Edition
    next_policy: Edition | None
    facts: dict[str, Fact]
    baseline: dict[str, Fact]
    breaches: tuple[str, ...]
    hold_reason: str
    hold_review: datetime | None
    rounds: tuple[RoundLine, ...]
    conditions: tuple[ConditionView, ...]
    waivers: tuple[WaiverView, ...]

    @classmethod
    def of(cls, state: ProjectState) -> "ProjectView":
        """The state as it is shown."""
        return cls(
            key=state.project,
            name=state.name,
            portfolio=state.portfolio,
            manager=state.manager,
            sponsor=state.sponsor,
            status=state.status,
            stage=state.stage,
            stage_since=state.stage_since,
            tier=state.tier,
            version=state.seq,
            policy=Edition.model_validate(state.policy),
            next_policy=Edition.model_validate(state.next_policy) if state.next_policy else None,
            facts=state.facts,
            baseline=state.baseline,
            breaches=state.breaches,
            hold_reason=state.hold_reason,
            hold_review=state.hold_review,
            rounds=tuple(RoundLine.of(round_) for _, round_ in sorted(state.rounds.items())),
            conditions=tuple(ConditionView.model_validate(known) for _, known in sorted(state.conditions.items())),
            waivers=tuple(WaiverView.model_validate(known) for _, known in sorted(state.waivers.items())),
        )
