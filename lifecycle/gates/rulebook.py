"""A policy made ready to judge: its conditions compiled, its state machine built, once per digest."""

import json
import zlib
from base64 import b85decode, b85encode
from collections.abc import Mapping
from functools import cached_property, lru_cache

from lifecycle.domain.project import OPENING, ConditionStatus, PastDecision, ProjectState, Round
from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import BOOLEAN, Condition, Judged, Kind, Truth, Vocabulary, compile_condition
from lifecycle.gates.derivation import Context as Context
from lifecycle.gates.derivation import Derivation
from lifecycle.gates.machine import StageMachine
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.policy_vocabulary import POSTS as POSTS
from lifecycle.gates.policy_vocabulary import vocabulary_of

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
        return self._vocabularies[gate]

    @cached_property
    def _vocabularies(self) -> dict[str | None, Vocabulary]:
        return {gate: vocabulary_of(self.policy, gate) for gate in (None, *self.policy.gates)}

    @cached_property
    def derivation(self) -> Derivation:
        """How the derived facts follow from the others."""
        return Derivation(self.policy)

    def condition(self, text: str, gate: str | None = None, scored: bool = False) -> Condition:
        """The compiled condition; a scored one may also be a number."""
        known = self._conditions.get((text, gate, scored))
        if known is None:
            known = compile_condition(text, self._vocabularies[gate], SCORED if scored else BOOLEAN)
            self._conditions[text, gate, scored] = known
        return known

    def expression(self, text: str, kind: Kind, gate: str | None = None) -> Condition:
        """The compiled expression that gives a value of a kind."""
        return compile_condition(text, self._vocabularies[gate], frozenset({kind}))

    def derived_expression(self, text: str, kind: Kind) -> Condition:
        """The compiled expression of which a derived fact of a kind is made."""
        return compile_condition(text, self._underived, frozenset({kind}))

    @cached_property
    def _underived(self) -> Vocabulary:
        return vocabulary_of(self.policy, underived=True)

    def holds(self, text: str, context: Context, gate: str | None = None) -> Judged:
        """Whether a condition is met, not met, or unknown and for want of which facts."""
        return self.condition(text, gate).judge(context)

    def applies(self, when: str | None, context: Context, gate: str | None = None) -> bool:
        """Whether a requirement with this `when` stands; an unknown answer never takes a requirement away."""
        return when is None or self.holds(when, context, gate).truth is not Truth.NOT_MET

    def tier_of(self, facts: Mapping[str, FactValue], posts: Mapping[str, str]) -> str:
        """The tier of a project that enters with these facts, posts and portfolio."""
        return self.tier_in(self.derivation.added({"project": {**facts, **posts}, **_history(self.policy, None)}))

    def tier_in(self, context: Context) -> str:
        """The first tier whose condition is met; when none is, or too little is known, the heaviest."""
        tiers = self.policy.tiers
        met = (tier.id for tier in tiers if tier.when and self.holds(tier.when, context).truth is Truth.MET)
        return next(met, tiers[-1].id)


def context_of(book: Rulebook, state: ProjectState, round_: Round | None = None) -> Context:
    """What conditions may see of a project, and of the answers given in a round."""
    posts = {"manager": state.manager, "sponsor": state.sponsor, "portfolio": state.portfolio}
    answers: dict[str, FactValue] = {}
    for supplied in round_.evidence.values() if round_ else ():
        answers |= supplied.answers
    return book.derivation.added(
        {
            "project": {**state.facts, **{name: value for name, value in posts.items() if value}},
            "baseline": state.baseline,
            "answers": answers,
            **_history(book.policy, state),
            "tier": round_.tier if round_ else state.tier,
            "stage": state.stage,
        }
    )


def standing_decision(policy: Policy, state: ProjectState, gate: str) -> PastDecision | None:
    """A gate's latest decision; none while a stage gate is open again."""
    round_ = state.rounds.get(gate)
    is_open_again = round_ is not None and round_.is_open and policy.gates[gate].kind is GateKind.STAGE
    return None if is_open_again else state.decisions.get(gate)


def has_passed(policy: Policy, state: ProjectState, gate: str) -> bool:
    """Whether a gate's standing decision lets the project go on."""
    decided = standing_decision(policy, state, gate)
    return decided is not None and decided.outcome in OPENING


def _history(policy: Policy, state: ProjectState | None) -> dict[str, dict[str, FactValue]]:
    """What conditions may see of a project's past: conditions, breaches, gates; nothing has happened to none."""
    statuses = [condition.status for condition in state.conditions.values()] if state else []
    breached = state.breaches if state else ()
    return {
        "conditions": {status.value: statuses.count(status) for status in ConditionStatus},
        "breached": {name: name in breached for name in policy.tolerances},
        "passed": {gate: state is not None and has_passed(policy, state, gate) for gate in policy.gates},
        "outcome": {gate: past.outcome.value for gate, past in (state.decisions.items() if state else ())},
        "rounds": {gate: state.rounds[gate].number if state and gate in state.rounds else 0 for gate in policy.gates},
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
