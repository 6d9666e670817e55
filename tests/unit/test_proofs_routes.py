"""Gates that are there for some projects only, or wait for each other, still let every project go on."""

from lifecycle.gates.proofs.finding import ERROR, WARNING, Finding
from tests.unit.house import Doc
from tests.unit.test_proofs import found

LEADS: Doc = {"decide_within": "5 days", "approvals": {"all": [{"role": "sponsor"}]}}
SHORT = {**LEADS, "from": "work", "to": "done"}
REVIEW = {**LEADS, "kind": "review"}


def routes(when: str, otherwise: str) -> list[Finding]:
    return found({"when": when}, gates={"short": {**SHORT, "when": otherwise}})


def waits(gates: Doc, *preconditions: Doc, **gate: object) -> list[Finding]:
    return found({"requires": list(preconditions), **gate}, gates=gates)


def test_two_routes_that_take_everybody_are_sound() -> None:
    assert not routes("project.cost < 1000.0", "project.cost >= 1000.0")
    assert not routes("tier == 'light'", "tier != 'light'")


def test_a_project_that_no_route_takes_is_shown() -> None:
    (lost,) = routes("project.cost < 1000.0", "project.cost > 1000.0")
    assert (lost.severity, lost.path, lost.witness) == (ERROR, ("stages", 0), "cost = 1,000.00.")


def test_a_gate_in_another_stage_than_its_own_is_told() -> None:
    (nowhere,) = found({"when": "stage == 'done' && project.ready"}, gates={"short": SHORT})
    assert (nowhere.severity, nowhere.path) == (ERROR, ("gates", "gate", "when"))


def test_what_depends_on_the_past_is_only_doubtful() -> None:
    (lost,) = found({"when": "passed.look"}, gates={"look": REVIEW})
    assert (lost.severity, lost.path) == (WARNING, ("stages", 0))


def test_gates_that_wait_for_each_other_are_named_in_turn() -> None:
    look = {**REVIEW, "requires": [{"gate": "gate"}]}
    stuck = waits({"look": look}, {"gate": "look"})
    assert [finding.severity for finding in stuck] == [ERROR, ERROR]
    assert stuck[0].witness == "'gate' waits for 'look', 'look' waits for 'gate'."


def test_a_gate_that_waits_for_what_comes_behind_it_never_passes() -> None:
    last = {**LEADS, "from": "done", "to": "over"}
    (stuck,) = found({"requires": [{"gate": "last"}]}, stages=["work", "done", "over"], gates={"last": last})
    assert stuck.witness == "'gate' waits for 'last'."


def test_an_alternative_that_comes_before_is_enough() -> None:
    last = {**REVIEW, "requires": [{"gate": "gate"}]}
    gates = {"gate": {"to": "on"}, "end": {**LEADS, "from": "on", "to": "done"}, "last": last, "look": REVIEW}
    stages = ["work", "on", "done"]
    either, both = ({key: [{"gate": "last"}, {"gate": "look"}]} for key in ("any", "all"))
    assert not found({"requires": [either]}, stages=stages, gates=gates)
    assert found({"requires": [both]}, stages=stages, gates=gates)


def test_a_precondition_for_some_projects_only_keeps_only_those() -> None:
    look = {**REVIEW, "requires": [{"gate": "gate"}]}
    (stuck, *_) = waits({"look": look}, {"gate": "look", "when": "tier == 'major'"})
    assert (stuck.severity, "for some projects" in stuck.sentence) == (WARNING, True)


def test_a_precondition_for_heavy_projects_that_none_of_them_meets_is_a_dead_end_for_those() -> None:
    look, end = {**REVIEW, "requires": [{"gate": "gate"}]}, {**LEADS, "from": "on", "to": "done"}
    gate = {"to": "on", "requires": [{"gate": "look", "when": "tier == 'major'"}]}
    (*_, stuck) = found(gate, stages=["work", "on", "done"], gates={"look": look, "end": end})
    assert (stuck.severity, stuck.path) == (ERROR, ("stages", 0))
    assert "'gate' keeps it back in the tier 'major': precondition '1'" in stuck.witness


