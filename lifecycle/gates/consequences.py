"""What follows by policy: decisions, stages, tiers, breaches, rounds; each function adds to a ledger."""

from collections.abc import Sequence
from datetime import datetime

from lifecycle.domain.events import (
    BaselineTaken,
    BreachCleared,
    BreachFound,
    PolicyBound,
    ProjectHeld,
    ProjectKilled,
    StageEntered,
    TierChanged,
)
from lifecycle.domain.gate_events import Basis, GateDecided, RoundOpened, RoundReturned, VotesVoided
from lifecycle.domain.project import Condition, OnMiss, Outcome, Promise, RoundStatus, Status
from lifecycle.gates.approvals import standing
from lifecycle.gates.criteria import findings_of, missing, missing_evidence, summary
from lifecycle.gates.deciding import decider, opens, passage_blocked
from lifecycle.gates.ledger import Ledger
from lifecycle.gates.obligations import later
from lifecycle.gates.policy import CLOSED
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.tolerances import breaches


def open_round(ledger: Ledger, gate: str, reason: str) -> None:
    """A new round begins, numbered after the last, under the tier in force."""
    state, rule = ledger.state, ledger.book.policy.gates[gate]
    number = state.rounds[gate].number + 1 if gate in state.rounds else 1
    opened = RoundOpened(
        gate=gate, round=number, reason=reason, tier=state.tier, kind=rule.kind, clock=ledger.openings.get(gate)
    )
    ledger.add(opened)


def enter_stage(ledger: Ledger, stage: str, before: str | None) -> None:
    """The project enters a stage: an offered edition binds it, its gates open, recurring gates start to count."""
    offered = ledger.state.next_policy
    if offered and stage in (*ledger.books[offered.digest].policy.stages, CLOSED):
        ledger.add(PolicyBound(policy=offered, reason="The project reached its next stage."))
    policy = ledger.book.policy
    leads_to = policy.gates_from(stage)
    ledger.add(StageEntered(stage=stage, before=before, recurring=policy.recurring_in(stage), closes=not leads_to))
    for gate in leads_to:
        known = ledger.state.rounds.get(gate)
        if known is None or not known.is_open:
            open_round(ledger, gate, f"The project entered {stage}.")


def settle_tier(ledger: Ledger, *, may_fall: bool) -> None:
    """A heavier tier is in force at once and for open rounds; a lighter one only after a decision under the heavier."""
    state, book = ledger.state, ledger.book
    posts = {name: who for name, who in (("manager", state.manager), ("sponsor", state.sponsor)) if who}
    tier = book.tier_of(state.facts, posts)
    weight = book.policy.weight_of
    if tier == state.tier or (weight(tier) < weight(state.tier) and not may_fall):
        return
    raised = [r.gate for r in state.open_rounds if weight(r.tier) < weight(tier)]
    ledger.add(TierChanged(before=state.tier, after=tier, raised_rounds=tuple(raised)))
    for gate in raised:
        return_if_incomplete(ledger, gate)


def return_if_incomplete(ledger: Ledger, gate: str) -> None:
    """A submitted round goes back to preparation when the rules now ask for evidence that it does not have."""
    round_ = ledger.state.rounds[gate]
    if round_.status is not RoundStatus.SUBMITTED:
        return
    lacking = missing_evidence(findings_of(ledger.book, ledger.state, round_, ledger.now))
    if lacking:
        ledger.add(RoundReturned(gate=gate, round=round_.number, missing=tuple(f.requirement for f in lacking)))


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
            known = ledger.state.rounds.get(gate)
            if name in rule.on_breach_of and (known is None or not known.is_open):
                open_round(ledger, gate, sentence)


def void_votes(ledger: Ledger, gate: str, item: str) -> None:
    """A change of evidence voids exactly the votes that relied on it."""
    round_ = ledger.state.rounds[gate]
    fallen = [vote.voter for vote in round_.standing_votes if item in vote.relied_on]
    if fallen:
        because = f"The evidence '{item}' changed."
        ledger.add(VotesVoided(gate=gate, round=round_.number, voters=tuple(fallen), because=because))


def settle(ledger: Ledger) -> None:
    """Every round that the votes decide, and whose votes suffice, is decided now."""
    for gate in [round_.gate for round_ in ledger.state.open_rounds]:
        round_ = ledger.state.rounds[gate]
        if round_.status is RoundStatus.SUBMITTED and gate in ledger.book.policy.gates:
            _settle_round(ledger, gate)


