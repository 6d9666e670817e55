"""A PMO tests its policy in stories: what they say happens, what differs is told, and so is what no story exercises."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli import app
from lifecycle.gates.trials.run import Failure, Report
from lifecycle.service.policy_files import library, library_tests, read_policy
from lifecycle.service.policy_tests import read_tests, tell, uncovered_rules
from lifecycle.service.policy_text import PolicyError

POLICY = """\
policy: small
version: 1
calendar: {timezone: Europe/London}
amount: cost
facts:
  cost: {type: money, unit: GBP}
  finish: {type: date}
tiers:
  - {id: light, when: "project.cost < 1000.0"}
  - {id: heavy}
stages: [idea, work, done]
gates:
  start:
    from: idea
    to: work
    evidence:
      case: {kind: document, fresh_for: 90 days}
      form: {kind: form, fields: {fit: {type: integer}, price: {type: money}}}
    criteria:
      cheap: {must: "project.cost < 5000.0", fix: Lower the cost.}
      fit: {should: answers.fit, out_of: 10}
    score_at_least: 50%
    approvals: {all: [{role: sponsor}, {role: finance, count: 2, when: "tier == 'heavy'"}], veto: [security]}
    decide_within: 5 working days
    ladder:
      - {after: 3 working days, remind: pending}
      - {after: 30 days, hold: true}
  finish:
    from: work
    to: done
    approvals: {all: [{role: sponsor}]}
    chair: pmo_director
"""

SHARED = """\
policy: small
given: {facts: {cost: 500}, answers: {fit: 5, price: 12.5}}
scenarios:
"""


def told(story: str, shared: str = SHARED) -> Report:
    return tell(read_tests(shared + story), read_policy(POLICY))


def failure(story: str, shared: str = SHARED) -> Failure:
    """The only thing that fails in a story."""
    report = told(story, shared)
    failures = [failure for story in report.told for failure in story.failures]
    assert len(failures) == 1, failures
    return failures[0]


def passes(story: str, shared: str = SHARED) -> Report:
    report = told(story, shared)
    assert report.passed, report.told
    return report


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyError) as raised:
        tell(read_tests(text), read_policy(POLICY))
    return [str(problem) for problem in raised.value.problems]


def test_a_story_passes() -> None:
    passes("""\
  - scenario: A light start
    when:
      - submit: start
        refused: {reason: not_ready, missing: [evidence.case, evidence.form, score]}
      - present: start
        then:
          open: [start]
          rounds: {start: submitted}
          called: {start: [sponsor, security]}
          pending: {start: [sponsor]}
          missing: {start: []}
          findings: {start: {criteria.cheap: met}}
          score: {start: 50%}
          due: {start: 5 working days}
      - approve: start
        by: sponsor
    then: {stage: work, status: active, tier: light, decided: {start: go}, votes: {start: [sponsor]}}
""")


def test_money_is_written_in_major_units_and_dates_as_they_are() -> None:
    passes("""\
  - scenario: Facts
    when:
      - amend: {cost: 1999.99, finish: 2027-01-31}
        then: {facts: {cost: 1999.99, finish: 2027-01-31}, tier: heavy}
      - amend: {finish: null}
        then: {facts: {finish: null}}
""")


def test_time_passes_only_when_the_story_says_so() -> None:
    passes("""\
  - scenario: Nobody votes
    when:
      - present: start
      - wait: 2 working days
        then: {ladder: {start: []}}
      - wait: until 2026-03-04 17:00
        then: {ladder: {start: [remind sponsor after 3 working days]}}
      - wait: 1 month
        then: {ladder: {start: [hold after 30 days]}, status: on_hold, review_on: 2026-07-01}
    then: {ladder: {start: [remind, hold]}, happened: ["policy:project:held"], not_happened: ["person:vote:cast"]}
""")


def test_a_gate_is_passed_in_one_word_whoever_has_to_approve() -> None:
    passes("""\
  - scenario: Two finance people and a chair
    given: {facts: {cost: 2000}}
    when:
      - pass: start
        then: {votes: {start: [sponsor, finance, finance 2]}}
      - pass: finish
    then: {stage: done, status: closed}
