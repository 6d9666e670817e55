"""The rules of the judgement are readable by those who answer for them, and complete."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from lifecycle.domain.commands import PersonCommand, RegisterProject
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.case import Rule
from lifecycle.gates.decide import NOT_YET, RULES
from lifecycle.gates.effects import happen

ROOT = Path(__file__).parents[2]
EVERY_RULE = sorted({rule for rules in RULES.values() for rule in rules}, key=lambda rule: rule.__name__)
WHO_ASKS = ["directory_is_current", "delegation_is_valid", "actor_is_permitted"]


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: str(rule.__name__))
def test_every_rule_says_in_one_sentence_what_it_demands(rule: Rule) -> None:
    sentence = rule.__doc__ or ""
    assert re.fullmatch(r"[A-Z][^\n.]*\.", sentence), f"{rule.__name__}: one sentence, one line, one full stop"


def test_every_kind_of_command_has_rules_and_an_effect() -> None:
    kinds = set(get_args(PersonCommand)) - {RegisterProject}
    assert kinds == set(RULES), "registration is judged in registering.py, everything else by its rules"
    assert kinds <= set(happen.registry)


def test_every_command_begins_with_who_asks() -> None:
    for command, rules in RULES.items():
        assert [rule.__name__ for rule in rules[:3]] == WHO_ASKS, command.__name__


def test_every_rule_of_the_rule_files_is_asked_somewhere() -> None:
    written = {
        function.name
        for path in sorted((ROOT / "lifecycle/gates").glob("*rules.py"))
        for function in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(function, ast.FunctionDef) and _is_rule(function)
    }
    assert written == {rule.__name__ for rule in EVERY_RULE}


def test_every_reason_is_given_by_somebody() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("lifecycle", "api")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.name != "verdicts.py"
    )
    idle = [reason.name for reason in Reason if f"Reason.{reason.name}" not in text]
    assert not idle


def test_what_is_not_yet_is_a_reason_that_a_rule_gives() -> None:
    assert set(NOT_YET) <= set(Reason)


def _is_rule(function: ast.FunctionDef) -> bool:
    takes = [ast.unparse(argument.annotation) for argument in function.args.args if argument.annotation]
    return takes == ["Case"] and not function.name.startswith("_")
