"""How gate events change the rounds, conditions and waivers of a project; `evolve` calls it for each of them."""

from collections.abc import Callable, Iterable
from functools import singledispatch

from lifecycle.domain import gate_events as gates
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import (
    Condition,
    ConditionStatus,
    PassedOn,
    PastDecision,
    ProjectState,
    Round,
    RoundStatus,
    Status,
)
from lifecycle.domain.waivers import Waiver


@singledispatch
def change_rounds(event: object, state: ProjectState, recorded: Recorded) -> ProjectState:
    """The state after an event of a gate; any other event here is an error of the caller."""
    raise ValueError(f"{type(event).__name__} is no event of a gate, or can happen only once")


def together(names: tuple[str, ...], more: Iterable[str | None]) -> tuple[str, ...]:
    """The union of two sets of names, in their one order."""
    return tuple(sorted({*names, *(name for name in more if name)}))


def stopped(round_: Round, recorded: Recorded) -> Round:
    """The round with its clock stopped at the event's instant, if one was running."""
    if round_.clock is None or round_.clock.stopped_at:
        return round_
    return round_.model_copy(update={"clock": round_.clock.model_copy(update={"stopped_at": recorded.at})})


def _kept(state: ProjectState, round_: Round, recorded: Recorded) -> ProjectState:
    """The state with the round as the latest of its gate; a clock that begins while the project rests stands still."""
    begun = stopped(round_, recorded) if state.status is Status.ON_HOLD else round_
    return state.model_copy(update={"rounds": {**state.rounds, round_.gate: begun}})


def _round(state: ProjectState, gate: str, **changes: object) -> ProjectState:
    changed = state.rounds[gate].model_copy(update=changes)
    return state.model_copy(update={"rounds": {**state.rounds, gate: changed}})


def _people(recorded: Recorded) -> tuple[str, ...]:
    return recorded.actor.people if recorded.actor else ()


def _condition(state: ProjectState, key: str, change: Callable[[Condition], Condition]) -> ProjectState:
    return state.model_copy(update={"conditions": {**state.conditions, key: change(state.conditions[key])}})


@change_rounds.register
def _(event: gates.RoundOpened, state: ProjectState, recorded: Recorded) -> ProjectState:
    before = None if event.afresh else state.rounds.get(event.gate)
    opened = Round(
        gate=event.gate,
        number=event.round,
        reason=event.reason,
        opened_at=recorded.at,
        tier=event.tier,
        evidence=before.evidence if before else {},
        evidence_authors=before.evidence_authors if before else (),
        managers=(state.manager,) if state.manager else (),
        material_seq=recorded.seq,
        clock=event.clock,
    )
    return _kept(state, opened, recorded)


@change_rounds.register
def _(event: gates.RecurrenceCame, state: ProjectState, recorded: Recorded) -> ProjectState:
    came = state.recurrences[event.gate].model_copy(update={"fired": event.count, "came_at": recorded.at})
    return state.model_copy(update={"recurrences": {**state.recurrences, event.gate: came}})


@change_rounds.register
def _(event: gates.EvidenceSupplied, state: ProjectState, recorded: Recorded) -> ProjectState:
    round_ = state.rounds[event.gate]
    return _round(
        state,
        event.gate,
        evidence={**round_.evidence, event.evidence.item: event.evidence},
        evidence_authors=together(round_.evidence_authors, (event.evidence.author, event.evidence.principal)),
        evidence_digest=event.evidence_digest,
        material_seq=recorded.seq,
    )


@change_rounds.register
def _(event: gates.VotesVoided, state: ProjectState, recorded: Recorded) -> ProjectState:
    votes = tuple(
        vote.model_copy(update={"void": True}) if vote.voter in event.voters else vote
        for vote in state.rounds[event.gate].votes
    )
    return _round(state, event.gate, votes=votes)


@change_rounds.register
def _(event: gates.RoundReturned, state: ProjectState, recorded: Recorded) -> ProjectState:
    returned = {"status": RoundStatus.PREPARING, "evidence_digest": None, "clock": event.clock}
    round_ = state.rounds[event.gate].model_copy(update={**returned, "material_seq": recorded.seq})
    return _kept(state, round_, recorded)


@change_rounds.register
def _(event: gates.RoundLapsed, state: ProjectState, recorded: Recorded) -> ProjectState:
    return _round(state, event.gate, status=RoundStatus.WITHDRAWN, clock=None)


@change_rounds.register
def _(event: gates.GateSubmitted, state: ProjectState, recorded: Recorded) -> ProjectState:
    return _round(
        state,
        event.gate,
        status=RoundStatus.SUBMITTED,
        submitted_at=recorded.at,
        submitters=together(state.rounds[event.gate].submitters, _people(recorded)),
        evidence_digest=event.evidence_digest,
        clock=event.clock,
        material_seq=recorded.seq,
    )


@change_rounds.register
def _(event: gates.SubmissionWithdrawn, state: ProjectState, recorded: Recorded) -> ProjectState:
    return _round(state, event.gate, status=RoundStatus.WITHDRAWN, clock=None)


@change_rounds.register
def _(event: gates.VoteCast, state: ProjectState, recorded: Recorded) -> ProjectState:
    votes = state.rounds[event.gate].votes
    if event.replaces:
        given_way = {"void": True}
        votes = tuple(v.model_copy(update=given_way) if v.voter == event.vote.voter else v for v in votes)
    return _round(state, event.gate, votes=(*votes, event.vote))


