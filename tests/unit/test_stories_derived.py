"""Derived facts and decision tables, the gates that are there for a project, and what must be decided before."""

from typing import Any

import pytest

from lifecycle.domain.project import Outcome
from lifecycle.gates.check import check
from lifecycle.gates.criteria import Result, findings_of
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook, context_of
from tests.unit.house import merged
from tests.unit.office import Desk

ROUTES: dict[str, Any] = {
    "policy": "routes",
    "version": 1,
    "facts": {
        "cost": {"type": "money", "unit": "EUR"},
        "planned": {"type": "money", "unit": "EUR"},
        "impact": {"type": "choice", "of": ["low", "high"]},
        "complexity": {"type": "choice", "of": ["low", "high"]},
    },
    "derived": {
        "gap": {"type": "money", "is": "project.cost - project.planned"},
        "limit": {"type": "money", "is": "project.planned * 0.2 < 5000.0 ? project.planned * 0.2 : 5000.0"},
        "risk": {
            "type": "choice",
            "of": ["low", "medium", "high"],
            "cases": [
                {"when": "project.impact == 'high' && project.complexity == 'high'", "is": "high"},
                {"when": "project.impact == 'low' && project.complexity == 'low'", "is": "low"},
                {"is": "medium"},
            ],
        },
        "within": {"type": "boolean", "is": "derived.gap <= derived.limit"},
    },
    "tiers": [{"id": "light", "when": "derived.risk == 'low'"}, {"id": "full"}],
    "stages": ["scoping", "case", "build", "done"],
    "gates": {
        "screen": {"from": "scoping", "to": "case", "when": "tier == 'full'"},
        "self_check": {
            "from": "scoping",
            "to": "build",
            "when": "tier == 'light'",
            "approvals": {"exclude": []},
            "chair": "project_manager",
        },
        "money": {"from": "case", "to": "build"},
        "launch": {"from": "build", "to": "done", "criteria": {"cost": {"must": "derived.within"}}},
        "assurance": {"kind": "review"},
    },
}


def routes(**changes: Any) -> Policy:
    doc = merged(ROUTES, changes)
    for gate in doc["gates"].values():
        gate.setdefault("approvals", {"all": [{"role": "sponsor"}]})
    return Policy.model_validate(doc)


def derived(**facts: int | str) -> dict[str, Any]:
    policy = routes()
    desk = Desk(policy).registered(facts=facts)
    return dict(context_of(Rulebook(policy), desk.state)["derived"])


def test_the_policy_is_sound() -> None:
    assert [finding for finding in check(routes()) if finding.severity == "error"] == []


def test_the_lesser_of_a_share_and_an_amount() -> None:
    assert derived(cost=1_200_000, planned=1_000_000)["limit"] == 200_000
    assert derived(cost=1_200_000, planned=10_000_000)["limit"] == 500_000
    assert derived(cost=1_200_000, planned=1_000_000)["within"] is True
    assert derived(cost=1_200_001, planned=1_000_000)["within"] is False


def test_what_cannot_be_worked_out_stays_unknown() -> None:
    assert "gap" not in derived(cost=1)
    assert "within" not in derived(cost=1)
    assert "risk" not in derived(impact="high")


@pytest.mark.parametrize(
    ("impact", "complexity", "risk"),
    [("high", "high", "high"), ("low", "low", "low"), ("high", "low", "medium"), ("low", "high", "medium")],
)
def test_a_matrix_gives_a_class(impact: str, complexity: str, risk: str) -> None:
    assert derived(impact=impact, complexity=complexity)["risk"] == risk


def test_a_light_project_checks_itself_and_skips_a_stage() -> None:
    desk = Desk(routes()).registered(facts={"impact": "low", "complexity": "low"})
    assert [round_.gate for round_ in desk.state.open_rounds] == ["self_check"]
    desk.submit("self_check")
    desk.decide("self_check", by="manager")
    assert desk.state.stage == "build"


