"""What every proof works with: the policy's rulebook, and one budget for all that is looked at."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lifecycle.domain.project import Round
from lifecycle.gates.conditions import Condition, Truth
from lifecycle.gates.proofs.samples import samples_of
from lifecycle.gates.proofs.witness import in_words
from lifecycle.gates.proofs.worlds import Budget, Goal, Search, World
from lifecycle.gates.rulebook import Rulebook

Context = Any


_ANY_TIME = datetime(2024, 1, 1, tzinfo=UTC)


def first_round(gate: str, tier: str = "") -> Round:
    """A round of a gate as it opens."""
    return Round(gate=gate, number=1, opened_at=_ANY_TIME, tier=tier)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a proof came to: a witness in words, or none; `proven` when there surely is no such project."""

    witness: str | None
    proven: bool
    world: World | None = None


@dataclass
class Prover:
    """Asks the questions of a policy's proofs."""

    book: Rulebook
    budget: Budget = field(default_factory=Budget)

    def shown(self, conditions: Sequence[Condition], goal: Goal, without: Container[str] = ()) -> Shown:
        """Whether some project, with facts that the conditions mention, reaches the goal; `without` are never known."""
        samples = samples_of(conditions).without(without)
        searched = Search(samples, self.budget).find(goal)
        if searched.world is None:
            return Shown(None, searched.proven)
        return Shown(in_words(samples.kinds, searched.world), proven=False, world=searched.world)

    def is_exact(self, conditions: Sequence[Condition]) -> bool:
        """Whether the conditions compare without calculating, so that what is not found is not there."""
        return samples_of(conditions).exact

    def can_be(self, condition: Condition, truth: Truth) -> Shown:
        """Whether a condition can come out so while all that it needs is known."""

        def goal(context: Context, undecided: frozenset[str]) -> bool | None:
            judged = condition.judge(context, undecided).truth
            return None if judged is Truth.UNKNOWN else judged is truth

        return self.shown([condition], goal)
