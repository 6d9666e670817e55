"""What a policy file may never do: take long, fall over, or be refused without a sentence and a place."""

import time

import pytest

from lifecycle.service.policy_files import examine, library_text
from lifecycle.service.policy_text import Problem
from tests.unit.test_policy_files import SMALL


def problems(text: str) -> list[Problem]:
    """What is found, within a second of work, however busy the machine."""
    begin = time.process_time()
    found = examine(text, "bad.yaml")[1]
    assert time.process_time() - begin < 1, f"{time.process_time() - begin:.2f} s of work"
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