def test_a_project_that_grows_heavier_changes_its_route() -> None:
    desk = Desk(routes()).registered(facts={"impact": "low", "complexity": "low"})
    desk.amend({"impact": "high"})
    assert [round_.gate for round_ in desk.state.open_rounds] == ["screen"]


def test_while_its_class_is_unknown_a_project_takes_the_heavy_route() -> None:
    desk = Desk(routes()).registered()
    assert [round_.gate for round_ in desk.state.open_rounds] == ["screen"]


def waiting(requires: list[dict[str, Any]], **gates: Any) -> Desk:
    """A project before its launch, which waits for decisions elsewhere."""
    policy = routes(gates={"launch": {"criteria": None, "requires": requires}, **gates})
    desk = Desk(policy).registered()
    for gate in ("screen", "money"):
        desk.submit(gate)
        desk.vote(gate, by="sponsor")
    return desk


def met(desk: Desk) -> Result:
    found = findings_of(desk.book, desk.state, desk.state.rounds["launch"], desk.now)
    return next(finding.result for finding in found if finding.requirement == "requires.1")


def reviewed(desk: Desk, verdict: str = "approve", gate: str = "assurance") -> Desk:
    desk.open(gate)
    desk.submit(gate)
    desk.vote(gate, by="sponsor", verdict=verdict)
    return desk


def test_a_gate_waits_for_a_review() -> None:
    desk = waiting([{"gate": "assurance"}])
    assert met(desk) is Result.NOT_MET
    assert met(reviewed(desk)) is Result.MET


def test_a_review_grows_too_old() -> None:
    desk = reviewed(waiting([{"gate": "assurance", "fresh_for": "90 days"}]))
    desk.wait(days=89)
    assert met(desk) is Result.MET
    desk.wait(days=1)
    assert met(desk) is Result.NOT_MET


def test_only_a_review_after_the_last_approval_counts() -> None:
    desk = waiting([{"gate": "assurance", "after": "money"}])
    assert met(desk) is Result.NOT_MET
    desk.wait(days=1)
    assert met(reviewed(desk)) is Result.MET


def test_one_of_several_reviews_is_enough() -> None:
    desk = waiting([{"any": [{"gate": "assurance"}, {"gate": "audit"}]}], audit={"kind": "review"})
    assert met(reviewed(desk)) is Result.MET


def test_all_of_several_are_needed() -> None:
    desk = waiting([{"all": [{"gate": "assurance"}, {"gate": "audit"}]}], audit={"kind": "review"})
    assert met(reviewed(desk)) is Result.NOT_MET
    assert met(reviewed(desk, gate="audit")) is Result.MET


def test_a_rejected_review_is_no_passed_one() -> None:
    decisions = {"decisions": ["go", "decline"], "on_reject": "decline"}
    desk = waiting([{"gate": "assurance"}], assurance=decisions)
    assert met(reviewed(desk, "reject")) is Result.NOT_MET
    assert desk.state.decisions["assurance"].outcome is Outcome.DECLINE


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"derived": {"gap": {"type": "money", "is": "derived.limit"}}}, "is not derived before it"),
        ({"derived": {"gap": {"type": "money", "is": "derived.gap"}}}, "is not derived before it"),
        ({"gates": {"launch": {"requires": [{"gate": "launch"}]}}}, "cannot wait for its own decision"),
        ({"gates": {"launch": {"requires": [{"gate": "nothing"}]}}}, "There is no gate 'nothing'"),
        ({"gates": {"launch": {"decisions": {"go": {"set": {"x": "1"}}, "recycle": {}}}}}, "There is no fact 'x'"),
        ({"gates": {"launch": {"blocks": ["assurance"]}}}, "There is no stage gate 'assurance'"),
        ({"derived": {"gap": {"type": "money", "is": "tier == 'light'"}}}, "tier"),
    ],
)
def test_what_names_nothing_is_found(changes: dict[str, Any], said: str) -> None:
    assert any(said in finding.sentence for finding in check(routes(**changes)))
