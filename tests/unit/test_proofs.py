"""Before a policy binds anybody it is proven: what can never happen in it, and what falls between its rules."""

import pytest

from lifecycle.gates.check import check
from lifecycle.gates.proofs.finding import ERROR, INFORMATION, WARNING, Finding
from lifecycle.service.policy_files import library, read_policy
from tests.unit.house import Doc, one_gate

FACTS: Doc = {
    "cost": {"type": "money", "unit": "GBP"},
    "risk": {"type": "choice", "of": ["low", "medium", "high"]},
    "start": {"type": "date"},
    "finish": {"type": "date"},
    "staff": {"type": "integer"},
    "share": {"type": "number"},
    "ready": {"type": "boolean"},
    "owner": {"type": "text"},
}


def found(gate: Doc | None = None, **changes: object) -> list[Finding]:
    silent: Doc = {"decide_within": "5 days", "evidence": None}
    return [*check(one_gate({**silent, **(gate or {})}, **{"facts": FACTS, **changes}))]


def table(*conditions: str | None) -> list[Finding]:
    rows = [{"id": f"t{n}", "when": condition} for n, condition in enumerate(conditions)]
    return found(tiers=rows)


def test_a_table_of_bands_that_meet_is_sound() -> None:
    assert not table("project.cost < 1000.0", "project.cost < 5000.0", None)
    assert not table("project.cost <= 1000.0 && project.risk == 'low'", "project.risk != 'high'", None)
    assert not table("project.finish < date('2027-01-01')", "project.finish < date('2028-01-01')", None)


def test_a_hole_between_two_bands_is_shown_by_a_project_in_it() -> None:
    (hole,) = table("project.cost < 1000.0", "project.cost > 1000.0 && project.cost < 5000.0", None)
    assert (hole.severity, hole.path) == (WARNING, ("tiers",))
    assert "hole" in hole.sentence
    assert hole.witness == "cost = 1,000.00."


def test_a_hole_in_one_column_of_a_table_is_found() -> None:
    cheap = "project.cost <= 250000.0 && project.risk in ['low', 'medium']"
    dear = "project.cost > 250000.0 && project.risk == 'low' || project.risk == 'high'"
    (hole,) = table(cheap, dear, None)
    assert hole.witness == "cost = 250,000.01, risk = medium."


def test_a_hole_of_one_day_is_found() -> None:
    (hole,) = table("project.finish < date('2027-01-01')", "project.finish > date('2027-01-01')", None)
    assert hole.witness == "finish = 2027-01-01."


def test_a_table_without_a_rest_says_who_falls_through() -> None:
    (hole,) = table("project.cost < 1000.0", "project.cost > 1000.0")
    assert (hole.severity, hole.witness) == (WARNING, "cost = 1,000.00.")


def test_two_bands_that_share_an_edge_are_told_with_the_edge() -> None:
    (overlap,) = table("project.cost <= 1000.0", "project.cost >= 1000.0 && project.cost < 9000.0", None)
    assert overlap.sentence == "The tiers 't0' and 't1' both apply; 't0' is taken."
    assert overlap.witness == "cost = 1,000.00."


def test_a_tier_behind_a_wider_one_never_applies() -> None:
    (idle,) = table("project.cost < 5000.0", "project.cost < 1000.0", None)
    assert (idle.severity, idle.path) == (ERROR, ("tiers", 1, "when"))
    assert idle.witness == "cost = 999.99."
    (idle,) = table("project.risk == 'low' && project.risk == 'high'", None)
    assert idle.sentence == "No project can be of the tier 't0'."
    (idle,) = table("project.risk in ['low', 'medium']", "project.risk == 'high'", None)
    assert idle.path == ("tiers", 2)


def test_a_table_with_too_many_cases_is_said_to_be_unproven() -> None:
    facts = {f"f{n}": {"type": "boolean"} for n in range(16)} | FACTS
    rows = [{"id": "a", "when": " && ".join(f"project.f{n}" for n in range(16))}, {"id": "b"}]
    (unproven,) = found(tiers=rows, facts=facts)
    assert unproven.severity == INFORMATION
    assert "not proven" in unproven.sentence


@pytest.mark.parametrize(
    "never",
    [
        "project.cost < 10.0 && project.cost > 20.0",
        "project.cost < 10.0 && project.cost >= 10.0",
        "project.cost > 10.0 && project.cost < 10.01",
        "project.staff > 1 && project.staff < 2",
        "project.risk == 'low' && project.risk == 'high'",
        "project.ready && !project.ready",
        "project.start < project.finish && project.finish < project.start",
        "project.start > date('2027-01-01') && project.start < date('2027-01-02')",
        "project.owner == 'a' && project.owner == 'b'",
        "has(project.cost) && !has(project.cost)",
        "project.manager == project.sponsor && project.sponsor != project.manager",
        "conditions.missed < 0",
        "false",
        "1 > 2",
    ],
)
def test_what_can_never_be_met_shuts_the_gate(never: str) -> None:
    (shut,) = found({"criteria": {"c": {"must": never}}})
    assert (shut.severity, shut.path) == (ERROR, ("gates", "gate", "criteria", "c", "must"))
    (idle,) = found({"criteria": {"c": {"must": f"!({never})"}}})
    assert idle.severity == WARNING
    assert "always met" in idle.sentence


