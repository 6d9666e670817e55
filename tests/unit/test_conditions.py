"""Conditions: what they say of known facts, of unknown ones, and of their own mistakes."""

import gc
from collections.abc import Mapping
from typing import Any

import pytest

from lifecycle.gates.conditions import (
    Condition,
    ConditionError,
    Judged,
    Kind,
    Truth,
    Vocabulary,
    compile_condition,
)

FACTS = {
    "budget": Kind.MONEY,
    "confidence": Kind.NUMBER,
    "risk": Kind.CHOICE,
    "name": Kind.TEXT,
    "finish": Kind.DATE,
    "strategic": Kind.BOOLEAN,
}
VOCABULARY = Vocabulary(
    namespaces={"project": FACTS, "baseline": FACTS, "conditions": {"open": Kind.INTEGER}},
    words={"tier": Kind.TEXT, "stage": Kind.TEXT},
    choices={"project.risk": ("low", "medium", "high"), "tier": ("light", "standard", "major")},
)
BRIDGE = {
    "project": {
        "budget": 12_345_600,
        "confidence": 0.7,
        "risk": "low",
        "name": "Bridge",
        "finish": "2027-01-31",
        "strategic": True,
    },
    "baseline": {"budget": 10_000_000, "finish": "2026-11-30"},
    "conditions": {"open": 2},
    "tier": "light",
}
SCORED = frozenset({Kind.BOOLEAN, Kind.INTEGER, Kind.NUMBER, Kind.MONEY})


def condition(text: str, returns: frozenset[Kind] = frozenset({Kind.BOOLEAN})) -> Condition:
    return compile_condition(text, VOCABULARY, returns)


def judged(text: str, facts: Mapping[str, Any]) -> Judged:
    return condition(text).judge(facts)


def refused(text: str, returns: frozenset[Kind] = frozenset({Kind.BOOLEAN})) -> ConditionError:
    with pytest.raises(ConditionError) as caught:
        condition(text, returns)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "project.budget < 250000.0 && project.risk == 'low'",
        "project.budget == 123456.0",
        "project.budget * 1.1 > baseline.budget && project.budget - baseline.budget == 23456.0",
        "project.budget / baseline.budget > 1.2",
        "project.budget / double(conditions.open) == 61728.0",
        "conditions.open / 2 == 1",
        "project.risk in ['low', 'medium'] && tier != 'major'",
        "project.finish <= date('2027-01-31') && project.finish > timestamp('2027-01-30T23:59:59Z')",
        "project.finish - baseline.finish > duration('1440h')",
        "(project.finish - baseline.finish).getHours() == 1488",
        "project.finish.getFullYear() == 2027",
        "project.name.startsWith('Br') && project.name.endsWith(\"ge\") && project.name.contains('id')",
        "size(project.name) == 6 && project.name.size() == 6",
        "has(project.risk) && !has(stage) && project.strategic",
        "tier == 'light' ? conditions.open <= 2 : conditions.open == 0",
        "int(project.confidence * 10.0) == 7 && -project.confidence < 0.0",
        "project . budget > 0.0 // written by hand\n && has ( project\n.risk )",
    ],
)
def test_a_bridge_with_all_its_facts_meets_what_is_true_of_it(text: str) -> None:
    assert judged(text, BRIDGE) == Judged(Truth.MET)
    assert judged(f"!({text}\n)", BRIDGE) == Judged(Truth.NOT_MET)


def test_what_is_false_decides_however_little_else_is_known() -> None:
    text = "project.budget < 250000.0 && project.risk == 'low'"
    assert judged(text, {"project": {"risk": "high"}}) == Judged(Truth.NOT_MET)
    assert judged(text, {"project": {"risk": "low"}}) == Judged(Truth.UNKNOWN, ("project.budget",))


def test_what_is_true_decides_an_alternative() -> None:
    text = "project.budget < 250000.0 || project.risk == 'low'"
    assert judged(text, {"project": {"risk": "low"}}) == Judged(Truth.MET)
    assert judged(text, {"project": {"risk": "high"}}) == Judged(Truth.UNKNOWN, ("project.budget",))


