"""Where projects can come to, gate by gate: the stage, what has been decided, and the facts that last.

All other facts may be amended on the way. A project may come into a heavier tier at any time, so whoever has no way out
in the heaviest tier it can come to has none for good.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from lifecycle.domain.project import Outcome
from lifecycle.gates.machine import KILLED
from lifecycle.gates.policy import CLOSED
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.proofs.lasting import NO_CHANGE, Change, Held, Some, lasting_of, sources_of
from lifecycle.gates.proofs.memory import Decided, Memory
from lifecycle.gates.proofs.outcomes import takeable
from lifecycle.gates.proofs.passing import Passing, Position
from lifecycle.gates.proofs.prover import Prover
from lifecycle.gates.proofs.witness import in_words

MOST_STEPS: Final = 16_000
"""So many steps from position to position are looked at."""
TIME: Final = ""
"""Stands for a gate where a decision grows too old."""


class Step(NamedTuple):
    """How a project can come from one position to another; `leads` if it can whatever tier it is in.

    Not `sure` if it is not proven, or comes about only where somebody leaves something open.
    """

    gate: str
    to: Position
    leads: bool
    sure: bool


class _Move(NamedTuple):
    """What a decision does: the stage, what is then remembered, the lasting facts that become others."""

    stage: str
    decided: Decided
    changed: Mapping[str, Held]
    leads: bool
    sure: bool


class Journeys:
    """Every position that a project can come to, and the steps from there; `came_from` tells how.

    `sure` are those that some project surely comes to. Not `whole` if there are too many to look at; `doubted` are the
    gates of which it is not proven that they pass wherever they are taken to.
    """

    def __init__(self, prover: Prover) -> None:
        self.policy, self._book = prover.book.policy, prover.book
        self.lasting = lasting_of(prover)
        self._kinds = prover.book.vocabulary().kinds
        self._memory = Memory(self.policy, self.lasting.spoken_of)
        self.reopened = self._memory.reopened
        self.passing = Passing(prover, self.lasting, self._memory)
        self._depends: dict[tuple[str, Outcome], frozenset[str | None]] = {}
        self._known: dict[object, tuple[_Move, ...]] = {}
        self.onward: dict[Position, list[Step]] = {}
        self.came_from: dict[Position, tuple[Position, str] | None] = {}
        self.sure: set[Position] = set()
        self.whole = not self.lasting.are_too_many
        self.doubted: set[str] = set()
        self._travel()

    def _travel(self) -> None:
        first = self.policy.stages[0]
        bare = Position(first, frozenset(), self.lasting.nothing_known)
        ahead = deque([bare])
        doubtful = deque(Position(first, frozenset(), facts) for facts in self.lasting.beginnings())
        self.came_from = dict.fromkeys([bare, *doubtful])
        self.sure.add(bare)
        looked_at = 0
        while ahead or doubtful:
            here = ahead.popleft() if ahead else doubtful.popleft()
            if here in self.onward:
                continue
            if looked_at > MOST_STEPS:
                self.whole = False
                return
            self.onward[here] = list(dict.fromkeys(self._steps(here)))
            looked_at += len(self.gates_at(here)) + len(self.onward[here])
            for step in self.onward[here]:
                if step.sure and here in self.sure and step.to not in self.sure:
                    self.sure.add(step.to)
                    self.came_from[step.to] = (here, step.gate)
                    ahead.append(step.to)
                elif step.to not in self.came_from:
                    self.came_from[step.to] = (here, step.gate)
                    doubtful.append(step.to)

    def is_end(self, here: Position) -> bool:
        """Whether a project is over there."""
        return here.stage == CLOSED or not self.policy.gates_from(here.stage)

    def gates_at(self, here: Position) -> tuple[str, ...]:
        """The gates that have their place there; at the end those that come after it."""
        return self._places[here.stage]

    @cached_property
    def _places(self) -> dict[str, tuple[str, ...]]:
        found = {}
        for stage in (*self.policy.stages, CLOSED):
            over = stage == CLOSED or not self.policy.gates_from(stage)
            found[stage] = tuple(
                name for name, gate in self.policy.gates.items()
                if (gate.kind is GateKind.BENEFITS) == over and (over or self.policy.belongs(name, stage))
            )  # fmt: skip
        return found

    def _steps(self, here: Position) -> Iterator[Step]:
        """Where a project can come next, and by which gate."""
        if self.is_end(here):
            return
        for gate in self.gates_at(here):
            for outcome in takeable(self.policy, gate):
                for move in self._moves(here, gate, outcome):
                    facts = tuple([(name, move.changed.get(name, held)) for name, held in here.facts])
                    to = Position(move.stage, move.decided, facts)
                    if to != here:
                        yield Step(gate, to, move.leads, move.sure)
        for decided in self._memory.as_time_passes(here.decided):
            yield Step(TIME, here._replace(decided=decided), leads=False, sure=True)

    def _moves(self, here: Position, gate: str, outcome: Outcome) -> tuple[_Move, ...]:
        """What a decision does; worked out once for all positions that are alike in what it depends on."""
        if (gate, outcome) not in self._depends:
            guards = self.passing.guards(gate, outcome, here)
            taken = {source.fact for _, source in sources_of(self._book, gate, outcome)}
            self._depends[gate, outcome] = self.passing.facts_behind(guards) | taken
        depends_on = self._depends[gate, outcome]
        alike = (gate, outcome, here.stage, here.decided, tuple([each for each in here.facts if each[0] in depends_on]))
        if alike not in self._known:
            self._known[alike] = tuple(self._worked_out(here, gate, outcome))
        return self._known[alike]

    def _worked_out(self, here: Position, gate: str, outcome: Outcome) -> Iterator[_Move]:
        stage = self._book.machine.after(here.stage, gate, outcome) or here.stage
        decided = self._memory.after(here.decided, gate, outcome, stage)
        changes = self.lasting.changes(gate, outcome, here.facts)
        stays = (stage, decided) == here[:2] and not any(change.facts for change in changes)
        if stage == KILLED or stays:
            return
        heaviest = self.passing.heaviest(here)
        plainly = self._can(here, gate, outcome, NO_CHANGE, heaviest)
        for change in changes if plainly[0] is not False else ():
            is_plain = not change.given and not change.guards
            can, leads = plainly if is_plain else self._can(here, gate, outcome, change, heaviest)
            if can is not False:
                yield _Move(stage, decided, change.facts, leads is not False, change.sure and can is True)

    def _can(
        self, here: Position, gate: str, outcome: Outcome, change: Change, heaviest: str
    ) -> tuple[bool | None, bool | None]:
        """Whether a decision can be taken, in some tier and in the heaviest; what is not proven is noted."""
        can = self.passing.can(gate, outcome, here, change)
        leads = can and self.passing.can(gate, outcome, here, change, heaviest)
        if can is None or leads is None:
            self.doubted.add(gate)
        return can, leads

    def lost(self) -> list[Position]:
        """The positions from which no end can be reached in the heaviest tier, and not even another stage if possible.

        Where not everything was looked at, what was not is taken for an end.
        """
        ending = {here for here in self.came_from if self.is_end(here) or here not in self.onward}
        while more := {
            here for here, steps in self.onward.items()
            if here not in ending and any(step.leads and step.to in ending for step in steps)
        }:  # fmt: skip
            ending |= more
        lost = [here for here in self.onward if here not in ending]
        return [
            here for here in lost if all(step.to.stage == here.stage for step in self.onward[here] if step.leads)
        ] or lost

    def behind(self, gate: str) -> set[Position]:
        """The positions to which a project can come once it has passed a stage gate."""
        to = self.policy.gates[gate].to
        taken = (step.to for steps in self.onward.values() for step in steps if step.gate == gate)
        passed = [there for there in taken if there.stage == to]
        return set(self._from(passed, lambda _: True))

    def beside(self, here: Position) -> Iterator[Position]:
        """A position, and those to which a project can come from there while no gate leads on."""
        gates = self.policy.gates
        aside = {name for name, gate in gates.items() if gate.kind in (GateKind.REVIEW, GateKind.CHANGE)}
        return self._from([here], lambda step: step.leads and step.gate in aside)

    def _from(self, ahead: list[Position], goes: Callable[[Step], bool]) -> Iterator[Position]:
        found: set[Position] = set()
        while ahead:
            here = ahead.pop()
            if here not in found and here in self.onward:
                found.add(here)
                yield here
                ahead += [step.to for step in self.onward[here] if goes(step)]

    def way(self, here: Position, facts: Sequence[str]) -> str:
        """How a project comes to a position, and what then holds of these facts, in words."""
        held = {name: value for name, value in here.facts if name in facts and not isinstance(value, Some)}
        path: list[str] = []
        while (step := self.came_from[here]) is not None:
            here, gate = step
            path.insert(0, gate or "after which time passes")
        told = f"It passes {', '.join(path)}" if path else "It begins there"
        return f"{told}; then {in_words(self._kinds, held)}" if held else told