""")


def test_people_are_told_apart() -> None:
    passes(
        """\
  - scenario: One person fills one slot
    given: {facts: {cost: 2000}}
    when:
      - present: start
      - {approve: start, by: ann}
      - {approve: start, by: ann, refused: already_voted}
      - {approve: start, by: project_manager, refused: not_permitted}
      - {approve: start, by: stand_in, then: {pending: {start: [finance]}}}
      - {approve: start, by: small_stand_in, refused: delegation_invalid}
""",
        SHARED.replace(
            "given:",
            """\
people:
  ann: {roles: [finance, security]}
  stand_in: {acts_for: sponsor, up_to: 2000}
  small_stand_in: {acts_for: sponsor, up_to: 1999.99}
given:""",
            1,
        ),
    )


def test_conditions_are_named_by_their_sentence() -> None:
    passes("""\
  - scenario: A promise
    when:
      - present: start
      - approve: start
        by: sponsor
        conditions: [{owe: Sign the contract., within: 30 days, if_missed: hold}]
        then: {decided: {start: conditional_go}, conditions: {Sign the contract.: open}}
      - prove: Sign the contract.
      - {send_back: Sign the contract., then: {conditions: {start-1-1: open}}}
      - {prove: start-1-1, then: {conditions: {Sign the contract.: proved}}}
      - {accept: Sign the contract., by: security}
    then: {conditions: {Sign the contract.: met}}
""")


def test_a_story_enters_at_a_later_stage() -> None:
    passes("  - {scenario: Late, given: {stage: work, sponsor: null}, then: {stage: work, open: [finish]}}\n")


def test_what_differs_is_told_with_its_derivation() -> None:
    found = failure("""\
  - scenario: Too early
    when:
      - present: start
        then: {stage: work}
