"""What follows by policy for stages, editions, tiers, breaches and rounds; each function adds to a ledger."""

from datetime import datetime

from lifecycle.domain.events import (
    BreachCleared,
    BreachFound,
    PolicyBound,
    ProjectHeld,
    StageEntered,
    TierChanged,
)
from lifecycle.domain.gate_events import RoundLapsed, RoundOpened, RoundReturned
from lifecycle.domain.project import OPENING, Outcome, PolicyRef, Status
from lifecycle.gates import calls
from lifecycle.gates.criteria import findings_of, missing_evidence
from lifecycle.gates.ledger import Ledger
from lifecycle.gates.obligations import later
from lifecycle.gates.policy import CLOSED
from lifecycle.gates.rulebook import context_of
from lifecycle.gates.tolerances import breaches


def open_round(ledger: Ledger, gate: str, reason: str, *, afresh: bool = False) -> None:
    """A new round begins, numbered after the last, under the tier in force; about a new matter it begins afresh."""
    state, rule = ledger.state, ledger.book.policy.gates[gate]
    opened = RoundOpened(
        gate=gate,
        round=state.rounds[gate].number + 1 if gate in state.rounds else 1,
        reason=reason[:500],
        tier=state.tier,
        kind=rule.kind,
        afresh=afresh,
        owed_by=tuple(asked.by for asked in rule.evidence.values() if asked.by),
        clock=ledger.openings.get(gate),
    )
    ledger.add(opened)


def enter_stage(ledger: Ledger, stage: str, before: str | None) -> None:
    """The project enters a stage: rounds of the stage before lose their object, its own gates open."""
    policy = ledger.book.policy
    leads_to = policy.gates_from(stage)
    moot = [round_.gate for round_ in ledger.state.open_rounds if not policy.belongs(round_.gate, stage)]
    ledger.add(
        StageEntered(
            stage=stage, before=before, recurring=policy.recurring_in(stage), moot=tuple(moot), closes=not leads_to
        )
    )
    open_stage_gates(ledger)


def is_there(ledger: Ledger, gate: str) -> bool:
    """Whether the policy has a gate for this project; while that is not known it has."""
    book = ledger.book
    rule = book.policy.gates.get(gate)
    return rule is not None and book.applies(
        rule.when, context_of(book, ledger.state, ledger.state.rounds.get(gate)), gate
    )


def settle_routes(ledger: Ledger) -> None:
    """Rounds of gates that are no longer there for the project lapse; gates of its stage that now are there open."""
    if not ledger.state.is_over:
        for round_ in ledger.state.open_rounds:
            if round_.gate in ledger.book.policy.gates and not is_there(ledger, round_.gate):
                reason = "The gate is no longer there for this project."
                ledger.add(RoundLapsed(gate=round_.gate, round=round_.number, reason=reason))
        open_stage_gates(ledger)


def open_if_idle(ledger: Ledger, gate: str, reason: str) -> None:
    """A round about a new matter opens, unless one is open or the gate is not there for the project."""
    known = ledger.state.rounds.get(gate)
    if is_there(ledger, gate) and not (known and known.is_open):
        open_round(ledger, gate, reason, afresh=True)


def open_stage_gates(ledger: Ledger) -> None:
    """Every gate that leads out of the project's stage is open, unless its decision was to hold."""
    stage = ledger.state.stage
    for gate in ledger.book.policy.gates_from(stage):
        if not is_there(ledger, gate):
            continue
        known = ledger.state.rounds.get(gate)
        if known is None or not (known.is_open or known.outcome is Outcome.HOLD):
            passed_before = known is not None and known.outcome in OPENING
            open_round(ledger, gate, f"The project is in {stage}.", afresh=passed_before)


def bind(ledger: Ledger, policy: PolicyRef, stage: str, reason: str) -> None:
    """An edition binds the project from here on, as it stands in a stage."""
    recurring = ledger.books[policy.digest].policy.recurring_in(stage)
    calls.change(ledger, PolicyBound(policy=policy, reason=reason, recurring=recurring))


def settle_tier(ledger: Ledger, *, may_fall: bool) -> None:
    """A heavier tier is in force at once and for open rounds; a lighter one only after a decision under the heavier.

    A tier that the edition does not know counts as its heaviest.
    """
    state, book = ledger.state, ledger.book
    tier = book.tier_in(context_of(book, state))
    weight = book.policy.weight_of
    if weight(tier) < weight(state.tier) and not may_fall:
        tier = book.policy.known_tier(state.tier)
    raised = [
        r.gate for r in state.open_rounds if weight(r.tier) < weight(tier) or book.policy.known_tier(r.tier) != r.tier
    ]
    if tier == state.tier and not raised:
        return
    calls.change(ledger, TierChanged(before=state.tier, after=tier, raised_rounds=tuple(raised)))
    for gate in raised:
        return_if_incomplete(ledger, gate)


def settle_facts(ledger: Ledger, *, may_fall: bool) -> None:
    """What follows when facts have changed: the tier, the gates that are there, and breaches."""
    settle_tier(ledger, may_fall=may_fall)
    settle_routes(ledger)
    settle_breaches(ledger)


def return_if_incomplete(ledger: Ledger, gate: str) -> None:
    """A round goes from its approvers back to preparation when the rules now ask for evidence that it does not have."""
    round_ = ledger.state.rounds[gate]
    if not round_.is_before_approvers or gate not in ledger.book.policy.gates:
        return
    lacking = tuple(
        finding.requirement for finding in missing_evidence(findings_of(ledger.book, ledger.state, round_, ledger.now))
    )
    if lacking:
        clock = ledger.openings.get(gate)
        ledger.add(RoundReturned(gate=gate, round=round_.number, missing=lacking, clock=clock))


def settle_breaches(ledger: Ledger) -> None:
    """A new breach opens the exception gates that wait for it; one that is over is cleared."""
    found = breaches(ledger.book, ledger.state)
    for name in ledger.state.breaches:
        if name not in found:
            ledger.add(BreachCleared(tolerance=name))
    for name, sentence in sorted(found.items()):
        if name in ledger.state.breaches or ledger.state.is_over:
            continue
        ledger.add(BreachFound(tolerance=name, sentence=sentence))
        for gate, rule in sorted(ledger.book.policy.gates.items()):
            if name in rule.on_breach_of:
                open_if_idle(ledger, gate, sentence)


def bind_offered(ledger: Ledger, stage: str) -> None:
    """An edition that awaits the project's next stage binds it there, if it knows the stage."""
    offered = ledger.state.next_policy
    book = ledger.books.get(offered.digest) if offered else None
    if offered and book and stage in (*book.policy.stages, CLOSED):
        bind(ledger, offered, stage, "The project reached its next stage.")


def hold(ledger: Ledger, reason: str, review_at: datetime | None = None) -> None:
    """The project is held by rule; when nobody says when to look again, the policy does."""
    if ledger.state.status is not Status.ACTIVE:
        return
    review = review_at or later(ledger.now, ledger.book.policy.hold_review_after)
    ledger.add(ProjectHeld(type="policy:project:held", reason=reason, review_at=review))
