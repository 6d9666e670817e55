"""A policy in plain language, generated from its data: Markdown that a person who writes no code can sign."""

from collections.abc import Iterator

from lifecycle.domain.project import OnMiss, Outcome
from lifecycle.domain.wording import joined, phrase
from lifecycle.gates.plain_approvals import alternatives, approvals, bodies, both, role_in_words
from lifecycle.gates.plain_times import duration_in_words, length_in_words, step_in_words
from lifecycle.gates.policy import Policy, Tolerance
from lifecycle.gates.policy_decisions import DecisionRule
from lifecycle.gates.policy_derived import Derived
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.policy_ladders import LadderStep
from lifecycle.gates.policy_requirements import Criterion, EvidenceRule
from lifecycle.gates.preconditions import sentence
from lifecycle.gates.raci import as_table

_PMO = {
    "supportive": phrase("The PMO advises: a project manager may proceed against advice, and the record says so."),
    "controlling": phrase("The PMO requires: a gate opens only when its rules are met."),
    "directive": phrase("The PMO decides every gate itself; votes are advice."),
}
_MISSED = {
    OnMiss.NOTIFY: phrase("- A missed condition is told, unless the condition says otherwise."),
    OnMiss.HOLD: phrase("- A missed condition puts the project on hold, unless the condition says otherwise."),
    OnMiss.REOPEN: phrase("- A missed condition opens the gate again, unless the condition says otherwise."),
}
_NO_WAIVER = phrase("no waiver stands in for it")


def in_words(policy: Policy) -> str:
    """The whole policy as Markdown."""
    return "\n".join(told(policy)).strip() + "\n"


def told(policy: Policy) -> Iterator[str]:
    """The whole policy line by line, as Markdown; what is to be translated is a phrase."""
    yield phrase("# {0}, version {1}", policy.title or policy.policy, policy.version)
    yield ""
    yield from ([policy.notes, ""] if policy.notes else [])
    yield _PMO[policy.pmo]
    calendar = policy.calendar
    times = (calendar.week, calendar.hours, calendar.timezone)
    if calendar.holidays:
        yield phrase("Working time is {0}, {1} in {2}, without the public holidays of {3}.", *times, calendar.holidays)
    else:
        yield phrase("Working time is {0}, {1} in {2}.", *times)
    yield phrase("Stages: {0}.", joined(" -> ", policy.stages))
    yield ""
    yield phrase("## Tiers")
    yield ""
    for number, tier in enumerate(policy.tiers):
        when = _when(tier.when) if tier.when else phrase("for all others") if number else phrase("every project")
        yield phrase("- **{0}**: {1}", tier.label or tier.id, when)
    yield ""
    if policy.derived:
        yield phrase("## Derived facts")
        yield ""
        for name, rule in policy.derived.items():
            yield phrase("- **{0}**: {1}", rule.label or name, _derived(rule))
        yield ""
    if policy.tolerances:
        yield phrase("## Tolerances")
        yield ""
        for name, tolerance in policy.tolerances.items():
            yield phrase("- **{0}**: {1}", tolerance.label or name, _tolerance(tolerance))
        yield ""
    yield from bodies(policy)
    for name, gate in policy.gates.items():
        yield from _gate(policy, name, gate)
    yield from (phrase("## Who does what"), "", *as_table(policy))


def _tolerance(tolerance: Tolerance) -> str:
    if tolerance.when:
        return phrase("a breach when `{0}`", tolerance.when)
    bounds = [phrase("{0} over", tolerance.over)] if tolerance.over else []
    bounds += [phrase("{0} under", tolerance.under)] if tolerance.under else []
    return phrase("a breach when {0} is more than {1} its baseline", tolerance.fact, alternatives(bounds))


def _follows(rule: DecisionRule) -> Iterator[str]:
    """When a decision can be taken and what follows from it, sentence by sentence."""
    if rule.when:
        yield phrase("only when `{0}`", rule.when)
    if rule.to:
        yield phrase("leads to {0}", rule.to)
    yield from (phrase("sets {0} to `{1}`", fact, text) for fact, text in rule.set.items())
    yield from (phrase("opens {0}", role_in_words(other)) for other in rule.opens)
    for imposed in rule.imposes:
        owed = (imposed.text, role_in_words(imposed.owner), duration_in_words(imposed.within))
        yield phrase('imposes "{0}", owed by the {1} within {2}', *owed)


def _derived(rule: Derived) -> str:
    if rule.is_ is not None:
        return f"`{rule.is_}`"
    rows = (
        joined(" ", (str(row.is_), _when(row.when) if row.when else phrase("for all others"))) for row in rule.cases
    )
    return joined("; ", rows)


