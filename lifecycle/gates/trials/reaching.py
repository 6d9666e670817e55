"""Which rules of a policy a project exercises, by what happens to it and by how it stands."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from lifecycle.domain import events as happened
from lifecycle.domain import gate_events as at_gates
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import ProjectState, Round, RoundStatus, VoteVerdict
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.approvals import standing
from lifecycle.gates.case import Case
from lifecycle.gates.conditions import Truth
from lifecycle.gates.criteria import Result, findings_of
from lifecycle.gates.deciding import is_available, opens, passage_blocked
from lifecycle.gates.policy_approvals import BodySlot, Panel, Slot, leaves, placed
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.rulebook import Context, Rulebook, context_of
from lifecycle.gates.separation import acted_under
from lifecycle.gates.trials.marks import Mark, Path


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
            if opens(event.outcome):
                yield from _by_passage(book, state, event.gate)
    yield from _by_facts(book, state)
    for gate, round_ in state.rounds.items():
        if gate in book.policy.gates and (round_.is_open or gate in decided):
            yield from _by_standing(book, state, round_, now)


def refused(case: Case, refusal: Refusal) -> Iterator[Mark]:
    """What a project exercises by what somebody was just refused."""
    if refusal.reason is Reason.REAUTHENTICATION_NEEDED:
        yield Mark(("gates", case.command.gate, "reauthenticate"), "asked for")
    if refusal.reason is not Reason.INCOMPATIBLE_ROLES:
        return
    policy, people = case.book.policy, case.asked.actor.people
    met = {*case.roles, *case.own_roles, *acted_under(policy, case.round, people)}
    for number, listed in enumerate(policy.incompatible):
        if len(met.intersection(listed)) > 1:
            yield Mark(("incompatible", number), "kept apart")


def _by_event(event: object, state: ProjectState) -> Iterator[Mark]:
    match event:
        case happened.BreachFound():
            yield Mark(("tolerances", event.tolerance), "breached")
        case happened.BaselineTaken(gate=str(gate)):
            yield Mark(("gates", gate, "takes_baseline"), "taken")
        case at_gates.RoundOpened():
            yield Mark(("gates", event.gate), "opened")
        case at_gates.GateDecided():
            yield Mark(("gates", event.gate, "decisions", event.outcome.value), "taken")
        case at_gates.GateCalledIn():
            yield Mark(("gates", event.gate, "call_in"), "called in")
        case at_gates.WaiverGranted():
            yield Mark(("gates", event.waiver.gate, "waivers_by"), "granted")
            yield Mark(("gates", event.waiver.gate, *event.waiver.requirement.split("."), "waived_by"), "granted")
        case at_gates.ConditionMissed():
            yield Mark(("gates", state.conditions[event.condition].gate, "on_missed_condition"), "missed")
        case at_gates.LadderStepped():
            preparing = state.rounds[event.gate].status is RoundStatus.PREPARING
            yield Mark(("gates", event.gate, "submit_ladder" if preparing else "ladder", event.step), "came")
        case _:
            return


def _by_passage(book: Rulebook, state: ProjectState, passed: str) -> Iterator[Mark]:
    """The open gates that could have kept a stage gate shut, and by their own word did not."""
    if book.policy.gates[passed].kind is not GateKind.STAGE:
        return
    for other in state.open_rounds:
        gate = book.policy.gates.get(other.gate)
        if gate and gate.blocks == ():
            yield Mark(("gates", other.gate, "blocks"), "let a gate pass")


def _by_facts(book: Rulebook, state: ProjectState) -> Iterator[Mark]:
    """The rows of decision tables that hold, and the gates of the stage that are not there for the project."""
    context = context_of(book, state)
    for name, derived in book.policy.derived.items():
        value = context["derived"].get(name)
        if isinstance(value, bool):
            yield Mark(("derived", name, "is"), "true" if value else "false")
        held = (n for n, row in enumerate(derived.cases) if not row.when or _surely(book, row.when, context))
        if value is not None and (number := next(held, None)) is not None:
            yield Mark(("derived", name, "cases", number), "taken")
    for name, gate in book.policy.gates.items():
        if book.policy.belongs(name, state.stage) and not book.applies(gate.when, context, name):
            yield Mark(("gates", name, "when"), "not there")


def _surely(book: Rulebook, when: str, context: Context) -> bool:
    return book.holds(when, context).truth is Truth.MET


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
        elif group == "requires":
            yield Mark((*at, group, int(name) - 1), _WAYS.get(finding.result, "waived"))
        elif finding.requirement == "score" and finding.result in _WAYS:
            yield Mark((*at, "score_at_least"), _WAYS[finding.result])
    if round_.is_before_approvers and (shut := passage_blocked(book, state, round_)):
        yield from (Mark(("gates", other, "blocks"), f"kept {round_.gate} shut") for other in shut.missing)
    if round_.is_before_approvers or round_.outcome is not None:
        yield from _by_votes(book, state, round_)
        for outcome in book.policy.gates[round_.gate].decisions:
            if not is_available(book, state, round_, outcome):
                yield Mark((*at, "decisions", outcome.value, "when"), "not available")


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