""")
    assert found.path == ("scenarios", 0, "when", 0, "then", "stage")
    assert found.sentence == "step 1 (present start): expected stage work; came idea."
    assert "An approval is missing: sponsor." in found.why


def test_an_unexpected_refusal_is_told_in_the_products_own_words() -> None:
    found = failure("  - {scenario: Early, when: [{submit: start}]}\n")
    assert found.sentence == "step 1 (submit start): expected granted; came refused (not_ready)."
    assert "Supply the document 'Case'." in found.why


def test_a_refusal_that_does_not_come_is_told_with_what_happened() -> None:
    found = failure("  - {scenario: Bold, when: [{present: start, refused: not_ready}]}\n")
    assert found.sentence == "step 1 (present start): expected refused (not_ready); came granted."
    assert "person:gate:submitted" in found.why


def test_a_story_stops_at_its_first_failing_step() -> None:
    report = told("  - {scenario: Early, when: [{submit: start}, {submit: finish}], then: {stage: work}}\n")
    assert len(report.told[0].failures) == 1


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ("{approve: start, by: finanse}", "The policy names no role 'finanse', and `people` names nobody"),
        ("{present: strat}", "The policy has no gate 'strat'; it has: finish, start."),
        ("{present: finish}", "The gate finish is not open; the project is in the stage idea."),
        ("{wait: until 2026-03-01}", "Time does not go back"),
        ("{wait: 1 day, then: {findings: {start: {criteria.chaep: met}}}}", "The gate start has no requirement"),
        ("{wait: 1 day, then: {ladder: {strat: []}}}", "The policy has no gate 'strat'"),
        ("{wait: 1 day, then: {rounds: {finish: preparing}}}", "No round of the gate finish has been opened"),
        ("{decide: gone, at: finish}", "outcome"),
        ("{amend: {price: 5}}", "The policy declares no fact 'price'."),
    ],
)
def test_what_cannot_be_played_is_told_at_its_step(step: str, why: str) -> None:
    found = failure(f"  - scenario: Slips\n    when:\n      - {step}\n")
    assert found.path[:4] == ("scenarios", 0, "when", 0)
    assert why in found.why


def test_a_registration_that_is_refused_is_told() -> None:
    found = failure("  - {scenario: Odd, given: {facts: {cots: 5}}}\n")
    assert (found.path, found.came) == (("scenarios", 0, "given"), "refused")
    assert "The policy declares no fact 'cots'." in found.why


def test_answers_that_no_form_asks_for_are_named() -> None:
    found = failure("  - {scenario: Odd, given: {answers: {fitt: 5}}}\n")
    assert (found.path, found.why) == (("scenarios", 0, "given"), "No form of the policy asks 'fitt'.")


def test_roles_that_the_policy_does_not_name_are_named() -> None:
    found = failure("  - {scenario: Odd}\n", SHARED.replace("given:", "people: {ann: {roles: [finanse]}}\ngiven:"))
    assert found.why == "`people` gives ann the role 'finanse', which the policy does not name."


@pytest.mark.parametrize(
    ("story", "said"),
    [
        ("  - {scenario: A, when: [{approve: start}]}\n", "policy.test.yaml:4:26: error: The key 'by' is missing."),
        ("  - {scenario: A, when: [{aprove: start}]}\n", "policy.test.yaml:4:26: error: A step says one thing"),
        ("  - {scenario: A, then: {stagge: idea}}\n", "policy.test.yaml:4:26: error: There is no key 'stagge' here."),
        ("  - {scenario: A, when: [{submit: start, refused: no}]}\n", "policy.test.yaml:4:51: error: This should be"),
        ("  - {scenario: A, when: [{wait: a while}]}\n", "policy.test.yaml:4:33: error: Write a duration"),
        ("  - {scenario: A, then: {not_happened: [vote]}}\n", "There is no entry 'vote' in the record"),
        ("  - {scenario: A}\n  - {scenario: A}\n", "Two scenarios are called 'A'."),
    ],
)  # fmt: skip
def test_errors_in_the_file_name_their_place(story: str, said: str) -> None:
    assert any(said in problem for problem in problems(SHARED + story)), problems(SHARED + story)


def test_the_tests_of_another_policy_are_refused() -> None:
    text = "policy: other\nscenarios: [{scenario: A}]\n"
    assert problems(text)[0].startswith("policy.test.yaml:1:9: error: These are tests of 'other'")


def test_rules_that_no_story_exercises_are_named_at_their_places() -> None:
    report = passes("  - {scenario: A, when: [{present: start}, {approve: start, by: sponsor}], then: {stage: work}}\n")
    assert 0 < report.coverage < 1
    never = {f"{rule.line} {rule.path} {rule.sentence}" for rule in uncovered_rules(report, POLICY, "small.yaml")}
    assert "17 gates.start.evidence.case No scenario exercises gates.start.evidence.case: too old." in never
    assert not any("evidence.case: supplied" in rule for rule in never)


ROUTES = """\
policy: routes
version: 1
facts:
  cost: {type: money, unit: EUR}
  urgent: {type: boolean}
derived:
  size:
    type: choice
    of: [small, large]
    cases: [{when: "project.cost < 1000.0", is: small}, {is: large}]
  rushed: {type: boolean, is: project.urgent}
  half: {type: money, is: project.cost / 2.0}
stages: [idea, work, done]
gates:
  review: {kind: review, approvals: {all: [{role: board}]}}
  screen:
    from: idea
    to: work
    when: derived.size == 'large'
    requires: [{gate: review, when: "!derived.rushed"}]
    approvals: {all: [{role: board}]}
  shortcut:
    from: idea
    to: work
    when: derived.size == 'small'
    approvals: {all: [{role: board}]}
    decisions: {go: {when: "!derived.rushed"}, recycle: {}}
  finish: {from: work, to: done, approvals: {all: [{role: board}]}}
"""


def test_derived_facts_routes_and_preconditions_are_told_and_covered() -> None:
    stories = """\
policy: routes
scenarios:
  - scenario: A large project is reviewed before its screen
    given: {facts: {cost: 1000, urgent: false}}
    when:
      - {submit: screen, refused: {reason: not_ready, missing: [requires.1]}}
      - open: review
      - pass: [review, screen]
    then: {stage: work, derived: {size: large, rushed: false, half: 500}}
  - scenario: An urgent one is not
    given: {facts: {cost: 1000, urgent: true}}
    when: [{pass: screen}]
    then: {stage: work}
  - scenario: A small project takes the shortcut, unless it is urgent
    given: {facts: {cost: 999.99, urgent: true}}
    when:
      - present: shortcut
      - {approve: shortcut, by: board, then: {stage: idea}}
      - {amend: {urgent: false}, by: pmo_director}
    then: {stage: work, open: [finish], derived: {half: 500}}