@change_rounds.register
def _(event: gates.InformationRequested, state: ProjectState, recorded: Recorded) -> ProjectState:
    round_ = state.rounds[event.gate]
    return _round(
        state,
        event.gate,
        status=RoundStatus.INFORMATION_REQUESTED,
        questions=(*round_.questions, event.question),
        clock=stopped(round_, recorded).clock,
    )


@change_rounds.register
def _(event: gates.InformationAnswered, state: ProjectState, recorded: Recorded) -> ProjectState:
    round_ = state.rounds[event.gate]
    by = recorded.actor.person if recorded.actor else None
    answered = round_.questions[-1].model_copy(update={"answer": event.answer, "answered_by": by})
    return _round(
        state,
        event.gate,
        status=RoundStatus.SUBMITTED,
        questions=(*round_.questions[:-1], answered),
        submitters=together(round_.submitters, _people(recorded)),
        clock=event.clock,
    )


@change_rounds.register
def _(event: gates.GateDecided, state: ProjectState, recorded: Recorded) -> ProjectState:
    promised = {condition.id: condition for condition in event.conditions}
    decided = {"status": RoundStatus.DECIDED, "outcome": event.outcome, "decided_at": recorded.at, "clock": None}
    changed = _round(state, event.gate, **decided)
    past = PastDecision(outcome=event.outcome, round=event.round, at=recorded.at, seq=recorded.seq)
    return changed.model_copy(
        update={
            "conditions": {**state.conditions, **promised},
            "decisions": {**state.decisions, event.gate: past},
        }
    )


@change_rounds.register
def _(event: gates.GateCalledIn, state: ProjectState, recorded: Recorded) -> ProjectState:
    return _round(state, event.gate, raised_to=event.role, widened_to=(), passed_on=())


@change_rounds.register
def _(event: gates.GateNudged, state: ProjectState, recorded: Recorded) -> ProjectState:
    nudged = {**state.rounds[event.gate].nudged, **dict.fromkeys(event.roles, recorded.at)}
    return _round(state, event.gate, nudged=nudged)


@change_rounds.register
def _(event: gates.WaiverAsked, state: ProjectState, recorded: Recorded) -> ProjectState:
    return _round(state, event.gate, waivers_asked=(*state.rounds[event.gate].waivers_asked, event.request))


@change_rounds.register
def _(event: gates.WaiverGranted, state: ProjectState, recorded: Recorded) -> ProjectState:
    return _answered(_waiver(state, event.waiver), event.waiver.gate, event.waiver.requirement)


@change_rounds.register
def _(event: gates.WaiverDeclined, state: ProjectState, recorded: Recorded) -> ProjectState:
    return _answered(state, event.gate, event.requirement)


@change_rounds.register
def _(event: gates.WaiverRevoked, state: ProjectState, recorded: Recorded) -> ProjectState:
    waiver = state.waivers[event.waiver]
    revoked = _waiver(state, waiver.model_copy(update={"revoked": event.reason}))
    return _round(revoked, waiver.gate, material_seq=recorded.seq)


@change_rounds.register
def _(event: gates.WaiverExpired, state: ProjectState, recorded: Recorded) -> ProjectState:
    return _waiver(state, state.waivers[event.waiver].model_copy(update={"expired": True}))


def _waiver(state: ProjectState, waiver: Waiver) -> ProjectState:
    return state.model_copy(update={"waivers": {**state.waivers, waiver.id: waiver}})


def _answered(state: ProjectState, gate: str, requirement: str) -> ProjectState:
    """The state without a request that has its answer."""
    asked = state.rounds[gate].waivers_asked
    left = tuple(request for request in asked if request.requirement != requirement)
    return state if left == asked else _round(state, gate, waivers_asked=left)


@change_rounds.register
def _(event: gates.ConditionProved, state: ProjectState, recorded: Recorded) -> ProjectState:
    proved = {"status": ConditionStatus.PROVED, "proof": event.proof, "proved_by": together((), _people(recorded))}
    return _condition(state, event.condition, lambda condition: condition.model_copy(update=proved))


@change_rounds.register
def _(event: gates.ConditionAccepted, state: ProjectState, recorded: Recorded) -> ProjectState:
    def judged(condition: Condition) -> Condition:
        if event.accepted:
            return condition.model_copy(update={"status": ConditionStatus.MET})
        owed = ConditionStatus.MISSED if condition.missed else ConditionStatus.OPEN
        return condition.model_copy(update={"status": owed, "proof": None, "proved_by": ()})

    return _condition(state, event.condition, judged)


@change_rounds.register
def _(event: gates.ConditionMissed, state: ProjectState, recorded: Recorded) -> ProjectState:
    missed = {"status": ConditionStatus.MISSED, "missed": True}
    return _condition(state, event.condition, lambda condition: condition.model_copy(update=missed))


@change_rounds.register
def _(event: gates.LadderStepped, state: ProjectState, recorded: Recorded) -> ProjectState:
    round_ = state.rounds[event.gate]
    changes: dict[str, object] = {}
    if round_.clock:
        changes["clock"] = round_.clock.model_copy(update={"taken": event.step + 1})
    if event.action is gates.LadderAction.WIDEN:
        changes["widened_to"] = together(round_.widened_to, [event.role])
    if event.action is gates.LadderAction.REASSIGN:
        passed = PassedOn(role=event.role or "", votes=len(round_.votes), widened=round_.widened_to)
        changes |= {"passed_on": (*round_.passed_on, passed), "widened_to": ()}
    if event.action is gates.LadderAction.RAISE:
        changes |= {"raised_to": event.role, "widened_to": (), "passed_on": ()}
    return _round(state, event.gate, **changes)
