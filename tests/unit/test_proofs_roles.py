"""Roles that are misspelt, that nobody has, or that cannot do what the policy asks of them; times without sense."""

import pytest

from lifecycle.domain.people import Roster
from lifecycle.gates.check import ERROR, check
from lifecycle.gates.proofs.finding import WARNING
from lifecycle.service.policy_files import library, library_text, read_policy
from tests.unit.house import Doc, house, one_gate


def said(gate: Doc, severity: str, roster: Roster | None = None, **more: object) -> set[str]:
    return {finding.sentence for finding in check(one_gate(gate, **more), roster) if finding.severity == severity}


def test_the_project_manager_neither_chairs_nor_waives() -> None:
    never = "The project manager takes part in every round, is excluded here, and so can never decide."
    assert never in said({"chair": "project_manager"}, ERROR)
    assert never not in said({"chair": "project_manager", "approvals": {"exclude": ["submitter"]}}, ERROR)
    boards: Doc = {"board": {"all": [{"role": "finance"}], "chair": "project_manager"}}
    assert never in said({"chair": "board"}, ERROR, bodies=boards)
    assert "The project manager may not grant waivers." in said({"waivers_by": "project_manager"}, ERROR)
    own = {"evidence": {"case": {"waived_by": "project_manager"}}}
    assert "The project manager may not grant waivers." in said(own, ERROR)


@pytest.mark.parametrize(("pmo", "decides"), [("directive", "pmo director"), ("supportive", "project manager")])
def test_a_chair_whom_the_pmo_passes_over_is_told(pmo: str, decides: str) -> None:
    sentence = f"The PMO is {pmo}: the {decides} decides, and not the finance."
    assert sentence in said({"chair": "finance"}, WARNING, pmo=pmo)
    assert sentence not in said({"chair": "finance"}, WARNING)


def test_a_rhythm_by_tier_names_every_tier() -> None:
    policy = house(gates={"health": {"every": {"light": "1 month"}}})
    (fault,) = [finding for finding in check(policy) if finding.severity == ERROR]
    assert fault.path == ("gates", "health", "every")
    assert (fault.sentence, fault.remedy) == (
        "The durations and the tiers differ at 'major'.",
        "Name each of: light, major.",
    )


@pytest.mark.parametrize(
    ("role", "meant"), [("fianance", "finance"), ("sponser", "sponsor"), ("pmo_directer", "pmo_director")]
)
def test_a_role_that_is_mistyped_once_is_told(role: str, meant: str) -> None:
    gate: Doc = {"approvals": {"all": [{"role": "finance"}], "veto": ["finance"], "advice": [role]}}
    assert f"The role '{role}' is named here alone, and looks like '{meant}'." in said(gate, WARNING)


@pytest.mark.parametrize("role", ["reviewer_2", "legal", "financier"])
def test_a_role_of_its_own_is_no_slip(role: str) -> None:
    gate: Doc = {"approvals": {"all": [{"role": "reviewer_1"}, {"role": "reviewer_1"}], "advice": [role]}}
    assert not any("looks like" in sentence for sentence in said(gate, WARNING))


def test_a_role_besides_the_quorum_that_nobody_holds_is_told_with_the_people() -> None:
    people = Roster(holders={"sponsor": ("sam", "sue"), "finance": ("fin", "flo"), "security": ("sec",)})
    gate: Doc = {"approvals": {"veto": ["security"], "advice": ["legal"]}, "call_in": "director"}
    sentences = said(gate, WARNING, people)
    assert {"Nobody holds the role 'legal'.", "Nobody holds the role 'director'."} <= sentences
    assert "Nobody holds the role 'security'." not in sentences


def test_a_veto_that_nobody_has_and_exclusions_that_exclude_nobody_are_told() -> None:
    mute = "Only a veto sends this gate back, and nobody has one: no vote says no."
    assert mute in said({"approvals": {"rejection": "veto"}}, WARNING)
    assert mute not in said({"approvals": {"rejection": "veto", "veto": ["finance"]}}, WARNING)
    free = "Nobody is excluded: whoever manages, submits or writes the evidence may approve it."
    assert free in said({"approvals": {"exclude": []}}, WARNING)


@pytest.mark.parametrize(("first", "is_late"), [("5 working days", False), ("60 days", True)])
def test_a_ladder_that_begins_long_after_the_deadline_is_told(first: str, is_late: bool) -> None:
    gate: Doc = {"decide_within": "5 working days", "ladder": [{"after": first, "raise_to": "board"}]}
    found = [sentence for sentence in said(gate, WARNING) if sentence.startswith("The deadline passes")]
    assert bool(found) is is_late


@pytest.mark.parametrize("name", sorted(library()))
def test_no_ready_policy_gives_cause(name: str) -> None:
    found = check(read_policy(library_text(name), name))
    assert [finding.sentence for finding in found if finding.severity == WARNING] == []