@pytest.mark.parametrize(
    "text",
    [
        "project.risk != 'low'",
        "!(project.risk == 'low')",
        "project.risk == project.risk",
        "project.risk in ['low']",
        "!(project.risk in ['low'])",
        "project.risk == 'low' ? true : true",
        "project.risk.size() >= 0",
        "project.risk == 'low' || project.risk != 'low'",
    ],
)
def test_an_unknown_fact_is_neither_so_nor_otherwise(text: str) -> None:
    empty: list[dict[str, Any]] = [{}, {"project": None}, {"project": {}}, {"project": {"risk": None}}, {"project": 1}]
    for nothing in empty:
        assert judged(text, nothing) == Judged(Truth.UNKNOWN, ("project.risk",))


def test_whether_a_fact_is_known_is_always_known() -> None:
    assert judged("has(project.risk)", {}) == Judged(Truth.NOT_MET)
    assert judged("has(project.risk)", {"project": {"risk": None}}) == Judged(Truth.NOT_MET)
    assert judged("has(project.risk)", BRIDGE) == Judged(Truth.MET)
    assert judged("has(project.risk) ? project.risk == 'low' : true", {}) == Judged(Truth.MET)


def test_a_fact_only_asked_about_is_not_reported_missing() -> None:
    assert judged("has(project.risk) || project.strategic", {}) == Judged(Truth.UNKNOWN, ("project.strategic",))


def test_only_the_branch_that_is_taken_needs_its_facts() -> None:
    text = "tier == 'light' ? project.strategic : project.budget > 1.0"
    assert judged(text, {"tier": "light", "project": {"strategic": True}}) == Judged(Truth.MET)
    assert judged(text, {"tier": "major", "project": {"strategic": True}}).truth is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ({"budget": 1.5}, "project.budget > 0.0"),
        ({"budget": "12"}, "project.budget > 0.0"),
        ({"budget": True}, "project.budget > 0.0"),
        ({"budget": 2**63}, "project.budget > 0.0"),
        ({"confidence": float("nan")}, "project.confidence != 0.0"),
        ({"confidence": float("inf")}, "project.confidence > 0.0"),
        ({"confidence": 10**400}, "project.confidence > 0.0"),
        ({"risk": 1}, "project.risk != 'low'"),
        ({"name": "\ud800"}, "project.name != 'x'"),
        ({"finish": "2027-02-31"}, "project.finish > date('2000-01-01')"),
        ({"finish": "0001-01-01"}, "project.finish < date('2000-01-01')"),
        ({"finish": "20270131"}, "project.finish > date('2000-01-01')"),
        ({"finish": "2027-W04-7"}, "project.finish > date('2000-01-01')"),
        ({"strategic": 1}, "project.strategic"),
        ({"strategic": "yes"}, "project.strategic"),
    ],
)
def test_a_fact_of_the_wrong_kind_is_unknown(fact: dict[str, Any], text: str) -> None:
    assert judged(text, {"project": fact}) == Judged(Truth.UNKNOWN, (f"project.{next(iter(fact))}",))


@pytest.mark.parametrize(
    "text",
    [
        "project.budget / baseline.budget > 1.1",
        "project.budget / (baseline.budget) < 1.1",
        "project.budget / double(conditions.open) > 0.0",
        "conditions.open / conditions.open == 1",
        "1 / int(project.confidence) == 1",
        "conditions.open + 1 + 9223372036854775807 > 0",
        "int(project.budget * 100000000000000000000.0) > 0",
    ],
)
def test_a_calculation_that_fails_is_unknown_though_nothing_is_missing(text: str) -> None:
    facts = {"project": {"budget": 100, "confidence": 0.5}, "baseline": {"budget": 0}, "conditions": {"open": 0}}
    assert judged(text, facts) == Judged(Truth.UNKNOWN)
    assert judged(f"{text} || true", facts) == Judged(Truth.MET)


def test_zero_is_a_fact_like_any_other_where_nothing_is_divided_by_it() -> None:
    text = "baseline.budget == 0.0 || project.budget / baseline.budget > 1.1"
    assert judged(text, {"baseline": {"budget": 0}, "project": {"budget": 1}}) == Judged(Truth.MET)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("project.confidence * 2.0", 1.4),
        ("project.budget", 123_456.0),
        ("conditions.open + 1", 3),
        ("project.strategic", True),
        ("tier == 'light' ? 3 : 1", 3),
    ],
)
def test_a_score_is_the_value_of_its_expression(text: str, value: object) -> None:
    score = condition(text, SCORED).value(BRIDGE)
    assert (score, type(score)) == (value, type(value))
    assert condition(text, SCORED).value({}) is None