"""
    policy = read_policy(ROUTES)
    report = tell(read_tests(stories), policy)
    assert report.passed, report.told
    never = {str(mark) for mark in report.uncovered}
    assert not any(part in mark for mark in never for part in ("derived", "requires", "when")), never


DUTIES = """\
policy: duties
version: 1
facts: {cost: {type: money, unit: EUR}}
tolerances: {cost: {label: Cost, fact: cost, over: 10%}}
incompatible: [[maker, checker], [maker, keeper], [driver, pilot]]
stages: [idea, work, done]
gates:
  start:
    from: idea
    to: work
    evidence: {sum: {kind: document, by: maker}}
    approvals: {all: [{role: checker}]}
    call_in: board
    takes_baseline: true
  finish: {from: work, to: done, approvals: {all: [{role: checker}]}}
  costly: {kind: exception, on_breach_of: [cost], blocks: [finish], approvals: {all: [{role: board}]}}
  talk: {kind: review, blocks: [], approvals: {all: [{role: board}]}}
"""


def test_what_keeps_people_and_gates_apart_is_covered_by_stories_that_meet_it() -> None:
    policy = read_policy(DUTIES)
    before = tell(read_tests("policy: duties\nscenarios: [{scenario: A, when: [{pass: start}]}]\n"), policy)
    never = {str(mark) for mark in before.uncovered}
    expected = {
        "incompatible.0: kept apart",
        "incompatible.1: kept apart",
        "gates.start.call_in: called in",
        "gates.costly.blocks: kept finish shut",
        "gates.talk.blocks: let a gate pass",
    }
    assert {mark for mark in never if any(key in mark for key in ("incompatible", "blocks", "call_in"))} == expected
    stories = """\
policy: duties
people: {both: {roles: [maker, checker]}, third: {roles: [maker, keeper]}}
given: {facts: {cost: 1000}}
scenarios:
  - scenario: Who makes does not check
    when:
      - {supply: sum, at: start, by: third, refused: incompatible_roles}
      - present: start
      - {approve: start, by: both, refused: incompatible_roles}
      - {call_in: start, then: {pending: {start: [board]}}}
      - {approve: start, by: board}
    then: {stage: work}
  - scenario: A talk keeps nothing shut, what is too costly does
    when:
      - open: talk
      - pass: start
      - amend: {cost: 2000}
      - present: finish
      - {approve: finish, by: checker, then: {stage: work}}
      - pass: costly
    then: {stage: done}
