"""Baselines: what is measured against them can be known only behind a gate that takes one."""

from collections.abc import Collection, Iterator

from lifecycle.gates.policy import CLOSED, Policy
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.proofs.demand import Demand, demands_of
from lifecycle.gates.proofs.finding import Finding, error, warning
from lifecycle.gates.proofs.prover import Prover

_AFTER_CLOSING = "after closing"

Place = tuple[str, bool]
"""A stage, and whether the project has a baseline there."""


def baselines(prover: Prover) -> Iterator[Finding]:
    """Criteria and tolerances that wait for a baseline which no gate has taken by then."""
    policy = prover.book.policy
    waiting = {name: list(_waiting(prover, name)) for name in policy.gates}
    places = _places(policy, {name for name, demands in waiting.items() if demands})
    if not any(gate.takes_baseline for gate in policy.gates.values()):
        for name, tolerance in policy.tolerances.items():
            if tolerance.fact:
                sentence = f"No gate takes a baseline, so '{tolerance.fact}' never drifts from one."
                remedy = "Say 'takes_baseline: true' at a gate, or remove the tolerance."
                yield warning(("tolerances", name), sentence, remedy)
    for name, gate in policy.gates.items():
        for demand, fact in waiting[name]:
            here = [taken for stage, taken in places if _is_at(policy, name, gate, stage)]
            if not any(here):
                sentence = "No gate has taken a baseline before this one, so this stays unknown and the gate shut."
                remedy = "Take a baseline at an earlier gate ('takes_baseline: true'), or compare with a fact."
                yield error(("gates", name, "criteria", demand.name, "must"), sentence, remedy, f"{fact}.")
            elif gate.kind is GateKind.EXCEPTION and not all(here):
                sentence = "Opened before a baseline is taken, this gate stays shut and keeps every other gate shut."
                remedy = (
                    "Say under 'when' that the criterion is for projects with a baseline, as in has(baseline.cost)."
                )
                yield error(("gates", name, "criteria", demand.name, "must"), sentence, remedy, f"{fact}.")


def _waiting(prover: Prover, gate: str) -> Iterator[tuple[Demand, str]]:
    """The criteria that no project meets without a baseline, each with a fact of it that they need."""
    for demand in demands_of(prover.book, gate):
        behind = prover.samples(demand.conditions).values
        waited_for = {fact for fact in behind if fact.startswith("baseline.")}
        if waited_for and prover.shown(demand.conditions, demand.lets_pass, without=waited_for).world is None:
            yield demand, min(waited_for)


def _is_at(policy: Policy, name: str, gate: Gate, stage: str) -> bool:
    if gate.kind is GateKind.BENEFITS:
        return stage == _AFTER_CLOSING
    return stage != _AFTER_CLOSING and policy.belongs(name, stage)


def _places(policy: Policy, waiting: Collection[str]) -> set[Place]:
    """Every stage that a project can be in, with and without a baseline; the `waiting` gates open only with one."""
    reached: set[Place] = set()
    ahead: list[Place] = [(policy.stages[0], False)]
    while ahead:
        place = ahead.pop()
        if place in reached:
            continue
        reached.add(place)
        stage, taken = place
        if stage != _AFTER_CLOSING and not policy.gates_from(stage):
            ahead.append((_AFTER_CLOSING, taken))
        for name, gate in policy.gates.items():
            if _is_at(policy, name, gate, stage) and (taken or name not in waiting):
                onward = [gate.to] if gate.to else [stage]
                onward += [to for outcome in gate.decisions if (to := gate.decision(outcome).to)]
                ahead += [(_AFTER_CLOSING if to == CLOSED else to, taken or gate.takes_baseline) for to in onward]
    return reached
