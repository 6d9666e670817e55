"""What a policy file may never do: take long, fall over, or be refused without a sentence and a place."""

import time

import pytest

from lifecycle.service.policy_files import examine, library_text
from lifecycle.service.policy_text import Problem
from tests.unit.test_policy_files import SMALL

_TRIES = 3


def problems(text: str) -> list[Problem]:
    """What is found, within a second of work; what others do to the machine meanwhile does not count."""
    seconds: list[float] = []
    while not seconds or (min(seconds) >= 1 and len(seconds) < _TRIES):
        begin = time.process_time()
        found = examine(text, "bad.yaml")[1]
        seconds.append(time.process_time() - begin)
    assert min(seconds) < 1, f"{seconds} s of work"
    assert all(
        p.line >= 1 and p.column >= 1 and p.sentence.endswith(".") and p.remedy.endswith((".", "?")) for p in found
    )
    return [problem for problem in found if "baseline" not in problem.sentence]


def slip(before: str, after: str) -> Problem:
    assert before in SMALL
    return problems(SMALL.replace(before, after, 1))[-1]


@pytest.mark.parametrize(
    ("before", "after", "place", "said"),
    [
        ("risk:", "r\u0456sk:", (5, 3), "CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I (U+0456), not 'i'"),
        ("policy: small", "p\u043elicy: small", (1, 1), "CYRILLIC SMALL LETTER O (U+043E), not 'o'"),
        ("project.cost < 5000.0", "project.c\u043est < 1.0", (20, 31), "CYRILLIC SMALL LETTER O (U+043E), not 'o'"),
        ("[idea, work, done]", "[idea, w\u03bfrk, done]", (9, 16), "GREEK SMALL LETTER OMICRON (U+03BF), not 'o'"),
        ("tier == 'heavy'", "tier == 'h\u0435avy'", (24, 71), "CYRILLIC SMALL LETTER IE (U+0435), not 'e'"),
        ("[low, high]", "[low, \uff48igh]", (5, 34), "FULLWIDTH LATIN SMALL LETTER H (U+FF48), not 'h'"),
        ("fit:", "fi\u200bt:", (18, 35), "ZERO WIDTH SPACE (U+200B)"),
        ("role: finance", "role: f\u0131nance", (24, 37), "LATIN SMALL LETTER DOTLESS I (U+0131), not 'i'"),
    ],
)
def test_a_letter_that_only_looks_right_is_named(before: str, after: str, place: tuple[int, int], said: str) -> None:
    problem = slip(before, after)
    assert said in problem.sentence
    assert (problem.line, problem.column) == place


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("GBB", "Did you mean GBP?"),
        ("pounds", "ISO 4217"),
        ("2027-01-31", "ISO 4217"),
        ("JPY", "two decimals"),
    ],
)
def test_a_currency_is_one_of_the_world(unit: str, said: str) -> None:
    problem = slip("unit: GBP", f"unit: {unit}")
    assert said in problem.remedy
    assert (problem.line, problem.column) == (4, 29)


@pytest.mark.parametrize(
    ("before", "after", "place", "said"),
    [
        ("project.cost < 1000.0", "project.cost < 2027-01-31", (7, 37), "date('2027-01-31')"),
        ("{light: 3 working days", "{2027-01-31: 3 working days", (25, 21), "Write small letters"),
        ("heavy: 5 working days", "heavy: 2027-01-31", (25, 51), "reference"),
        ("version: 1", "version: 2027-01-31", (2, 10), "reference"),
    ],
)
def test_a_date_where_none_belongs_is_told(before: str, after: str, place: tuple[int, int], said: str) -> None:
    problem = slip(before, after)
    assert said in problem.remedy
    assert (problem.line, problem.column) == place


def test_ten_thousand_gates_are_too_many() -> None:
    gates = "\n".join(f"  g{n}: {{from: a, to: b}}" for n in range(10_000))
    (problem,) = problems(f"policy: many\nversion: 1\nstages: [a, b]\ngates:\n{gates}")
    assert "10000 gates" in problem.sentence
    assert (problem.line, problem.column) == (5, 3)


def test_conditions_without_end_are_refused() -> None:
    criteria = "\n".join(f"      c{n}: {{must: project.cost < {n}.0}}" for n in range(5_000))
    found = problems(SMALL.replace("      cheap:", f"{criteria}\n      cheap:", 1))
    assert any("conditions" in problem.sentence for problem in found)


EXPLODING = {
    "pairs": " && ".join(f"project.f{n} != project.f{n + 1}" for n in range(45)),
    "ring": " && ".join(f"project.f{n} != project.f{(n + 1) % 41}" for n in range(41)),
    "either": " && ".join(f"(project.f{n} || project.f{n + 1})" for n in range(45)),
    "choices": " && ".join(f"(project.f{n} ? project.f{n + 1} : !project.f{n + 2})" for n in range(30)),
    "deep": "(" * 900 + "project.f1" + ")" * 900,
    "nots": "!" * 1_900 + "project.f1",
    "numbers": " || ".join(f"project.cost < {n}.0 && project.other > {n}.5" for n in range(40)),
    "sums": " + ".join(["project.cost"] * 140) + " > project.other",
    "longest": "project.f1" + " " * 3_000,
}


