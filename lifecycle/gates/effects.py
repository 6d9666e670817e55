"""What an accepted command makes happen. The rules have been asked before; here nothing is refused."""

from functools import singledispatch

from lifecycle.domain import commands as asked
from lifecycle.domain.events import FactsAmended, PolicyOffered, ProjectHeld, ProjectKilled, ProjectResumed
from lifecycle.domain.evidence import set_digest
from lifecycle.domain.gate_events import (
    ConditionAccepted,
    ConditionProved,
    EvidenceSupplied,
    GateCalledIn,
    GateNudged,
    GateSubmitted,
    InformationAnswered,
    InformationRequested,
    SubmissionWithdrawn,
    VoteCast,
    WaiverAsked,
    WaiverDeclined,
    WaiverGranted,
    WaiverRevoked,
)
from lifecycle.domain.project import Outcome, Question, Round, Vote, VoteVerdict
from lifecycle.domain.waivers import Waiver, WaiverRequest
from lifecycle.gates import calls, consequences, settling
from lifecycle.gates.approvals import called_roles, relied_on, standing
from lifecycle.gates.awaiting import awaited
from lifecycle.gates.criteria import findings_of, missing, summary
from lifecycle.gates.deciding import decider, opens
from lifecycle.gates.ledger import Ledger
from lifecycle.gates.nudge_rules import to_nudge
from lifecycle.gates.obligations import later
from lifecycle.gates.policy import Pmo
from lifecycle.gates.quorums import panels
from lifecycle.gates.rulebook import context_of


@singledispatch
def happen(command: object, ledger: Ledger) -> None:
    """Add to the ledger what the command makes happen."""
    raise TypeError(f"{type(command).__name__} has no effect")


@happen.register
def _(command: asked.AmendFacts, ledger: Ledger) -> None:
    changed = command.model_dump(include={"facts", "name", "portfolio", "manager", "sponsor", "reason"})
    calls.change(ledger, FactsAmended.model_validate(changed))
    consequences.settle_facts(ledger, may_fall=False)


@happen.register
def _(command: asked.OpenGate, ledger: Ledger) -> None:
    consequences.open_round(ledger, command.gate, command.reason, afresh=True)


@happen.register
def _(command: asked.SupplyEvidence, ledger: Ledger) -> None:
    round_ = ledger.state.rounds[command.gate]
    before = round_.evidence.get(command.evidence.item)
    version = command.evidence.model_copy(
        update={
            "version": before.version + 1 if before else 1,
            "author": command.actor.person,
            "principal": command.actor.principal,
            "at": ledger.now,
        }
    )
    digest = set_digest({**round_.evidence, version.item: version}) if round_.is_before_approvers else None
    supplied = EvidenceSupplied(gate=command.gate, round=round_.number, evidence=version, evidence_digest=digest)
    calls.change(ledger, supplied)
    calls.void_votes(ledger, command.gate, version.item)


@happen.register
def _(command: asked.SubmitGate, ledger: Ledger) -> None:
    state, book = ledger.state, ledger.book
    round_ = state.rounds[command.gate]
    ledger.add(
        GateSubmitted(
            gate=command.gate,
            round=round_.number,
            evidence_digest=set_digest(round_.evidence),
            findings=summary(findings_of(book, state, round_, ledger.now)),
            called=called_roles(book, state, round_),
            clock=command.clocks.get(command.gate),
        )
    )


@happen.register
def _(command: asked.WithdrawSubmission, ledger: Ledger) -> None:
    number = ledger.state.rounds[command.gate].number
    ledger.add(SubmissionWithdrawn(gate=command.gate, round=number, reason=command.reason))
    consequences.open_round(ledger, command.gate, f"Round {number} was withdrawn: {command.reason}")


@happen.register
def _(command: asked.CastVote, ledger: Ledger) -> None:
    state = ledger.state
    round_ = state.rounds[command.gate]
    roles = tuple({*command.actor.roles, *state.posts_of(command.actor.principal)})
    vote = Vote(
        voter=command.actor.person,
        principal=command.actor.principal,
        roles=roles,
        verdict=command.verdict,
        rationale=command.rationale,
        at=ledger.now,
        evidence_digest=command.evidence_digest,
        relied_on=() if command.verdict is VoteVerdict.RECUSE else relied_on(ledger.book, state, round_, roles),
        conditions=command.conditions,
    )
    replaces = any(earlier.voter == vote.voter for earlier in round_.standing_votes)
    cast = VoteCast(gate=command.gate, round=round_.number, vote=vote, replaces=replaces)
    ledger.add(cast.model_copy(update={"dissent_to": _dissent_to(ledger, cast)}))


def _dissent_to(ledger: Ledger, cast: VoteCast) -> tuple[str, ...]:
    """Who hears of a no that does not stop the gate."""
    if cast.vote.verdict is not VoteVerdict.REJECT:
        return ()
    book, state = ledger.foresee(cast)
    round_ = state.rounds[cast.gate]
    if cast.vote.voter not in standing(book, state, round_).objected:
        return ()
    told = {panel.dissent_to for panel in panels(book, cast.gate, context_of(book, state, round_))}
    return tuple(sorted(role for role in told if role))


@happen.register
def _(command: asked.AskForInformation, ledger: Ledger) -> None:
    question = Question(asked_by=command.actor.person, text=command.question, at=ledger.now)
    ledger.add(InformationRequested(gate=command.gate, round=command.round, question=question))


