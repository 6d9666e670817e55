"""Clocks: the instants that commands carry into a judgement, worked out in working time.

The caller computes them with a calendar; the judgement, which knows no calendar, takes them as they come.
"""

from datetime import datetime
from typing import TypeVar

from lifecycle.domain.commands import AnswerInformation, Command, ResumeProject, SubmitGate
from lifecycle.domain.duration import Duration, Unit
from lifecycle.domain.project import Clock, ProjectState, Round, RoundStatus, Rung
from lifecycle.domain.worktime import WorkCalendar, add_working_time, after, working_time_between
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_gates import Gate
from lifecycle.gates.policy_ladders import LadderStep
from lifecycle.gates.policy_words import ByTier

_WORKING = (Unit.WORKING_DAYS, Unit.WORKING_HOURS)
Asked = TypeVar("Asked", bound=Command)


def for_tier(length: ByTier, tier: str) -> Duration:
    """The duration for a tier; a tier of another edition, which is not named, takes the first one by name."""
    return length.get(tier) or length[min(length)] if isinstance(length, dict) else length


def clock_for(gate: Gate, tier: str, calendar: WorkCalendar, start: datetime, *, submitting: bool) -> Clock | None:
    """A new clock: the submitter's time to prepare, or the approvers' to decide; none when the gate sets neither."""
    within, ladder = _timetable(gate, submitting=submitting)
    if within is None and not ladder:
        return None
    return Clock(
        started_at=start,
        due=after(calendar, start, for_tier(within, tier)) if within else None,
        steps=tuple(after(calendar, start, for_tier(step.after, tier)) for step in ladder),
        rungs=tuple(_rung(step, tier) for step in ladder),
    )


def _timetable(gate: Gate, *, submitting: bool) -> tuple[ByTier | None, tuple[LadderStep, ...]]:
    return (gate.submit_within, gate.submit_ladder) if submitting else (gate.decide_within, gate.ladder)


def _rung(step: LadderStep, tier: str) -> Rung:
    role = "project_manager" if step.remind == "submitter" else step.role
    elapsed = for_tier(step.after, tier).unit not in _WORKING
    return Rung(action=step.action, role=role, elapsed=elapsed, outcome=step.decide)


def resumed(policy: Policy, round_: Round, calendar: WorkCalendar, at: datetime) -> Clock | None:
    """The round's clock going on at an instant: what was left when it stopped is left again.

    Working durations keep their remaining working time, calendar durations their remaining elapsed time.
    """
    clock, gate = round_.clock, policy.gates.get(round_.gate)
    if clock is None or clock.stopped_at is None or gate is None:
        return clock
    stop = clock.stopped_at

    def moved(instant: datetime, *, elapsed: bool) -> datetime:
        if instant <= stop:
            return instant
        if elapsed:
            return instant + (at - stop)
        return add_working_time(calendar, at, working_time_between(calendar, stop, instant))

    within, _ = _timetable(gate, submitting=round_.status is RoundStatus.PREPARING)
    elapses = within is not None and for_tier(within, round_.tier).unit not in _WORKING
    steps = (moved(step, elapsed=rung.elapsed) for step, rung in zip(clock.steps, clock.rungs, strict=False))
    due = moved(clock.due, elapsed=elapses) if clock.due else None
    return clock.model_copy(update={"due": due, "steps": tuple(steps), "stopped_at": None})


def openings(policy: Policy, tier: str, calendar: WorkCalendar, now: datetime) -> dict[str, Clock]:
    """The submitter's clock of every gate that sets one, should a round of it open now."""
    clocks = {
        name: clock_for(gate, tier, calendar, now, submitting=True)
        for name, gate in policy.gates.items()
        if gate.submit_within or gate.submit_ladder
    }
    return {name: clock for name, clock in clocks.items() if clock}


def with_clocks(command: Asked, policy: Policy, state: ProjectState, calendar: WorkCalendar, now: datetime) -> Asked:
    """The command with the clocks that it may start, stop or move, worked out in working time."""
    clocks: dict[str, Clock | None] = {}
    if isinstance(command, SubmitGate) and command.gate in policy.gates and command.gate in state.rounds:
        gate, tier = policy.gates[command.gate], state.rounds[command.gate].tier
        clocks = {command.gate: clock_for(gate, tier, calendar, now, submitting=False)}
    elif isinstance(command, AnswerInformation) and command.gate in state.rounds:
        clocks = {command.gate: resumed(policy, state.rounds[command.gate], calendar, now)}
    elif isinstance(command, ResumeProject):
        running = [r for r in state.open_rounds if r.status is not RoundStatus.INFORMATION_REQUESTED]
        clocks = {round_.gate: resumed(policy, round_, calendar, now) for round_ in running}
    known = {gate: clock for gate, clock in clocks.items() if clock}
    return command.model_copy(update={"clocks": known, "openings": openings(policy, state.tier, calendar, now)})
