"""What a run of events changes: the state, and with it the rows of the read model, gathered before any is written."""

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from lifecycle.domain import gate_events as gates
from lifecycle.domain.events import Event, Recorded
from lifecycle.domain.project import Clock, Condition, ProjectState, Round
from lifecycle.domain.values import canonical, text_of
from lifecycle.gates.evolve import evolve
from lifecycle.gates.notices import Notice, calls_of, notices_of
from lifecycle.persistence.columns import stamp
from lifecycle.persistence.measures import lates_ended, stays_ended

Row = dict[str, Any]
CONFIDENCE: Final = "delivery_confidence"
"""The fact, if a policy declares it, that says how sure it is that a project will deliver."""
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
_CALLING = (gates.LadderAction.WIDEN, gates.LadderAction.REASSIGN, gates.LadderAction.RAISE)


class RoundKey(NamedTuple):
    """Which round of a project."""

    gate: str
    number: int


class Changes:
    """Events taken one by one, and what they have changed so far; of a thing changed twice the last word stands.

    `kinds` holds the rounds that were opened, `submitters` the last submitter of each, `called` the roles to call
    besides those that rounds call already, except rounds in `settled`, which call nobody else any more, `moved` the
    rounds that got another deadline, and `news` what is to be told, each with its place among all that happened.
    `stays` are rows of stages that were left, `lates` those of deadlines that were missed until the clock ended.
    """

    def __init__(self, state: ProjectState | None) -> None:
        self.state = state
        self.rounds: dict[RoundKey, Round] = {}
        self.kinds: dict[RoundKey, str] = {}
        self.submitters: dict[RoundKey, str] = {}
        self.called: dict[RoundKey, set[str]] = {}
        self.settled: set[RoundKey] = set()
        self.moved: set[RoundKey] = set()
        self.conditions: dict[str, Condition] = {}
        self.news: list[tuple[str, Notice]] = []
        self.stays: list[Row] = []
        self.lates: list[Row] = []

    def take(self, recorded: Recorded) -> ProjectState:
        """The state after one more event, which must follow the last."""
        before, after = self.state, evolve(self.state, recorded)
        self.state = after
        for gate, round_ in after.rounds.items():
            known = before.rounds.get(gate) if before else None
            if round_ is not known:
                self.rounds[RoundKey(gate, round_.number)] = round_
                if known and _due(known) != _due(round_):
                    self.moved.add(RoundKey(gate, round_.number))
        for key, condition in after.conditions.items():
            if before is None or condition is not before.conditions.get(key):
                self.conditions[key] = condition
        self._note(recorded, after)
        if before:
            self.stays += stays_ended(before, recorded)
            self.lates += lates_ended(before, recorded, after)
        told = notices_of(before, recorded, after)
        self.news += ((f"{recorded.seq}.{place}", notice) for place, notice in enumerate(told))
        return after

    def _note(self, recorded: Recorded, after: ProjectState) -> None:
        event = recorded.event
        if isinstance(event, gates.RoundOpened):
            self.kinds[_current(after, event.gate)] = event.kind
        if isinstance(event, gates.GateSubmitted) and recorded.actor:
            self.submitters[_current(after, event.gate)] = recorded.actor.person
        for key, round_ in self.rounds.items():
            if not round_.is_before_approvers:
                self.settled.add(key)
                self.called.pop(key, None)
        for gate, roles in calls_of(event).items():
            if after.rounds[gate].is_before_approvers:
                self.settled.add(_current(after, gate))
                self.called[_current(after, gate)] = set(roles)
        if isinstance(event, gates.LadderStepped) and event.role and event.action in _CALLING:
            key = _current(after, event.gate)
            if self.rounds[key].is_before_approvers:
                self.called.setdefault(key, set()).add(event.role)


def _current(state: ProjectState, gate: str) -> RoundKey:
    return RoundKey(gate, state.rounds[gate].number)


