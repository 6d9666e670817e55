"""The ways through the stages: all of them reached, and an end in sight from each."""

from collections.abc import Iterator

from lifecycle.gates.policy import CLOSED, Policy
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.proofs.finding import Finding, error


def passages(policy: Policy) -> Iterator[Finding]:
    """Every stage can be reached from the first, and the end from every stage."""
    leads: dict[str, set[str]] = {stage: set() for stage in policy.stages}
    for gate in policy.gates.values():
        if gate.kind is GateKind.STAGE and gate.from_ in leads and gate.to is not None:
            leads[gate.from_].add(gate.to)
        for outcome in gate.decisions:
            elsewhere = gate.decision(outcome).to
            for stage in policy.stages_of(gate):
                if elsewhere and stage in leads and elsewhere != stage and leads[stage]:
                    leads[stage].add(elsewhere)
    reached = _reach(leads, policy.stages[0])
    for number, stage in enumerate(policy.stages):
        if stage not in reached:
            yield error(("stages", number), f"No gate leads to the stage '{stage}'.", "Add a gate to it, or remove it.")
        elif not leads[stage] and number < len(policy.stages) - 1:
            sentence = f"No gate leads out of the stage '{stage}', so a project ends there."
            yield error(("stages", number), sentence, "Add a gate out of it, or make it the last stage.")
        elif leads[stage] and not any(end == CLOSED or not leads.get(end) for end in _reach(leads, stage)):
            sentence = f"From the stage '{stage}' no project ever ends."
            yield error(("stages", number), sentence, "Add a gate that leads to a last stage.")


def _reach(leads: dict[str, set[str]], start: str) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        for stage in sorted(leads.get(waiting.pop(), ())):
            if stage not in reached:
                reached.add(stage)
                waiting.append(stage)
    return reached
