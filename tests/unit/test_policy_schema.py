"""Editors complete policy files by their JSON Schema: whole ones, and overlays, which leave much to their base."""

import json

import jsonschema_rs
import pytest

from lifecycle.service.policy_files import library
from lifecycle.service.policy_schema import policy_schema
from lifecycle.service.policy_text import read_document
from tests.unit.test_overlays import RAIL, SAFETY

SCHEMA = jsonschema_rs.validator_for(policy_schema())


def faults(text: str) -> list[str]:
    content = json.loads(json.dumps(read_document(text, "policy.yaml").content, default=str))
    return [fault.message for fault in SCHEMA.iter_errors(content)]


@pytest.mark.parametrize("name", library())
def test_the_ready_policies_fit(name: str) -> None:
    assert not faults(library()[name])


def test_an_overlay_says_only_what_it_adds() -> None:
    assert not faults(RAIL + SAFETY)
    assert not faults(RAIL + "gates: {charter: {evidence: {business_case: {fresh_for: 30 days}}}}")
    assert not faults(RAIL.replace("extends: corporate-standard", "extends: {policy: corporate-standard, version: 1}"))


@pytest.mark.parametrize(
    "text",
    [
        RAIL.replace("extends", "extend"),
        RAIL.replace("extends: corporate-standard", ""),
        RAIL.replace("extends: corporate-standard", "extends: {policy: corporate-standard}"),
        RAIL + "gates: {charter: {evidnce: {}}}",
        RAIL + "gates: {charter: {approvals: {all: [{count: 2}]}}}",
    ],
)
def test_what_is_neither_a_whole_policy_nor_an_overlay_does_not_fit(text: str) -> None:
    assert faults(text)
