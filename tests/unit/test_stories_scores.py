"""Criteria: knock-outs, scores and their hurdle; unknown counts as nothing and never as met."""

import pytest

from lifecycle.domain.values import FactValue
from lifecycle.gates.criteria import SCORE, Finding, Result, findings_of
from tests.unit.house import Doc, one_gate
from tests.unit.office import Desk

SCORED: Doc = {
    "evidence": {
        "case": None,
        "form": {
            "kind": "form",
            "fields": {"fit": {"type": "integer", "optional": True}, "quick": {"type": "boolean", "optional": True}},
        },
    },
    "criteria": {
        "fit": {"should": "answers.fit", "out_of": 10, "weight": 3},
        "quick": {"should": "answers.quick"},
    },
    "score_at_least": "60%",
}


def findings(answers: dict[str, FactValue] | None = None, gate: Doc | None = None) -> dict[str, Finding]:
    desk = Desk(one_gate(gate or SCORED)).registered()
    if answers is not None:
        desk.supply("gate", "form", kind="form", answers=answers)
    return {finding.requirement: finding for finding in findings_of(desk.book, desk.state, desk.round(), desk.now)}


@pytest.mark.parametrize(
    ("answers", "score", "result"),
    [
        ({"fit": 8, "quick": False}, 0.6, Result.MET),
        ({"fit": 7, "quick": False}, 0.525, Result.NOT_MET),
        ({"fit": 5, "quick": True}, 0.625, Result.MET),
        ({"fit": 99, "quick": False}, 0.75, Result.MET),
        ({"fit": -5, "quick": True}, 0.25, Result.NOT_MET),
        ({"fit": 8}, 0.6, Result.MET),
        ({"fit": 5}, 0.375, Result.UNKNOWN),
        ({"fit": 4}, 0.3, Result.NOT_MET),
        ({}, 0.0, Result.UNKNOWN),
        (None, 0.0, Result.UNKNOWN),
    ],
)
def test_a_score_is_weighed_and_what_is_unknown_scores_nothing(
    answers: dict[str, FactValue] | None, score: float, result: Result
) -> None:
    found = findings(answers)[SCORE]
    assert found.value == pytest.approx(score)
    assert found.result is result
    assert found.passes == (result is Result.MET)


def test_what_does_not_apply_is_not_weighed() -> None:
    gate = {**SCORED, "criteria": {"fit": {**SCORED["criteria"]["fit"], "when": "project.ready == true"}}}
    desk = Desk(one_gate({**gate, "score_at_least": "50%"})).registered({"ready": False})
    desk.supply("gate", "form", kind="form", answers={"fit": 9, "quick": True})
    (score,) = (f for f in findings_of(desk.book, desk.state, desk.round(), desk.now) if f.requirement == SCORE)
    assert (score.result, score.value) == (Result.NOT_MET, 0.0), "a score of nothing passes no hurdle"


def test_a_knock_out_is_no_matter_of_points() -> None:
    gate = {**SCORED, "criteria": {**SCORED["criteria"], "ready": {"must": "project.ready", "fix": "Get ready."}}}
    found = findings({"fit": 10, "quick": True}, gate)
    assert found[SCORE].passes
    assert (found["criteria.ready"].result, found["criteria.ready"].passes) == (Result.UNKNOWN, False)
    assert (found["criteria.ready"].remedy, found["criteria.ready"].missing_facts) == ("Get ready.", ("project.ready",))


def test_a_finding_names_the_fact_it_lacks() -> None:
    found = findings(None)["criteria.fit"]
    assert found.missing_facts == ("answers.fit",)
    assert "answers.fit" in found.remedy
