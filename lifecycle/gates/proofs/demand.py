"""A criterion as a demand on projects: whether it lets one pass, as far as its facts are known."""

from typing import NamedTuple

from lifecycle.gates.conditions import Condition, Truth
from lifecycle.gates.proofs.prover import Context
from lifecycle.gates.rulebook import Rulebook


class Demand(NamedTuple):
    """A criterion that has to be met where it applies."""

    name: str
    when: Condition | None
    must: Condition

    @property
    def facts(self) -> frozenset[str]:
        """The facts it speaks of, by dotted name."""
        return frozenset(name for condition in self.conditions for name in condition.references)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Its conditions."""
        return (self.when, self.must) if self.when else (self.must,)

    def lets_pass(self, context: Context, undecided: frozenset[str]) -> bool | None:
        """Whether it keeps no such project back; none while undecided facts may turn it."""
        applies = self.when.judge(context, undecided).truth if self.when else Truth.MET
        if applies is Truth.NOT_MET:
            return True
        truth = self.must.judge(context, undecided).truth
        if truth is Truth.UNKNOWN:
            return None
        return True if truth is Truth.MET else False if applies is Truth.MET else None


def demands_of(book: Rulebook, gate: str) -> list[Demand]:
    """The knock-out criteria of a gate."""
    return [
        Demand(item, book.condition(rule.when, gate) if rule.when else None, book.condition(rule.must, gate))
        for item, rule in book.policy.gates[gate].criteria.items()
        if rule.must
    ]
