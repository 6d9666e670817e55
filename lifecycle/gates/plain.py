"""A policy in plain language, generated from its data: Markdown that a person who writes no code can sign."""

from collections.abc import Iterator

from lifecycle.domain.project import OnMiss, Outcome
from lifecycle.gates.plain_approvals import approvals, bodies, role_in_words
from lifecycle.gates.plain_times import length_in_words, step_in_words
from lifecycle.gates.policy import Policy, Tolerance
from lifecycle.gates.policy_decisions import DecisionRule
from lifecycle.gates.policy_derived import Derived
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.policy_requirements import Criterion, EvidenceRule
from lifecycle.gates.preconditions import sentence
from lifecycle.gates.raci import as_table

_PMO = {
    "supportive": "The PMO advises: a project manager may proceed against advice, and the record says so.",
    "controlling": "The PMO requires: a gate opens only when its rules are met.",
    "directive": "The PMO decides every gate itself; votes are advice.",
}
_MISSED = {
    OnMiss.NOTIFY: "is told",
    OnMiss.HOLD: "puts the project on hold",
    OnMiss.REOPEN: "opens the gate again",
}
_NO_WAIVER = "no waiver stands in for it"


def in_words(policy: Policy) -> str:
    """The whole policy as Markdown."""
    return "\n".join(_policy(policy)).strip() + "\n"


def _policy(policy: Policy) -> Iterator[str]:
    yield f"# {policy.title or policy.policy}, version {policy.version}"
    yield ""
    yield from ([policy.notes, ""] if policy.notes else [])
    yield _PMO[policy.pmo]
    calendar = policy.calendar
    region = f", without the public holidays of {calendar.holidays}" if calendar.holidays else ""
    yield f"Working time is {calendar.week}, {calendar.hours} in {calendar.timezone}{region}."
    yield f"Stages: {' -> '.join(policy.stages)}."
    yield ""
    yield "## Tiers"
    yield ""
    for number, tier in enumerate(policy.tiers):
        when = f"when `{tier.when}`" if tier.when else "otherwise" if number else "every project"
        yield f"- **{tier.label or tier.id}**: {when}"
    yield ""
    if policy.derived:
        yield "## Derived facts"
        yield ""
        for name, rule in policy.derived.items():
            yield f"- **{rule.label or name}**: {_derived(rule)}"
        yield ""
    if policy.tolerances:
        yield "## Tolerances"
        yield ""
        yield from (
            f"- **{tolerance.label or name}**: {_tolerance(tolerance)}" for name, tolerance in policy.tolerances.items()
        )
        yield ""
    yield from bodies(policy)
    for name, gate in policy.gates.items():
        yield from _gate(policy, name, gate)
    yield from ("## Who does what", "", *as_table(policy))


def _tolerance(tolerance: Tolerance) -> str:
    if tolerance.when:
        return f"a breach when `{tolerance.when}`"
    bounds = [f"{margin} {side}" for margin, side in ((tolerance.over, "over"), (tolerance.under, "under")) if margin]
    return f"a breach when {tolerance.fact} is more than {' or '.join(bounds)} its baseline"


def _follows(rule: DecisionRule) -> Iterator[str]:
    """When a decision can be taken and what follows from it, sentence by sentence."""
    if rule.when:
        yield f"only when `{rule.when}`"
    if rule.to:
        yield f"leads to {rule.to}"
    yield from (f"sets {fact} to `{text}`" for fact, text in rule.set.items())
    yield from (f"opens {role_in_words(other)}" for other in rule.opens)
    for imposed in rule.imposes:
        yield f'imposes "{imposed.text}", owed by the {role_in_words(imposed.owner)} within {imposed.within}'


def _derived(rule: Derived) -> str:
    if rule.is_ is not None:
        return f"`{rule.is_}`"
    return "; ".join(f"{row.is_} {f'when `{row.when}`' if row.when else 'otherwise'}" for row in rule.cases)


