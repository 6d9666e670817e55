"""The conditions of a policy, each where it is written and what it is there for."""

from collections.abc import Iterator
from typing import NamedTuple

from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_approvals import Panel, placed
from lifecycle.gates.policy_decisions import Precondition
from lifecycle.gates.policy_gates import Gate
from lifecycle.gates.proofs.finding import Path


class Written(NamedTuple):
    """A condition as it stands in a policy; its key (`when`, `unless`, `must`, `should`) is the last of its path."""

    path: Path
    gate: str | None
    text: str

    @property
    def key(self) -> str:
        """What the condition is there for."""
        return str(self.path[-1])

    @property
    def scored(self) -> bool:
        """Whether it may also give a number."""
        return self.key == "should"


def conditions_of(policy: Policy) -> Iterator[Written]:
    """Every condition of a policy, in its author's order."""
    for number, tier in enumerate(policy.tiers):
        if tier.when:
            yield Written(("tiers", number, "when"), None, tier.when)
    for name, tolerance in policy.tolerances.items():
        if tolerance.when:
            yield Written(("tolerances", name, "when"), None, tolerance.when)
    for name, body in policy.bodies.items():
        yield from _of_slots(("bodies", name, "all"), None, body)
    for name, gate in policy.gates.items():
        yield from _of_gate(name, gate)


def _of_gate(name: str, gate: Gate) -> Iterator[Written]:
    for path, condition in _of_gate_itself(gate):
        yield Written(("gates", name, *path), name, condition)
    for item, rule in gate.evidence.items():
        for key, text in (("when", rule.when), ("unless", rule.unless)):
            if text:
                yield Written(("gates", name, "evidence", item, key), name, text)
    for item, criterion in gate.criteria.items():
        for key, text in (("when", criterion.when), ("must", criterion.must), ("should", criterion.should)):
            if text:
                yield Written(("gates", name, "criteria", item, key), name, text)
    yield from _of_slots(("gates", name, "approvals", "all"), name, gate.approvals)


def _of_slots(at: Path, gate: str | None, panel: Panel) -> Iterator[Written]:
    for path, slot in placed(panel.all, at):
        if slot.when:
            yield Written((*path, "when"), gate, slot.when)


def _of_gate_itself(gate: Gate) -> Iterator[tuple[Path, str]]:
    """The conditions of a gate itself, of its preconditions and of its decisions, each with its place in the gate."""
    if gate.when:
        yield ("when",), gate.when
    for number, asked in enumerate(gate.requires):
        yield from _asked_when(("requires", number), asked)
    for outcome in gate.decisions:
        if when := gate.decision(outcome).when:
            yield ("decisions", outcome.value, "when"), when


def _asked_when(at: Path, asked: Precondition) -> Iterator[tuple[Path, str]]:
    if asked.when:
        yield (*at, "when"), asked.when
    key = "all" if asked.all else "any" if asked.any else "of"
    for number, part in enumerate(asked.parts):
        yield from _asked_when((*at, key, number), part)
