"""Preconditions on a gate that is not there for a project that has to meet them."""

from collections.abc import Iterator

from lifecycle.gates.conditions import Truth
from lifecycle.gates.policy_decisions import Precondition
from lifecycle.gates.proofs.finding import Finding, warning
from lifecycle.gates.proofs.prover import Prover
from lifecycle.gates.proofs.routes import HISTORY


def absent(prover: Prover) -> Iterator[Finding]:
    """Whoever has to wait for a gate finds it there."""
    for name, gate in prover.book.policy.gates.items():
        for number, asked in enumerate(gate.requires):
            yield from _missed(prover, name, number, asked)


def _missed(prover: Prover, name: str, number: int, asked: Precondition) -> Iterator[Finding]:
    policy, book = prover.book.policy, prover.book
    awaited = policy.gates.get(asked.gate or "")
    if awaited is None or awaited.when is None or asked.gate is None:
        return
    waits = [book.condition(when, name) for when in (policy.gates[name].when, asked.when) if when]
    there = book.condition(awaited.when, asked.gate)
    spoken = {fact for condition in (*waits, there) for fact in condition.references}
    if "stage" in spoken or any(fact.startswith(HISTORY) for fact in spoken):
        return  # what has been, or is elsewhere, is followed from gate to gate
    shown = prover.can_all_be([*((wait, Truth.MET) for wait in waits), (there, Truth.NOT_MET)])
    if shown.world is not None:
        sentence = f"Such a project waits for the gate '{asked.gate}', which is not there for it."
        remedy = f"Say under the precondition's 'when' who waits, or widen the 'when' of '{asked.gate}'."
        yield warning(("gates", name, "requires", number), sentence, remedy, f"{shown.witness}.")
