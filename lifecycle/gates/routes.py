"""Routes through the stages of a policy: where a gate opens, and how far it is from each stage."""

from collections.abc import Iterable

from lifecycle.gates.policy import CLOSED, Policy
from lifecycle.gates.policy_gates import Gate, GateKind


def places(policy: Policy, rule: Gate) -> tuple[str, ...]:
    """The stages in which a gate opens by itself; none where people open it."""
    if rule.kind is GateKind.BENEFITS:
        return (CLOSED, *(stage for stage in policy.stages if not policy.gates_from(stage)))
    return policy.stages_of(rule) if rule.from_ or rule.during else ()


def distances(policy: Policy, stages: Iterable[str]) -> dict[str, int]:
    """How many passages lie between a stage and the nearest of these; without stages from which none leads there."""
    found = dict.fromkeys(stages, 0)
    for length in range(1, len(policy.stages) + 1):
        nearer = {gate.from_ for gate in policy.gates.values() if gate.to in found} - found.keys()
        found |= {stage: length for stage in nearer if stage}
    return found