def _settle_round(ledger: Ledger, gate: str) -> None:
    book, state = ledger.book, ledger.state
    round_, rule = state.rounds[gate], book.policy.gates[gate]
    role, basis = decider(book, round_)
    if role is not None:
        return
    now = standing(book, state, round_)
    counted = now.vetoed_by if rule.approvals.rejection == "veto" and not round_.raised_to else now.rejected_by
    if counted:
        decide(ledger, gate, rule.on_reject, basis, decided_by=counted, rationale="Rejected by vote.")
        return
    ready = not missing(findings_of(book, state, round_, ledger.now)) and passage_blocked(book, state, round_) is None
    if not (now.approved and ready):
        return
    voters = tuple(slot.filled_by for slot in now.slots if slot.filled_by)
    promised = [promise for vote in round_.standing_votes if vote.voter in voters for promise in vote.conditions]
    outcome = Outcome.CONDITIONAL_GO if promised or Outcome.GO not in rule.decisions else Outcome.GO
    decide(ledger, gate, outcome, basis, decided_by=voters, rationale="Approved by vote.", promised=promised)


def decide(
    ledger: Ledger,
    gate: str,
    outcome: Outcome,
    basis: Basis,
    *,
    decided_by: Sequence[str],
    rationale: str,
    promised: Sequence[Promise] = (),
    against: tuple[str, ...] = (),
    review_at: datetime | None = None,
) -> None:
    """The decision of a round is recorded with what was found, and its consequences follow in the same step."""
    state, rule = ledger.state, ledger.book.policy.gates[gate]
    round_ = state.rounds[gate]
    decided = GateDecided(
        gate=gate,
        round=round_.number,
        outcome=outcome,
        basis=basis,
        decided_by=tuple(decided_by),
        rationale=rationale,
        evidence_digest=round_.evidence_digest or "",
        tier=round_.tier,
        findings=summary(findings_of(ledger.book, state, round_, ledger.now)),
        against=against,
        conditions=_conditions(gate, round_.number, promised, rule.on_missed_condition),
        review_at=review_at,
    )
    ledger.add(decided)
    if opens(outcome):
        _go_on(ledger, gate)
    elif outcome is Outcome.RECYCLE:
        open_round(ledger, gate, f"Round {round_.number} was sent back: {rationale}"[:500])
    elif outcome is Outcome.HOLD:
        hold(ledger, rationale, review_at)
    elif outcome is Outcome.KILL:
        ledger.add(ProjectKilled(type="policy:project:killed", reason=rationale))


def _conditions(gate: str, number: int, promised: Sequence[Promise], on_miss: OnMiss) -> tuple[Condition, ...]:
    return tuple(
        Condition(
            id=f"{gate}-{number}-{count}",
            gate=gate,
            round=number,
            text=promise.text,
            owner=promise.owner,
            due=promise.due,
            on_miss=promise.on_miss or on_miss,
        )
        for count, promise in enumerate(promised, start=1)
    )


def _go_on(ledger: Ledger, gate: str) -> None:
    rule = ledger.book.policy.gates[gate]
    outcome = ledger.state.rounds[gate].outcome or Outcome.GO
    if rule.takes_baseline:
        ledger.add(BaselineTaken(gate=gate, values=ledger.state.facts))
        settle_breaches(ledger)
    settle_tier(ledger, may_fall=True)
    here = ledger.state.stage
    destination = ledger.book.machine.after(here, gate, outcome) if rule.kind is GateKind.STAGE else None
    if destination is not None:
        enter_stage(ledger, destination, here)
    settle(ledger)


def hold(ledger: Ledger, reason: str, review_at: datetime | None = None) -> None:
    """The project is held by rule; when nobody says when to look again, the policy does."""
    if ledger.state.status is not Status.ACTIVE:
        return
    review = review_at or later(ledger.now, ledger.book.policy.hold_review_after)
    ledger.add(ProjectHeld(type="policy:project:held", reason=reason, review_at=review))


def attest_baseline(ledger: Ledger) -> None:
    """A project that enters behind a gate which takes the baseline brings its facts as the baseline."""
    policy, here = ledger.book.policy, ledger.state.stage
    order = {stage: number for number, stage in enumerate(policy.stages)}
    passed = [
        gate
        for gate, rule in sorted(policy.gates.items())
        if rule.takes_baseline and rule.kind is GateKind.STAGE and order.get(rule.from_ or "", len(order)) < order[here]
    ]
    if passed:
        ledger.add(BaselineTaken(gate=None, values=ledger.state.facts))
