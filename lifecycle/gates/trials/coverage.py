"""Coverage: which rules of a policy its tests exercised, and in which way."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from lifecycle.domain import events as happened
from lifecycle.domain import gate_events as at_gates
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import Outcome, ProjectState, Round, RoundStatus
from lifecycle.gates.approvals import standing
from lifecycle.gates.criteria import Result, findings_of
from lifecycle.gates.policy import Pmo, Policy
from lifecycle.gates.policy_approvals import AllOf, AnyOf, Approval, Slot
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.rulebook import Context, Rulebook, context_of

Path = tuple[str | int, ...]


class Mark(NamedTuple):
    """A place in the policy document, and one way to exercise what stands there."""

    path: Path
    way: str

    def __str__(self) -> str:
        return f"{'.'.join(str(step) for step in self.path)}: {self.way}"


def rules_of(policy: Policy) -> Iterator[Mark]:
    """Everything that the tests of a policy should exercise, in the order of the document."""
    if len(policy.tiers) > 1:
        yield from (Mark(("tiers", number), "in force") for number in range(len(policy.tiers)))
    yield from (Mark(("tolerances", name), "breached") for name in policy.tolerances)
    for name, gate in policy.gates.items():
        yield from _rules_of_gate(policy, ("gates", name), gate)


def _rules_of_gate(policy: Policy, at: Path, gate: Gate) -> Iterator[Mark]:
    yield Mark(at, "opened")
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
    for path, slot in _slots((*at, "approvals", "all"), gate.approvals.all):
        yield Mark(path, "given")
        if slot.when:
            yield Mark(path, "not called")
    yield from (Mark((*at, "approvals", "veto"), f"used by {role}") for role in gate.approvals.veto)
    yield from (Mark((*at, "decisions"), outcome.value) for outcome in _reachable(policy, gate))
    if gate.takes_baseline:
        yield Mark((*at, "takes_baseline"), "taken")
    if "waivers_by" in gate.model_fields_set:
        yield Mark((*at, "waivers_by"), "granted")
    if "on_missed_condition" in gate.model_fields_set:
        yield Mark((*at, "on_missed_condition"), "missed")
    for key, ladder in (("submit_ladder", gate.submit_ladder), ("ladder", gate.ladder)):
        yield from (Mark((*at, key, number), "came") for number in range(len(ladder)))


def _reachable(policy: Policy, gate: Gate) -> tuple[Outcome, ...]:
    """The decisions that can come about: votes alone go, go on conditions, or reject."""
    if gate.chair or policy.pmo is not Pmo.CONTROLLING:
        barred = (Outcome.HOLD, Outcome.KILL) if gate.kind is GateKind.BENEFITS else ()
        return tuple(outcome for outcome in gate.decisions if outcome not in barred)
    by_votes = (Outcome.GO, Outcome.CONDITIONAL_GO, gate.on_reject)
    return tuple(outcome for outcome in gate.decisions if outcome in by_votes)


def _slots(at: Path, parts: Sequence[Approval]) -> Iterator[tuple[Path, Slot]]:
    for number, part in enumerate(parts):
        here = (*at, number)
        if isinstance(part, Slot):
            yield here, part
        elif isinstance(part, AllOf):
            yield from _slots((*here, "all"), part.all)
        elif isinstance(part, AnyOf):
            yield from _slots((*here, "any"), part.any)
        else:
            yield from _slots((*here, "of"), part.of)


def reached(book: Rulebook, state: ProjectState, news: Iterable[Recorded], now: datetime) -> Iterator[Mark]:
    """What a project exercises by what just happened to it, and by how it stands now."""
    decided: set[str] = set()
    tiers = [tier.id for tier in book.policy.tiers]
    if state.tier in tiers:
        yield Mark(("tiers", tiers.index(state.tier)), "in force")
    for recorded in news:
        event = recorded.event
        yield from _by_event(event, state)
        if isinstance(event, at_gates.GateDecided):
            decided.add(event.gate)
    for gate, round_ in state.rounds.items():
        if gate in book.policy.gates and (round_.is_open or gate in decided):
            yield from _by_standing(book, state, round_, now)


def _by_event(event: object, state: ProjectState) -> Iterator[Mark]:
    match event:
        case happened.BreachFound():
            yield Mark(("tolerances", event.tolerance), "breached")
        case happened.BaselineTaken(gate=str(gate)):
            yield Mark(("gates", gate, "takes_baseline"), "taken")
        case at_gates.RoundOpened():
            yield Mark(("gates", event.gate), "opened")
        case at_gates.GateDecided():
            yield Mark(("gates", event.gate, "decisions"), event.outcome.value)
        case at_gates.WaiverGranted():
            yield Mark(("gates", event.waiver.gate, "waivers_by"), "granted")
        case at_gates.ConditionMissed():
            yield Mark(("gates", state.conditions[event.condition].gate, "on_missed_condition"), "missed")
        case at_gates.LadderStepped():
            preparing = state.rounds[event.gate].status is RoundStatus.PREPARING
            yield Mark(("gates", event.gate, "submit_ladder" if preparing else "ladder", event.step), "came")
        case _:
            return


_WAYS = {
    Result.MET: "met",
    Result.NOT_MET: "not met",
    Result.UNKNOWN: "not met",
    Result.NOT_APPLICABLE: "not applicable",
}


def _by_standing(book: Rulebook, state: ProjectState, round_: Round, now: datetime) -> Iterator[Mark]:
    gate, at = book.policy.gates[round_.gate], ("gates", round_.gate)
    for finding in findings_of(book, state, round_, now):
        group, _, name = finding.requirement.partition(".")
        if group == "evidence" and finding.result is not Result.WAIVED:
            yield Mark((*at, group, name), _of_evidence(finding.result, supplied=name in round_.evidence))
        elif group == "criteria" and finding.result in _WAYS:
            scored = finding.value is not None and not finding.blocking
            yield Mark((*at, group, name), "scored" if scored else _WAYS[finding.result])
        elif finding.requirement == "score" and finding.result in _WAYS:
            yield Mark((*at, "score_at_least"), _WAYS[finding.result])
    context = context_of(book, state, round_)
    filled = {slot.role for slot in standing(book, state, round_).slots if slot.filled_by}
    for path, slot in _slots((*at, "approvals", "all"), gate.approvals.all):
        if not round_.is_before_approvers and round_.outcome is None:
            continue
        if not _asked(book, slot, context, round_.gate):
            yield Mark(path, "not called")
        elif slot.role in filled:
            yield Mark(path, "given")
    for vote in round_.standing_votes:
        yield from (
            Mark((*at, "approvals", "veto"), f"used by {role}") for role in vote.roles if vote.verdict == "reject"
        )


def _asked(book: Rulebook, slot: Slot, context: Context, gate: str) -> bool:
    return book.applies(slot.when, context, gate)


def _of_evidence(result: Result, *, supplied: bool) -> str:
    if result is Result.NOT_APPLICABLE:
        return "not asked for"
    if result is Result.MET:
        return "supplied"
    return "too old" if supplied else "missing"
