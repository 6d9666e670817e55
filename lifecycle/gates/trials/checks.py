"""What was expected against what came: every difference, in words, at its place in the test."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from lifecycle.domain.duration import Duration
from lifecycle.domain.events import Recorded
from lifecycle.domain.gate_events import GateDecided, LadderStepped
from lifecycle.domain.project import Clock, ProjectState, Round
from lifecycle.gates.approvals import called_roles, standing
from lifecycle.gates.criteria import Finding, findings_of, missing
from lifecycle.gates.explain import path_to_green
from lifecycle.gates.rulebook import context_of
from lifecycle.gates.trials.cast import ImpossibleError
from lifecycle.gates.trials.expectations import Then
from lifecycle.gates.trials.marks import Path
from lifecycle.gates.trials.playing import condition_named
from lifecycle.gates.trials.trial import Trial

NOTHING = "nothing"


class Difference(NamedTuple):
    """Something that is not as expected: where it was written, both sides in words, and why it came so."""

    path: Path
    expected: str
    came: str
    why: str = ""


def differences(then: Then, trial: Trial, news: Sequence[Recorded]) -> Iterator[Difference]:
    """Everything that is not as `then` says; `news` is what came in the time that it speaks of."""
    state = trial.state
    for key, look in _PLAIN.items():
        if key in then.model_fields_set:
            yield from _compared((key,), getattr(then, key), look(trial), lambda: _derivation(trial))
    for key, look_at in _BY_GATE.items():
        for gate, expected in getattr(then, key).items():
            yield from _compared((key, gate), expected, look_at(trial, gate), partial(_derivation, trial, gate))
    for gate, found in then.findings.items():
        for requirement, expected in found.items():
            finding = _finding(trial, gate, requirement)
            why = partial(str, finding.remedy)
            yield from _compared(("findings", gate, requirement), expected, finding.result.value, why)
    for gate, length in then.due.items():
        came = _round(trial, gate).clock if trial.round(gate) else None
        yield from _due(trial, ("due", gate), length, came)
    for gate, entries in then.ladder.items():
        yield from _ladder(trial, ("ladder", gate), entries, _steps_of(trial, gate, news))
    for words, status in then.conditions.items():
        condition = state.conditions.get(condition_named(state, words))
        came_so = condition.status.value if condition else NOTHING
        yield from _compared(("conditions", words), status.value, came_so)
    policy, derived = trial.book.policy, context_of(trial.book, state).get("derived", {})
    for key, known, facts in (
        ("facts", policy.facts, state.facts),
        ("baseline", policy.facts, state.baseline),
        ("derived", policy.derived, derived),
    ):
        for name, value in getattr(then, key).items():
            yield from _compared((key, name), value, trial.written(known, facts, name))
    tags = {recorded.event.type for recorded in news}
    for number, tag in enumerate(then.happened):
        if tag not in tags:
            yield Difference(("happened", number), tag, _said(sorted(tags)))
    for number, tag in enumerate(then.not_happened):
        if tag in tags:
            yield Difference(("not_happened", number), f"not {tag}", tag)


def _compared(path: Path, expected: Any, came: Any, why: Callable[[], str] = str) -> Iterator[Difference]:
    wanted, found = (tuple(sorted(side)) if isinstance(side, list | tuple) else side for side in (expected, came))
    if wanted != found:
        yield Difference(path, _said(wanted), _said(found), why())


def _said(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or NOTHING
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _derivation(trial: Trial, gate: str | None = None) -> str:
    """What still keeps the open gates shut, in the words of the product."""
    rounds = [r for r in trial.state.open_rounds if gate in (None, r.gate) and r.gate in trial.book.policy.gates]
    told = [
        f"{round_.gate} wants: " + " ".join(dict.fromkeys(f"{need.sentence} {need.remedy}" for need in needs))
        for round_ in rounds
        if (needs := path_to_green(trial.book, trial.state, round_, trial.now))
    ]
    return " ".join(told)[:1_000]


def _round(trial: Trial, gate: str) -> Round:
    round_ = trial.round(gate)
    if round_ is None:
        raise ImpossibleError(f"No round of the gate {gate} has been opened; the stage is {trial.state.stage}.")
    return round_


def _decided(trial: Trial, gate: str) -> str:
    trial.round(gate)
    events = (recorded.event for recorded in reversed(trial.history))
    return next((e.outcome.value for e in events if isinstance(e, GateDecided) and e.gate == gate), NOTHING)


def _finding(trial: Trial, gate: str, requirement: str) -> Finding:
    found = {f.requirement: f for f in findings_of(trial.book, trial.state, _round(trial, gate), trial.now)}
    if requirement not in found:
        raise ImpossibleError(f"The gate {gate} has no requirement '{requirement}'; it has: {', '.join(found)}.")
    return found[requirement]


def _missing(trial: Trial, gate: str) -> list[str]:
    found = findings_of(trial.book, trial.state, _round(trial, gate), trial.now)
    return [finding.requirement for finding in missing(found)]


def _review_day(trial: Trial) -> str | None:
    review = trial.state.hold_review
    return review.astimezone(trial.calendar.zone).date().isoformat() if review else None


_PLAIN: dict[str, Callable[[Trial], Any]] = {
    "stage": lambda trial: trial.state.stage,
    "status": lambda trial: trial.state.status,
    "tier": lambda trial: trial.state.tier,
    "open": lambda trial: [round_.gate for round_ in trial.state.open_rounds],
    "breaches": lambda trial: trial.state.breaches,
    "review_on": _review_day,
}

_BY_GATE: dict[str, Callable[[Trial, str], Any]] = {
    "rounds": lambda trial, gate: _round(trial, gate).status,
    "decided": _decided,
    "missing": _missing,
    "score": lambda trial, gate: f"{100 * (_finding(trial, gate, 'score').value or 0):.1f}%".replace(".0%", "%"),
    "called": lambda trial, gate: called_roles(trial.book, trial.state, _round(trial, gate)),
    "pending": lambda trial, gate: [
        slot.role for slot in standing(trial.book, trial.state, _round(trial, gate)).open_slots
    ],
    "votes": lambda trial, gate: [vote.voter for vote in _round(trial, gate).standing_votes],
}


def _due(trial: Trial, path: Path, length: Duration | None, clock: Clock | None) -> Iterator[Difference]:
    came = clock.due if clock else None
    wanted = trial.due(length, clock.started_at) if length and clock else None
    if came == wanted and (length is None) == (came is None):
        return
    yield Difference(path, str(length or NOTHING), f"{came:%Y-%m-%d %H:%M} UTC" if came else NOTHING)


class _Stepped(NamedTuple):
    """A step of a ladder that came: in words, without and with how long after its clock began."""

    step: LadderStepped
    at: Any
    started: Any


def _steps_of(trial: Trial, gate: str, news: Sequence[Recorded]) -> list[_Stepped]:
    trial.round(gate)
    found = [recorded for recorded in news if isinstance(recorded.event, LadderStepped) and recorded.event.gate == gate]
    return [
        _Stepped(r.event, r.at, _clock_began(trial, gate, r.seq)) for r in found if isinstance(r.event, LadderStepped)
    ]


def _clock_began(trial: Trial, gate: str, seq: int) -> Any:
    """When the clock started that ran at a gate just before an event."""
    for recorded in reversed(trial.history[: seq - 1]):
        event: Any = recorded.event
        if getattr(event, "gate", None) == gate and isinstance(getattr(event, "clock", None), Clock):
            return event.clock.started_at
    return None


def _ladder(trial: Trial, path: Path, entries: Sequence[str], came: Sequence[_Stepped]) -> Iterator[Difference]:
    fits = len(entries) == len(came) and all(_is(trial, *pair) for pair in zip(entries, came, strict=True))
    if not fits:
        yield Difference(path, _said(tuple(entries)), _said(tuple(map(_in_words, came))))


def _is(trial: Trial, entry: str, came: _Stepped) -> bool:
    what, _, length = entry.partition(" after ")
    action, _, roles = what.partition(" ")
    if action != came.step.action.value or (roles and sorted(roles.split(", ")) != sorted(came.step.told)):
        return False
    return not length or trial.due(Duration.parse(length), came.started) == came.at


def _in_words(came: _Stepped) -> str:
    return f"{came.step.action} {', '.join(came.step.told)} at {came.at:%Y-%m-%d %H:%M} UTC".replace("  ", " ")


def state_in_words(state: ProjectState) -> str:
    """Where a project stands, in a few words."""
    open_gates = ", ".join(round_.gate for round_ in state.open_rounds) or NOTHING
    return f"stage {state.stage}, {state.status.value.replace('_', ' ')}, tier {state.tier}, open: {open_gates}"
