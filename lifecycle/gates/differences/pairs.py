"""Two versions side by side, and the projects on which their conditions can turn."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Condition, Kind
from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.policy_derived import Derived
from lifecycle.gates.proofs.meanings import meanings, needed
from lifecycle.gates.proofs.samples import Samples, samples_of
from lifecycle.gates.proofs.witness import in_words
from lifecycle.gates.proofs.worlds import Budget, World, context_of, count, every
from lifecycle.gates.rulebook import Rulebook

MOST: Final = 2_000
"""So many projects are looked at for one question."""
ALTOGETHER: Final = 20_000
"""So many for all questions about two versions together; then few for each, and nothing is proven by them."""
_FEW: Final = 20
_STEPS: Final = (1, 3, 7, 13, 29, 53, 97, 193)

Context = Mapping[str, Any]
Asked = tuple[str | None, ...]
"""The texts of conditions; none where there is none."""
Judge = Callable[[Context, Context], tuple[bool, bool]]
"""Whether the later version is stricter, and whether it is looser, for a project as each version sees it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An earlier and a later version; `gate` says of which gate the conditions are."""

    before: Rulebook
    after: Rulebook
    gate: str | None = None
    budget: Budget = field(default_factory=lambda: Budget(MOST, ALTOGETHER))

    @property
    def stage(self) -> str | None:
        """The stage in which the gate stands, if that is sure."""
        return self.after.policy.gates[self.gate].from_ if self.gate else None

    @property
    def is_same_ground(self) -> bool:
        """Whether the facts, derived facts and tiers of both are the same, so that equal conditions say the same.

        What only one of the two declares is in no condition of both.
        """
        old, new = self.before.policy, self.after.policy
        return (
            [(tier.id, tier.when) for tier in old.tiers] == [(tier.id, tier.when) for tier in new.tiers]
            and all(
                (old.facts[name].type, old.facts[name].of) == (new.facts[name].type, new.facts[name].of)
                for name in old.facts.keys() & new.facts.keys()
            )
            and all(
                _made_of(old.derived[name]) == _made_of(new.derived[name])
                for name in old.derived.keys() & new.derived.keys()
            )
        )

    def compare(
        self, aspect: str, before: Asked, after: Asked, judge: Judge, sentences: tuple[str, str]
    ) -> Iterator[Difference]:
        """What differs, by a search through the projects on which these conditions can turn.

        The sentences are what to say where the later version is stricter, and where it is looser.
        """
        samples = self.samples(before, after)
        most = self.spend(samples)
        proven = samples.exact and count(samples) <= most
        found = self.found(worlds(samples, most), samples, judge)
        yield from self.shown(
            aspect, found, sentences, proven=proven, changed=before != after or not self.is_same_ground
        )

    def spend(self, samples: Samples) -> int:
        """How many of these projects may be looked at."""
        most = max(_FEW, min(self.budget.each, self.budget.left))
        self.budget.left -= min(count(samples), most)
        return most

    def found(self, looked_at: Iterable[tuple[World, Context]], samples: Samples, judge: Judge) -> dict[Direction, str]:
        """The first project that shows each direction, in words."""
        found: dict[Direction, str] = {}
        for world, context in looked_at:
            stricter, looser = judge(self.seen(self.before, context), self.seen(self.after, context))
            for direction, holds in ((Direction.STRICTER, stricter), (Direction.LOOSER, looser)):
                if holds and direction not in found:
                    found[direction] = in_words(samples.kinds, world)
            if len(found) == 2:
                break
        return found

    def shown(
        self, aspect: str, found: Mapping[Direction, str], sentences: tuple[str, str], *, proven: bool, changed: bool
    ) -> Iterator[Difference]:
        """What was found, or that nothing was where something is written otherwise and not everything was looked at."""
        if not found and not proven and changed:
            sentence = "It is written otherwise; no project was found for which that makes a difference."
            yield Difference(gate=self.gate, aspect=aspect, direction=Direction.OTHER, sentence=sentence, proven=False)
        for direction, sentence in zip((Direction.STRICTER, Direction.LOOSER), sentences, strict=True):
            if direction in found:
                yield self.told(aspect, direction, sentence, found[direction], proven=proven)

    def told(
        self, aspect: str, direction: Direction, sentence: str, witness: str = "", *, proven: bool = True
    ) -> Difference:
        """A difference at this gate."""
        return Difference(
            gate=self.gate, aspect=aspect, direction=direction, sentence=sentence, witness=witness, proven=proven
        )

    def samples(self, before: Asked, after: Asked, *, scored: bool = False, kind: Kind | None = None) -> Samples:
        """The projects on which these conditions can turn, with what tiers and derived facts follow from.

        Those that are `scored` may also give a number; with a `kind` they are expressions that give it.
        """
        conditions: list[Condition] = []
        known: dict[str, Any] = {}
        for book, texts in ((self.before, before), (self.after, after)):
            gate = self.gate if self.gate in book.policy.gates else None
            own = [
                book.expression(text, kind, gate) if kind else book.condition(text, gate, scored)
                for text in texts
                if text
            ]
            if any("tier" in condition.references for condition in own):
                own += tier_conditions(book)
            names = needed(book, own)
            known |= meanings(book, names)
            conditions += [*own, *(each for name in names for each in book.derivation.conditions[name])]
        return samples_of(conditions, known).without({"tier", *(["stage"] if self.stage else ())})

    def seen(self, book: Rulebook, context: Context) -> Context:
        """A project as one of the versions sees it: with its derived facts and its tier."""
        seen = book.derivation.added({**context, **({"stage": self.stage} if self.stage else {})})
        return {**seen, "tier": book.tier_in(seen)}


def _made_of(derived: Derived) -> tuple[object, ...]:
    return (derived.type, derived.of, derived.is_, derived.cases)


def tier_conditions(book: Rulebook) -> list[Condition]:
    """The conditions that tell the tiers apart."""
    return [book.condition(tier.when) for tier in book.policy.tiers if tier.when]


def tier_texts(book: Rulebook) -> Asked:
    """The same as texts."""
    return tuple(tier.when for tier in book.policy.tiers)


def worlds(samples: Samples, most: int) -> Iterable[tuple[World, Context]]:
    """Every project that the conditions tell apart; of too many, some from all over."""
    if count(samples) <= most:
        return every(samples)
    return _scattered(samples, most)


def _scattered(samples: Samples, most: int) -> Iterator[tuple[World, Context]]:
    for number in range(most):
        world: dict[str, FactValue | None] = {}
        for place, (name, values) in enumerate(samples.values.items()):
            step = _STEPS[place % len(_STEPS)] + place
            world[name] = values[(number // (place + 1) * step + number) % len(values)]
        yield world, context_of(world)