def test_texts_and_days_are_values_too() -> None:
    returns = frozenset({Kind.TEXT, Kind.DATE})
    assert condition("project.name + '!'", returns).value(BRIDGE) == "Bridge!"
    assert condition("project.finish + duration('24h')", returns).value(BRIDGE) == "2027-02-01"


def test_a_score_beyond_all_numbers_is_unknown() -> None:
    assert condition("project.confidence * 1e308", SCORED).value({"project": {"confidence": 1e9}}) is None


def test_a_condition_names_the_facts_it_speaks_of() -> None:
    text = "tier == 'light' && has(project.risk) && project.budget / baseline.budget > 1.0 && project.name.size() > 1"
    assert condition(text).references == (
        "baseline.budget",
        "project.budget",
        "project.name",
        "project.risk",
        "tier",
    )
    assert condition(text).text == text


@pytest.mark.parametrize(
    ("text", "sentence", "remedy", "column"),
    [
        ("project.budgte < 1.0", "There is no fact project.budgte.", "Did you mean project.budget?", 1),
        ("tier == 'light' && risk == 'low'", "There is no fact risk.", "Did you mean baseline.risk?", 20),
        ("has(project)", "project is a group of facts.", "Name one of them, as in project.budget.", 5),
        ("project.risk == 'hihg'", "project.risk is never 'hihg'.", "Did you mean 'high'?", 17),
        ("'x' != (project.risk)", "project.risk is never 'x'.", "Its values are low, medium, high.", 1),
        ("tier in ['light', 'mayor']", "tier is never 'mayor'.", "Did you mean 'major'?", 19),
        ("project.risk <= 'medium'", "project.risk is a choice, and choices have no order.", "after 'in'", 1),
        ("project.budget < 250000", "< cannot be applied to a number and a whole number.", "Write 250000.0 ins", 16),
        ("250000 > project.budget", "> cannot be applied to a whole number and a number.", "Write 250000.0 ins", 8),
        ("project.budget > conditions.open", "> cannot be applied to a number", "with double()", 16),
        ("has(tier) && project.budget < 5", "< cannot be applied", "Write 5.0 instead of 5.", 29),
        ("project.name > 3", "> cannot be applied to text and a whole number.", "values of the same kind", 14),
        ("project.finish < '2027-01-31'", "< cannot be applied to a date and text.", "date('2027-01-31')", 16),
        ("project.finish < date('2027-02-31')", "date() takes a day that exists.", "date('2027-01-31')", 18),
        ("project.finish < timestamp('soon')", "timestamp('soon') cannot be read.", "timestamp('2027", 18),
        ("project.finish - project.finish < duration('30d')", "duration('30d') cannot be", "('720h')", 35),
        ("project.name", "The expression gives text, not true or false.", "Write a comparison", 1),
        ("project.name && true", "&& cannot be applied to text and true or false.", "Compare the fact", 14),
        ("project.risk and true", "There is no word and in conditions.", "Write &&.", 14),
        ("not(true)", "There is no word not in conditions.", "Write !.", 1),
        ("project.risk == null", "There is no word null in conditions.", "!has(project.risk)", 17),
        ("project.risk = 'low'", "One = compares nothing.", "Write ==", 14),
        ("project.name == 'x", "The text that begins here never ends.", "Close it", 17),
        ("project.name == ‘x’", "The character '‘' means nothing here.", "'text'", 17),
        ("(tier == 'light'", "The expression ends too early.", "close every bracket", 17),
        ("tier == 'light')", ") is not expected here.", "missing before it", 16),
        ("project.strategic project.strategic", "project is not expected here.", "missing before it", 19),
        ("", "The expression is empty.", "Write a condition", 1),
        ("has('x')", "has() asks whether one fact is known.", "Write has(project.risk).", 1),
        ("has(project.risk == 'low')", "has() asks whether one fact is known.", "Write has(project.risk).", 1),
        ("has(project.name.size())", "has() asks whether one fact is known.", "Write has(project.risk).", 1),
        ("project.name.matches('a*')", "There is no function matches.", "The functions are contains, date", 14),
        ("now() > project.finish", "There is no function now.", "The functions are", 1),
        ("dyn(project.name) == 1", "There is no function dyn.", "The functions are", 1),
        ("contains('a', 'b')", "contains() cannot be called like this.", "project.name.contains('x')", 9),
        ("project.finish.getFullYear('Asia/Tokyo') == 1", "getFullYear() cannot be called like this.", "", 27),
        ("[1].exists(x, x > 0)", "A list stands after 'in' and holds values alone.", "Write project.risk in", 1),
        ("project.name in ['a', 1]", "The list is empty or mixes kinds of values.", "one kind", 17),
        ("project.name in []", "The list is empty or mixes kinds of values.", "one kind", 17),
        ("project.budget / 0.0 > 1.0", "Nothing can be divided by zero.", "another number", 18),
        ("1.0 / (project.budget - 1.0) > 1.0", "A division takes one fact or number below it.", "a / b / c", 5),
        ("conditions.open > 99999999999999999999", "No whole number is that large.", "decimal point", 19),
        ("project.budget > 1e999", "No number is that large.", "smaller", 18),
    ],
)
def test_a_mistake_is_told_with_its_place_and_remedy(text: str, sentence: str, remedy: str, column: int) -> None:
    error = refused(text)
    assert error.sentence.startswith(sentence)
    assert remedy in error.remedy
    assert (error.line, error.column) == (1, column)
    assert str(error) == f"{error.sentence} {error.remedy} (line 1, column {column})"


