"""How rounds come to their decision, and what a decision does."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from lifecycle.domain.events import BaselineTaken, FactsSet, ProjectKilled
from lifecycle.domain.gate_events import Basis, GateDecided
from lifecycle.domain.project import Condition, OnMiss, Outcome, Promise, Round, RoundStatus, Status, VoteVerdict
from lifecycle.gates import calls, consequences
from lifecycle.gates.approvals import Standing, standing
from lifecycle.gates.criteria import findings_of, missing, summary
from lifecycle.gates.deciding import decider, facts_set, is_available, opens, passage_blocked
from lifecycle.gates.ledger import Ledger
from lifecycle.gates.machine import KILLED, project_may
from lifecycle.gates.obligations import later
from lifecycle.gates.policy_gates import Gate


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
        no = next((o for o in (rule.on_reject, *_NOES) if is_available(book, state, round_, o)), None)
        if no is not None:
            decide(ledger, gate, no, basis, decided_by=now.refused_by, rationale="Rejected by vote.")
        return no is not None
    ready = not missing(findings_of(book, state, round_, ledger.now)) and passage_blocked(book, state, round_) is None
    if not (now.approved and ready):
        return False
    approvals = [v for v in round_.standing_votes if v.verdict is VoteVerdict.APPROVE and v.voter in now.approved_by]
    promised = [promise for vote in approvals for promise in vote.conditions]
    yes = next((o for o in _yeses(rule, promised) if is_available(book, state, round_, o)), None)
    if yes is not None:
        decide(
            ledger,
            gate,
            yes,
            basis,
            decided_by=now.decisive,
            rationale="Approved by vote.",
            promised=promised,
            against=objections(now),
        )
    return yes is not None


_NOES = (Outcome.RECYCLE, Outcome.DECLINE, Outcome.HOLD, Outcome.KILL)
"""What a rejection does, where the decision that the policy wants is not to be had: the mildest that is."""


def _yeses(rule: Gate, promised: Sequence[Promise]) -> tuple[Outcome, ...]:
    """What an approval can decide: a go, unless conditions go with it."""
    if promised:
        return (Outcome.CONDITIONAL_GO,)
    imposed = rule.decision(Outcome.CONDITIONAL_GO).imposes
    return (Outcome.GO, Outcome.CONDITIONAL_GO) if imposed or Outcome.GO not in rule.decisions else (Outcome.GO,)


def objections(now: Standing) -> tuple[str, ...]:
    """Who said no to what was decided all the same, as the record of a decision names them."""
    return tuple(f"rejected_by.{person}" for person in now.objected)


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
        type="clock:gate:decided" if basis is Basis.SILENCE else "person:gate:decided",
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
        conditions=_conditions(
            gate, round_.number, (*promised, *_imposed(ledger, gate, outcome)), rule.on_missed_condition
        ),
        review_at=review_at,
    )
    values = facts_set(ledger.book, state, round_, outcome)
    ledger.add(decided)
    if values:
        calls.change(ledger, FactsSet(gate=gate, round=round_.number, facts=values))
    _move(ledger, gate, outcome, rationale, review_at)
    for other in rule.decision(outcome).opens:
        if other in ledger.book.policy.gates and not ledger.state.is_over:
            consequences.open_if_idle(ledger, other, f"{rule.label or gate} decided {outcome}: {rationale}")


def _move(ledger: Ledger, gate: str, outcome: Outcome, rationale: str, review_at: datetime | None) -> None:
    """What a decision does with the project and with the round."""
    if opens(outcome) and ledger.book.policy.gates[gate].takes_baseline:
        ledger.add(BaselineTaken(gate=gate, values=ledger.state.facts))
    here, number = ledger.state.stage, ledger.state.rounds[gate].number
    destination = _destination(ledger, gate, outcome)
    if destination is not None:
        consequences.bind_offered(ledger, destination)
    consequences.settle_tier(ledger, may_fall=opens(outcome))
    if destination is not None:
        consequences.enter_stage(ledger, destination, here)
    elif outcome is Outcome.RECYCLE:
        consequences.open_round(ledger, gate, f"Round {number} was sent back: {rationale}")
    elif outcome is Outcome.HOLD:
        consequences.hold(ledger, rationale, review_at)
    elif outcome is Outcome.KILL and project_may("kill", ledger.state.status):
        ledger.add(ProjectKilled(type="policy:project:killed", reason=rationale))
    if ledger.state.status is not Status.KILLED:
        consequences.settle_routes(ledger)
        consequences.settle_breaches(ledger)


def _destination(ledger: Ledger, gate: str, outcome: Outcome) -> str | None:
    """The stage that the project enters by a decision; none where it stays in its stage, or ends."""
    if ledger.state.is_over:
        return None
    here, book = ledger.state.stage, ledger.book
    to = book.machine.after(here, gate, outcome)
    if opens(outcome):
        return to
    to = book.policy.gates[gate].decision(outcome).to or to
    return None if to in (here, KILLED) else to


def _imposed(ledger: Ledger, gate: str, outcome: Outcome) -> Iterator[Promise]:
    """The conditions that the policy sets with a decision, owed by whoever holds the post."""
    state = ledger.state
    holders = {"project_manager": state.manager or state.sponsor, "sponsor": state.sponsor or state.manager}
    for imposed in ledger.book.policy.gates[gate].decision(outcome).imposes:
        owner = holders[imposed.owner] or imposed.owner
        yield Promise(text=imposed.text, owner=owner, due=later(ledger.now, imposed.within))


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
