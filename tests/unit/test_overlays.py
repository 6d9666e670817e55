"""A unit's policy adds to the organisation's and tightens it, and is proven never looser."""

import pytest

from lifecycle.gates.policy import Policy
from lifecycle.service.policy_files import DEFAULT, examine, library_text, read_policy
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
        "pmo: supportive",
    ],
)
def test_no_corner_of_a_gate_may_be_looser(change: str) -> None:
    assert any("looser than" in fault.sentence for fault in faults(f"{RAIL}{change}\n"))


def test_tightening_is_welcome() -> None:
    tighter = "gates: {baseline: {evidence: {risk_register: {fresh_for: 10 days}}, approvals: {veto: [safety]}}}"
    assert faults(f"{RAIL}{tighter}\n") == []


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
