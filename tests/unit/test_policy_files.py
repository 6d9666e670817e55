"""A PMO writes its policy by hand: every slip is told with its place and its remedy, and nothing odd gets through."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Roster
from lifecycle.gates.check import check
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook, pack, rulebook_of
from lifecycle.service.policy_files import DEFAULT, examine, library, library_text, read_policy
from lifecycle.service.policy_text import PolicyError, Problem

SMALL = """\
policy: small
version: 1
facts:
  cost: {type: money, unit: GBP}
  risk: {type: choice, of: [low, high]}
tiers:
  - {id: light, when: "project.cost < 1000.0"}
  - {id: heavy}
stages: [idea, work, done]
tolerances:
  cost: {fact: cost, over: 10%}
gates:
  start:
    from: idea
    to: work
    evidence:
      case: {kind: document, fresh_for: 90 days}
      form: {kind: form, fields: {fit: {type: integer}}}
    criteria:
      cheap: {must: "project.cost < 5000.0", fix: Lower the cost.}
      fit: {should: answers.fit, out_of: 10}
    score_at_least: 50%
    approvals:
      all: [{role: sponsor}, {role: finance, count: 2, when: "tier == 'heavy'"}]
    decide_within: {light: 3 working days, heavy: 5 working days}
    ladder:
      - {after: 2 working days, remind: pending}
      - {after: 8 working days, hold: true}
  finish:
    from: work
    to: done
    approvals: {all: [{role: sponsor}]}
    decide_within: 5 working days
