"""Two versions of a policy: stricter, looser, both or the same, each with a project that shows it."""

import time
from typing import Any

import pytest

from lifecycle.gates.differences.compare import Comparison, compare
from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook
from lifecycle.service.policy_files import DEFAULT, library, library_text, read_policy
from tests.unit.house import Doc, house, one_gate
from tests.unit.walks import Walk

LIGHT, RISKY = "project.cost < 1000.0", "project.cost < 500.0"


def compared(before: Policy, after: Policy) -> Comparison:
    return compare(Rulebook(before), Rulebook(after))


def told(gate: Doc | None, changed: Doc | None, **more: Any) -> list[Difference]:
    return list(compared(one_gate(gate), one_gate(changed, version=2, **more)).differences)


def one(gate: Doc | None, changed: Doc | None, **more: Any) -> Difference:
    (difference,) = told(gate, changed, **more)
    return difference


def test_the_same_rules_are_the_same_and_another_wording_is_only_that() -> None:
    seen = compared(one_gate(), one_gate({"guidance": "Read twice."}, version=2))
    assert seen.gates == {"gate": Direction.OTHER}
    assert [each.aspect for each in seen.differences] == ["wording"]
    assert compared(house(), house(version=2)).gates.keys() == house().gates.keys()
    assert set(compared(house(), house(version=2)).gates.values()) == {Direction.SAME}


def test_another_chair_in_one_tier_is_told_for_that_tier() -> None:
    found = one({"chair": "security"}, {"chair": {"light": "security", "major": "board"}})
    assert (found.direction, found.sentence) == (
        Direction.BOTH,
        "In the tier major the decision lies with the board; it lay with the security.",
    )


def test_new_evidence_is_stricter_and_says_for_which_project() -> None:
    risks: Doc = {"evidence": {"risks": {"kind": "document", "when": "tier == 'major'"}}}
    seen = one({}, risks)
    assert (seen.aspect, seen.direction, seen.proven) == ("evidence.risks", Direction.STRICTER, True)
    assert seen.witness == "cost = 1,000.00"
    assert one(risks, {}).direction is Direction.LOOSER


def test_a_condition_that_moves_is_stricter_for_some_and_looser_for_others() -> None:
    before: Doc = {"evidence": {"risks": {"kind": "document", "when": "project.cost > 100.0"}}}
    after: Doc = {"evidence": {"risks": {"kind": "document", "when": "project.cost < 50.0"}}}
    stricter, looser = told(before, after)
    assert (stricter.direction, looser.direction) == (Direction.STRICTER, Direction.LOOSER)
    assert (stricter.witness, looser.witness) == ("cost = 49.99", "cost = 100.01")
    gates = compared(one_gate(before), one_gate(after, version=2)).gates
    assert gates == {"gate": Direction.BOTH}


def test_a_boundary_that_is_included_is_seen() -> None:
    before: Doc = {"criteria": {"small": {"must": "project.cost <= 100.0"}}}
    after: Doc = {"criteria": {"small": {"must": "project.cost < 100.0"}}}
    seen = one(before, after)
    assert (seen.direction, seen.witness) == (Direction.STRICTER, "cost = 100.00")


def test_two_ways_to_write_the_same_condition_are_the_same() -> None:
    before: Doc = {"criteria": {"small": {"must": "project.cost < 100.0 && project.ready"}}}
    after: Doc = {"criteria": {"small": {"must": "project.ready && !(project.cost >= 100.0)"}}}
    assert one(before, after).aspect == "wording"


def test_a_waiver_a_hurdle_and_freshness_have_their_direction() -> None:
    evidence: Doc = {"evidence": {"case": {"kind": "document", "fresh_for": "30 days"}}}
    fresher: Doc = {"evidence": {"case": {"kind": "document", "fresh_for": "20 days"}}}
    assert one(evidence, fresher).direction is Direction.STRICTER
    assert one({}, {"evidence": {"case": {"waivable": False}}}).direction is Direction.STRICTER
    owner = one({}, {"evidence": {"case": {"waived_by": "board"}}})
    assert owner.sentence == "The board may waive the evidence 'case'; it was the pmo director."
    other = one({"evidence": {"case": {"waived_by": "finance"}}}, {"evidence": {"case": {"waived_by": "board"}}})
    assert (other.aspect, other.direction) == ("evidence.case.waived_by", Direction.BOTH)
    assert other.sentence == "The board may waive the evidence 'case'; it was the finance."
    scored: Doc = {"criteria": {"fit": {"should": "project.ready"}}, "score_at_least": "50%"}
    assert one(scored, {**scored, "score_at_least": "40%"}).direction is Direction.LOOSER


@pytest.mark.parametrize(
    ("approvals", "direction"),
    [
        ([{"role": "sponsor"}, {"role": "finance", "count": 2}], Direction.STRICTER),
        ([{"role": "sponsor"}], Direction.LOOSER),
        ([{"role": "sponsor"}, {"any": [{"role": "finance"}, {"role": "board"}]}], Direction.LOOSER),
        ([{"role": "finance"}, {"role": "sponsor"}], None),
        ([{"role": "sponsor", "in_person": True}, {"role": "finance"}], Direction.STRICTER),
        ([{"role": "sponsor"}, {"role": "finance", "heard": True}], Direction.LOOSER),
        ([{"at_least": 2, "of": [{"role": "sponsor"}, {"role": "finance"}]}], None),
    ],
)
def test_quorums_are_compared_as_the_ways_that_open_the_gate(approvals: list[Doc], direction: Direction | None) -> None:
    seen = one({}, {"approvals": {"all": approvals}})
    assert (seen.direction if seen.aspect == "approvals" else None) is direction


