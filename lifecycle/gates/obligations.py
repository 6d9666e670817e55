"""Obligations: everything with an instant, derived from a state."""

from collections.abc import Iterator
from datetime import datetime

from lifecycle.domain.duration import Duration
from lifecycle.domain.project import ConditionStatus, OnMiss, ProjectState, Recurrence, Status
from lifecycle.domain.values import Value
from lifecycle.domain.worktime import WorkCalendar, after
from lifecycle.gates.clocks import for_tier
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_words import ByTier

_UTC = WorkCalendar.model_validate(
    {"timezone": "UTC", "weekdays": [0, 1, 2, 3, 4, 5, 6], "opens": "00:00", "closes": "23:59", "holidays": []}
)


class Obligation(Value):
    """Something that will fall due: its id, its instant, and whether it opens a round when it does."""

    id: str
    at: datetime
    opens: str | None = None


def later(start: datetime, length: Duration) -> datetime:
    """Calendar time after an instant, counted in UTC so that no time-zone table is asked."""
    return after(_UTC, start, length)


def obligations(policy: Policy, state: ProjectState) -> tuple[Obligation, ...]:
    """What will fall due, earliest first. On hold only the review of the hold does: all other clocks stand still."""
    if state.status is Status.ON_HOLD:
        found = [Obligation(id="hold", at=state.hold_review)] if state.hold_review else []
    else:
        found = [*_ladders(state), *_conditions(policy, state), *_waivers(state), *_recurrences(policy, state)]
    return tuple(sorted(found, key=lambda obligation: (obligation.at, obligation.id)))


def _ladders(state: ProjectState) -> Iterator[Obligation]:
    for round_ in state.open_rounds:
        clock = round_.clock
        if clock and clock.stopped_at is None and clock.taken < min(len(clock.steps), len(clock.rungs)):
            step = f"ladder/{round_.gate}/{round_.number}/{clock.taken}"
            yield Obligation(id=step, at=clock.steps[clock.taken])


def _conditions(policy: Policy, state: ProjectState) -> Iterator[Obligation]:
    for condition in state.conditions.values():
        if condition.status is not ConditionStatus.MET and not condition.missed and state.status is not Status.KILLED:
            reopens = condition.on_miss is OnMiss.REOPEN and condition.gate in policy.gates and not state.is_over
            opens = condition.gate if reopens else None
            yield Obligation(id=f"condition/{condition.id}", at=condition.due, opens=opens)


def _waivers(state: ProjectState) -> Iterator[Obligation]:
    if not state.is_over:
        for waiver in state.waivers.values():
            if not waiver.is_over:
                yield Obligation(id=f"waiver/{waiver.id}", at=waiver.expires)


def _recurrences(policy: Policy, state: ProjectState) -> Iterator[Obligation]:
    for recurrence in state.recurrences.values():
        gate = policy.gates.get(recurrence.gate)
        if gate and gate.every:
            due = _next_time(gate.every, state.tier, recurrence)
        elif gate and recurrence.fired < len(gate.after):
            due = later(recurrence.anchor, gate.after[recurrence.fired])
        else:
            continue
        yield Obligation(id=f"recurrence/{recurrence.gate}/{recurrence.fired + 1}", at=due, opens=recurrence.gate)


def _next_time(every: ByTier, tier: str, recurrence: Recurrence) -> datetime:
    """When a gate comes round next: the same day of each month, or, where the pace follows the tier, from the last."""
    if isinstance(every, dict):
        return later(recurrence.came_at or recurrence.anchor, for_tier(every, tier))
    return later(recurrence.anchor, every.model_copy(update={"amount": every.amount * (recurrence.fired + 1)}))