"""
    after = tell(read_tests(stories), policy)
    assert after.passed, after.told
    assert not expected & {str(mark) for mark in after.uncovered}


def test_a_derived_fact_that_there_is_not_is_named() -> None:
    stories = "policy: routes\nscenarios: [{scenario: A, then: {derived: {sice: small}}}]\n"
    (story,) = tell(read_tests(stories), read_policy(ROUTES)).told
    assert "The policy has no fact 'sice'; it has: half, rushed, size." in story.failures[0].why


def among(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


GATES = among("start", "finish", "strat")
PEOPLE = among("sponsor", "finance", "finance 2", "project_manager", "pmo_director", "nobody")
MOMENTS = among("3 working days", "2 months", "10000 months", "until 2026-03-09", "until 2999-12-31", "0 days")
FACTS = st.dictionaries(among("cost", "finish", "fit"), st.none() | st.integers() | st.just("2027-02-30"))
STEPS = st.one_of(
    st.dictionaries(
        among("submit", "present", "pass", "withdraw", "open", "answer", "ask"), GATES, min_size=1, max_size=1
    ),
    st.builds(lambda verb, gate, who: {verb: gate, "by": who}, among("approve", "reject", "recuse"), GATES, PEOPLE),
    st.fixed_dictionaries({"decide": among("go", "kill", "hold", "gone"), "at": GATES}),
    st.fixed_dictionaries({"waive": st.just("criteria.cheap"), "at": GATES, "lasts": among("1 day", "9999 months")}),
    st.fixed_dictionaries({"amend": FACTS}),
    st.fixed_dictionaries({"wait": MOMENTS}),
    st.dictionaries(among("hold", "resume", "kill", "prove", "accept"), st.just("So be it."), min_size=1, max_size=1),
)


@settings(max_examples=100, deadline=None)
@given(
    facts=FACTS, steps=st.lists(STEPS, max_size=6), start=st.sampled_from(["2026-03-02", "1900-01-01", "9999-12-31"])
)
def test_any_story_is_told_to_its_end_or_to_a_sentence(
    facts: dict[str, object], steps: list[object], start: str
) -> None:
    story = {"scenario": "Odd", "given": {"facts": facts, "start": start}, "when": steps}
    (ended,) = tell(read_tests(json.dumps({"policy": "small", "scenarios": [story]})), read_policy(POLICY)).told
    assert all(failure.sentence and failure.why for failure in ended.failures)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["policy", "test", *arguments])
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(POLICY, encoding="utf-8")
    story = "  - {scenario: Early, when: [{submit: start, refused: not_ready}], then: {stage: idea}}\n"
    (tmp_path / "small.test.yaml").write_text(SHARED + story, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["small.yaml", "small.test.yaml"])
def test_the_command_runs_the_tests_beside_a_policy(folder: Path, name: str) -> None:
    code, output = run(str(folder / name))
    assert code == 0
    assert "small.test.yaml: 1 of 1 scenarios passed" in output


def test_the_command_fails_when_a_story_does(folder: Path) -> None:
    tests = folder / "small.test.yaml"
    tests.write_text(tests.read_text(encoding="utf-8").replace("stage: idea", "stage: work"), encoding="utf-8")
    code, output = run(str(tests))
    assert code == 1
    assert "small.test.yaml:4:82: error: then: expected stage work; came idea." in output


def test_the_command_tells_every_error_of_a_file_and_goes_on_with_the_next(folder: Path) -> None:
    (folder / "odd.yaml").write_text(POLICY, encoding="utf-8")
    (folder / "odd.test.yaml").write_text(SHARED + "  - {scenario: A, whn: []}\n  - {scenario: B, thn: {}}\n", "utf-8")
    code, output = run(str(folder / "odd.yaml"), str(folder / "small.yaml"))
    assert code == 1
    assert "odd.test.yaml:4:19: error: There is no key 'whn' here. Did you mean 'when'?" in output
    assert "odd.test.yaml:5:19: error: There is no key 'thn' here. Did you mean 'then'?" in output
    assert "small.test.yaml: 1 of 1 scenarios passed" in output


def test_there_is_a_schema_for_editors() -> None:
    result = CliRunner().invoke(app, ["policy", "schema", "--tests"])
    assert json.loads(result.output)["title"] == "PolicyTests"


def test_the_command_speaks_json_and_minds_coverage(folder: Path) -> None:
    code, output = run(str(folder / "small.yaml"), "--json", "--coverage", "99")
    assert code == 1
    (content,) = json.loads(output)
    assert (content["policy"], content["passed"], content["failures"]) == ("small", True, [])
    assert content["uncovered"]


UNREACHABLE = {"idea-to-launch": {"gates.go_to_testing.approvals.all.3: not called"}}
"""A panel that three gates share lets small requests pass without their leader; one of the gates never sees them."""


@pytest.mark.parametrize("name", sorted(library_tests()))
def test_ready_policies_pass_their_tests_which_exercise_every_rule(name: str) -> None:
    policy = read_policy(library()[name], f"{name}.yaml")
    report = tell(read_tests(library_tests()[name], f"{name}.test.yaml"), policy)
    assert report.passed, [failure.sentence for story in report.told for failure in story.failures]
    out_of_reach = UNREACHABLE.get(name, set())
    assert {str(mark) for mark in report.uncovered} == out_of_reach