def test_a_mistake_is_found_in_its_own_line_after_what_was_rewritten() -> None:
    error = refused("has(project.risk) // known?\n && project.finish < date('2027-01-31') && project.budget < 5")
    assert (error.line, error.column) == (2, 59)


def test_a_score_that_is_no_number_is_refused() -> None:
    error = refused("project.finish", SCORED - {Kind.BOOLEAN})
    assert (error.sentence, error.remedy) == (
        "The expression gives a date, not a whole number or a number.",
        "Write a fact or a calculation.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "true" + ")" * 10_000,
        "(" * 900 + "true" + ")" * 900,
        " + ".join(["conditions.open"] * 100) + " > 1",
        "true ? true : " * 100 + "true",
        "in [" * 400,
        "conditions.open in [" * 90,
        "project.name.contains('a').contains(" * 50,
        "has(" * 400,
        "-" * 1_999,
        "'" * 1_999,
        '"\\' * 900,
        "\n" * 2_000,
        "9" * 2_000,
        "timestamp('x') < " * 100,
    ],
)
def test_a_monstrous_expression_is_refused(text: str) -> None:
    assert refused(text).remedy


def test_a_long_row_of_alternatives_is_fine() -> None:
    assert judged(" || ".join(["project.risk == 'low'"] * 70), BRIDGE) == Judged(Truth.MET)


@pytest.mark.parametrize(
    "given",
    [
        {"namespaces": {"project": {"in": Kind.TEXT}}},
        {"namespaces": {"project": {"a-b": Kind.TEXT}}},
        {"namespaces": {"project": {"_x": Kind.TEXT}}},
        {"namespaces": {"package": {"x": Kind.TEXT}}},
        {"namespaces": {}, "words": {"int": Kind.TEXT}},
        {"namespaces": {"tier": {"x": Kind.TEXT}}, "words": {"tier": Kind.TEXT}},
        {"namespaces": {"project": {}}, "choices": {"project.risk": ("low",)}},
    ],
)
def test_a_vocabulary_that_no_condition_could_speak_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^(A fact cannot be named|'tier' cannot be both|Values are listed)"):
        Vocabulary(**given)


def test_a_fact_may_be_called_by_a_word_that_is_reserved_elsewhere() -> None:
    vocabulary = Vocabulary({"project": {"package": Kind.BOOLEAN, "size": Kind.INTEGER}})
    text = "project.package && project.size == 2"
    assert compile_condition(text, vocabulary).judge({"project": {"package": True, "size": 2}}) == Judged(Truth.MET)


def test_equal_vocabularies_share_what_was_compiled() -> None:
    again = Vocabulary(
        dict(reversed(list(VOCABULARY.namespaces.items()))), dict(VOCABULARY.words), dict(VOCABULARY.choices)
    )
    assert (again, hash(again)) == (VOCABULARY, hash(VOCABULARY))
    assert compile_condition("true", again) is compile_condition("true", VOCABULARY)
    assert again != Vocabulary({})
    assert again != "project"


def test_a_condition_outlives_the_vocabulary_it_was_compiled_over() -> None:
    kept = compile_condition("project.x", Vocabulary({"project": {"x": Kind.BOOLEAN}}))
    for number in range(100):
        compile_condition("true", Vocabulary({f"group{number}": {"x": Kind.BOOLEAN}}))
    gc.collect()
    assert kept.judge({"project": {"x": True}}) == Judged(Truth.MET)
    assert repr(kept) == "Condition('project.x')"
