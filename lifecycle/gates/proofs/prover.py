"""What every proof works with: the policy's rulebook, and one budget for all that is looked at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from lifecycle.domain.project import Round
from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Condition, Truth
from lifecycle.gates.proofs.meanings import meanings, needed, resolved
from lifecycle.gates.proofs.samples import MOST_TIED, Samples, samples_of
from lifecycle.gates.proofs.terms import Comparison, comparisons
from lifecycle.gates.proofs.witness import in_words
from lifecycle.gates.proofs.worlds import Budget, Goal, Search, World, context_of, count, every
from lifecycle.gates.rulebook import Rulebook

Context = Any

Given = Mapping[str, FactValue | None]
"""Facts by dotted name that are what they are, None for what is never known."""

NOTHING_GIVEN: Given = {}

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
    _behind: dict[tuple[Condition, ...], frozenset[str]] = field(default_factory=dict)

    def shown(
        self,
        conditions: Sequence[Condition],
        goal: Goal,
        given: Given = NOTHING_GIVEN,
        beside: Sequence[Condition] = (),
    ) -> Shown:
        """Whether some project, with facts that the conditions mention, reaches the goal.

        What is `given` is not searched. Values are told apart also by the conditions `beside`.
        """
        depends_on_tier = any("tier" in condition.references for condition in conditions)
        rows = self._rows if depends_on_tier else ()
        behind = [*conditions, *(row for row in rows if row)]
        names = needed(self.book, behind)
        samples = self.samples(behind)
        if beside:
            samples = self.samples([*beside, *behind]).only(samples.values)
        samples = samples.without(given)

        def reached(context: Context, undecided: frozenset[str]) -> bool | None:
            known, open_ = self.book.derivation.partly(context, undecided, names)
            shows = goal(known, open_)
            fits = shows is not False and self._is_of_its_tier(rows, known, open_)
            return fits and shows

        search = Search(samples, self.budget, len(behind) + len(names))
        searched = search.find(reached if names or rows else goal, context_of(given))
        if searched.world is None:
            return Shown(None, searched.proven or (bool(names or rows) and self._never(conditions, goal, given)))
        return Shown(in_words(samples.kinds, searched.world), proven=False, world=searched.world)

    @cached_property
    def _rows(self) -> tuple[Condition | None, ...]:
        return tuple(self.book.condition(tier.when) if tier.when else None for tier in self.book.policy.tiers)

    def _is_of_its_tier(
        self, rows: Sequence[Condition | None], context: Context, undecided: frozenset[str]
    ) -> bool | None:
        """Whether a project with these facts can be of its tier: never of a lighter one than they make it."""
        if not rows or "tier" in undecided:
            return None if rows else True
        ids = [tier.id for tier in self.book.policy.tiers]
        as_light = rows[: ids.index(context["tier"]) + 1] if context.get("tier") in ids else rows
        truths = [row.judge(context, undecided).truth if row else Truth.MET for row in as_light]
        if Truth.MET in truths or len(as_light) == len(rows):
            return True
        return None if Truth.UNKNOWN in truths else False

    def _never(self, conditions: Sequence[Condition], goal: Goal, given: Given) -> bool:
        """Whether the goal is out of reach even if the tier and derived facts followed from nothing."""
        samples = samples_of(conditions).without(given)
        return Search(samples, self.budget, len(conditions)).find(goal, context_of(given)).proven

    def samples(self, conditions: Sequence[Condition], most_apart: int = MOST_TIED) -> Samples:
        """The values at which conditions can turn, of every fact on which they depend."""
        names = needed(self.book, conditions)
        behind = [condition for name in names for condition in self.book.derivation.conditions[name]]
        return samples_of([*conditions, *behind], meanings(self.book, names), most_apart)

    def comparisons(self, condition: Condition) -> list[Comparison]:
        """What a condition compares, in the end."""
        known = meanings(self.book, needed(self.book, [condition]))
        return [resolved(comparison, known) for comparison in comparisons(condition)]

    def facts_behind(self, conditions: Sequence[Condition]) -> frozenset[str]:
        """The facts on which conditions depend, also through derived facts and the tier."""
        asked = tuple(conditions)
        if asked not in self._behind:
            with_tier = any("tier" in condition.references for condition in asked)
            rows = [row for row in self._rows if row and with_tier]
            self._behind[asked] = frozenset(self.samples([*asked, *rows]).values)
        return self._behind[asked]

    def is_exact(self, conditions: Sequence[Condition]) -> bool:
        """Whether the conditions compare without calculating, so that what is not found is not there."""
        return self.samples(conditions).exact

    def worlds(self, conditions: Sequence[Condition], most: int) -> Iterator[tuple[World, Context]] | None:
        """Every project that the conditions tell apart, with its derived facts; none when they are more than `most`."""
        samples = self.samples(conditions)
        judgements = count(samples) * len(conditions)
        if count(samples) > most or judgements > self.budget.left:
            return None
        self.budget.left -= judgements
        return ((world, self.book.derivation.added(context)) for world, context in every(samples))

    def can_be(self, condition: Condition, truth: Truth) -> Shown:
        """Whether a condition can come out so while all that it needs is known."""
        return self.can_all_be([(condition, truth)])

    def can_all_be(self, wanted: Sequence[tuple[Condition, Truth]]) -> Shown:
        """Whether conditions can come out so, each as wanted, for one project of which all that they need is known."""

        def goal(context: Context, undecided: frozenset[str]) -> bool | None:
            judged = [(condition.judge(context, undecided).truth, truth) for condition, truth in wanted]
            if any(came not in (Truth.UNKNOWN, truth) for came, truth in judged):
                return False
            return None if any(came is Truth.UNKNOWN for came, _ in judged) else True

        return self.shown([condition for condition, _ in wanted], goal)