@pytest.mark.parametrize(
    "open_",
    [
        "project.cost < 10.0",
        "project.cost > 10.0 && project.cost < 10.02",
        "project.share > 0.1 && project.share < 0.1000001",
        "project.start < project.finish",
        "project.finish - project.start > duration('720h')",
        "project.cost > baseline.cost * 1.1",
        "double(project.staff) / project.share > 3.5",
        "project.owner.startsWith('A')",
        "tier == 'light' ? project.cost < 500.0 : project.ready",
        "project.cost == baseline.cost",
        "has(project.cost)",
        "!has(project.cost) || project.cost < 50.0",
        "project.manager != project.sponsor",
        "conditions.open == 0 && conditions.proved == 0",
        "stage == 'work'",
    ],
)
def test_what_depends_on_the_project_is_left_alone(open_: str) -> None:
    assert not [f for f in found({"criteria": {"c": {"must": open_}}}) if "baseline" not in f.sentence]


def test_many_conditions_in_one_expression_are_still_proven() -> None:
    facts = {f"f{n}": {"type": "boolean"} for n in range(60)} | FACTS
    everything = " && ".join(f"project.f{n}" for n in range(60))
    assert not found({"criteria": {"c": {"must": everything}}}, facts=facts)


def test_an_expression_that_explodes_is_said_to_be_unproven() -> None:
    facts = {f"f{n}": {"type": "boolean"} for n in range(40)} | FACTS
    pairs = " && ".join(f"(project.f{n} != project.f{n + 1})" for n in range(39))
    (unproven,) = found(
        {"criteria": {"c": {"must": f"{pairs} && project.f0 && !project.f38 && project.f39"}}}, facts=facts
    )
    assert unproven.severity in (INFORMATION, ERROR)


def test_criteria_that_contradict_each_other_are_named_and_no_others() -> None:
    criteria = {
        "fine": {"must": "project.ready"},
        "cheap": {"must": "project.cost < 1000.0"},
        "named": {"must": "has(project.owner)"},
        "dear": {"must": "project.cost > 5000.0"},
    }
    (clash,) = found({"criteria": criteria})
    assert (clash.severity, clash.path) == (ERROR, ("gates", "gate", "criteria", "dear", "must"))
    assert "'cheap' and 'dear'" in clash.sentence
    criteria["dear"]["when"] = "project.cost > 900.0"
    assert not found({"criteria": criteria})


def test_criteria_that_contradict_each_other_in_one_tier_are_a_dead_end_there() -> None:
    criteria: Doc = {"cheap": {"must": "project.cost < 1000.0"}, "dear": {"must": "project.cost > 5000.0"}}
    criteria["dear"]["when"] = "tier == 'major'"
    (stuck,) = found({"criteria": criteria})
    assert (stuck.severity, stuck.path) == (ERROR, ("stages", 0))
    assert stuck.witness == "It begins there. 'gate' keeps it back in the tier 'major': 'cheap' and 'dear'."


def test_a_condition_before_evidence_that_never_holds_is_an_error() -> None:
    never = "tier == 'light' && tier == 'major'"
    (idle,) = found({"evidence": {"case": {"kind": "document", "when": never}}})
    assert (idle.severity, idle.path) == (ERROR, ("gates", "gate", "evidence", "case", "when"))
    both = {"kind": "document", "when": "tier == 'major'", "unless": "tier != 'light'"}
    (idle,) = found({"evidence": {"case": both}})
    assert idle.path == ("gates", "gate", "evidence", "case", "unless")


def test_an_answer_that_is_not_asked_of_every_project_is_told_with_one() -> None:
    form = {"kind": "form", "fields": {"fit": {"type": "integer"}}, "when": "tier == 'major'"}
    gate: Doc = {"evidence": {"case": None, "form": form}, "criteria": {"fits": {"must": "answers.fit > 3"}}}
    (lacking,) = found(gate)
    assert (lacking.severity, lacking.witness) == (WARNING, "tier = light, cost = 999.99.")
    gate["criteria"]["fits"]["when"] = "tier == 'major'"
    assert not found(gate)


def test_a_project_that_asks_nobody_is_a_dead_end() -> None:
    only_dear = {"all": [{"any": [{"role": "finance", "when": "project.cost >= 1000.0"}]}]}
    (stuck,) = found({"approvals": only_dear})
    assert (stuck.severity, stuck.path) == (ERROR, ("gates", "gate", "approvals"))
    assert stuck.witness == "cost = 999.99."
    ladder = [{"after": "3 days", "raise_to": "director"}]
    (stuck,) = found({"approvals": only_dear, "ladder": ladder})
    assert stuck.severity == WARNING