@pytest.mark.parametrize("name", EXPLODING)
def test_a_condition_that_explodes_is_done_with_in_time(name: str) -> None:
    facts = "\n".join(f"  f{n}: {{type: boolean}}" for n in range(50)) + "\n  other: {type: money}"
    text = SMALL.replace("facts:\n", f"facts:\n{facts}\n").replace('"project.cost < 5000.0"', f'"{EXPLODING[name]}"')
    problems(text)
    problems(text.replace('"project.cost < 1000.0"', f'"{EXPLODING[name]}"'))


def derived(*facts: str) -> str:
    """The small policy with derived facts, which begin on line 8."""
    lines = "".join(f"  {fact}\n" for fact in facts)
    dated = SMALL.replace("  risk: {type", "  finish: {type: date}\n  risk: {type", 1)
    return dated.replace("tiers:\n", f"derived:\n{lines}tiers:\n", 1)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (derived("a: {type: boolean, is: derived.a}"), (8, 6), "'a' speaks of derived.a"),
        (derived("a: {type: boolean, is: derived.b}", "b: {type: boolean, is: derived.a}"), (8, 6), "derived.b"),
        (SMALL.replace("    to: work\n", "    to: work\n    requires: [{gate: start}]\n"), (16, 23), "its own"),
        (SMALL.replace("    to: work\n", "    to: work\n    requires: [{gate: finish}]\n"), (16, 15), "can never pass"),
        ("policy: small\nversion: 1\nextends: small\n", (3, 10), "no policy 'small'"),
        (f"{SMALL}loop: &loop [*loop]\n", (34, 7), "refers to itself"),
    ],
)
def test_what_goes_round_in_a_circle_is_told(text: str, place: tuple[int, int], said: str) -> None:
    problem = next(problem for problem in problems(text) if problem.severity == "error")
    assert said in problem.sentence
    assert problem.line == place[0]
    assert abs(problem.column - place[1]) <= 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('{when: "project.finish < 2027-01-31", is: 2027-01-31}', "a date and a whole number"),
        ("{when: \"project.finish < date('2027-02-30')\", is: 2027-01-31}", "a day that exists"),
        ("{when: \"project.finish < date('2027-01-31')\", is: 2027-02-30}", "'2027-02-30' of row 1 is no date"),
        ("{when: \"project.finish < date('2027-01-31')\", is: 20270131}", "'20270131' of row 1 is no date"),
    ],
)
def test_a_table_with_days_that_are_none_is_told(row: str, said: str) -> None:
    problem = problems(derived("phase:", f"  {{type: date, cases: [{row}, {{is: 2028-01-31}}]}}"))[0]
    assert said in problem.sentence
    assert problem.line in (8, 9)


def test_a_table_with_days_is_read() -> None:
    row = "{when: \"project.finish < date('2027-01-31')\", is: 2027-01-31}"
    found = problems(derived("phase:", f"  {{type: date, cases: [{row}, {{is: 2028-01-31}}]}}"))
    assert not [problem for problem in found if problem.severity == "error"]


def lasting(rule: str) -> str:
    """The small policy with forty facts that only gates change, and a criterion on each."""
    facts = "".join(f"  l{n}: {{type: integer, by_gates: true}}\n" for n in range(41))
    criteria = "".join(f"      k{n}: {{must: {rule.format(n, n + 1)}}}\n" for n in range(40))
    return SMALL.replace("facts:\n", f"facts:\n{facts}", 1).replace("      cheap:", f"{criteria}      cheap:", 1)


def awaited(number: int) -> str:
    """The small policy with reviews for all of which its first gate waits."""
    reviews = "".join(f"  r{n}: {{kind: review, approvals: {{all: [{{role: sponsor}}]}}}}\n" for n in range(number))
    asked = ", ".join(f"{{gate: r{n}}}" for n in range(number))
    return SMALL.replace("    to: work\n", f"    to: work\n    requires: [{asked}]\n", 1) + reviews


@pytest.mark.parametrize("text", [lasting("project.l{0} > 1"), lasting("project.l{0} > project.l{1}"), awaited(60)])
def test_more_ways_than_can_be_followed_are_said_to_be_unproven(text: str) -> None:
    assert any("not proven that there is a way out" in problem.sentence for problem in problems(text))


def test_a_policy_of_thirty_gates_is_proven_in_time() -> None:
    gates = library_text("corporate-standard").partition("gates:\n")
    one = gates[2].partition("  baseline:\n")
    many = "".join(
        one[0].replace("  charter:\n", f"  charter{n}:\n", 1).replace("&ladder", f"&ladder{n}") for n in range(30)
    )
    begin = time.process_time()
    policy, found = examine(gates[0] + gates[1] + many + gates[2], "thirty.yaml")
    assert policy is not None
    assert not [problem for problem in found if problem.severity == "error" or "not proven" in problem.sentence]
    assert time.process_time() - begin < 5
