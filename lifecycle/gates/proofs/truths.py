"""Conditions that are always or never true: what they were to tell apart they do not."""

from collections.abc import Iterator
from typing import Final

from lifecycle.gates.conditions import Condition, Truth
from lifecycle.gates.proofs.finding import Finding, error, information, warning
from lifecycle.gates.proofs.prover import Prover
from lifecycle.gates.proofs.written import Written, conditions_of

_PART_OF_A_GATE: Final = 4
"""A path this long leads into a part of a gate: gates, its name, the part, the condition."""

_NEVER = {
    "must": ("This can never be met, so the gate never opens without a waiver.", "Correct the condition."),
    "when": (
        "This is never true, so what it stands before never applies.",
        "Correct it, or remove what never applies.",
    ),
    "unless": ("This is never true, so it excuses nobody.", "Leave 'unless' out, or correct it."),
}
_ALWAYS = {
    "must": ("This is always met, so it keeps nobody back.", "Correct it, or remove the criterion."),
    "when": ("This is always true, so it makes no difference.", "Leave 'when' out, or correct it."),
    "unless": ("This is always true, so the evidence is never asked for.", "Correct it, or remove the evidence."),
}


def truths(prover: Prover) -> Iterator[Finding]:
    """Every condition that does not depend on the project; tiers have proofs of their own."""
    for written in conditions_of(prover.book.policy):
        if prover.budget.left <= 0:
            sentence = "The policy has so many cases that from here on its conditions are not proven."
            yield information(written.path, sentence, "Split them into simpler ones if you want them proven.")
            return
        if not written.scored and written.path[0] != "tiers":
            yield from _truth(prover, written)


def _truth(prover: Prover, written: Written) -> Iterator[Finding]:
    condition = prover.book.condition(written.text, written.gate)
    met, not_met = prover.can_be(condition, Truth.MET), prover.can_be(condition, Truth.NOT_MET)
    if not met.proven and written.key == "when" and _is_never_at_its_gate(prover, written, condition):
        sentence = "Where this gate is there this is never true, so what it stands before never applies."
        yield warning(written.path, sentence, "Correct it, or remove what never applies.")
    elif met.proven:
        severe = warning if written.key == "unless" else error
        yield severe(written.path, *_NEVER[written.key])
    elif not_met.proven:
        severe = error if written.key == "unless" else warning
        yield severe(written.path, *_ALWAYS[written.key])
    elif met.witness is None or not_met.witness is None:
        sentence = (
            "It is not proven that this is sometimes true and sometimes not: it calculates, or has too many cases."
        )
        yield information(written.path, sentence, "Split it into simpler conditions if you want it proven.")


def _is_never_at_its_gate(prover: Prover, written: Written, condition: Condition) -> bool:
    """Whether a part of a gate applies only where the gate is not there."""
    whole = prover.book.policy.gates[written.gate].when if written.gate else None
    if whole is None or len(written.path) < _PART_OF_A_GATE:
        return False
    there = prover.book.condition(whole, written.gate)
    return prover.can_all_be([(there, Truth.MET), (condition, Truth.MET)]).proven
