"""What is generated is never out of date."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from api.terminal.api_reference import api_reference
from api.terminal.policy_reference import reference
from api.terminal.policy_tests_reference import reference_of_tests
from lifecycle.gates.plain import in_words
from lifecycle.gates.policy import Policy
from lifecycle.gates.trials.scenario import PolicyTests
from lifecycle.service.policy_files import DEFAULT, library_text, read_policy

DOCS = Path(__file__).parents[2] / "docs"


def test_the_policy_reference_says_what_the_models_say() -> None:
    assert (DOCS / "policy-reference.md").read_text(encoding="utf-8") == reference(), "run `make docs`"


def test_the_reference_of_policy_tests_says_what_the_models_say() -> None:
    assert (DOCS / "policy-tests.md").read_text(encoding="utf-8") == reference_of_tests(), "run `make docs`"


@pytest.mark.parametrize("model", [Policy, PolicyTests])
def test_every_key_of_a_policy_and_of_its_tests_has_a_meaning(model: type[BaseModel]) -> None:
    definitions = model.model_json_schema()["$defs"]
    silent = [
        f"{name}.{key}"
        for name, part in definitions.items()
        for key, field in part.get("properties", {}).items()
        if not field.get("description")
    ]
    assert not silent


def test_the_default_policy_in_words_names_every_gate_and_every_evidence() -> None:
    policy = read_policy(library_text(DEFAULT))
    words = in_words(policy)
    for gate in policy.gates.values():
        assert f"## {gate.label}" in words
        assert all(rule.label in words for rule in gate.evidence.values())


def test_the_api_reference_says_what_the_document_says() -> None:
    assert (DOCS / "api-reference.md").read_text(encoding="utf-8") == api_reference(), "run `make docs`"
