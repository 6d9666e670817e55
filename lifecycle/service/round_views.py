"""One trip through a gate as people look at it: what was shown, who said what, how it was decided."""

from collections.abc import Iterable
from datetime import datetime

from lifecycle.domain.events import Recorded
from lifecycle.domain.evidence import EvidenceVersion
from lifecycle.domain.gate_events import Basis, EvidenceSupplied, GateDecided
from lifecycle.domain.project import Condition, Outcome, Question, Round, RoundStatus, Vote
from lifecycle.domain.values import Instant, Names, Value


class DecisionView(Value):
    """How a round was decided: on whose authority, why, and what had been found.

    `against` lists what the advice or the rules still missed, `findings` the result of every requirement.
    """

    outcome: Outcome
    basis: Basis
    decided_by: Names
    rationale: str
    at: Instant
    tier: str
    findings: dict[str, str]
    against: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    review_at: Instant | None = None


class RoundView(Value):
    """A round, with the evidence as it stood in it; `participants` submitted, managed or wrote it."""

    number: int
    status: RoundStatus
    reason: str
    tier: str
    opened_at: Instant
    submitted_at: Instant | None
    due: Instant | None
    evidence_digest: str | None
    evidence: dict[str, EvidenceVersion]
    participants: Names
    votes: tuple[Vote, ...]
    questions: tuple[Question, ...]
    widened_to: Names
    raised_to: str | None
    decision: DecisionView | None


class GateHistory(Value):
    """What the events of one gate say beyond its rounds: decisions by round, and every version of every item."""

    decisions: dict[int, DecisionView]
    versions: dict[str, tuple[EvidenceVersion, ...]]


def history_of(happened: Iterable[Recorded], gate: str) -> GateHistory:
    """The history of one gate in the events of its project."""
    decisions: dict[int, DecisionView] = {}
    versions: dict[str, tuple[EvidenceVersion, ...]] = {}
    for recorded in happened:
        match recorded.event:
            case GateDecided() as event if event.gate == gate:
                decisions[event.round] = _decision(event, recorded.at)
            case EvidenceSupplied() as event if event.gate == gate:
                item = event.evidence.item
                versions[item] = (*versions.get(item, ()), event.evidence)
    return GateHistory(decisions=decisions, versions=versions)


def round_view(round_: Round, history: GateHistory) -> RoundView:
    """A round with its decision, if it has one."""
    return RoundView(
        number=round_.number,
        status=round_.status,
        reason=round_.reason,
        tier=round_.tier,
        opened_at=round_.opened_at,
        submitted_at=round_.submitted_at,
        due=round_.clock.due if round_.clock else None,
        evidence_digest=round_.evidence_digest,
        evidence=round_.evidence,
        participants=(*round_.submitters, *round_.managers, *round_.evidence_authors),
        votes=round_.votes,
        questions=round_.questions,
        widened_to=round_.widened_to,
        raised_to=round_.raised_to,
        decision=history.decisions.get(round_.number),
    )


def _decision(event: GateDecided, at: datetime) -> DecisionView:
    return DecisionView(
        outcome=event.outcome,
        basis=event.basis,
        decided_by=event.decided_by,
        rationale=event.rationale,
        at=at,
        tier=event.tier,
        findings=event.findings,
        against=event.against,
        conditions=event.conditions,
        review_at=event.review_at,
    )
