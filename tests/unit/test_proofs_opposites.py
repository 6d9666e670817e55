"""What one gate asks and a later one asks the opposite of: found where only gates change the fact, and only there."""

from typing import Any

from lifecycle.gates.proofs.finding import ERROR, WARNING, Finding
from tests.unit.house import Doc
from tests.unit.test_proofs import FACTS, found

APPROVED: Doc = {**FACTS, "approved": {"type": "money", "by_gates": True}}
FROM_COST: Doc = {"go": {"set": {"approved": "project.cost"}}, "recycle": {}}
FROM_ANSWER: Doc = {"go": {"set": {"approved": "answers.sum"}}, "recycle": {}}
FORM: Doc = {"form": {"kind": "form", "fields": {"sum": {"type": "money"}}}}
LEADS: Doc = {"decide_within": "5 days", "approvals": {"all": [{"role": "sponsor"}]}}


def must(condition: str) -> Doc:
    return {"criteria": {"c": {"must": condition}}}


def two_gates(first: Doc, second: Doc, facts: Doc = APPROVED, **more: Any) -> list[Finding]:
    gates = {"last": {**LEADS, "from": "on", "to": "done", **second}, **more.pop("gates", {})}
    return found({"to": "on", **first}, stages=["work", "on", "done"], facts=facts, gates=gates, **more)


def test_a_gate_that_asks_the_opposite_of_what_an_earlier_one_has_left_is_named() -> None:
    dear = {**must("project.cost >= 1000.0"), "decisions": FROM_COST}
    (clash,) = two_gates(dear, must("project.approved < 500.0"))
    assert (clash.severity, clash.path) == (ERROR, ("gates", "last", "criteria", "c", "must"))
    assert "only gates change project.approved" in clash.sentence
    assert clash.witness == "It passes gate; then approved = 1,000.00."


def test_a_demand_is_met_at_its_edge() -> None:
    cheap = {**must("project.cost <= 1000.0"), "decisions": FROM_COST}
    assert not two_gates(cheap, must("project.approved <= 1000.0"))
    (lost,) = two_gates(cheap, must("project.approved < 1000.0"))
    assert (lost.severity, lost.path) == (ERROR, ("stages", 1)), "the gate passes, but not for all who come to it"
    assert lost.witness.startswith("It passes gate; then approved = 1,000.00.")


def test_an_answer_that_becomes_a_fact_is_followed() -> None:
    dear = {**must("answers.sum > 1000.0"), "evidence": FORM, "decisions": FROM_ANSWER}
    (clash,) = two_gates(dear, must("project.approved < 500.0"))
    assert clash.severity == ERROR
    assert not two_gates(dear, must("project.approved > 1000.0"))


def test_a_fact_that_may_be_amended_between_gates_contradicts_nothing() -> None:
    assert not two_gates(must("project.cost >= 1000.0"), must("project.cost < 500.0"), facts=FACTS)


def test_a_gate_between_that_sets_the_fact_anew_resolves_it() -> None:
    dear = {**must("project.cost >= 1000.0"), "decisions": FROM_COST}
    again = {"again": {**LEADS, "kind": "change", "decisions": FROM_COST}}
    assert not two_gates(dear, must("project.approved < 500.0"), gates=again)
    again["again"]["during"] = ["work"]
    assert two_gates(dear, must("project.approved < 500.0"), gates=again), "there it comes too early"


def test_a_fixed_value_contradicts_what_asks_for_another() -> None:
    (clash,) = two_gates(
        {"decisions": {"go": {"set": {"approved": "10.0"}}, "recycle": {}}}, must("project.approved > 10.0")
    )
    assert clash.witness == "It passes gate; then approved = 10.00."


def test_a_fact_that_follows_from_a_fixed_one_is_fixed_too() -> None:
    derived = {"small": {"type": "boolean", "is": "project.approved < 500.0"}}
    dear = {**must("project.cost >= 1000.0"), "decisions": FROM_COST}
    (clash,) = two_gates(dear, must("derived.small"), derived=derived)
    assert "only gates change project.approved" in clash.sentence
    assert not two_gates(dear, must("!derived.small"), derived=derived)


def test_a_baseline_is_what_the_gate_that_took_it_saw() -> None:
    takes = {**must("project.cost >= 1000.0"), "takes_baseline": True}
    (clash,) = two_gates(takes, must("baseline.cost < 500.0"), facts=FACTS)
    assert clash.witness == "It passes gate; then cost (baseline) = 1,000.00."
    assert not two_gates(takes, must("project.cost < 500.0 && baseline.cost >= 1000.0"), facts=FACTS)


def test_who_took_another_route_than_the_gate_asks_for_is_lost() -> None:
    dear = {**must("project.cost >= 1000.0"), "decisions": FROM_COST}
    cheap = {**LEADS, **must("project.cost < 1000.0"), "from": "work", "to": "on", "decisions": FROM_COST}
    (lost,) = two_gates(dear, must("project.approved < 500.0"), gates={"cheap": cheap})
    assert (lost.severity, lost.path) == (ERROR, ("stages", 1))


def test_a_fact_that_nobody_ever_sets_is_waited_for_in_vain() -> None:
    idle, lost = two_gates({}, must("project.approved < 500.0"))
    assert (idle.path, lost.severity, lost.path) == (("facts", "approved", "by_gates"), ERROR, ("stages", 1))
    assert "approved not known" in lost.witness


def test_a_decision_that_nobody_takes_again_is_waited_for_in_vain() -> None:
    kept = {**must("passed.gate"), "decisions": FROM_COST}
    assert not two_gates({}, must("passed.gate"), facts=FACTS)
    (clash,) = two_gates({}, must("!passed.gate"), facts=FACTS)
    assert (clash.severity, clash.path) == (ERROR, ("gates", "last", "criteria", "c", "must"))
    (own, *_) = two_gates(kept, {})
    assert own.path == ("gates", "gate", "criteria", "c", "must"), "an open gate has not passed"


def test_a_decision_that_grows_too_old_has_to_be_renewable() -> None:
    waits = {"requires": [{"gate": "gate", "fresh_for": "30 days"}]}
    (stale,) = two_gates({}, waits, facts=FACTS)
    assert (stale.severity, stale.path) == (ERROR, ("stages", 1))
    assert "after which time passes" in stale.witness
    look = {"look": {**LEADS, "kind": "review"}}
    assert not two_gates({}, {"requires": [{"gate": "look", "fresh_for": "30 days"}]}, facts=FACTS, gates=look)


def test_what_is_calculated_is_only_doubtful() -> None:
    more = {
        "decisions": {"go": {"set": {"approved": "project.cost + 1000.0"}}, "recycle": {}},
        **must("project.cost > 0.0"),
    }
    assert {finding.severity for finding in two_gates(more, must("project.approved < 500.0"))} == {WARNING}


def test_a_baseline_of_facts_that_are_not_known_is_a_baseline_all_the_same() -> None:
    facts: Doc = {**APPROVED, "agreed": {"type": "boolean", "by_gates": True}}
    known = "!has(baseline.approved) && !has(baseline.agreed)"
    sets = {"decisions": {"go": {"set": {"approved": "1.0", "agreed": "true"}}, "recycle": {}}}
    change = {"change": {**LEADS, "kind": "change", "during": ["on"], **sets}}
    told = two_gates({"takes_baseline": True}, must(known), facts=facts, gates=change)
    assert not [finding for finding in told if finding.path[:2] == ("gates", "last")], "who brings neither gets through"