"""


def problems(text: str) -> tuple[Problem, ...]:
    return examine(text, "small.yaml")[1]


def slip(before: str, after: str) -> Problem:
    assert before in SMALL
    return next(problem for problem in problems(SMALL.replace(before, after, 1)) if problem.severity == "error")


def test_a_sound_policy_has_no_errors_and_one_digest_for_ever() -> None:
    policy = read_policy(SMALL)
    assert policy.digest == read_policy(SMALL + "\n# a comment changes nothing\n").digest
    assert rulebook_of(pack(policy)).policy == policy


def test_the_ready_policies_can_all_be_published() -> None:
    for name, text in library().items():
        assert read_policy(text, f"{name}.yaml").policy == name


def test_an_unknown_ready_policy_is_refused_with_those_there_are() -> None:
    with pytest.raises(LifecycleError, match="no ready policy") as refused:
        library_text("no-such-policy")
    assert DEFAULT in refused.value.remedy


@pytest.mark.parametrize(
    ("before", "after", "line", "column", "sentence", "remedy"),
    [
        (
            "decide_within",
            "decide_witin",
            25,
            5,
            "There is no key 'decide_witin' here.",
            "Did you mean 'decide_within'?",
        ),
        ("project.cost < 5000.0", "project.csot < 5000.0", 20, 21, "There is no fact project.csot.", "project.cost"),
        ("project.cost < 5000.0", "project.cost < 'x'", 20, 35, "number and text", "same kind"),
        ("project.cost < 1000.0", "project.risk == 'hihg'", 7, 40, "never 'hihg'", "high"),
        ("stages: [idea, work, done]", "stages: [idea, work]", 31, 9, "There is no stage 'done'.", "idea, work"),
        ("to: work", "to: done", 9, 16, "No gate leads to the stage 'work'.", "Add a gate"),
        ("version: 1", "version: 1\nversion: 2", 3, 1, "The key 'version' stands twice.", "Remove one"),
        ("fresh_for: 90 days", "fresh_for: 90 moons", 17, 41, "", ""),
        ("count: 2", "count: two", 24, 54, "", ""),
        ("light: 3 working days, ", "", 25, 20, "The durations and the tiers differ at 'light'.", "heavy, light"),
        ("{after: 8 working days", "{after: 1 working days", 28, 16, "Step 2 does not come after step 1", "order"),
        ("over: 10%", "over: 30d", 11, 16, "'cost' is no date.", "percent"),
        ("fact: cost", "fact: cots", 11, 16, "There is no fact 'cots'.", "cost, risk"),
        ("kind: document", "kind: documnet", 17, 20, "", ""),
    ],
)
def test_a_slip_is_told_at_its_place_with_its_remedy(
    before: str, after: str, line: int, column: int, sentence: str, remedy: str
) -> None:
    problem = slip(before, after)
    assert (problem.line, sentence in problem.sentence, remedy in problem.remedy) == (line, True, True), str(problem)
    assert abs(problem.column - column) <= 1, str(problem)


def test_a_gate_that_asks_nobody_is_told() -> None:
    roster = Roster(holders={"sponsor": ("s",), "finance": ("f", "g")})
    text = SMALL.replace("approvals: {all: [{role: sponsor}]}", "approvals: {all: []}")
    policy, found = examine(text, "small.yaml", roster)
    assert policy is not None
    assert any("Nobody can open the gate 'finish'" in problem.sentence for problem in found)


def test_the_counter_example_names_the_people_who_are_missing() -> None:
    policy = read_policy(SMALL)
    alone = Roster(holders={"sponsor": ("s",), "finance": ("f", "m"), "project_manager": ("m",)})
    finding = next(found for found in check(policy, alone) if found.severity == "error")
    assert finding.path == ("gates", "start", "approvals")
    assert "When m manages the project" in finding.witness
    assert not [
        f for f in check(policy, Roster(holders={"sponsor": ("s",), "finance": ("f", "g")})) if f.severity == "error"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words",
        "- a\n- list",
        "a: [",
        "a: &a [*a]",
        "a: !!python/object:os.system x",
        "{" * 5_000,
        "[" * 5_000,
        "policy: ﻿x",
        "? [complex, key]\n: value",
        "a: " + "x" * 1_100_000,
        "\x00",
        "&a a: &b {c: *b}",
        "l: &l [x,x,x,x,x,x,x,x,x]\nm: &m [*l,*l,*l,*l,*l,*l,*l,*l]\nn: &n [*m,*m,*m,*m,*m,*m,*m,*m]\n"
        "o: &o [*n,*n,*n,*n,*n,*n,*n,*n]\np: &p [*o,*o,*o,*o,*o,*o,*o,*o]\nq: [*p,*p,*p,*p,*p,*p,*p,*p]",
        "policy: small\nversion: 1\nstages: [а, b]\ngates: {}",
    ],
)
def test_hostile_files_get_a_sentence_with_a_place_within_a_second(text: str) -> None:
    begin = time.process_time()
    policy, found = examine(text, "hostile.yaml")
    assert policy is None
    assert found
    assert all(problem.line >= 1 and problem.column >= 1 and problem.sentence.endswith(".") for problem in found)
    assert time.process_time() - begin < 1, "a second of work, however busy the machine"


LINES = SMALL.splitlines()
JUNK = [
    "",
    "  ",
    "x: 1",
    "- y",
    "'",
    '"',
    "{",
    "]",
    "&a",
    "*a",
    "null",
    "-1",
    "1e9",
    "true",
    "0x1F",
    "2024-02-31",
    "\t",
    "ﬁnance",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 4)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, draw(st.sampled_from(LINES)))
            case 2:
                words = lines[at].split(" ")
                words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(JUNK) | st.text(max_size=5))
                lines[at] = " ".join(words)
            case 3:
                lines[at] = " " * draw(st.integers(0, 6)) + lines[at].strip()
            case _:
                other = draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
        if not lines:
            break
    return "\n".join(lines)


@settings(max_examples=400)
@given(mutated())
@example(SMALL)
def test_a_mutated_policy_is_accepted_only_when_it_can_judge(text: str) -> None:
    policy, found = examine(text, "mutated.yaml")
    assert all(problem.line >= 1 and problem.column >= 1 for problem in found)
    if policy is None or any(problem.severity == "error" for problem in found):
        with pytest.raises(PolicyError):
            read_policy(text, "mutated.yaml")
        return
    assert Policy.model_validate(policy.model_dump(mode="json", exclude_defaults=True)).digest == policy.digest
    assert not [finding for finding in check(policy) if finding.severity == "error"]
    assert Rulebook(policy).tier_of({}, {}) == policy.tiers[-1].id or policy.tiers[-1].when is not None
