"""Whether a gate can decide so where a project stands, if all goes well that may."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final, NamedTuple

from lifecycle.domain.project import OPENING, Outcome
from lifecycle.gates.conditions import Condition, Truth
from lifecycle.gates.policy_decisions import Precondition
from lifecycle.gates.proofs.guards import Guard, Need, guards_of, is_met, sharing, together, whens_of
from lifecycle.gates.proofs.lasting import NO_CHANGE, Change, Facts, Lasting, Some
from lifecycle.gates.proofs.memory import Decided, Memory, leaves
from lifecycle.gates.proofs.prover import Context, Given, Prover

NOTHING_OPEN: Final[frozenset[str]] = frozenset()


class Position(NamedTuple):
    """Where a project stands."""

    stage: str
    decided: Decided
    facts: Facts


class Passing:
    """Answers that are asked for again and again; each is worked out once."""

    def __init__(self, prover: Prover, lasting: Lasting, memory: Memory) -> None:
        self._prover, self._lasting, self._memory = prover, lasting, memory
        self._rows = tuple(prover.book.condition(tier.when) for tier in prover.book.policy.tiers if tier.when)
        self._plain: dict[str, list[Precondition]] = {}
        """By gate the preconditions that hold for every project."""
        self._waits: dict[str, list[Precondition]] = {}
        """By gate what the others ask about."""
        for name, gate in prover.book.policy.gates.items():
            self._plain[name] = [asked for asked in gate.requires if not any(whens_of(asked))]
            self._waits[name] = [*leaves(asked for asked in gate.requires if any(whens_of(asked)))]
        self._given: dict[tuple[Position, str | None], Given] = {}
        self._known: dict[object, bool | None] = {}
        self._groups: dict[object, list[tuple[list[Guard], frozenset[str]]]] = {}

    def can(
        self, gate: str, outcome: Outcome, here: Position, change: Change = NO_CHANGE, tier: str | None = None
    ) -> bool | None:
        """Whether some project there comes to the decision, and to the change with it; none when it is not proven.

        A `tier` is that of the round, else it may be any.
        """
        rule = self._prover.book.policy.gates[gate]
        is_decided = partial(self._memory.is_met, stage=here.stage, decided=here.decided)
        is_asked = outcome in OPENING or rule.submit_when == "criteria_met"
        if is_asked and not all(is_met(asked, {}, is_decided, {}, NOTHING_OPEN) for asked in self._plain[gate]):
            return False
        waits = tuple([is_decided(asked) for asked in self._waits[gate]])
        given = self.given(here, tier)
        if change is NO_CHANGE:
            return self._once((gate, outcome, waits), lambda: self.guards(gate, outcome, here), given)
        what = (gate, outcome, waits, tuple(guard.name for guard in change.guards))
        return self._once(what, lambda: [*self.guards(gate, outcome, here), *change.guards], {**given, **change.given})

    def lapses(self, gate: str, here: Position) -> bool | None:
        """Whether some project there can come to do without the gate."""
        when = self._prover.book.policy.gates[gate].when
        if when is None:
            return False
        condition = self._prover.book.condition(when, gate)
        need = Need("when", (condition,), partial(_is_not, condition))
        return self._once(gate, lambda: [need], self.given(here))

    def heaviest(self, here: Position) -> str:
        """The heaviest tier that a project can come to there."""
        ids = [tier.id for tier in self._prover.book.policy.tiers]
        for number in reversed(range(1, len(ids))):
            need = Need("tier", self._rows, partial(_is_of, self._rows[: number + 1], number))
            if self._once(number, partial(list, [need]), self.given(here)) is not False:
                return ids[number]
        return ids[0]

    def guards(self, gate: str, outcome: Outcome, here: Position) -> list[Guard]:
        """What keeps the gate from the decision there."""
        is_decided = partial(self._memory.is_met, stage=here.stage, decided=here.decided)
        return list(guards_of(self._prover.book, gate, outcome, is_decided))

    def given(self, here: Position, tier: str | None = None) -> Given:
        """What is settled about a project that stands there."""
        if (here, tier) not in self._given:
            known = {name: held for name, held in here.facts if not isinstance(held, Some)}
            of_tier = {"tier": tier} if tier else {}
            past = self._memory.facts(here.stage, here.decided)
            self._given[here, tier] = {"stage": here.stage, **past, **known, **of_tier}
        return self._given[here, tier]

    def hold(self, guards: Sequence[Guard], given: Given) -> bool | None:
        """Whether guards can hold together for some project of which this is given; none when it is not proven."""
        return _all(self._hold(group, given) for group in sharing(self._prover, guards, given))

    def _hold(self, group: Sequence[Guard], given: Given) -> bool | None:
        depends_on = self.facts_behind(group)
        told_apart = [self._lasting.beside[name] for name in self._lasting.beside if name in depends_on]
        beside = tuple(dict.fromkeys(condition for conditions in told_apart for condition in conditions))
        shown = together(self._prover, group, given, beside)
        return True if shown.world is not None else False if shown.proven else None

    def facts_behind(self, guards: Sequence[Guard]) -> frozenset[str]:
        """The facts on which guards depend."""
        return self._prover.facts_behind([each for guard in guards for each in guard.conditions])

    def _once(self, what: object, guards: Callable[[], list[Guard]], given: Given) -> bool | None:
        """The same as `hold`, worked out once for each group of guards and for what is given of its facts."""
        kept = (what, tuple(given))
        if kept not in self._groups:
            groups = sharing(self._prover, guards(), given)
            self._groups[kept] = [(group, self.facts_behind(group)) for group in groups]
        return _all(self._group_once(what, *group, given) for group in self._groups[kept])

    def _group_once(self, what: object, group: Sequence[Guard], facts: frozenset[str], given: Given) -> bool | None:
        names = tuple(guard.name for guard in group)
        key = (what, names, tuple([each for each in given.items() if each[0] in facts]))
        if key not in self._known:
            self._known[key] = self._hold(group, given)
        return self._known[key]


def _all(found: Iterable[bool | None]) -> bool | None:
    """Whether all are so: surely not if one surely is not."""
    known = set(found)
    return False if False in known else None if None in known else True


def _is_not(condition: Condition, context: Context, undecided: frozenset[str]) -> bool | None:
    truth = condition.judge(context, undecided).truth
    return True if truth is Truth.NOT_MET else None if truth is Truth.UNKNOWN and undecided else False


def _is_of(rows: Sequence[Condition], number: int, context: Context, undecided: frozenset[str]) -> bool | None:
    """Whether a project is of the tier with this number: its row holds, or it is the last, and none before holds."""
    truths = [row.judge(context, undecided).truth for row in rows]
    if Truth.MET in truths[:number] or Truth.NOT_MET in truths[number:]:
        return False
    return None if undecided and Truth.UNKNOWN in truths else truths[number:] != [Truth.UNKNOWN]
