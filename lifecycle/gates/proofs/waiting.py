"""Preconditions: gates that wait for each other, or for what comes only behind them, never pass."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lifecycle.domain.project import OPENING
from lifecycle.gates.policy import CLOSED, Policy
from lifecycle.gates.policy_decisions import Precondition
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.proofs.finding import Finding, error, warning
from lifecycle.gates.proofs.memory import leaves


class _Reach(NamedTuple):
    """How far a project can come: the stages it enters, and the gates that it passes at some time."""

    stages: frozenset[str]
    passed: frozenset[str]


def waiting(policy: Policy) -> Iterator[Finding]:
    """Every gate can pass at some time, if all else goes well."""
    strictly, at_best = _reach(policy, strict=True), _reach(policy, strict=False)
    for name in policy.gates:
        if name not in strictly.passed and _is_in(policy, name, strictly.stages):
            severe, whom = (error, "") if name not in at_best.passed else (warning, " for some projects")
            sentence = f"The gate '{name}' can never pass{whom}: what it waits for never comes before it."
            remedy = "Take a precondition away, or let it wait for an earlier gate."
            yield severe(("gates", name, "requires"), sentence, remedy, _chain(policy, name, strictly))


def _reach(policy: Policy, *, strict: bool) -> _Reach:
    """How far a project comes; `strict` if every precondition is asked for, whatever its `when`."""
    known = _Reach(frozenset(policy.stages[:1]), frozenset())
    while True:
        passed, stages = set(known.passed), set(known.stages)
        for name, gate in policy.gates.items():
            if not _is_in(policy, name, known.stages):
                continue
            stages |= {to for outcome in gate.decisions if (to := gate.decision(outcome).to)} - {CLOSED}
            if all(_is_met(policy, asked, known.stages, known.passed, strict=strict) for asked in gate.requires):
                passed.add(name)
                stages |= {gate.to} - {CLOSED} if gate.to else set()
        onward = _Reach(frozenset(stages), frozenset(passed))
        if onward == known:
            return known
        known = onward


def _is_in(policy: Policy, name: str, stages: Iterable[str]) -> bool:
    """Whether a gate has its place in one of the stages, or after them all."""
    return policy.gates[name].kind is GateKind.BENEFITS or any(policy.belongs(name, stage) for stage in stages)


def _is_met(
    policy: Policy, asked: Precondition, stages: frozenset[str], passed: frozenset[str], *, strict: bool
) -> bool:
    """Whether a precondition can be met where these stages are reached and these gates passed.

    Unless `strict`, one with a `when` of its own is taken not to be asked for.
    """
    if asked.when and not strict:
        return True
    if asked.gate is not None:
        may_be_any = not set(asked.outcome) <= set(OPENING)
        return asked.gate in passed or (may_be_any and _is_in(policy, asked.gate, stages))
    met = sum(_is_met(policy, part, stages, passed, strict=strict) for part in asked.parts)
    return met >= (len(asked.parts) if asked.all else asked.at_least or 1)


def _asked_about(gate: Gate) -> set[str]:
    """The gates for which one waits."""
    return {asked.gate or "" for asked in leaves(gate.requires)}


def _chain(policy: Policy, name: str, known: _Reach) -> str:
    """Who waits for whom, until it comes round or to a gate that no project has before it."""
    told, seen = [], [name]
    while later := sorted(_asked_about(policy.gates[seen[-1]]) - known.passed):
        told.append(f"'{seen[-1]}' waits for '{later[0]}'")
        if later[0] in seen:
            break
        seen.append(later[0])
    return f"{', '.join(told)}."