@happen.register
def _(command: asked.AnswerInformation, ledger: Ledger) -> None:
    round_ = ledger.state.rounds[command.gate]
    clock = command.clocks.get(command.gate, round_.clock)
    ledger.add(InformationAnswered(gate=command.gate, round=round_.number, answer=command.answer, clock=clock))


@happen.register
def _(command: asked.DecideGate, ledger: Ledger) -> None:
    state, book = ledger.state, ledger.book
    round_ = state.rounds[command.gate]
    _, basis = decider(book, round_)
    settling.decide(
        ledger,
        command.gate,
        command.outcome,
        basis,
        decided_by=command.actor.people,
        rationale=command.rationale,
        promised=command.conditions if command.outcome is Outcome.CONDITIONAL_GO else (),
        against=_against(ledger, round_) if opens(command.outcome) else (),
        review_at=command.review_at,
    )


def _against(ledger: Ledger, round_: Round) -> tuple[str, ...]:
    """What was said against a decision to go on, and where approvals only advise also what was missing."""
    state, book = ledger.state, ledger.book
    now = standing(book, state, round_)
    if book.policy.pmo is Pmo.CONTROLLING:
        return settling.objections(now)
    lacking = [finding.requirement for finding in missing(findings_of(book, state, round_, ledger.now))]
    advised = (f"approval.{role}" for role in now.pending_roles)
    return (*lacking, *advised, *(f"rejected_by.{person}" for person in now.rejected_by))


@happen.register
def _(command: asked.CallInGate, ledger: Ledger) -> None:
    role = ledger.book.policy.gates[command.gate].call_in or ""
    called_in = GateCalledIn(gate=command.gate, round=command.round, role=role, reason=command.reason)
    book, state = ledger.foresee(called_in)
    roles = called_roles(book, state, state.rounds[command.gate])
    ledger.add(called_in.model_copy(update={"called": {command.gate: roles}}))
    calls.void_all(ledger, command.gate, f"The {role.replace('_', ' ')} called the decision in.")


@happen.register
def _(command: asked.NudgeGate, ledger: Ledger) -> None:
    round_ = ledger.state.rounds[command.gate]
    roles = to_nudge(awaited(ledger.book, ledger.state, round_), round_, ledger.now)
    ledger.add(GateNudged(gate=command.gate, round=round_.number, roles=roles))


@happen.register
def _(command: asked.GrantWaiver, ledger: Ledger) -> None:
    waiver = Waiver(
        id=f"{command.gate}-w{len(ledger.state.waivers) + 1}",
        gate=command.gate,
        requirement=command.requirement,
        granted_by=command.actor.person,
        reason=command.reason,
        compensating_control=command.compensating_control,
        expires=command.expires,
    )
    ledger.add(WaiverGranted(waiver=waiver))


@happen.register
def _(command: asked.AskForWaiver, ledger: Ledger) -> None:
    request = WaiverRequest(
        requirement=command.requirement,
        reason=command.reason,
        asked_by=command.actor.people,
        role=ledger.book.policy.waives_at(command.gate, command.requirement),
        at=ledger.now,
    )
    number = ledger.state.rounds[command.gate].number
    ledger.add(WaiverAsked(gate=command.gate, round=number, request=request))


@happen.register
def _(command: asked.DeclineWaiver, ledger: Ledger) -> None:
    number = ledger.state.rounds[command.gate].number
    ledger.add(WaiverDeclined(gate=command.gate, round=number, requirement=command.requirement, reason=command.reason))


@happen.register
def _(command: asked.RevokeWaiver, ledger: Ledger) -> None:
    for waiver in ledger.state.waivers_of(command.gate, command.requirement, ledger.now):
        ledger.add(WaiverRevoked(waiver=waiver.id, reason=command.reason))
    consequences.return_if_incomplete(ledger, command.gate)


@happen.register
def _(command: asked.ProveCondition, ledger: Ledger) -> None:
    ledger.add(ConditionProved(condition=command.condition, proof=command.proof))


@happen.register
def _(command: asked.AcceptCondition, ledger: Ledger) -> None:
    accepted = ConditionAccepted(condition=command.condition, accepted=command.accepted, rationale=command.rationale)
    ledger.add(accepted)


@happen.register
def _(command: asked.HoldProject, ledger: Ledger) -> None:
    review = command.review_at or later(ledger.now, ledger.book.policy.hold_review_after)
    ledger.add(ProjectHeld(type="person:project:held", reason=command.reason, review_at=review))


@happen.register
def _(command: asked.ResumeProject, ledger: Ledger) -> None:
    ledger.add(ProjectResumed(reason=command.reason, clocks=command.clocks))
    for gate, round_ in sorted(ledger.state.rounds.items()):
        if round_.outcome is Outcome.HOLD and not round_.is_open and gate in ledger.book.policy.gates:
            consequences.open_round(ledger, gate, f"The project was resumed: {command.reason}")


@happen.register
def _(command: asked.KillProject, ledger: Ledger) -> None:
    ledger.add(ProjectKilled(type="person:project:killed", reason=command.reason, spent=command.spent))


@happen.register
def _(command: asked.AdoptPolicy, ledger: Ledger) -> None:
    if not command.at_once:
        ledger.add(PolicyOffered(policy=command.policy, reason=command.reason))
        return
    consequences.bind(ledger, command.policy, ledger.state.stage, command.reason)
    consequences.settle_tier(ledger, may_fall=False)
    for round_ in ledger.state.open_rounds:
        consequences.return_if_incomplete(ledger, round_.gate)
    consequences.settle_routes(ledger)
    consequences.settle_breaches(ledger)
