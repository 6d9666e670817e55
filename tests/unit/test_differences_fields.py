"""No field of a policy is left out where two versions are compared."""

from collections.abc import Iterator
from typing import Any

import pytest

from lifecycle.gates.differences.compare import Comparison, compare
from lifecycle.gates.differences.difference import Direction
from lifecycle.gates.differences.fields import FIELDS
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_words import Part
from lifecycle.gates.rulebook import Rulebook
from tests.unit.house import Doc, one_gate

BOARD: Doc = {"board": {"all": [{"role": "finance"}], "advice": ["legal"], "dissent_to": "auditor"}}
CALLED: Doc = {"approvals": {"all": [{"body": "board"}]}}


def parts(kind: type[Part] = Part) -> Iterator[type[Part]]:
    """Every kind of part that policies are made of."""
    for below in kind.__subclasses__():
        yield from parts(below)
        if below.__module__.startswith("lifecycle.gates.policy") and below.__name__ != "Panel":
            yield below


def compared(before: Policy, after: Policy) -> Comparison:
    return compare(Rulebook(before), Rulebook(after))


@pytest.mark.parametrize("part", sorted(parts(), key=str))
def test_of_every_field_it_is_said_how_a_change_is_judged(part: type[Part]) -> None:
    assert FIELDS.get(part, {}).keys() == part.model_fields.keys()


DECISIONS: Doc = {
    "go": {"set": {"ready": "true"}},
    "conditional_go": {"imposes": [{"text": "Report.", "within": "1 month"}]},
    "recycle": {"opens": ["gate"]},
}
ASKED: Doc = {"gate": "earlier", "fresh_for": "6 months"}


@pytest.mark.parametrize(
    ("before", "after", "sentence", "direction"),
    [
        ({"call_in": "board"}, {}, "Nobody may call the decision in any more.", Direction.STRICTER),
        (
            {"approvals": {"advice": ["legal"]}},
            {},
            "Roles are no longer asked for advice.",
            Direction.LOOSER,
        ),
        (
            {"approvals": {"dissent_to": "auditor"}},
            {},
            "A no that does not stop it is told to nobody any more.",
            Direction.LOOSER,
        ),
        (
            {"blocks": ["gate"]},
            {"blocks": []},
            "While a round is open, gates can pass that could not.",
            Direction.LOOSER,
        ),
        (
            {"decisions": DECISIONS},
            {"decisions": {**DECISIONS, "go": {"set": {"ready": "false"}}}},
            "Go makes 'ready' false; it made it true.",
            Direction.BOTH,
        ),
        (
            {"decisions": DECISIONS},
            {"decisions": {**DECISIONS, "conditional_go": {}}},
            "Conditional go imposes a condition no longer.",
            Direction.LOOSER,
        ),
        (
            {"decisions": DECISIONS},
            {"decisions": {**DECISIONS, "recycle": {}}},
            "Recycle opens a gate no longer.",
            Direction.LOOSER,
        ),
        (
            {"decisions": {"go": {}, "kill": {"to": "done"}}, "on_reject": "kill"},
            {"decisions": {"go": {}, "kill": {}}, "on_reject": "kill"},
            "Kill leads to where such a decision leads by itself; it led to done.",
            Direction.BOTH,
        ),
        (
            {"decisions": {"go": {"when": "project.ready"}, "recycle": {}}},
            {"decisions": {"go": {}, "recycle": {}}},
            "Go can now be decided.",
            Direction.LOOSER,
        ),
    ],
)
def test_nothing_that_goes_is_only_worded_otherwise(
    before: Doc, after: Doc, sentence: str, direction: Direction
) -> None:
    policies = [Policy.model_validate({**one_gate(gate).model_dump(), "version": 1}) for gate in (before, after)]
    (seen,) = compared(*policies).differences
    assert (seen.sentence, seen.direction, seen.proven) == (sentence, direction, True)


@pytest.mark.parametrize(
    ("dropped", "direction"),
    [("dissent_to", Direction.LOOSER), ("advice", Direction.LOOSER), ("all", Direction.LOOSER)],
)
def test_what_a_body_no_longer_asks_changes_the_gates_that_call_it(dropped: str, direction: Direction) -> None:
    left: dict[str, Any] = {key: value for key, value in BOARD["board"].items() if key != dropped}
    less: Doc = {"board": {"all": [{"role": "finance"}], **left} if dropped != "all" else {**left, "all": TRAINEES}}
    seen = compared(one_gate(CALLED, bodies=BOARD), one_gate(CALLED, bodies=less))
    assert seen.gates == {"gate": direction}


TRAINEES = [{"any": [{"role": "finance"}, {"role": "trainee"}]}]


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (ASKED, {"gate": "earlier"}, Direction.LOOSER),
        (ASKED, {**ASKED, "fresh_for": "3 months"}, Direction.STRICTER),
        (ASKED, {**ASKED, "fresh_for": "25 weeks"}, Direction.STRICTER),
        (ASKED, {**ASKED, "label": "The earlier decision"}, Direction.OTHER),
        (ASKED, {**ASKED, "outcome": ["go"]}, Direction.STRICTER),
        (ASKED, {**ASKED, "when": "project.ready"}, Direction.LOOSER),
        (ASKED, {"any": [ASKED, {"gate": "other"}]}, Direction.LOOSER),
        (ASKED, {"all": [ASKED, {"gate": "other"}]}, Direction.STRICTER),
        (ASKED, {"gate": "other"}, Direction.BOTH),
        ({"at_least": 2, "of": [ASKED, {"gate": "other"}]}, {"any": [ASKED, {"gate": "other"}]}, Direction.LOOSER),
    ],
)
def test_a_precondition_is_compared_by_what_fulfils_it(before: Doc, after: Doc, direction: Direction) -> None:
    def policy(asked: Doc) -> Policy:
        others: Doc = {"kind": "review", "approvals": {"all": [{"role": "sponsor"}]}}
        return one_gate({"requires": [asked]}, gates={"earlier": others, "other": others})

    assert compared(policy(before), policy(after)).gates["gate"] is direction


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ([], [{"after": "3 working days", "raise_to": "board"}], Direction.LOOSER),
        ([], [{"after": "3 working days", "hold": True}], Direction.STRICTER),
        ([], [{"after": "3 working days", "reassign_to": "board"}], Direction.BOTH),
        (
            [{"after": "3 working days", "raise_to": "board"}],
            [{"after": "1 working days", "raise_to": "board"}],
            Direction.LOOSER,
        ),
        (
            [{"after": "3 working days", "notify": "board"}],
            [{"after": {"light": "3 working days", "major": "9 working days"}, "notify": "board"}],
            Direction.LOOSER,
        ),
    ],
)
def test_a_step_that_frees_the_decision_is_looser_and_one_that_presses_is_stricter(
    before: list[Doc], after: list[Doc], direction: Direction
) -> None:
    assert compared(one_gate({"ladder": before}), one_gate({"ladder": after})).gates["gate"] is direction


def test_a_chair_is_stricter_beside_approvals_and_looser_where_nobody_else_is_asked() -> None:
    nobody: Doc = {"approvals": {"all": []}}
    chaired: Doc = {"chair": "director"}
    assert compared(one_gate(), one_gate(chaired)).gates["gate"] is Direction.STRICTER
    assert compared(one_gate(nobody), one_gate({**nobody, **chaired})).gates["gate"] is Direction.LOOSER
    assert compared(one_gate({**nobody, **chaired}), one_gate(chaired)).gates["gate"] is Direction.STRICTER
