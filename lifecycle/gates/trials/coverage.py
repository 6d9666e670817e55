"""Coverage: which rules of a policy its tests exercised, and in which way."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from lifecycle.domain import events as happened
from lifecycle.domain import gate_events as at_gates
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import Outcome, ProjectState, Round, RoundStatus, VoteVerdict
from lifecycle.gates.approvals import standing
from lifecycle.gates.criteria import Result, findings_of
from lifecycle.gates.policy import Pmo, Policy
from lifecycle.gates.policy_approvals import BodySlot, Panel, Slot, leaves, placed
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.rulebook import Rulebook, context_of

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
    for name, body in policy.bodies.items():
        yield from _rules_of_panel(("bodies", name), body)
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
    yield from _rules_of_panel((*at, "approvals"), gate.approvals)
    yield from (Mark((*at, "decisions"), outcome.value) for outcome in reachable(policy, gate))
    if gate.takes_baseline:
        yield Mark((*at, "takes_baseline"), "taken")
    if "waivers_by" in gate.model_fields_set:
        yield Mark((*at, "waivers_by"), "granted")
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
    at = ("gates", round_.gate)
    for finding in findings_of(book, state, round_, now):
        group, _, name = finding.requirement.partition(".")
        if group == "evidence" and finding.result is not Result.WAIVED:
            yield Mark((*at, group, name), _of_evidence(finding.result, supplied=name in round_.evidence))
        elif group == "criteria" and finding.result in _WAYS:
            scored = finding.value is not None and not finding.blocking
            yield Mark((*at, group, name), "scored" if scored else _WAYS[finding.result])
        elif finding.requirement == "score" and finding.result in _WAYS:
            yield Mark((*at, "score_at_least"), _WAYS[finding.result])
    if round_.is_before_approvers or round_.outcome is not None:
        yield from _by_votes(book, state, round_)


def _by_votes(book: Rulebook, state: ProjectState, round_: Round) -> Iterator[Mark]:
    """The slots that were filled or not called, and the words of those who are heard besides."""
    context, approvals = context_of(book, state, round_), book.policy.gates[round_.gate].approvals
    calls = [part for part in leaves(approvals.all) if isinstance(part, BodySlot)]
    called = {part.body for part in calls if book.applies(part.when, context, round_.gate)}
    asked: list[tuple[Path, Panel]] = [(("gates", round_.gate, "approvals"), approvals)]
    asked += [(("bodies", name), book.policy.bodies[name]) for name in sorted(called)]
    filled = {slot.role for slot in standing(book, state, round_).slots if slot.filled_by}
    for at, panel in asked:
        for path, slot in placed(panel.all, (*at, "all")):
            roles = [part.role for part in _slots_in(book, slot)]
            if not book.applies(slot.when, context, round_.gate):
                yield Mark(path, "not called")
            elif filled.intersection(roles):
                yield Mark(path, "given")
        for vote in round_.standing_votes:
            if vote.verdict is VoteVerdict.REJECT:
                yield from (Mark((*at, "veto"), f"used by {role}") for role in vote.roles)
            yield from (Mark((*at, "advice"), f"used by {role}") for role in vote.roles)


def _slots_in(book: Rulebook, part: Slot | BodySlot) -> list[Slot]:
    """The slot itself, or the slots of the body that is called."""
    if isinstance(part, Slot):
        return [part]
    return [member for member in leaves(book.policy.bodies[part.body].all) if isinstance(member, Slot)]


def _of_evidence(result: Result, *, supplied: bool) -> str:
    if result is Result.NOT_APPLICABLE:
        return "not asked for"
    if result is Result.MET:
        return "supplied"
    return "too old" if supplied else "missing"
