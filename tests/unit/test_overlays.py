"""A unit's policy adds to the organisation's and tightens it, and is proven never looser."""

from pathlib import Path

import pytest

from lifecycle.gates.policy import Policy
from lifecycle.service.policy_files import DEFAULT, beside, examine, library_text, read_policy
from lifecycle.service.policy_text import PolicyError, Problem

RAIL = """
policy: rail-standard
version: 1
title: Rail
extends: corporate-standard
"""
SAFETY = """
gates:
  charter:
    evidence:
      safety_case: {kind: document}
    approvals:
      all:
        - {role: safety_authority}
"""


def faults(text: str) -> list[Problem]:
    return [problem for problem in examine(text, "rail.yaml")[1] if problem.severity == "error"]


def whole(text: str) -> Policy:
    return read_policy(text, "rail.yaml")


def test_an_overlay_is_the_whole_policy_with_what_it_adds() -> None:
    base, rail = read_policy(library_text(DEFAULT), DEFAULT), whole(RAIL + SAFETY)
    assert (rail.policy, rail.version, rail.title) == ("rail-standard", 1, "Rail")
    assert rail.gates.keys() == base.gates.keys()
    charter, before = rail.gates["charter"], base.gates["charter"]
    assert [*charter.evidence] == [*before.evidence, "safety_case"]
    assert len(charter.approvals.all) == len(before.approvals.all) + 1
    assert charter.approvals.all[:-1] == before.approvals.all
    assert rail.gates["baseline"] == base.gates["baseline"]


def test_an_overlay_that_adds_nothing_is_its_base_under_another_name() -> None:
    base = read_policy(library_text(DEFAULT), DEFAULT)
    assert whole(RAIL).gates == base.gates
    assert whole(RAIL).digest != base.digest


def test_what_is_looser_is_refused_where_it_stands_with_a_project_that_shows_it() -> None:
    looser = RAIL + "gates:\n  charter:\n    evidence:\n      business_case: {when: \"project.risk != 'low'\"}\n"
    (fault,) = faults(looser)
    assert (fault.line, fault.path) == (9, "gates.charter.evidence.business_case")
    assert "looser than corporate-standard version 1" in fault.sentence
    assert fault.witness == "risk = low."


@pytest.mark.parametrize(
    "change",
    [
        "gates: {charter: {decide_within: 60 working days}}",
        "gates: {charter: {approvals: {rejection: veto}}}",
        "gates: {charter: {submit_when: evidence_complete}}",
        "gates: {charter: {call_in: unit_head}}",
        "gates: {charter: {ladder: [{after: 1 working hours, raise_to: unit_head}]}}",
        "gates: {charter: {ladder: [{after: 1 working hours, widen_to: trainee}]}}",
        "gates: {charter: {ladder: [{after: 1 working hours, reassign_to: trainee}]}}",
        "gates: {charter: {ladder: [{after: 1 working hours, remind: pending}]}}",
        "gates: {charter: {waivers_by: unit_head}}",
        "gates: {charter: {evidence: {business_case: {waived_by: unit_head}}}}",
        "gates: {charter: {evidence: {business_case: {by: trainee}}}}",
        "gates: {charter: {evidence: {no_conflict: {text: I know of nothing.}}}}",
        "gates: {charter: {criteria: {strategic_fit: {weight: 1}}}}",
        "gates: {charter: {decisions: {go: {set: {risk: \"'low'\"}}, recycle: {}}}}",
        "gates: {baseline: {takes_baseline: false}}",
        "gates: {exception: {blocks: [closure]}}",
        "gates: {exception: {during: [execution]}}",
        "gates: {benefits: {after: [12 months]}}",
        "gates: {again: {kind: review, takes_baseline: true, approvals: {all: [{role: unit_head}]}}}",
        "facts: {risk: {of: [low, medium, high, critical, unrated]}}",
        "calendar: {week: mon-thu}",
        "hold_review_after: 6 months",
        "pmo: supportive",
        "pmo: directive",
    ],
)
def test_no_corner_of_a_policy_may_be_looser(change: str) -> None:
    found = faults(f"{RAIL}{change}\n")
    assert any("looser than corporate-standard" in fault.sentence for fault in found), found
    assert all((fault.line, bool(fault.remedy)) == (6, True) for fault in found)