def test_the_ready_policies_are_proven() -> None:
    for name, text in library().items():
        findings = check(read_policy(text, f"{name}.yaml"))
        assert not [f for f in findings if f.severity != INFORMATION or "not proven" in f.sentence]


def test_a_criterion_on_a_baseline_that_nobody_has_taken_shuts_the_gate() -> None:
    gate: Doc = {"criteria": {"kept": {"must": "project.cost <= baseline.cost"}}, "takes_baseline": True}
    (lacking,) = found(gate)
    assert (lacking.severity, lacking.witness) == (ERROR, "baseline.cost.")
    first = {"from": "idea", "to": "work", "takes_baseline": True, "approvals": {"all": [{"role": "sponsor"}]}}
    first["criteria"] = {"known": {"must": "has(project.cost)"}}
    assert not found(gate, stages=["idea", "work", "done"], gates={"first": {**first, "decide_within": "5 days"}})
    gate["criteria"]["kept"]["must"] = "!has(baseline.cost) || project.cost <= baseline.cost"
    assert not found(gate)


def test_a_tolerance_without_a_baseline_never_breaches() -> None:
    (idle,) = found(tolerances={"cost": {"fact": "cost", "over": "10%"}})
    assert (idle.severity, idle.path) == (WARNING, ("tolerances", "cost"))


def test_a_tier_does_not_speak_of_the_tier() -> None:
    (strange,) = table("tier == 't0'", None)
    assert (strange.severity, strange.path) == (ERROR, ("tiers", 0, "when"))


def test_an_outcome_that_votes_never_take_is_mentioned() -> None:
    (idle,) = found({"decisions": ["go", "recycle", "kill"]})
    assert (idle.severity, "never comes to kill" in idle.sentence) == (INFORMATION, True)
    assert not found({"decisions": ["go", "recycle", "kill"], "chair": "board"})


def test_a_contradiction_is_found_beside_what_cannot_be_proven() -> None:
    criteria = {
        "cheap": {"must": "project.cost < 1000.0"},
        "drift": {"must": "project.cost * 2.0 < project.share"},
        "dear": {"must": "project.cost > 5000.0"},
    }
    (clash,) = found({"criteria": criteria})
    assert "'cheap' and 'dear'" in clash.sentence


def test_a_gate_that_waits_for_its_own_baseline_gives_none_to_others() -> None:
    waits = {"criteria": {"kept": {"must": "project.cost <= baseline.cost"}}, "decide_within": "5 days"}
    approved = {"approvals": {"all": [{"role": "sponsor"}]}}
    later = {"from": "done", "to": "work", "takes_baseline": True, **approved, "decide_within": "5 days"}
    (first, *_) = found(waits, stages=["work", "done", "over"], gates={"again": later, "end": {**later, "to": "over"}})
    assert (first.severity, first.path[:2]) == (ERROR, ("gates", "gate"))


def test_an_exception_that_waits_for_a_baseline_may_shut_everything() -> None:
    exception = {
        "kind": "exception",
        "criteria": {"kept": {"must": "project.cost <= baseline.cost"}},
        "approvals": {"all": [{"role": "sponsor"}]},
        "decide_within": "5 days",
    }
    (shut,) = found({"takes_baseline": True}, stages=["work", "on", "done"], gates={
        "gate": {"to": "on"}, "last": {**exception, "kind": "stage", "from": "on", "to": "done"}, "exception": exception
    })  # fmt: skip
    assert (shut.severity, shut.path[1]) == (ERROR, "exception")


def test_a_tier_is_never_lighter_than_the_facts_make_it() -> None:
    (never,) = found({"criteria": {"c": {"must": "tier == 'light' && project.cost > 5000.0"}}})
    assert never.severity == ERROR
    assert not found({"criteria": {"c": {"must": "tier == 'major' && project.cost < 500.0"}}})


def test_a_fact_that_only_gates_change_is_set_by_one() -> None:
    facts = {**FACTS, "class": {"type": "text", "by_gates": True}}
    (idle,) = found(facts=facts)
    assert (idle.severity, idle.path) == (WARNING, ("facts", "class", "by_gates"))


def test_a_criterion_that_contradicts_the_route_of_its_gate_is_told() -> None:
    short = {"from": "work", "to": "done", "decide_within": "5 days", "approvals": {"all": [{"role": "sponsor"}]}}
    gate = {"when": "project.cost < 500.0", "criteria": {"dear": {"must": "project.cost > 900.0"}}}
    (clash,) = found(gate, gates={"short": short})
    assert (clash.severity, clash.path) == (ERROR, ("gates", "gate", "criteria", "dear", "must"))
    assert "'when' and 'dear'" in clash.sentence
