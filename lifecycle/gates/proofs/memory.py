"""What has to be remembered of past decisions: as much as gates later ask about, and no more."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from lifecycle.domain.project import OPENING, OnMiss, Outcome
from lifecycle.domain.values import FactValue
from lifecycle.gates.policy import CLOSED, Policy
from lifecycle.gates.policy_decisions import Precondition
from lifecycle.gates.policy_gates import GateKind

FRESH: Final = "fresh"

Decided = frozenset[tuple[str, str]]
"""Of each gate that others ask about: its latest decision; that it is newer than another gate's; that it is fresh."""


class Memory:
    """What is asked about past decisions: by preconditions, and by conditions, which name it as facts."""

    def __init__(self, policy: Policy, spoken_of: Iterable[str]) -> None:
        """`spoken_of` are the facts on which conditions depend."""
        self._policy = policy
        self.reopened = _reopened(policy)
        self._named = sorted(name for name in spoken_of if name.startswith(("passed.", "outcome.")))
        asked = [each for gate in policy.gates.values() for each in leaves(gate.requires)]
        told_apart = {name for name in self._named if name.startswith("outcome.")}
        self._told_apart = {_gate(name) for name in told_apart}
        self._told_apart |= {each.gate or "" for each in asked if set(each.outcome) != set(OPENING)}
        self._awaited = {_gate(name) for name in self._named} | {each.gate or "" for each in asked}
        self._asking: dict[str, list[str]] = {}
        for name, rule in policy.gates.items():
            for each in leaves(rule.requires):
                self._asking.setdefault(each.gate or "", []).append(name)
        self._order = {(each.gate or "", each.after) for each in asked if each.after}
        self._order |= {(each.gate or "", FRESH) for each in asked if each.fresh_for}

    def after(self, before: Decided, gate: str, outcome: Outcome, stage: str) -> Decided:
        """What is remembered in a stage once a gate has decided."""
        known = {(one, other) for one, other in before if one != gate and other != gate}
        if gate in self._told_apart or (gate in self._awaited and outcome in OPENING):
            known |= {(gate, outcome.value if gate in self._told_apart else Outcome.GO.value)}
            known |= {(gate, other) for one, other in self._order if one == gate}
        return frozenset([each for each in known if (each[0], stage) not in self._can_wait])

    def as_time_passes(self, decided: Decided) -> Iterator[Decided]:
        """What is left of it when a decision grows too old."""
        return (decided - {each} for each in decided if each[1] == FRESH)

    def is_met(self, asked: Precondition, stage: str, decided: Decided) -> bool:
        """Whether it was decided as a precondition on one gate asks."""
        gate = asked.gate or ""
        if self._is_open_again(gate, stage) or not any((gate, outcome.value) in decided for outcome in asked.outcome):
            return False
        is_newer = asked.after is None or (gate, asked.after) in decided
        return is_newer and (asked.fresh_for is None or (gate, FRESH) in decided)

    def facts(self, stage: str, decided: Decided) -> dict[str, FactValue | None]:
        """What conditions see of the past."""
        found: dict[str, FactValue | None] = {}
        for name in self._named:
            space, _, gate = name.partition(".")
            latest = next((Outcome(what) for one, what in decided if one == gate and what in _OUTCOMES), None)
            if space == "passed":
                found[name] = latest in OPENING and not self._is_open_again(gate, stage)
            else:
                found[name] = latest.value if latest else None
        return found

    @cached_property
    def _can_wait(self) -> frozenset[tuple[str, str]]:
        """Gates, and stages where their decision need not be remembered: it can be had again where it is asked for."""
        found = set()
        for gate in self._awaited - self._told_apart - {_gate(name) for name in self._named}:
            if not self.reopened.isdisjoint(self._asking[gate]):
                continue  # it may be asked for in any later stage
            asking = {at for name in self._asking[gate] for at in self._policy.stages_of(self._policy.gates[name])}
            on_request = self._policy.gates[gate].kind in (GateKind.REVIEW, GateKind.CHANGE, GateKind.EXCEPTION)
            if on_request and all(self._policy.belongs(gate, at) for at in asking):
                found |= {(gate, stage) for stage in (*self._policy.stages, CLOSED) if stage not in asking}
        return frozenset(found)

    def _is_open_again(self, gate: str, stage: str) -> bool:
        rule = self._policy.gates[gate]
        return rule.kind is GateKind.STAGE and rule.from_ == stage


def _reopened(policy: Policy) -> frozenset[str]:
    """The stage gates that may have to be passed again in a later stage."""
    opened = {other for gate in policy.gates.values() for each in gate.decisions for other in gate.decision(each).opens}
    return frozenset(
        name for name, gate in policy.gates.items() if gate.kind is GateKind.STAGE
        and (name in opened or gate.on_breach_of or gate.on_missed_condition is OnMiss.REOPEN)
    )  # fmt: skip


def leaves(asked: Iterable[Precondition]) -> Iterator[Precondition]:
    """The preconditions on one gate, at any depth."""
    for each in asked:
        if each.gate is not None:
            yield each
        yield from leaves(each.parts)


def _gate(name: str) -> str:
    return name.partition(".")[2]


_OUTCOMES = frozenset(Outcome)
