"""Every field of a policy, and what a change of it does: a table that leaves none out.

Where no comparison of its own judges a field, the table says which way a change goes, and what is said of it. An
overlay is held to this table, so that a field that is not in it would be a hole in the proof.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from lifecycle.domain.project import OnMiss
from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.differences.pairs import Pair
from lifecycle.gates.differences.spans import longer_or_shorter
from lifecycle.gates.policy import CalendarRule, Fact, Policy, Tier, Tolerance
from lifecycle.gates.policy_approvals import AllOf, AnyOf, Approvals, AtLeast, AuthorsOf, Body, BodySlot, Slot
from lifecycle.gates.policy_decisions import DecisionRule, Imposed, Precondition
from lifecycle.gates.policy_derived import Derived, Row
from lifecycle.gates.policy_gates import Gate
from lifecycle.gates.policy_ladders import LadderStep
from lifecycle.gates.policy_requirements import Criterion, EvidenceRule, FormField
from lifecycle.gates.policy_words import Part

Told = Iterator[tuple[Direction, str]]
Judge = Callable[[Any, Any], Told]
"""Which way a field has gone from its earlier to its later value, in sentences."""


class Elsewhere(StrEnum):
    """Why the table itself tells nothing of a field."""

    WORDS = "for readers only"
    COMPARED = "judged by a comparison of its own"
    WITHIN = "judged with what it belongs to"


WORDS, COMPARED, WITHIN = Elsewhere


def either(sentence: str) -> Judge:
    """Nobody can tell in general which way a change goes."""

    def judge(_old: Any, _new: Any) -> Told:
        yield Direction.BOTH, sentence

    return judge


def more(further: str, fewer: str) -> Judge:
    """A list of which more is stricter."""

    def judge(old: Iterable[Any], new: Iterable[Any]) -> Told:
        was, will = tuple(old), tuple(new)
        if any(each not in was for each in will):
            yield Direction.STRICTER, further
        if any(each not in will for each in was):
            yield Direction.LOOSER, fewer

    return judge


def role(come: Direction, named: str, gone: str) -> Judge:
    """A role of which it is told which way it goes when it is named at last; `named` says of whom."""

    def judge(old: str | None, new: str | None) -> Told:
        if new is None:
            yield come.turned, gone
        else:
            yield come if old is None else Direction.BOTH, named.format(new.replace("_", " "))

    return judge


def switch(on: Direction, put_on: str, put_off: str) -> Judge:
    """A yes or no."""

    def judge(_old: bool, new: bool) -> Told:
        yield (on, put_on) if new else (on.turned, put_off)

    return judge


def _missed(old: OnMiss, new: OnMiss) -> Told:
    both = OnMiss.NOTIFY not in (old, new)
    direction = Direction.BOTH if both else Direction.LOOSER if new is OnMiss.NOTIFY else Direction.STRICTER
    yield direction, f"A missed condition now leads to: {new}; it led to: {old}."


_REJECTION: Final[Mapping[str, tuple[Direction, str]]] = {
    "any": (Direction.STRICTER, "One rejection by whoever can fill a slot now sends it back."),
    "veto": (Direction.LOOSER, "Only a veto sends it back now."),
}


def _rejection(_old: str, new: str) -> Told:
    yield _REJECTION[new]


def _hold(old: Any, new: Any) -> Told:
    yield longer_or_shorter(old, new), f"A project on hold is looked at again after {new}; it was {old}."


_PANEL: Final[Mapping[str, Judge | Elsewhere]] = {
    "all": COMPARED,
    "veto": COMPARED,
    "advice": more("Further roles are asked for advice.", "Roles are no longer asked for advice."),
    "dissent_to": role(
        Direction.STRICTER,
        "A no that does not stop it is told to the {}.",
        "A no that does not stop it is told to nobody any more.",
    ),
    "rejection": _rejection,
}

FIELDS: Final[Mapping[type[Part], Mapping[str, Judge | Elsewhere]]] = {
    Policy: {
        **dict.fromkeys(("policy", "version", "title", "sources", "notes"), WORDS),
        **dict.fromkeys(("pmo", "facts", "derived", "tiers", "stages", "tolerances", "bodies", "gates"), COMPARED),
        "pmo_role": either("Another role speaks for the PMO."),
        "calendar": either("Working time counts otherwise, and deadlines with it."),
        "amount": either("Another amount is compared with limits of delegation."),
        "hold_review_after": _hold,
        "incompatible": more("Further roles are kept apart.", "Roles that were kept apart no longer are."),
    },
    CalendarRule: dict.fromkeys(("timezone", "week", "hours", "holidays", "days_off"), WITHIN),
    Fact: {
        **dict.fromkeys(("label", "help"), WORDS),
        "type": either("The fact is of another kind."),
        "unit": either("The fact is in another currency or unit."),
        "of": either("The fact takes other values."),
        "by_gates": switch(Direction.STRICTER, "Only gates change the fact now.", "The fact can now be amended."),
    },
    Derived: {
        **dict.fromkeys(("label", "help"), WORDS),
        "type": either("The derived fact is of another kind."),
        "of": either("The derived fact takes other values."),
        "is_": either("The derived fact follows otherwise from others."),
        "cases": either("The derived fact follows otherwise from others."),
    },
    Row: dict.fromkeys(("when", "is_"), WITHIN),
    Tier: {"id": COMPARED, "label": WORDS, "when": COMPARED},
    Tolerance: {"label": WORDS, **dict.fromkeys(("fact", "over", "under", "when"), COMPARED)},
    Body: {**dict.fromkeys(("label", "guidance"), WORDS), **_PANEL, "chair": COMPARED},
    Approvals: {
        **_PANEL,
        "exclude": more("More of those who took part may not approve.", "Some of those who took part may now approve."),
    },
    AuthorsOf: {"authors_of": WITHIN},
    Slot: dict.fromkeys(("role", "count", "when", "reads", "in_person", "heard"), COMPARED),
    BodySlot: dict.fromkeys(("body", "when", "reads"), COMPARED),
    AllOf: {"all": COMPARED},
    AnyOf: {"any": COMPARED},
    AtLeast: dict.fromkeys(("at_least", "of"), COMPARED),
    Gate: {
        **dict.fromkeys(("label", "question", "guidance"), WORDS),
        **dict.fromkeys(("when", "requires", "during", "every", "blocks", "submit_when"), COMPARED),
        **dict.fromkeys(("evidence", "criteria", "score_at_least", "approvals", "chair"), COMPARED),
        **dict.fromkeys(("decisions", "waivers_by"), COMPARED),
        **dict.fromkeys(("submit_within", "submit_ladder", "decide_within", "ladder"), COMPARED),
        "kind": either("It is a gate of another kind."),
        "from_": either("It leads out of another stage."),
        "to": either("It leads to another stage."),
        "after": more("It comes at further times after closing.", "It comes no longer at some times after closing."),
        "on_breach_of": more("Further breaches open it.", "Some breaches open it no longer."),
        "call_in": role(
            Direction.LOOSER,
            "The {} may call the decision in, and then decides alone.",
            "Nobody may call the decision in any more.",
        ),
        "reauthenticate": switch(
            Direction.STRICTER,
            "Whoever acts here now proves anew who they are.",
            "Nobody has to prove anew who they are any more.",
        ),
        "on_reject": either("A rejection by vote decides something else."),
        "on_missed_condition": _missed,
        "takes_baseline": either("The baseline, from which drift is measured, is taken at other gates."),
    },
    EvidenceRule: {
        **dict.fromkeys(("label", "guidance", "template"), WORDS),
        **dict.fromkeys(("fields", "when", "unless", "fresh_for", "waivable", "waived_by"), COMPARED),
        "kind": either("The evidence is given in another form."),
        "text": either("Another sentence is signed."),
        "by": role(Direction.BOTH, "The {} gives the evidence now.", "Anybody who may gives the evidence now."),
    },
    FormField: {
        "label": WORDS,
        "type": either("The answer is of another kind."),
        "of": either("Other answers can be chosen."),
        "optional": switch(Direction.LOOSER, "The question need not be answered.", "The question has to be answered."),
    },
    Criterion: {
        **dict.fromkeys(("label", "fix"), WORDS),
        **dict.fromkeys(("must", "should", "when", "weight", "out_of", "waivable", "waived_by"), COMPARED),
    },
    Precondition: {
        "label": WORDS,
        **dict.fromkeys(("when", "gate", "outcome", "fresh_for", "after", "all", "any", "at_least", "of"), COMPARED),
    },
    DecisionRule: dict.fromkeys(("label", "when", "to", "set", "opens", "imposes"), COMPARED),
    Imposed: dict.fromkeys(("text", "owner", "within"), WITHIN),
    LadderStep: dict.fromkeys(
        ("after", "remind", "notify", "widen_to", "reassign_to", "raise_to", "hold", "decide"), COMPARED
    ),
}
"""Part of a policy -> field -> how a change of it is judged."""


def by_fields(pair: Pair, at: str, old: Part, new: Part) -> Iterator[Difference]:
    """What the table tells of two parts of one kind; `at` is where they stand, with a dot at its end, or nothing."""
    for name, judge in FIELDS[type(new)].items():
        was, will = getattr(old, name), getattr(new, name)
        if was != will and not isinstance(judge, Elsewhere):
            for direction, sentence in judge(was, will):
                yield pair.told(f"{at}{name.rstrip('_')}", direction, sentence)
