"""The findings of a gate: every requirement of evidence, every criterion and the score, each with its result."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final

from lifecycle.domain.evidence import EvidenceVersion
from lifecycle.domain.project import ProjectState, Round
from lifecycle.gates.conditions import Truth
from lifecycle.gates.findings import Finding as Finding
from lifecycle.gates.findings import Findings as Findings
from lifecycle.gates.findings import Result as Result
from lifecycle.gates.obligations import later
from lifecycle.gates.policy_gates import Gate
from lifecycle.gates.policy_requirements import Criterion, EvidenceRule
from lifecycle.gates.preconditions import preconditions
from lifecycle.gates.rulebook import Context, Rulebook, context_of

SCORE = "score"


def findings_of(book: Rulebook, state: ProjectState, round_: Round, now: datetime) -> Findings:
    """Everything the gate asks of this round, in the policy's order: preconditions, evidence, criteria, score."""
    gate = book.policy.gates[round_.gate]
    context = context_of(book, state, round_)
    found = [
        *preconditions(book, state, round_, context, now),
        *_evidence(book, gate, round_, context, now),
        *(_criterion(book, round_.gate, name, rule, context) for name, rule in gate.criteria.items()),
    ]
    if gate.score_at_least is not None:
        found.append(_score(found, float(gate.score_at_least.removesuffix("%")) / 100))
    waived = {w.requirement for w in state.waivers.values() if w.gate == round_.gate and w.stands(now)}
    return tuple(_waive(finding) if finding.requirement in waived else finding for finding in found)


def missing(findings: Findings) -> Findings:
    """The findings that keep the gate shut."""
    return tuple(finding for finding in findings if not finding.passes)


def missing_evidence(findings: Findings) -> Findings:
    """The evidence that keeps the gate from being submitted."""
    return tuple(finding for finding in missing(findings) if finding.requirement.startswith("evidence."))


def summary(findings: Findings) -> dict[str, str]:
    """Requirement -> result, as it is recorded with a submission and a decision."""
    return {finding.requirement: finding.result.value for finding in findings}


def score_of(book: Rulebook, gate: str, context: Context) -> Finding | None:
    """What is found of a gate's weighted score, its share of full marks as the value; none without a hurdle."""
    rule = book.policy.gates[gate]
    if rule.score_at_least is None:
        return None
    scored = [_criterion(book, gate, name, each, context) for name, each in rule.criteria.items() if each.should]
    return _score(scored, float(rule.score_at_least.removesuffix("%")) / 100)


def _waive(finding: Finding) -> Finding:
    return finding if finding.passes else finding.model_copy(update={"result": Result.WAIVED})


def _evidence(book: Rulebook, gate: Gate, round_: Round, context: Context, now: datetime) -> Iterator[Finding]:
    for item, rule in gate.evidence.items():
        asked = book.applies(rule.when, context, round_.gate) and not _excused(book, rule, context, round_.gate)
        supplied = round_.evidence.get(item)
        label = rule.label or item.replace("_", " ").capitalize()
        result, remedy = _supply(label, rule, supplied, now) if asked else (Result.NOT_APPLICABLE, "")
        yield Finding(requirement=f"evidence.{item}", label=label, result=result, blocking=True, remedy=remedy)


def _excused(book: Rulebook, rule: EvidenceRule, context: Context, gate: str) -> bool:
    return rule.unless is not None and book.holds(rule.unless, context, gate).truth is Truth.MET


def _supply(label: str, rule: EvidenceRule, supplied: EvidenceVersion | None, now: datetime) -> tuple[Result, str]:
    if supplied is None:
        return Result.NOT_MET, f"Supply the {rule.kind} '{label}'."
    if rule.fresh_for and later(supplied.at, rule.fresh_for) <= now:
        return Result.NOT_MET, f"Supply a newer version of '{label}': it may not be older than {rule.fresh_for}."
    return Result.MET, ""


def _criterion(book: Rulebook, gate: str, name: str, rule: Criterion, context: Context) -> Finding:
    label = rule.label or name.replace("_", " ").capitalize()
    finding = partial(Finding, requirement=f"criteria.{name}", label=label, blocking=rule.must is not None)
    if not book.applies(rule.when, context, gate):
        return finding(result=Result.NOT_APPLICABLE)
    if rule.must is not None:
        judged = book.holds(rule.must, context, gate)
        result = _RESULTS[judged.truth]
        remedy = "" if result is Result.MET else rule.fix or _generic_remedy(rule.must, judged.missing)
        return finding(result=result, remedy=remedy, missing_facts=judged.missing)
    condition = book.condition(rule.should or "", gate, scored=True)
    value = condition.value(context)
    if not isinstance(value, bool | int | float):
        absent = condition.judge(context).missing
        remedy = rule.fix or _generic_remedy(condition.text, absent)
        return finding(result=Result.UNKNOWN, remedy=remedy, missing_facts=absent, weight=rule.weight)
    share = min(1.0, max(0.0, float(value) / (1 if isinstance(value, bool) else rule.out_of)))
    return finding(result=Result.MET if share > 0 else Result.NOT_MET, value=share, weight=rule.weight)


_RESULTS: Final = {Truth.MET: Result.MET, Truth.NOT_MET: Result.NOT_MET, Truth.UNKNOWN: Result.UNKNOWN}


def _generic_remedy(rule: str, absent: tuple[str, ...]) -> str:
    if absent:
        return f"Supply {', '.join(absent)}: without it this cannot be judged."
    return f"Bring the project to where this holds: {rule}."


def _score(found: list[Finding], hurdle: float) -> Finding:
    """Unknown scores count as nothing; the score is unknown while they could still lift it over the hurdle."""
    scored = [finding for finding in found if finding.weight > 0]
    total = sum(finding.weight for finding in scored)
    reached = sum(finding.weight * (finding.value or 0) for finding in scored)
    open_weight = sum(finding.weight for finding in scored if finding.result is Result.UNKNOWN)
    share = reached / total if total else 0.0
    if total and share >= hurdle - 1e-9:
        result = Result.MET
    elif total and open_weight and (reached + open_weight) / total >= hurdle - 1e-9:
        result = Result.UNKNOWN
    else:
        result = Result.NOT_MET
    remedy = "" if result is Result.MET else f"The score is {share:.1%}; {hurdle:.1%} is needed."
    return Finding(requirement=SCORE, label="Score", result=result, blocking=True, remedy=remedy, value=share)