def test_other_approvers_are_stricter_for_some_and_looser_for_others() -> None:
    seen = told({}, {"approvals": {"all": [{"role": "sponsor"}, {"role": "board"}]}})
    assert [each.direction for each in seen] == [Direction.STRICTER, Direction.LOOSER]


def test_who_may_not_approve_who_may_stop_it_and_who_decides() -> None:
    assert one({}, {"approvals": {"exclude": ["submitter"]}}).direction is Direction.LOOSER
    assert one({}, {"approvals": {"veto": ["security"]}}).direction is Direction.STRICTER
    assert one({}, {"approvals": {"rejection": "veto"}}).direction is Direction.LOOSER
    assert one({}, {"chair": "pmo_director"}).direction is Direction.STRICTER
    assert one({"decisions": ["go", "recycle"]}, {"decisions": ["go", "conditional_go", "recycle"]}).direction is (
        Direction.LOOSER
    )


def test_deadlines_are_compared_tier_by_tier() -> None:
    before: Doc = {"decide_within": {"light": "3 working days", "major": "5 working days"}}
    after: Doc = {"decide_within": {"light": "4 working days", "major": "5 working days"}}
    seen = one(before, after)
    assert (seen.aspect, seen.direction, seen.witness) == ("decide_within", Direction.LOOSER, "cost = 999.99")
    assert one({}, after).direction is Direction.STRICTER


def test_a_silent_go_is_looser() -> None:
    seen = one({}, {"ladder": [{"after": "5 working days", "decide": "go"}]})
    assert (seen.aspect, seen.direction) == ("ladder", Direction.LOOSER)


def test_tiers_that_move_are_shown_by_a_project_at_their_edge() -> None:
    tiers = [{"id": "light", "when": RISKY}, {"id": "major"}]
    (seen,) = told({}, {}, tiers=tiers)
    assert (seen.gate, seen.aspect, seen.direction, seen.witness) == (
        None,
        "tiers",
        Direction.STRICTER,
        "cost = 500.00",
    )


def test_a_tier_that_moves_moves_what_is_asked_by_tier() -> None:
    risks: Doc = {"evidence": {"risks": {"kind": "document", "when": "tier == 'major'"}}}
    seen = told(risks, risks, tiers=[{"id": "light", "when": RISKY}, {"id": "major"}])
    assert [(each.aspect, each.direction) for each in seen] == [
        ("tiers", Direction.STRICTER),
        ("evidence.risks", Direction.STRICTER),
    ]


def test_tolerances_gates_and_the_pmo_have_their_direction() -> None:
    seen = compared(house(), house(version=2, tolerances={"cost": {"over": "5%"}}, pmo="supportive"))
    assert {each.aspect: each.direction for each in seen.differences} == {
        "tolerances.cost": Direction.STRICTER,
        "pmo": Direction.LOOSER,
    }
    audit = {"kind": "monitoring", "during": ["execution"], "every": "3 months"}
    more = {"audit": {**audit, "approvals": {"all": [{"role": "sponsor"}]}}}
    assert compared(house(), house(version=2, gates=more)).gates["audit"] is Direction.STRICTER


@pytest.mark.parametrize("name", sorted(library()))
def test_every_ready_policy_is_the_same_as_itself(name: str) -> None:
    policy = read_policy(library_text(name), name)
    later = policy.model_copy(update={"version": policy.version + 1})
    began = time.monotonic()
    seen = compared(policy, later)
    assert set(seen.gates.values()) == {Direction.SAME}, seen.differences
    assert time.monotonic() - began < 5


def test_turned_round_stricter_is_looser() -> None:
    turned = {Direction.STRICTER: Direction.LOOSER, Direction.LOOSER: Direction.STRICTER}
    for seed in range(12):
        first, second = Walk(seed).policies
        there, back = compared(first, second), compared(second, first)
        assert {gate: turned.get(way, way) for gate, way in there.gates.items()} == dict(back.gates), seed


def test_a_lighter_quorum_in_the_default_policy_is_found() -> None:
    text = library_text(DEFAULT)
    lighter = read_policy(text.replace("version: 1\n", "version: 2\n").replace("count: 2", "count: 1"), DEFAULT)
    seen = compared(read_policy(text, DEFAULT), lighter)
    assert Direction.LOOSER in seen.gates.values()
    assert all(each.aspect == "approvals" for each in seen.loosened)


def test_policies_with_more_cases_than_can_be_looked_at_are_compared_in_bounded_time() -> None:
    facts = {f"f{number}": {"type": "boolean"} for number in range(12)}
    joined = " && ".join(f"project.{name}" for name in facts)
    gate = {"kind": "change", "approvals": {"all": [{"role": "sponsor"}]}}

    def policy(version: int, rule: str) -> Policy:
        gates = {f"change_{number}": {**gate, "criteria": {"all_of_it": {"must": rule}}} for number in range(40)}
        return one_gate(facts=facts, gates=gates, version=version)

    began = time.process_time()
    seen = compared(policy(1, joined), policy(2, joined.replace("&&", "||")))
    assert seen.gates["change_0"] is Direction.LOOSER
    assert not any(each.proven for each in seen.differences)
    assert time.process_time() - began < 10
