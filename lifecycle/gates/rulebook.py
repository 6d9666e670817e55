"""A policy made ready to judge: its conditions compiled, its state machine built, once per digest."""

import json
import zlib
from base64 import b85decode, b85encode
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from lifecycle.domain.project import ConditionStatus, ProjectState, Round
from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import BOOLEAN, Condition, Judged, Kind, Truth, Vocabulary, compile_condition
from lifecycle.gates.machine import StageMachine
from lifecycle.gates.policy import Policy

Context = Mapping[str, Any]
"""The facts that conditions see: namespaces of known values, and plain words."""

POSTS = {"manager": Kind.TEXT, "sponsor": Kind.TEXT}
"""Facts that every project has without declaring them: who holds its posts."""

LARGEST_TEXT = 2**20
"""Bytes of a policy's canonical text that a packed one may hold."""

SCORED = frozenset({Kind.BOOLEAN, Kind.NUMBER, Kind.INTEGER, Kind.MONEY})


class Rulebook:
    """A policy and everything derived from it. `ConditionError` if a condition does not fit the declared facts."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.machine = StageMachine(policy)
        self._conditions: dict[tuple[str, str | None, bool], Condition] = {}

    @cached_property
    def digest(self) -> str:
        """The digest of the policy."""
        return self.policy.digest

    def vocabulary(self, gate: str | None = None) -> Vocabulary:
        """What a condition may name; inside a gate also the answers of that gate's forms."""
        facts = {**{name: fact.type for name, fact in self.policy.facts.items()}, **POSTS}
        choices = {
            f"{space}.{name}": f.of
            for name, f in self.policy.facts.items()
            if f.of
            for space in ("project", "baseline")
        }
        answers: dict[str, Kind] = {}
        for rule in self.policy.gates[gate].evidence.values() if gate else ():
            answers |= {name: field.type for name, field in rule.fields.items()}
            choices |= {f"answers.{name}": field.of for name, field in rule.fields.items() if field.of}
        return Vocabulary(
            namespaces={
                "project": facts,
                "baseline": facts,
                "answers": answers,
                "conditions": {status.value: Kind.INTEGER for status in ConditionStatus},
            },
            words={"tier": Kind.TEXT, "stage": Kind.TEXT},
            choices=choices | {"tier": tuple(tier.id for tier in self.policy.tiers), "stage": self.policy.stages},
        )

    @cached_property
    def _vocabularies(self) -> dict[str | None, Vocabulary]:
        return {gate: self.vocabulary(gate) for gate in (None, *self.policy.gates)}

    def condition(self, text: str, gate: str | None = None, scored: bool = False) -> Condition:
        """The compiled condition; a scored one may also be a number."""
        known = self._conditions.get((text, gate, scored))
        if known is None:
            known = compile_condition(text, self._vocabularies[gate], SCORED if scored else BOOLEAN)
            self._conditions[text, gate, scored] = known
        return known

    def holds(self, text: str, context: Context, gate: str | None = None) -> Judged:
        """Whether a condition is met, not met, or unknown and for want of which facts."""
        return self.condition(text, gate).judge(context)

    def applies(self, when: str | None, context: Context, gate: str | None = None) -> bool:
        """Whether a requirement with this `when` stands; an unknown answer never takes a requirement away."""
        return when is None or self.holds(when, context, gate).truth is not Truth.NOT_MET

    def tier_of(self, facts: Mapping[str, FactValue], posts: Mapping[str, str]) -> str:
        """The first tier whose condition is met; when none is, or too little is known, the heaviest."""
        context = {"project": {**facts, **posts}}
        tiers = self.policy.tiers
        met = (tier.id for tier in tiers if tier.when and self.holds(tier.when, context).truth is Truth.MET)
        return next(met, tiers[-1].id)


def context_of(state: ProjectState, round_: Round | None = None) -> Context:
    """What conditions may see of a project, and of the answers given in a round."""
    posts = {name: who for name, who in (("manager", state.manager), ("sponsor", state.sponsor)) if who}
    answers: dict[str, FactValue] = {}
    for supplied in round_.evidence.values() if round_ else ():
        answers |= supplied.answers
    statuses = [condition.status for condition in state.conditions.values()]
    return {
        "project": {**state.facts, **posts},
        "baseline": state.baseline,
        "answers": answers,
        "conditions": {status.value: statuses.count(status) for status in ConditionStatus},
        "tier": round_.tier if round_ else state.tier,
        "stage": state.stage,
    }


def pack(policy: Policy) -> str:
    """The canonical text of a policy, compressed for a payload."""
    return b85encode(zlib.compress(policy.text.encode(), 9)).decode()


@lru_cache(maxsize=256)
def rulebook_of(packed: str) -> Rulebook:
    """The rulebook of a packed policy, kept for the next project that is governed by it.

    Raises ValueError, or `zlib.error`, for a text that `pack` did not make or that holds more than `LARGEST_TEXT`.
    """
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(b85decode(packed), LARGEST_TEXT)
    if not unpacking.eof:
        raise ValueError(f"a packed policy is whole and holds at most {LARGEST_TEXT} bytes")
    return Rulebook(Policy.model_validate(json.loads(text)))
