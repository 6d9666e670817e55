"""`evolve(state, recorded) -> state`: what each event changes.

No rule is asked here, so anybody who has the events can rebuild the state.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import reduce, singledispatch

from lifecycle.domain import events as happened
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import ProjectState, Recurrence, Round, RoundStatus, Status
from lifecycle.gates.rounds import change_rounds, stopped, together
from lifecycle.gates.waiting import with_waits


def replay(history: Iterable[Recorded]) -> ProjectState | None:
    """The state after a whole history; none for an empty one."""
    return reduce(evolve, history, None)


def evolve(state: ProjectState | None, recorded: Recorded) -> ProjectState:
    """The state after one more event; the first event must be a registration, and numbers may not be skipped."""
    expected = 1 if state is None else state.seq + 1
    if recorded.seq != expected:
        raise ValueError(f"event {recorded.seq} does not follow; {expected} was expected")
    changed = _registered(recorded) if state is None else _apply(recorded.event, state, recorded)
    directory = max(changed.directory_version, recorded.actor.directory_version if recorded.actor else 0)
    numbered = changed.model_copy(update={"seq": recorded.seq, "directory_version": directory})
    return with_waits(numbered, recorded.at)


def _registered(recorded: Recorded) -> ProjectState:
    event = recorded.event
    if not isinstance(event, happened.ProjectRegistered):
        raise ValueError("the first event of a project is its registration")
    return ProjectState(
        project=event.project,
        name=event.name,
        portfolio=event.portfolio,
        manager=event.manager,
        sponsor=event.sponsor,
        policy=event.policy,
        stage="",
        stage_since=recorded.at,
        tier=event.tier,
        facts=event.facts,
    )


@singledispatch
def _apply(event: object, state: ProjectState, recorded: Recorded) -> ProjectState:
    return change_rounds(event, state, recorded)


def _each_open_round(state: ProjectState, change: Callable[[Round], Round]) -> ProjectState:
    rounds = {gate: change(round_) if round_.is_open else round_ for gate, round_ in state.rounds.items()}
    return state.model_copy(update={"rounds": rounds})


def _withdrawn(round_: Round) -> Round:
    """What nobody may decide any more is withdrawn, and its clock with it."""
    return round_.model_copy(update={"status": RoundStatus.WITHDRAWN, "clock": None})


def _counting(state: ProjectState, gates: Iterable[str], start: datetime) -> dict[str, Recurrence]:
    """The recurring gates that count from now on; those that did already go on."""
    return {gate: state.recurrences.get(gate) or Recurrence(gate=gate, anchor=start) for gate in gates}


@_apply.register
def _(event: happened.StageEntered, state: ProjectState, recorded: Recorded) -> ProjectState:
    entered = state.model_copy(
        update={
            "stage": event.stage,
            "stage_since": recorded.at,
            "recurrences": _counting(state, event.recurring, recorded.at),
            "status": Status.CLOSED if event.closes else state.status,
        }
    )
    return _each_open_round(
        entered, lambda round_: _withdrawn(round_) if event.closes or round_.gate in event.moot else round_
    )


@_apply.register
def _(event: happened.FactsAmended, state: ProjectState, recorded: Recorded) -> ProjectState:
    facts = {name: value for name, value in {**state.facts, **event.facts}.items() if value is not None}
    named = {"name": event.name, "portfolio": event.portfolio, "manager": event.manager, "sponsor": event.sponsor}
    changed = state.model_copy(update={"facts": facts, **{key: value for key, value in named.items() if value}})

    def seen_anew(round_: Round) -> Round:
        seq = recorded.seq if event.facts else round_.material_seq
        managers = together(round_.managers, [event.manager])
        return round_.model_copy(update={"managers": managers, "material_seq": seq})

    return _each_open_round(changed, seen_anew)


@_apply.register
def _(event: happened.FactsSet, state: ProjectState, recorded: Recorded) -> ProjectState:
    facts = {name: value for name, value in {**state.facts, **event.facts}.items() if value is not None}
    seen_anew = {"material_seq": recorded.seq}
    return _each_open_round(
        state.model_copy(update={"facts": facts}), lambda round_: round_.model_copy(update=seen_anew)
    )


@_apply.register
def _(event: happened.TierChanged, state: ProjectState, recorded: Recorded) -> ProjectState:
    raised = {"tier": event.after, "material_seq": recorded.seq}
    rounds = {
        gate: round_.model_copy(update=raised) if gate in event.raised_rounds else round_
        for gate, round_ in state.rounds.items()
    }
    return state.model_copy(update={"tier": event.after, "rounds": rounds})


@_apply.register
def _(event: happened.BaselineTaken, state: ProjectState, recorded: Recorded) -> ProjectState:
    return state.model_copy(update={"baseline": event.values})


@_apply.register
def _(event: happened.BreachFound, state: ProjectState, recorded: Recorded) -> ProjectState:
    return state.model_copy(update={"breaches": together(state.breaches, [event.tolerance])})


@_apply.register
def _(event: happened.BreachCleared, state: ProjectState, recorded: Recorded) -> ProjectState:
    return state.model_copy(update={"breaches": tuple(name for name in state.breaches if name != event.tolerance)})


@_apply.register
def _(event: happened.ProjectHeld, state: ProjectState, recorded: Recorded) -> ProjectState:
    held = {"status": Status.ON_HOLD, "hold_review": event.review_at, "hold_reason": event.reason}
    return _each_open_round(state.model_copy(update=held), lambda round_: stopped(round_, recorded))


@_apply.register
def _(event: happened.HoldReviewDue, state: ProjectState, recorded: Recorded) -> ProjectState:
    return state.model_copy(update={"hold_review": None})


@_apply.register
def _(event: happened.ProjectResumed, state: ProjectState, recorded: Recorded) -> ProjectState:
    resumed = {"status": Status.ACTIVE, "hold_review": None, "hold_reason": ""}
    return _each_open_round(
        state.model_copy(update=resumed),
        lambda round_: round_.model_copy(update={"clock": event.clocks.get(round_.gate, round_.clock)}),
    )


@_apply.register
def _(event: happened.ProjectKilled, state: ProjectState, recorded: Recorded) -> ProjectState:
    killed: dict[str, object] = {"status": Status.KILLED, "recurrences": {}, "hold_review": None}
    return _each_open_round(state.model_copy(update=killed), _withdrawn)


@_apply.register
def _(event: happened.PolicyOffered, state: ProjectState, recorded: Recorded) -> ProjectState:
    return state.model_copy(update={"next_policy": event.policy})


@_apply.register
def _(event: happened.PolicyBound, state: ProjectState, recorded: Recorded) -> ProjectState:
    recurrences = _counting(state, event.recurring, recorded.at)
    bound = state.model_copy(update={"policy": event.policy, "next_policy": None, "recurrences": recurrences})
    return _each_open_round(bound, lambda round_: round_.model_copy(update={"material_seq": recorded.seq}))