@pytest.mark.parametrize(
    "tighter",
    [
        "gates: {baseline: {evidence: {risk_register: {fresh_for: 10 days}}, approvals: {veto: [safety]}}}",
        "gates: {baseline: {approvals: {exclude: [{authors_of: charter}], advice: [legal], dissent_to: auditor}}}",
        "gates: {baseline: {requires: [{gate: charter}], on_missed_condition: hold}}",
        "gates: {safety: {kind: review, approvals: {all: [{role: safety_authority}]}, decide_within: 5 working days}}",
        "facts: {site: {type: text}}\ngates: {charter: {criteria: {sited: {must: has(project.site)}}}}",
        "tolerances: {schedule: {over: 10d}}\nincompatible: [[finance, sponsor]]\nhold_review_after: 1 month",
        "bodies: {board: {all: [{role: director, count: 2}]}}\ngates: {closure: {approvals: {all: [{body: board}]}}}",
    ],
)
def test_tightening_is_welcome(tighter: str) -> None:
    assert faults(f"{RAIL}{tighter}\n") == []


def test_nobody_else_speaks_for_the_pmo() -> None:
    assert any(fault.path == "pmo_role" for fault in faults(RAIL + "pmo_role: unit_head\n"))


def test_whoever_the_base_excludes_without_saying_so_stays_excluded() -> None:
    more = whole(RAIL + "gates: {charter: {approvals: {exclude: [{authors_of: baseline}]}}}\n")
    base = read_policy(library_text(DEFAULT), DEFAULT)
    assert more.gates["charter"].approvals.exclude[:-1] == base.gates["charter"].approvals.exclude


def test_what_is_wrong_with_an_added_rule_stands_at_its_line() -> None:
    added = "gates:\n  baseline:\n    requires:\n      - {gate: charter}\n      - {gate: nowhere}\n"
    (fault,) = faults(RAIL + added)
    assert (fault.line, fault.sentence) == (10, "There is no gate 'nowhere'.")


def test_what_is_found_about_the_base_stands_at_the_line_that_extends_it() -> None:
    found = examine(RAIL, "rail.yaml")[1]
    assert {problem.line for problem in found} == {5}


def test_a_body_that_asks_less_is_refused_where_the_body_stands(tmp_path: Path) -> None:
    board = (
        "bodies: {board: {all: [{role: director, count: 2}]}}\ngates: {closure: {approvals: {all: [{body: board}]}}}"
    )
    (tmp_path / "rail-standard.yaml").write_text(f"{RAIL}{board}\n")
    lighter = "policy: freight\nversion: 1\nextends: rail-standard\nbodies:\n  board: {all: [{role: director}]}\n"
    problems = examine(lighter, "freight.yaml", bases=beside(tmp_path))[1]
    (fault,) = (problem for problem in problems if problem.severity == "error")
    assert (fault.line, fault.path) == (5, "gates.closure.approvals")


def test_a_file_beside_can_be_extended_and_no_two_extend_each_other(tmp_path: Path) -> None:
    (tmp_path / "rail-standard.yaml").write_text(RAIL + SAFETY)
    tram = "policy: tram\nversion: 1\nextends: rail-standard\n"
    seen = read_policy(tram, "tram.yaml", bases=beside(tmp_path))
    assert "safety_case" in seen.gates["charter"].evidence
    (tmp_path / "tram.yaml").write_text(tram)
    (tmp_path / "rail-standard.yaml").write_text(RAIL.replace("corporate-standard", "tram"))
    with pytest.raises(PolicyError) as refused:
        read_policy(tram, "tram.yaml", bases=beside(tmp_path))
    assert refused.value.problems[0].sentence == "There is no policy 'tram'." or "rail-standard" in str(refused.value)
    assert "beside this file" in refused.value.problems[0].remedy


@pytest.mark.parametrize(
    ("extends", "sentence"),
    [
        ("extends: nowhere", "There is no policy 'nowhere'."),
        ("extends: {policy: corporate-standard, version: 9}", "There is no policy 'corporate-standard' version 9."),
        ("extends: [corporate-standard]", "It cannot be told what is extended."),
    ],
)
def test_a_base_that_there_is_not_is_said_at_its_place(extends: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as refused:
        whole(RAIL.replace("extends: corporate-standard", extends))
    (problem,) = refused.value.problems
    assert (problem.sentence, problem.line) == (sentence, 5)


def test_an_overlay_has_a_name_of_its_own() -> None:
    (fault,) = faults(RAIL.replace("rail-standard", DEFAULT))
    assert fault.sentence == "What extends a policy has a name of its own."


def test_what_is_wrong_in_an_overlay_is_found_in_its_own_lines() -> None:
    (fault,) = faults(RAIL + "gates: {charter: {evidence: {safety_case: {kind: wishful}}}}\n")
    assert fault.line == 6
