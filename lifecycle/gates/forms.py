"""The forms that gates ask for: their questions, and answers that fit."""

from collections.abc import Iterator, Mapping

from lifecycle.domain.values import FactValue
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_requirements import EvidenceRule, FormField


def questions(policy: Policy, gate: str) -> Iterator[tuple[str, str, FormField]]:
    """Every question of a gate's forms: the evidence item, the question, and what may be answered."""
    for item, rule in policy.gates[gate].evidence.items():
        yield from ((item, name, field) for name, field in rule.fields.items())


def answers_to(rule: EvidenceRule, given: Mapping[str, FactValue]) -> dict[str, FactValue]:
    """A whole form: what is given, and for the rest any answer that fits."""
    usual: dict[str, FactValue] = {
        "boolean": True,
        "integer": 0,
        "money": 0,
        "number": 0,
        "text": "-",
        "date": "2026-01-01",
    }
    return {
        name: given.get(name, field.of[0] if field.of else usual[field.type]) for name, field in rule.fields.items()
    }