def _gate(policy: Policy, name: str, gate: Gate) -> Iterator[str]:
    yield f"## {gate.called(name)}"
    yield ""
    yield from ([f"*{gate.question}*", ""] if gate.question else [])
    yield _when(policy, gate)
    yield ""
    yield from ([gate.guidance, ""] if gate.guidance else [])
    if gate.when:
        yield f"- There only for projects for which this holds: `{gate.when}`."
    if gate.on_breach_of and gate.kind is not GateKind.EXCEPTION:
        yield f"- Opens by itself on a breach of: {_breaches(policy, gate)}."
    for asked in gate.requires:
        when = f" (when `{asked.when}`)" if asked.when else ""
        yield f"- Before it: {asked.label or sentence(policy, asked)}{when}"
    for item, rule in gate.evidence.items():
        yield f"- Evidence: {_evidence(item, rule)}"
    for item, criterion in gate.criteria.items():
        yield f"- Criterion: {_criterion(item, criterion)}"
    if gate.score_at_least:
        yield f"- The score must reach {gate.score_at_least}."
    yield from approvals(policy, gate)
    yield f"- Possible decisions: {', '.join(gate.named(outcome) for outcome in gate.decisions)}."
    for outcome in gate.decisions:
        yield from (f"    - {gate.named(outcome)}: {said}" for said in _follows(gate.decision(outcome)))
    yield from _besides(policy, name, gate)
    if gate.blocks is not None:
        blocked = ", ".join(role_in_words(other) for other in gate.blocks) or "no gate"
        yield f"- While a round is open, {blocked} cannot pass."
    if gate.takes_baseline:
        yield "- A go takes the baseline."
    for title, within, ladder in (
        ("To be submitted", gate.submit_within, gate.submit_ladder),
        ("To be decided", gate.decide_within, gate.ladder),
    ):
        if within is not None:
            yield f"- {title} within {length_in_words(within)}."
        yield from (f"    - after {length_in_words(step.after)}: {step_in_words(step)}" for step in ladder)
    yield ""


def _besides(policy: Policy, name: str, gate: Gate) -> Iterator[str]:
    """What a rejection and a missed condition do, and who may waive."""
    yield f"- A rejection by vote decides: {gate.named(gate.on_reject)}."
    if Outcome.CONDITIONAL_GO in gate.decisions:
        yield f"- A missed condition {_MISSED[gate.on_missed_condition]}, unless the condition says otherwise."
    if gate.waivable:
        yield f"- The {role_in_words(policy.waives_at(name))} may waive its requirements."


def _breaches(policy: Policy, gate: Gate) -> str:
    return "; ".join(policy.tolerances[name].label.rstrip(".") or role_in_words(name) for name in gate.on_breach_of)


def _when(policy: Policy, gate: Gate) -> str:
    match gate.kind:
        case GateKind.STAGE:
            return f"Leads from {gate.from_} to {gate.to}."
        case GateKind.MONITORING:
            rhythm = length_in_words(gate.every) if gate.every else "time"
            return f"Comes round every {rhythm} during {', '.join(gate.during)}."
        case GateKind.EXCEPTION:
            return f"Opens by itself on a breach of: {_breaches(policy, gate) or 'nothing; on request only'}."
        case GateKind.CHANGE | GateKind.REVIEW:
            return f"Opened on request{' during ' + ', '.join(gate.during) if gate.during else ''}."
        case GateKind.BENEFITS:
            return f"Comes {' and '.join(str(length) for length in gate.after)} after closing."


def _evidence(item: str, rule: EvidenceRule) -> str:
    parts = [f"**{rule.label or item.replace('_', ' ')}** ({rule.kind})"]
    parts += [f"when `{rule.when}`"] if rule.when else []
    parts += [f"unless `{rule.unless}`"] if rule.unless else []
    parts += [f"given by the {role_in_words(rule.by)} alone"] if rule.by else []
    parts += [f"not older than {rule.fresh_for}"] if rule.fresh_for else []
    parts += [f'"{rule.text}"'] if rule.text else []
    parts += [] if rule.waivable else [_NO_WAIVER]
    return ", ".join(parts)


def _criterion(item: str, rule: Criterion) -> str:
    label = f"**{rule.label or item.replace('_', ' ')}**"
    when = f" (when `{rule.when}`)" if rule.when else ""
    if rule.must:
        return f"{label} must hold: `{rule.must}`{when}{'' if rule.waivable else f', {_NO_WAIVER}'}"
    return f"{label} is scored: `{rule.should}` out of {rule.out_of:g}, weight {rule.weight:g}{when}"
