"""A project that shows a difference indeed fares otherwise under the two versions."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.gates.conditions import Truth
from lifecycle.gates.criteria import score_of
from lifecycle.gates.differences.compare import compare
from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.findings import Result
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook
from tests.unit.house import Doc, one_gate

ANSWERS = ("fit", "value", "risk")
FORM: Doc = {"form": {"kind": "form", "fields": {name: {"type": "integer"} for name in ANSWERS}}}
STRICTER, LOOSER, BOTH, OTHER = Direction.STRICTER, Direction.LOOSER, Direction.BOTH, Direction.OTHER


def scored(hurdle: str | None, version: int = 1, **criteria: Any) -> Policy:
    """A gate that scores answers by weight, or as is said."""
    asked = {
        name: each if isinstance(each, dict) else {"should": f"answers.{name}", "out_of": 10, "weight": each}
        for name, each in criteria.items()
    }
    gate: Doc = {"evidence": FORM, "criteria": asked, "decide_within": "5 days"}
    return one_gate({**gate, **({"score_at_least": hurdle} if hurdle else {})}, version=version)


def deciding(version: int = 1, **decisions: Doc) -> Policy:
    rules = {"go": {}, "recycle": {}, **decisions}
    return one_gate({"decisions": rules, "evidence": FORM, "chair": "board"}, version=version)


def told(before: Policy, after: Policy, aspect: str) -> list[Difference]:
    found = compare(Rulebook(before), Rulebook(after)).differences
    return [each for each in found if each.aspect == aspect]


def project_of(difference: Difference) -> dict[str, dict[str, Any]]:
    """The project of a witness, as conditions see it."""
    seen: dict[str, dict[str, Any]] = {"answers": {}, "project": {}}
    for fact in difference.witness.split(", "):
        said, is_known, value = fact.partition(" = ")
        if is_known:
            space = "answers" if said.endswith(" (answer)") else "project"
            plain = value.replace(",", "")
            number = round(float(plain) * 100) if "." in plain else {"yes": True, "no": False}.get(plain)
            seen[space][said.removesuffix(" (answer)")] = int(plain) if number is None else number
    return seen


def reaches(policy: Policy, difference: Difference) -> bool:
    found = score_of(Rulebook(policy), "gate", project_of(difference))
    return found is None or found.result is Result.MET


def test_weights_that_move_are_shown_by_a_project_for_each_direction() -> None:
    seen = told(scored("60%", fit=3, value=1), scored("60%", 2, fit=1, value=3), "score")
    assert [(each.direction, each.proven) for each in seen] == [(STRICTER, True), (LOOSER, True)]
    assert "fit (answer)" in seen[0].witness


def test_a_further_criterion_alone_can_be_stricter_and_looser() -> None:
    seen = told(scored("60%", fit=1), scored("60%", 2, fit=1, value=1), "score")
    assert {each.direction for each in seen} == {STRICTER, LOOSER}


def test_weights_in_the_same_proportion_are_the_same() -> None:
    assert not told(scored("60%", fit=1, value=2), scored("60%", 2, fit=2, value=4), "score")


def test_a_mark_that_is_easier_to_have_is_looser_only() -> None:
    easier = {"should": "answers.fit", "out_of": 5}
    (seen,) = told(scored("60%", fit=1), scored("60%", 2, fit=easier), "score")
    assert (seen.direction, seen.witness) == (LOOSER, "fit (answer) = 3")


def test_a_hurdle_that_moves_is_shown_by_a_score_between() -> None:
    (seen,) = told(scored("60%", fit=1), scored("70%", 2, fit=1), "score")
    assert (seen.direction, seen.witness) == (STRICTER, "fit (answer) = 6")


def test_more_scores_than_can_be_tried_out_are_climbed() -> None:
    names = [f"q{number}" for number in range(8)]
    fields = {name: {"type": "integer"} for name in names}

    def policy(version: int, weights: list[int]) -> Policy:
        criteria = {
            name: {"should": f"answers.{name}", "out_of": 10, "weight": weight}
            for name, weight in zip(names, weights, strict=True)
        }
        form = {"form": {"kind": "form", "fields": fields}}
        return one_gate({"evidence": form, "criteria": criteria, "score_at_least": "55%"}, version=version)

    before, after = policy(1, [1, 2, 3, 4, 5, 6, 7, 8]), policy(2, [1, 2, 3, 4, 5, 6, 8, 7])
    seen = told(before, after, "score")
    assert [(each.direction, each.proven) for each in seen] == [(STRICTER, False), (LOOSER, False)]
    for each in seen:
        assert reaches(before, each) is (each.direction is STRICTER)
        assert reaches(after, each) is (each.direction is LOOSER)


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.integers(1, 5)] * 6), st.tuples(*[st.integers(20, 90)] * 2))
def test_a_project_that_shows_a_score_reaches_one_hurdle_and_not_the_other(
    weights: tuple[int, ...], hurdles: tuple[int, int]
) -> None:
    before = scored(f"{hurdles[0]}%", **dict(zip(ANSWERS, weights[:3], strict=True)))
    after = scored(f"{hurdles[1]}%", 2, **dict(zip(ANSWERS, weights[3:], strict=True)))
    for each in told(before, after, "score"):
        if each.witness:
            assert reaches(before, each) is (each.direction is STRICTER)
            assert reaches(after, each) is (each.direction is LOOSER)


@pytest.mark.parametrize(
    ("was", "will", "direction"),
    [
        (None, "project.cost < 500.0", STRICTER),
        ("project.cost < 500.0", None, LOOSER),
        ("project.cost < 500.0", "project.cost <= 500.0", LOOSER),
        ("project.ready && project.cost < 500.0", "project.ready", LOOSER),
    ],
)
def test_who_may_decide_a_go_is_shown_by_a_project(was: str | None, will: str | None, direction: Direction) -> None:
    before, after = (deciding(n, go={"when": when} if when else {}) for n, when in ((1, was), (2, will)))
    (seen,) = told(before, after, "decisions")
    assert (seen.direction, seen.proven) == (direction, True)
    books = [(Rulebook(before), was), (Rulebook(after), will)]
    can = [when is None or book.holds(when, project_of(seen)).truth is Truth.MET for book, when in books]
    assert can == [direction is STRICTER, direction is LOOSER]


def test_a_kill_that_may_be_decided_otherwise_is_neither_stricter_nor_looser() -> None:
    (seen,) = told(deciding(kill={}), deciding(2, kill={"when": "project.ready"}), "decisions")
    assert (seen.direction, seen.witness) == (LOOSER, "ready = no")


def test_what_follows_from_a_decision_is_said_one_by_one() -> None:
    promise: Doc = {"text": "Sign.", "within": "2 weeks"}
    more = deciding(2, conditional_go={"imposes": [promise]}, recycle={"to": "done"}, go={"label": "Yes"})
    seen = told(deciding(conditional_go={}), more, "decisions")
    assert [each.direction for each in seen] == [OTHER, BOTH, STRICTER]
    assert "Recycle leads to done" in seen[1].sentence


def test_a_fact_that_becomes_another_is_shown_by_a_project_that_gets_another() -> None:
    (seen,) = told(
        deciding(go={"set": {"cost": "500.0"}}), deciding(2, go={"set": {"cost": "project.cost"}}), "decisions"
    )
    assert (seen.direction, seen.proven) == (BOTH, True)
    assert project_of(seen)["project"]["cost"] != 50_000
    assert not told(deciding(go={"set": {"cost": "500.0"}}), deciding(2, go={"set": {"cost": "500.00"}}), "decisions")
