"""Whoever writes a policy in the words of another framework is told the key that says the same here."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from lifecycle.gates.policy import Policy
from lifecycle.gates.trials.scenario import PolicyTests
from lifecycle.service.policy_advice import ELSEWHERE, FORMS, at, of_key
from lifecycle.service.policy_files import examine
from lifecycle.service.policy_text import Problem
from tests.unit.test_policy_files import SMALL


def slips(before: str, after: str) -> Sequence[Problem]:
    assert before in SMALL
    return examine(SMALL.replace(before, after, 1), "draft.yaml")[1]


@pytest.mark.parametrize(
    ("where", "key", "advice"),
    [
        (("gates", "plan"), "aproval", "Did you mean 'approvals'?"),
        (("gates", "plan"), "deadline", "Say it with 'decide_within'."),
        (("gates", "plan"), "escalation", "Say it with 'ladder'."),
        ((), "phases", "Say it with 'stages'."),
        (("gates", "plan", "approvals"), "quorum", "The key 'at_least' belongs to"),
        (("facts", "risk"), "values", "Say it with 'of'."),
        (("gates", "plan"), "raise_to", "The key 'raise_to' belongs to LadderStep; see there in"),
        (("calendar",), "zzz", "Here may stand: timezone, "),
        (("gates", "plan", "evidence", "charter"), "and the plan", "put the whole text in quotes"),
    ],
)
def test_a_key_that_stands_wrong_is_led_to_what_was_meant(where: tuple[str, ...], key: str, advice: str) -> None:
    assert of_key(Policy, (*where, key)).startswith(advice) or advice in of_key(Policy, (*where, key))


def test_no_key_is_suggested_that_is_as_wrong_there() -> None:
    assert of_key(Policy, ("gates", "plan", "at_least")).startswith("The key 'at_least' belongs to ")


def test_every_word_of_other_frameworks_leads_to_a_key_that_exists() -> None:
    known = {name for schema in _parts(Policy.model_json_schema()) for name in schema.get("properties", ())}
    assert {*ELSEWHERE.values()} <= known
    assert not known & ELSEWHERE.keys(), "what is a key is no foreign word"


def test_every_form_that_a_text_can_need_is_said_in_words() -> None:
    needed = {
        pattern
        for model in (Policy, PolicyTests)
        for schema in _parts(model.model_json_schema())
        for pattern in (schema.get("pattern"), *schema.get("patternProperties", ()))
        if pattern
    }
    storable = {pattern for pattern in needed if "x00" in pattern or "\\x" in pattern or "\x00" in pattern}
    assert needed - storable == set(FORMS)


def test_a_place_is_described_by_the_model_that_holds_it() -> None:
    assert [model.__name__ for model in at(Policy, ("gates", "plan", "kind"))] == ["Gate"]
    assert at(Policy, ("policy",)) == (Policy,)


def test_merge_keys_are_refused_in_words() -> None:
    (problem,) = slips("stages:", "<<: {a: 1}\nstages:")
    assert (problem.sentence, "Write the keys out" in problem.remedy) == ("Merge keys (<<) are not read.", True)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("stages: [idea, work, done]", "stages: idea", "A list is needed here."),
        ("stages: [idea, work, done]", "stages: {idea: 1}", "A list is needed here."),
        ("version: 1", "version: [1]", "A whole number is needed here."),
    ],
)
def test_a_value_of_another_kind_is_told_in_words(before: str, after: str, sentence: str) -> None:
    problem = slips(before, after)[0]
    assert problem.sentence == sentence
    assert "reference" not in problem.remedy


def test_a_finding_says_which_part_of_the_policy_it_is_about() -> None:
    problem = slips("stages: [idea, work, done]", "stages: idea")[0]
    assert str(problem).endswith("(stages)")


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for inside in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _parts(inside)
