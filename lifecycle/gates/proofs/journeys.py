"""Where projects can come to, gate by gate: the stage, what has been decided, and the facts that last.

All other facts may be amended on the way. A project may come into a heavier tier at any time, so whoever has no way out
in the heaviest tier it can come to has none for good.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from lifecycle.domain.project import OnMiss
from lifecycle.gates.machine import KILLED
from lifecycle.gates.policy import CLOSED
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.proofs.lasting import Some, lasting_of
from lifecycle.gates.proofs.memory import Memory
from lifecycle.gates.proofs.outcomes import takeable
from lifecycle.gates.proofs.passing import Passing, Position
from lifecycle.gates.proofs.prover import Prover
from lifecycle.gates.proofs.witness import in_words

MOST_POSITIONS: Final = 2_000
"""So many positions of a project are told apart."""
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


class Journeys:
    """Every position that a project can come to, and the steps from there; `came_from` tells how.

    `sure` are those that some project surely comes to. Not `whole` if there are too many to look at; `doubted` are the
    gates of which it is not proven that they pass wherever they are taken to.
    """

    def __init__(self, prover: Prover) -> None:
        self.policy, self._machine = prover.book.policy, prover.book.machine
        self.lasting = lasting_of(prover)
        self._kinds = prover.book.vocabulary().kinds
        self._memory = Memory(self.policy, self.lasting.spoken_of)
        self.passing = Passing(prover, self.lasting, self._memory)
        self.onward: dict[Position, list[Step]] = {}
        self.came_from: dict[Position, tuple[Position, str] | None] = {}
        self.sure: set[Position] = set()
        self.whole = True
        self.doubted: set[str] = set()
        self._travel()

    def _travel(self) -> None:
        first = self.policy.stages[0]
        bare = Position(first, frozenset(), self.lasting.nothing_known)
        ahead = deque([bare])
        doubtful = deque(Position(first, frozenset(), facts) for facts in self.lasting.beginnings())
        self.came_from = dict.fromkeys([bare, *doubtful])
        self.sure.add(bare)
        while ahead or doubtful:
            here = ahead.popleft() if ahead else doubtful.popleft()
            if here in self.onward:
                continue
            if len(self.onward) >= MOST_POSITIONS:
                self.whole = False
                return
            self.onward[here] = list(self._steps(here))
            for step in self.onward[here]:
                if step.sure and here in self.sure and step.to not in self.sure:
                    self.sure.add(step.to)
                    self.came_from[step.to] = (here, step.gate)
                    ahead.append(step.to)
                elif step.to not in self.came_from:
                    self.came_from[step.to] = (here, step.gate)
                    doubtful.append(step.to)

    @cached_property
    def reopened(self) -> frozenset[str]:
        """The stage gates that may have to be passed again in a later stage."""
        opened = {
            other
            for gate in self.policy.gates.values()
            for each in gate.decisions
            for other in gate.decision(each).opens
        }
        return frozenset(
            name for name, gate in self.policy.gates.items() if gate.kind is GateKind.STAGE
            and (name in opened or gate.on_breach_of or gate.on_missed_condition is OnMiss.REOPEN)
        )  # fmt: skip

    def is_end(self, here: Position) -> bool:
        """Whether a project is over there."""
        return here.stage == CLOSED or not self.policy.gates_from(here.stage)

    def gates_at(self, here: Position) -> tuple[str, ...]:
        """The gates that have their place there; at the end those that come after it."""
        over = self.is_end(here)
        return tuple(
            name for name, gate in self.policy.gates.items()
            if (gate.kind is GateKind.BENEFITS) == over and (over or self.policy.belongs(name, here.stage))
        )  # fmt: skip

    def _steps(self, here: Position) -> Iterator[Step]:
        """Where a project can come next, and by which gate."""
        if self.is_end(here):
            return
        heaviest = self.passing.heaviest(here)
        for gate in self.gates_at(here):
            for outcome in takeable(self.policy, gate):
                destination = self._machine.after(here.stage, gate, outcome) or here.stage
                if destination == KILLED:
                    continue
                decided = self._memory.after(here.decided, gate, outcome, destination)
                for change in self.lasting.changes(gate, outcome, here.facts):
                    facts = tuple((name, change.facts.get(name, held)) for name, held in here.facts)
                    to = Position(destination, decided, facts)
                    can = to != here and self.passing.can(gate, outcome, here, change)
                    if can is not False:
                        leads = self.passing.can(gate, outcome, here, change, heaviest)
                        self.doubted |= {gate} if None in (can, leads) else set()
                        yield Step(gate, to, leads=leads is not False, sure=change.sure and can is True)
        for decided in self._memory.as_time_passes(here.decided):
            yield Step(TIME, here._replace(decided=decided), leads=False, sure=True)

    def ending(self) -> set[Position]:
        """The positions from which a project can come to an end whatever tier it is in, or that were not looked at."""
        found = {here for here in self.came_from if self.is_end(here) or here not in self.onward}
        while more := {
            here for here, steps in self.onward.items()
            if here not in found and any(step.leads and step.to in found for step in steps)
        }:  # fmt: skip
            found |= more
        return found

    def behind(self, gate: str) -> set[Position]:
        """The positions to which a project can come once it has passed a gate."""
        found: set[Position] = set()
        ahead = [step.to for steps in self.onward.values() for step in steps if step.gate == gate]
        while ahead:
            here = ahead.pop()
            if here not in found and here in self.onward:
                found.add(here)
                ahead += [step.to for step in self.onward[here]]
        return found

    def way(self, here: Position, facts: Sequence[str]) -> str:
        """How a project comes to a position, and what then holds of these facts, in words."""
        held = {name: value for name, value in here.facts if name in facts and not isinstance(value, Some)}
        path: list[str] = []
        while (step := self.came_from[here]) is not None:
            here, gate = step
            path.insert(0, gate or "after which time passes")
        told = f"It passes {', '.join(path)}" if path else "It begins there"
        return f"{told}; then {in_words(self._kinds, held)}" if held else told