def gate_of(event: Event, state: ProjectState) -> str | None:
    """The gate that an event is about, if it is about one."""
    match event:
        case gates.WaiverGranted():
            return event.waiver.gate
        case gates.WaiverExpired() | gates.WaiverRevoked():
            return state.waivers[event.waiver].gate
        case gates.ConditionProved() | gates.ConditionAccepted() | gates.ConditionMissed():
            return state.conditions[event.condition].gate
        case _:
            return getattr(event, "gate", None)


def project_row(state: ProjectState) -> Row:
    """What lists show of a project."""
    searched = (state.project, state.name, state.portfolio, state.manager, state.sponsor)
    clocks = [round_.clock for round_ in state.rounds.values() if round_.clock]
    confidence = state.facts.get(CONFIDENCE)
    return {
        "key": state.project,
        "name": state.name,
        "portfolio": state.portfolio,
        "status": state.status.value,
        "stage": state.stage,
        "stage_since": state.stage_since,
        "tier": state.tier,
        "manager": state.manager,
        "sponsor": state.sponsor,
        "policy_id": state.policy.id,
        "policy_version": state.policy.version,
        "policy_digest": state.policy.digest,
        "confidence": None if confidence is None else str(confidence),
        "amounts": canonical(_amounts(state)),
        "breaches": " ".join(state.breaches),
        "open_gates": " ".join(round_.gate for round_ in state.open_rounds),
        "due": min((clock.due for clock in clocks if clock.due and clock.stopped_at is None), default=None),
        "late_from": min(filter(None, map(_late_from, clocks)), default=None),
        "search": " ".join(word for word in searched if word).casefold(),
        "seq": state.seq,
    }


def _amounts(state: ProjectState) -> dict[str, tuple[int, int | None]]:
    """The facts that are whole numbers, with their baselines."""
    before = state.baseline
    return {
        name: (value, base if isinstance(base := before.get(name), int) else None)
        for name, value in state.facts.items()
        if isinstance(value, int) and not isinstance(value, bool)
    }


def round_row(state: ProjectState, round_: Round) -> Row:
    """A round and the clock that runs in it now."""
    clock = round_.clock
    steps = clock.steps[clock.taken :] if clock else ()
    return {
        "project": state.project,
        "gate": round_.gate,
        "number": round_.number,
        "status": round_.status.value,
        "tier": round_.tier,
        "opened_at": round_.opened_at,
        "submitted_at": round_.submitted_at,
        "due": _due(round_),
        "until": until(round_),
        "late_from": _late_from(clock) if clock else None,
        "next_step_at": steps[0] if steps else None,
        "steps_taken": clock.taken if clock else 0,
        "stopped_at": clock.stopped_at if clock else None,
        "outcome": round_.outcome.value if round_.outcome else None,
        "decided_at": round_.decided_at,
        "evidence_digest": round_.evidence_digest,
        "waits": canonical([[wait.on, stamp(wait.since)] for wait in round_.waits]) if round_.decided_at else None,
        "asks_waiver": round_.is_open and bool(round_.waivers_asked),
        "round": text_of(round_),
    }


def until(round_: Round) -> datetime:
    """When a round is due, which is at the end of time where nothing is."""
    return _due(round_) or _END_OF_TIME


def _due(round_: Round) -> datetime | None:
    return round_.clock.due if round_.clock else None


def _late_from(clock: Clock) -> datetime | None:
    """The deadline, unless the clock stands still since before it."""
    stopped_in_time = clock.due and clock.stopped_at and clock.stopped_at <= clock.due
    return None if stopped_in_time else clock.due


def condition_row(state: ProjectState, condition: Condition) -> Row:
    """A condition."""
    return {
        "project": state.project,
        "id": condition.id,
        "gate": condition.gate,
        "owner": condition.owner,
        "due": condition.due,
        "status": condition.status.value,
        "condition": text_of(condition),
    }
