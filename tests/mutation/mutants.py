"""Mutants of a policy: the same document with one rule dropped, loosened, tightened or swapped."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lifecycle.domain.project import Outcome
from lifecycle.gates.policy import Policy
from lifecycle.gates.proofs import deciders
from lifecycle.gates.proofs.decisions import decisions
from lifecycle.gates.proofs.finding import ERROR
from lifecycle.gates.proofs.passages import passages
from lifecycle.gates.proofs.references import references
from lifecycle.gates.trials.coverage import reachable
from lifecycle.gates.trials.marks import Path

PROSE = frozenset(
    (
        "policy",
        "version",
        "title",
        "sources",
        "notes",
        "label",
        "help",
        "text",
        "guidance",
        "question",
        "template",
        "unit",
        "fix",
    )
)
"""Keys that no judgement depends on."""

_ROLES = frozenset(("role", "chair", "waivers_by", "waived_by", "notify", "widen_to", "raise_to", "pmo_role"))
_CONDITIONS = frozenset(("must", "should", "when", "unless", "is"))
_SWAPS: Mapping[str, str] = {
    "<=": "<", "<": "<=", ">=": ">", ">": ">=", "==": "!=", "!=": "==", "&&": "||", "||": "&&", "!": "",
    "+": "-", "-": "+", "*": "/", "/": "*",
}  # fmt: skip
_OPERATOR = re.compile(r"<=|>=|==|!=|&&|\|\||<|>|!(?!=)|[-+*/]")
_NUMBER = re.compile(r"(?<![\w.'])\d+(\.\d+)?(?![\w'])")
_ENUMS: Mapping[str, tuple[str, ...]] = {
    "rejection": ("any", "veto"),
    "on_missed_condition": ("notify", "hold", "reopen"),
    "submit_when": ("evidence_complete", "criteria_met"),
    "remind": ("pending", "submitter"),
    "on_reject": ("recycle", "hold", "kill"),
    "pmo": ("supportive", "controlling", "directive"),
    "week": ("mon-fri", "mon-thu"),
    "hours": ("09:00-17:00", "08:00-17:00", "09:00-18:00"),
    "holidays": ("GB-ENG", "US"),
    "timezone": ("Europe/London", "America/New_York"),
}


class Mutant(NamedTuple):
    """A policy with one change, in words, at its place in the document."""

    path: Path
    change: str
    policy: Policy

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))}: {self.change}"


def mutants(policy: Policy) -> Iterator[Mutant]:
    """Every mutant that names only what there is, and says something else than the policy."""
    document = policy.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    seen = {_meaning(policy)}
    for path, change, changed in _changes(document):
        mutant = _readable(changed)
        if mutant is not None and (meaning := _meaning(mutant)) not in seen:
            seen.add(meaning)
            yield Mutant(path, change, mutant)


def _readable(document: Any) -> Policy | None:
    try:
        policy = Policy.model_validate(document)
    except ValueError:
        return None
    found = [*references(policy), *decisions(policy), *deciders.references(policy), *passages(policy)]
    return None if any(finding.severity == ERROR for finding in found) else policy


def _meaning(policy: Policy) -> str:
    """The policy with what is left unsaid written out, and without what nobody could ever notice.

    A link to a document is taken for a document; before a submission nobody but the submitter is awaited; what needs
    no criteria is submitted on its evidence; and a decision that never comes about may as well not be listed.
    """
    document = policy.model_dump(mode="json", by_alias=True)
    for name, gate in document["gates"].items():
        gate["waivers_by"] = gate["waivers_by"] or document["pmo_role"]
        gate["decisions"] = {
            outcome.value: _decision(gate, outcome) for outcome in reachable(policy, policy.gates[name])
        }
        for rule in gate["evidence"].values():
            rule["kind"] = "document" if rule["kind"] == "link" else rule["kind"]
        for step in gate["submit_ladder"]:
            step["remind"] = "submitter" if step["remind"] else None
        if not gate["criteria"] and not gate["requires"]:
            gate["submit_when"] = "evidence_complete"
    return repr(document)


def _decision(gate: Mapping[str, Any], outcome: Outcome) -> Any:
    """What a decision depends on and does; its name is prose."""
    rule = gate["decisions"][outcome.value] if isinstance(gate["decisions"], dict) else {}
    return {key: value for key, value in rule.items() if key != "label" and value} or None


def _changes(document: Any) -> Iterator[tuple[Path, str, Any]]:
    for path, value in _walk(document, ()):
        if path:
            yield path, "dropped", _with(document, path, None, drop=True)
            for change in _instead(path, value):
                yield path, f"{value} -> {change}", _with(document, path, change)


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    yield path, value
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        if key not in PROSE or (path and path[-1] in ("facts", "fields", "evidence", "criteria")):
            yield from _walk(inner, (*path, key))


def _instead(path: Path, value: Any) -> Iterator[Any]:
    """What could stand in the place of a value."""
    key = next(step for step in reversed(path) if isinstance(step, str))
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield value + 1
        if value > 1:
            yield value - 1
    elif not isinstance(value, str):
        return
    elif key in _CONDITIONS or "set" in path[-2:-1]:
        yield from _conditions(value)
    elif key in _ENUMS:
        yield from (other for other in _ENUMS[key] if other != value)
    elif key in _ROLES or key == "veto":
        yield "auditor"
    elif found := re.fullmatch(r"(\d+)(%|d| .*)", value):
        yield f"{int(found[1]) + 1}{_plural(found[2])}"
        if int(found[1]) > 1:
            yield f"{int(found[1]) - 1}{found[2]}"


def _plural(unit: str) -> str:
    return unit if unit in ("%", "d") or unit.endswith("s") else f"{unit}s"


def _conditions(text: str) -> Iterator[str]:
    for found in _OPERATOR.finditer(text):
        yield text[: found.start()] + _SWAPS[found[0]] + text[found.end() :]
    for found in _NUMBER.finditer(text):
        more = f"{float(found[0]) * 1.1 + 1:.1f}" if "." in found[0] else str(int(found[0]) + 1)
        yield text[: found.start()] + more + text[found.end() :]


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def _with(document: Any, path: Path, value: Any, *, drop: bool = False) -> Any:
    changed = copy.deepcopy(document)
    inside = _at(changed, path[:-1])
    if drop:
        del inside[path[-1]]
    else:
        inside[path[-1]] = value
    return changed
