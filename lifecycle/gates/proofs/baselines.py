"""Baselines: what is measured against them can be known only behind a gate that takes one."""

from collections.abc import Iterator

from lifecycle.gates.policy import CLOSED, Policy
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.proofs.demand import demands_of
from lifecycle.gates.proofs.finding import Finding, error, warning
from lifecycle.gates.proofs.prover import Prover

_AFTER_CLOSING = "after closing"

Place = tuple[str, bool]
"""A stage, and whether the project has a baseline there."""


def baselines(prover: Prover) -> Iterator[Finding]:
    """Criteria and tolerances that wait for a baseline which no gate has taken by then."""
    policy = prover.book.policy
    places = _places(policy)
    if not any(taken for _, taken in places):
        for name, tolerance in policy.tolerances.items():
            if tolerance.fact:
                sentence = f"No gate takes a baseline, so '{tolerance.fact}' never drifts from one."
                remedy = "Say 'takes_baseline: true' at a gate, or remove the tolerance."
                yield warning(("tolerances", name), sentence, remedy)
    for name, gate in policy.gates.items():
        if not any(taken and _is_at(policy, name, gate, stage) for stage, taken in places):
            yield from _without_baseline(prover, name)


def _without_baseline(prover: Prover, gate: str) -> Iterator[Finding]:
    for demand in demands_of(prover.book, gate):
        waited_for = {fact for fact in demand.facts if fact.startswith("baseline.")}
        shown = prover.shown(demand.conditions, demand.lets_pass, without=waited_for)
        if waited_for and shown.world is None:
            sentence = "No gate has taken a baseline before this one, so this stays unknown and the gate shut."
            remedy = "Take a baseline at an earlier gate ('takes_baseline: true'), or compare with a fact."
            yield error(("gates", gate, "criteria", demand.name, "must"), sentence, remedy, f"{min(waited_for)}.")


def _is_at(policy: Policy, name: str, gate: Gate, stage: str) -> bool:
    if gate.kind is GateKind.BENEFITS:
        return stage == _AFTER_CLOSING
    return policy.belongs(name, stage)


def _places(policy: Policy) -> set[Place]:
    """Every stage that a project can be in, with and without a baseline as it may come."""
    reached: set[Place] = set()
    waiting: list[Place] = [(policy.stages[0], False)]
    while waiting:
        place = waiting.pop()
        if place in reached:
            continue
        reached.add(place)
        stage, taken = place
        leaving = policy.gates_from(stage)
        if stage != _AFTER_CLOSING and not leaving:
            waiting.append((_AFTER_CLOSING, taken))
        for name, gate in policy.gates.items():
            if not _is_at(policy, name, gate, stage):
                continue
            takes = taken or gate.takes_baseline
            to = gate.to if gate.kind is GateKind.STAGE and gate.to else stage
            waiting.append((_AFTER_CLOSING if to == CLOSED else to, takes))
    return reached
