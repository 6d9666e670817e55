"""Proofs look at the projects that come: none is missed, and none that never comes there is held against a policy."""

from typing import Any

from lifecycle.gates.check import check
from lifecycle.gates.policy import Policy
from lifecycle.gates.proofs.finding import ERROR, WARNING, Finding

ASKED = {"approvals": {"all": [{"role": "sponsor"}]}, "decide_within": "5 working days"}
WAY = {"type": "choice", "of": ["classic", "agile", "hybrid"]}


def found(gates: dict[str, Any], way: dict[str, Any] = WAY, **more: Any) -> list[Finding]:
    """What is told of a policy of two ways through its stages."""
    policy = {
        "policy": "ways",
        "version": 1,
        "facts": {"way": way, "secret": {"type": "boolean"}, "personal": {"type": "boolean"}},
        "stages": ["start", "design", "build"],
        "gates": {name: {**ASKED, **gate} for name, gate in gates.items()},
        **more,
    }
    return [finding for finding in check(Policy.model_validate(policy)) if finding.severity in (ERROR, WARNING)]


CLASSIC = {"from": "start", "to": "design", "when": "project.way != 'agile'"}
AGILE = {"from": "start", "to": "build", "when": "project.way == 'agile'"}
END = {"from": "build", "to": "closed"}


def test_a_way_that_leads_past_a_stage_needs_no_gate_out_of_it() -> None:
    on = {"from": "design", "to": "build", "when": "project.way != 'agile'"}
    (told,) = found({"classic": CLASSIC, "agile": AGILE, "on": on, "end": END})
    assert (told.severity, told.path) == (WARNING, ("stages", 1))
    assert "that becomes such a one there" in told.sentence
    assert told.witness == "way = agile."


def test_where_only_gates_change_the_way_nobody_becomes_another_on_it() -> None:
    on = {"from": "design", "to": "build", "when": "project.way != 'agile'"}
    pick = {
        "kind": "review",
        "during": ["start"],
        "evidence": {"choice": {"kind": "form", "fields": {"chosen": WAY}}},
        "decisions": {"go": {"set": {"way": "answers.chosen"}}, "recycle": {}},
    }
    gates = {"pick": pick, "classic": CLASSIC, "agile": AGILE, "on": on, "end": END}
    assert [told for told in found(gates, {**WAY, "by_gates": True}) if told.path[0] == "stages"] == []


def test_a_project_that_comes_and_finds_no_gate_is_an_error_also_beside_an_exception() -> None:
    on = {"from": "design", "to": "build", "when": "project.way == 'classic'"}
    exception = {
        "kind": "exception",
        "on_breach_of": ["red"],
        "chair": "board",
        "decisions": {"go": {}, "recycle": {}, "kill": {"to": "build"}},
    }
    red = {"red": {"when": "project.way == 'agile'"}}
    told = found({"classic": CLASSIC, "agile": AGILE, "on": on, "end": END, "ex": exception}, tolerances=red)
    assert [(each.severity, each.witness) for each in told if each.path == ("stages", 1)] == [(ERROR, "way = hybrid.")]


def test_whoever_waits_for_a_gate_that_is_not_there_is_told() -> None:
    review = {"kind": "review", "during": ["design"], "when": "project.secret", "decisions": ["go", "recycle"]}
    on = {
        "from": "design",
        "to": "build",
        "requires": [{"gate": "security", "when": "project.personal || project.secret"}],
    }
    gates = {"classic": {"from": "start", "to": "design"}, "security": review, "end": END}
    (told,) = [each for each in found({**gates, "on": on}) if "not there for it" in each.sentence]
    assert (told.severity, told.path) == (WARNING, ("gates", "on", "requires", 0))
    assert told.witness == "personal = yes, secret = no."
    sound = {**on, "requires": [{"gate": "security", "when": "project.secret"}]}
    assert not [each for each in found({**gates, "on": sound}) if "not there for it" in each.sentence]


def test_a_part_that_applies_only_where_its_gate_is_not_there_is_told() -> None:
    evidence = {"plan": {"kind": "document", "when": "project.way == 'agile'"}}
    on = {"from": "design", "to": "build"}
    told = found({"classic": {**CLASSIC, "evidence": evidence}, "agile": AGILE, "on": on, "end": END})
    (dead,) = [each for each in told if each.path[1] == "classic"]
    assert (dead.severity, dead.path) == (WARNING, ("gates", "classic", "evidence", "plan", "when"))
    assert dead.sentence.startswith("Where this gate is there this is never true")


def test_a_gate_that_may_open_again_later_finds_the_review_that_it_waited_for() -> None:
    review = {"kind": "review", "during": ["start"], "decisions": ["go", "recycle"]}
    first = {"from": "start", "to": "design", "requires": [{"gate": "review"}], "on_missed_condition": "reopen"}
    gates = {"review": review, "first": first, "on": {"from": "design", "to": "build"}, "end": END}
    assert [told for told in found(gates) if told.severity == ERROR] == []
    aged = {**first, "requires": [{"gate": "review", "fresh_for": "6 months"}]}
    (told,) = [told for told in found({**gates, "first": aged}) if told.severity == ERROR]
    assert told.path == ("gates", "first", "requires", 0), "it grows old, and cannot be had again there"