def test_an_exception_that_waits_for_what_it_blocks_keeps_everything_shut() -> None:
    exception = {**LEADS, "kind": "exception", "requires": [{"gate": "gate"}]}
    gates = {"gate": {"to": "on"}, "end": {**LEADS, "from": "on", "to": "done"}, "exception": exception}
    (stuck,) = found(stages=["work", "on", "done"], gates=gates)
    assert (stuck.severity, stuck.path) == (ERROR, ("gates", "exception", "requires", 0))
    assert "keeps others shut" in stuck.sentence
    gates["exception"] = {**exception, "blocks": ["end"]}
    assert not found(stages=["work", "on", "done"], gates=gates), "what it blocks comes after what it waits for"


def test_a_route_around_a_gate_for_which_all_ahead_waits_is_a_dead_end() -> None:
    stages = ["work", "on", "over"]
    around = {**LEADS, "from": "work", "to": "on"}
    last = {**LEADS, "from": "on", "to": "over", "requires": [{"gate": "gate"}]}
    (stuck,) = found({"to": "on"}, stages=stages, gates={"around": around, "last": last})
    assert (stuck.severity, stuck.path, stuck.witness) == (ERROR, ("stages", 1), stuck.witness)
    assert stuck.witness.startswith("It passes around. 'last' keeps it back")
    back = {**LEADS, "from": "on", "to": "work"}
    assert not found({"to": "on"}, stages=stages, gates={"around": around, "last": last, "back": back})


def test_a_baseline_that_a_review_takes_behind_the_gate_that_needs_it_helps_nobody() -> None:
    needs = {"criteria": {"kept": {"must": "project.cost <= baseline.cost"}}}
    look = {**REVIEW, "takes_baseline": True, "requires": [{"gate": "gate"}]}
    gates = {"look": look, "end": {**LEADS, "from": "on", "to": "done"}}
    (shut,) = found({"to": "on", **needs}, stages=["work", "on", "done"], gates=gates)
    assert (shut.severity, shut.path) == (ERROR, ("gates", "gate", "criteria", "kept", "must"))
    gates["look"] = {**look, "requires": []}
    assert ERROR not in {
        finding.severity for finding in found({"to": "on", **needs}, stages=["work", "on", "done"], gates=gates)
    }


def test_a_review_that_needs_the_baseline_of_the_gate_that_waits_for_it_shuts_both() -> None:
    look = {**REVIEW, "criteria": {"kept": {"must": "project.cost <= baseline.cost"}}}
    (shut, *_) = waits({"look": look}, {"gate": "look"}, takes_baseline=True)
    assert (shut.severity, shut.path) == (ERROR, ("gates", "look", "criteria", "kept", "must"))


def test_a_baseline_that_only_heavy_projects_need_is_missed_by_those() -> None:
    kept = {"must": "project.cost <= baseline.cost", "when": "tier == 'major'"}
    (stuck,) = found({"criteria": {"kept": kept}, "takes_baseline": True})
    assert (stuck.severity, stuck.path) == (ERROR, ("stages", 0))
    assert stuck.witness.endswith("'gate' keeps it back in the tier 'major': 'kept'.")


def test_who_came_by_the_route_without_a_baseline_finds_no_way_on() -> None:
    last = {**LEADS, "from": "on", "to": "done", "criteria": {"kept": {"must": "project.cost <= baseline.cost"}}}
    known = {"criteria": {"known": {"must": "has(project.cost)"}}}
    gates = {"around": {**LEADS, "from": "work", "to": "on"}, "last": last}
    (stuck,) = found({"to": "on", "takes_baseline": True, **known}, stages=["work", "on", "done"], gates=gates)
    assert (stuck.severity, stuck.path) == (ERROR, ("stages", 1))
    assert "It passes around; then cost (baseline) not known" in stuck.witness


def test_a_gate_that_has_to_be_passed_again_where_it_cannot_keeps_the_others_shut() -> None:
    first = {"to": "on", "criteria": {"early": {"must": "stage == 'work'"}}}
    last = {**LEADS, "from": "on", "to": "done", "decisions": {"go": {}, "recycle": {"opens": ["gate"]}}}
    (stuck,) = found(first, stages=["work", "on", "done"], gates={"last": last})
    assert (stuck.severity, stuck.path) == (ERROR, ("gates", "gate", "criteria", "early", "must"))
    assert "keeps others shut" in stuck.sentence
