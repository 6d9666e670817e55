"""Coverage: which rules of a policy its tests should exercise, each in every way."""

from collections.abc import Iterator

from lifecycle.domain.project import Outcome
from lifecycle.gates.conditions import Kind
from lifecycle.gates.policy import Pmo, Policy
from lifecycle.gates.policy_approvals import Panel, placed
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.quorums import named_roles
from lifecycle.gates.trials.marks import Mark, Path


def rules_of(policy: Policy) -> Iterator[Mark]:
    """Everything that the tests of a policy should exercise, in the order of the document."""
    for name, derived in policy.derived.items():
        at: Path = ("derived", name)
        yield from (Mark((*at, "cases", number), "taken") for number in range(len(derived.cases)))
        if derived.is_ and derived.type is Kind.BOOLEAN:
            yield from (Mark((*at, "is"), way) for way in ("true", "false"))
    if len(policy.tiers) > 1:
        yield from (Mark(("tiers", number), "in force") for number in range(len(policy.tiers)))
    yield from (Mark(("tolerances", name), "breached") for name in policy.tolerances)
    asked = {role for name, gate in policy.gates.items() for role in _asked(policy, name, gate)}
    for number, listed in enumerate(policy.incompatible):
        if asked.intersection(listed):  # roles that no gate asks for are kept apart in the directory alone
            yield Mark(("incompatible", number), "kept apart")
    for name, body in policy.bodies.items():
        yield from _rules_of_panel(("bodies", name), body)
    for name, gate in policy.gates.items():
        yield from _rules_of_gate(policy, ("gates", name), gate)


def _asked(policy: Policy, name: str, gate: Gate) -> Iterator[str | None]:
    """The roles under which somebody can act at a gate."""
    yield from (*named_roles(policy, name), gate.call_in, *(rule.by for rule in gate.evidence.values()))


def _rules_of_gate(policy: Policy, at: Path, gate: Gate) -> Iterator[Mark]:
    yield Mark(at, "opened")
    if gate.when:
        yield Mark((*at, "when"), "not there")
    for number, asked in enumerate(gate.requires):
        ways = ["met", "not met", *(["not applicable"] if asked.when else [])]
        yield from (Mark((*at, "requires", number), way) for way in ways)
    for item, rule in gate.evidence.items():
        yield Mark((*at, "evidence", item), "supplied")
        if rule.when or rule.unless:
            yield Mark((*at, "evidence", item), "not asked for")
        if rule.fresh_for:
            yield Mark((*at, "evidence", item), "too old")
    for item, criterion in gate.criteria.items():
        ways = ["met", "not met"] if criterion.must else ["scored"]
        yield from (Mark((*at, "criteria", item), way) for way in ways)
        if criterion.when:
            yield Mark((*at, "criteria", item), "not applicable")
    if gate.score_at_least:
        yield from (Mark((*at, "score_at_least"), way) for way in ("met", "not met"))
    yield from _rules_of_panel((*at, "approvals"), gate.approvals)
    for outcome in reachable(policy, gate):
        yield Mark((*at, "decisions", outcome.value), "taken")
        if gate.decision(outcome).when:
            yield Mark((*at, "decisions", outcome.value, "when"), "not available")
    if gate.takes_baseline:
        yield Mark((*at, "takes_baseline"), "taken")
    if gate.blocks is not None:
        yield from (Mark((*at, "blocks"), f"kept {other} shut") for other in gate.blocks)
        if not gate.blocks:
            yield Mark((*at, "blocks"), "let a gate pass")
    if gate.call_in:
        yield Mark((*at, "call_in"), "called in")
    if gate.reauthenticate:
        yield Mark((*at, "reauthenticate"), "asked for")
    if "waivers_by" in gate.model_fields_set:
        yield Mark((*at, "waivers_by"), "granted")
    for requirement in gate.waivable:
        if (part := gate.part(requirement)) and part.waived_by:
            yield Mark((*at, *requirement.split("."), "waived_by"), "granted")
    if "on_missed_condition" in gate.model_fields_set:
        yield Mark((*at, "on_missed_condition"), "missed")
    for key, ladder in (("submit_ladder", gate.submit_ladder), ("ladder", gate.ladder)):
        yield from (Mark((*at, key, number), "came") for number in range(len(ladder)))


def _rules_of_panel(at: Path, panel: Panel) -> Iterator[Mark]:
    for path, slot in placed(panel.all, (*at, "all")):
        yield Mark(path, "given")
        if slot.when:
            yield Mark(path, "not called")
    yield from (Mark((*at, "veto"), f"used by {role}") for role in panel.veto)
    yield from (Mark((*at, "advice"), f"used by {role}") for role in panel.advice)


def reachable(policy: Policy, gate: Gate) -> tuple[Outcome, ...]:
    """The decisions that can come about: votes alone go, go on conditions, or reject; silence what the ladder says."""
    if gate.chair or policy.pmo is not Pmo.CONTROLLING:
        barred = (Outcome.HOLD, Outcome.KILL) if gate.kind is GateKind.BENEFITS else ()
        return tuple(outcome for outcome in gate.decisions if outcome not in barred)
    by_silence = (step.decide for step in gate.ladder if step.decide)
    likely = (Outcome.GO, Outcome.CONDITIONAL_GO, gate.on_reject, *by_silence)
    return tuple(outcome for outcome in gate.decisions if outcome in likely)