def _gate(policy: Policy, name: str, gate: Gate) -> Iterator[str]:
    yield f"## {gate.called(name)}"
    yield ""
    yield from ([f"*{gate.question}*", ""] if gate.question else [])
    yield _comes(policy, gate)
    yield ""
    yield from ([gate.guidance, ""] if gate.guidance else [])
    if gate.when:
        yield phrase("- There only for projects for which this holds: `{0}`.", gate.when)
    if gate.on_breach_of and gate.kind is not GateKind.EXCEPTION:
        yield phrase("- Opens by itself on a breach of: {0}.", _breaches(policy, gate))
    for asked in gate.requires:
        yield phrase("- Before it: {0}", _only(asked.label or sentence(policy, asked), asked.when))
    for item, rule in gate.evidence.items():
        yield phrase("- Evidence: {0}", _evidence(item, rule))
    for item, criterion in gate.criteria.items():
        yield phrase("- Criterion: {0}", _criterion(item, criterion))
    if gate.score_at_least:
        yield phrase("- The score must reach {0}.", gate.score_at_least)
    yield from approvals(policy, gate)
    yield phrase("- Possible decisions: {0}.", joined(", ", map(gate.named, gate.decisions)))
    for outcome in gate.decisions:
        for follows in _follows(gate.decision(outcome)):
            yield phrase("    - {0}: {1}", gate.named(outcome), follows)
    yield from _besides(policy, name, gate)
    yield from _deadlines(gate)
    yield ""


def _besides(policy: Policy, name: str, gate: Gate) -> Iterator[str]:
    """What a rejection and a missed condition do, who may waive, and what cannot pass meanwhile."""
    yield phrase("- A rejection by vote decides: {0}.", gate.named(gate.on_reject))
    if Outcome.CONDITIONAL_GO in gate.decisions:
        yield _MISSED[gate.on_missed_condition]
    if any(part and not part.waived_by for part in map(gate.part, gate.waivable)):
        yield phrase("- The {0} may waive its requirements.", role_in_words(policy.waives_at(name)))
    if gate.blocks:
        yield phrase("- While a round is open, {0} cannot pass.", joined(", ", map(role_in_words, gate.blocks)))
    elif gate.blocks is not None:
        yield phrase("- While a round is open, every other gate can pass.")
    if gate.takes_baseline:
        yield phrase("- A go takes the baseline.")


def _deadlines(gate: Gate) -> Iterator[str]:
    if gate.submit_within is not None:
        yield phrase("- To be submitted within {0}.", length_in_words(gate.submit_within))
    yield from map(_step, gate.submit_ladder)
    if gate.decide_within is not None:
        yield phrase("- To be decided within {0}.", length_in_words(gate.decide_within))
    yield from map(_step, gate.ladder)


def _step(step: LadderStep) -> str:
    return phrase("    - after {0}: {1}", length_in_words(step.after), step_in_words(step))


def _breaches(policy: Policy, gate: Gate) -> str:
    names = gate.on_breach_of
    return joined("; ", (policy.tolerances[name].label.rstrip(".") or role_in_words(name) for name in names))


def _comes(policy: Policy, gate: Gate) -> str:
    """When a gate is there."""
    match gate.kind:
        case GateKind.STAGE:
            return phrase("Leads from {0} to {1}.", gate.from_, gate.to)
        case GateKind.MONITORING:
            rhythm = length_in_words(gate.every or {})
            return phrase("Comes round every {0} during {1}.", rhythm, joined(", ", gate.during))
        case GateKind.EXCEPTION if gate.on_breach_of:
            return phrase("Opens by itself on a breach of: {0}.", _breaches(policy, gate))
        case GateKind.EXCEPTION:
            return phrase("Opens on request only.")
        case GateKind.CHANGE | GateKind.REVIEW if gate.during:
            return phrase("Opened on request during {0}.", joined(", ", gate.during))
        case GateKind.CHANGE | GateKind.REVIEW:
            return phrase("Opened on request.")
        case GateKind.BENEFITS:
            return phrase("Comes {0} after closing.", both(map(duration_in_words, gate.after)))


def _evidence(item: str, rule: EvidenceRule) -> str:
    parts: list[str] = [phrase("**{0}** ({1})", rule.label or item.replace("_", " "), rule.kind)]
    parts += [_when(rule.when)] if rule.when else []
    parts += [phrase("unless `{0}`", rule.unless)] if rule.unless else []
    parts += [phrase("given by the {0} alone", role_in_words(rule.by))] if rule.by else []
    parts += [phrase("not older than {0}", duration_in_words(rule.fresh_for))] if rule.fresh_for else []
    parts += [f'"{rule.text}"'] if rule.text else []
    parts += _waived(rule)
    return joined(", ", parts)


def _waived(rule: EvidenceRule | Criterion) -> list[str]:
    """Who may waive it, where that is not whoever waives the gate's requirements."""
    if not rule.waivable:
        return [_NO_WAIVER]
    return [phrase("the {0} may waive it", role_in_words(rule.waived_by))] if rule.waived_by else []


def _criterion(item: str, rule: Criterion) -> str:
    label = rule.label or item.replace("_", " ")
    if rule.must:
        holds = _only(phrase("**{0}** must hold: `{1}`", label, rule.must), rule.when)
        return joined(", ", (holds, *_waived(rule)))
    scored = (label, rule.should, f"{rule.out_of:g}", f"{rule.weight:g}")
    return _only(phrase("**{0}** is scored: `{1}` out of {2}, weight {3}", *scored), rule.when)


def _only(said: str, condition: str | None) -> str:
    return phrase("{0} (when `{1}`)", said, condition) if condition else said


def _when(condition: str) -> str:
    return phrase("when `{0}`", condition)
