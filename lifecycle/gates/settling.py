"""How rounds come to their decision, and what a decision does."""

from collections.abc import Sequence
from datetime import datetime

from lifecycle.domain.events import BaselineTaken, ProjectKilled
from lifecycle.domain.gate_events import Basis, GateDecided
from lifecycle.domain.project import Condition, OnMiss, Outcome, Promise, Round, RoundStatus, Status, VoteVerdict
from lifecycle.gates import consequences
from lifecycle.gates.approvals import standing
from lifecycle.gates.criteria import findings_of, missing, summary
from lifecycle.gates.deciding import decider, opens, passage_blocked
from lifecycle.gates.ledger import Ledger
from lifecycle.gates.machine import project_may
from lifecycle.gates.policy_gates import GateKind


def settle(ledger: Ledger) -> None:
    """Every round that the votes decide, and whose votes suffice, is decided now; on hold the gates rest.

    One decision may free another, so this goes on until nothing moves.
    """
    while ledger.state.status is not Status.ON_HOLD:
        if not any(_is_decided(ledger, round_) for round_ in ledger.state.open_rounds):
            return


def _is_decided(ledger: Ledger, round_: Round) -> bool:
    """Decide a round if its votes do; whether they did."""
    book, state, gate = ledger.book, ledger.state, round_.gate
    if round_.status is not RoundStatus.SUBMITTED or gate not in book.policy.gates:
        return False
    role, basis = decider(book, round_)
    if role is not None:
        return False
    now, rule = standing(book, state, round_), book.policy.gates[gate]
    if now.refused_by:
        decide(ledger, gate, rule.on_reject, basis, decided_by=now.refused_by, rationale="Rejected by vote.")
        return True
    ready = not missing(findings_of(book, state, round_, ledger.now)) and passage_blocked(book, state, round_) is None
    if not (now.approved and ready):
        return False
    voters = tuple(slot.filled_by for slot in now.slots if slot.filled_by)
    approvals = [v for v in round_.standing_votes if v.verdict is VoteVerdict.APPROVE and v.voter in now.approved_by]
    promised = [promise for vote in approvals for promise in vote.conditions]
    outcome = Outcome.CONDITIONAL_GO if promised or Outcome.GO not in rule.decisions else Outcome.GO
    decide(ledger, gate, outcome, basis, decided_by=voters, rationale="Approved by vote.", promised=promised)
    return True


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
        consequences.open_round(ledger, gate, f"Round {round_.number} was sent back: {rationale}")
    elif outcome is Outcome.HOLD:
        consequences.hold(ledger, rationale, review_at)
    elif outcome is Outcome.KILL and project_may("kill", state.status):
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
    here = ledger.state.stage
    destination = ledger.book.machine.after(here, gate, outcome) if rule.kind is GateKind.STAGE else None
    if destination is not None:
        consequences.bind_offered(ledger, destination)
    consequences.settle_tier(ledger, may_fall=True)
    if destination is not None:
        consequences.enter_stage(ledger, destination, here)
    consequences.settle_breaches(ledger)
