"""A gate as people look at it: what it asks, what was found, who has said what, what comes next and by when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from lifecycle.domain.evidence import EvidenceKind, EvidenceVersion
from lifecycle.domain.people import Roster
from lifecycle.domain.project import (
    Condition,
    Outcome,
    ProjectState,
    Question,
    Round,
    RoundStatus,
)
from lifecycle.domain.values import Instant, Names, Value
from lifecycle.domain.waivers import Waiver, WaiverRequest
from lifecycle.gates.approvals import called_roles, standing
from lifecycle.gates.criteria import Finding, Findings, Result, findings_of
from lifecycle.gates.deciding import decider
from lifecycle.gates.explain import Need, Possibility, SlotView, path_to_green, slots
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.policy_requirements import EvidenceRule, FormField
from lifecycle.gates.quorums import advisers, panels, vetoes
from lifecycle.gates.rulebook import Rulebook, context_of
from lifecycle.gates.separation import excluded
from lifecycle.service.calendars import calendar_of
from lifecycle.service.deadlines import DeadlineView, StepView, deadline_of, ladder_of
from lifecycle.service.round_views import GateHistory, RoundView, round_view


class EvidenceView(Value):
    """One thing that a gate asks to see: in which form, what good looks like, and what was supplied so far.

    `text` is what an attestation signs, `fields` what a form asks; `versions` are all supplies, the oldest first.
    """

    item: str
    kind: EvidenceKind
    label: str
    guidance: str
    template: str | None
    text: str
    fields: dict[str, FormField]
    result: Result
    remedy: str
    supplied: EvidenceVersion | None
    versions: tuple[EvidenceVersion, ...]


class ApprovalsView(Value):
    """How the approvals stand: which roles may vote now, who may veto, who only advises, who said no.

    `barred` took part in the round, and so may not approve it.
    """

    approved: bool
    called: Names
    veto: Names
    advice: Names
    barred: Names
    rejected_by: Names
    vetoed_by: Names


class GateLine(Value):
    """A gate in a list: where it leads, and how its latest round stands, if there was one."""

    gate: str
    label: str
    kind: GateKind
    leads_from: str | None
    leads_to: str | None
    is_open: bool
    round: int | None
    status: RoundStatus | None
    outcome: Outcome | None
    due: Instant | None
    overdue: bool
    missing: int


class GateView(Value):
    """A gate with its current round in full and the earlier ones beside it.

    Where no round was opened yet there is no `round`, and the findings are what one that opened now would find.
    `decided_by` names the role that records the decision, none where the votes decide; `called_in_by` the role that may
    take it to itself. `waivable` are the requirements that it can pass without, each with the role that may waive
    it. Where the gate asks to `reauthenticate`, whoever acts proves anew who they are. `actions` is what the
    reader may do here, and for the rest why not.
    """

    project: str
    version: int
    gate: str
    label: str
    kind: GateKind
    question: str
    guidance: str
    leads_from: str | None
    leads_to: str | None
    is_open: bool
    round: RoundView | None
    findings: tuple[Finding, ...]
    evidence: tuple[EvidenceView, ...]
    slots: tuple[SlotView, ...]
    approvals: ApprovalsView
    deadline: DeadlineView | None
    ladder: tuple[StepView, ...]
    open_question: Question | None
    decided_by: str | None
    called_in_by: str | None
    waivable: Mapping[str, str]
    reauthenticate: bool
    decisions: tuple[Outcome, ...]
    path_to_green: tuple[Need, ...]
    conditions: tuple[Condition, ...]
    waivers: tuple[Waiver, ...]
    waivers_asked: tuple[WaiverRequest, ...]
    earlier: tuple[RoundView, ...]
    actions: tuple[Possibility, ...]


def gate_lines(book: Rulebook, state: ProjectState, now: datetime) -> tuple[GateLine, ...]:
    """Every gate of the project's policy, in the policy's order."""
    return tuple(_gate_line(book, state, name, now) for name in book.policy.gates)


def gate_view(
    book: Rulebook,
    state: ProjectState,
    gate: str,
    *,
    roster: Roster,
    earlier: Sequence[Round],
    history: GateHistory,
    actions: Iterable[Possibility],
    now: datetime,
) -> GateView:
    """The view of a gate that the policy knows; `earlier` rounds come in their order."""
    rule = book.policy.gates[gate]
    round_ = state.rounds.get(gate) or _imagined(state, gate, now)
    findings = _found(book, state, round_, history, now)
    asked = round_.status is RoundStatus.INFORMATION_REQUESTED
    return GateView(
        project=state.project,
        version=state.seq,
        gate=gate,
        label=rule.called(gate),
        kind=rule.kind,
        question=rule.question,
        guidance=rule.guidance,
        leads_from=rule.from_,
        leads_to=rule.to,
        is_open=_is_open(state, gate),
        round=round_view(round_, history) if gate in state.rounds else None,
        findings=findings,
        evidence=tuple(
            _evidence(item, asks, found, round_, history)
            for (item, asks), found in zip(rule.evidence.items(), findings, strict=False)
        ),
        slots=slots(book, state, round_, roster),
        approvals=_approvals(book, state, round_),
        deadline=deadline_of(round_, calendar_of(book.policy.calendar, now.year), now),
        ladder=tuple(
            step.model_copy(update={"people": tuple(roster.present(step.role))}) if step.role else step
            for step in ladder_of(round_)
        ),
        open_question=round_.questions[-1] if asked else None,
        decided_by=decider(book, round_)[0],
        called_in_by=rule.call_in,
        waivable=book.policy.waivers_at(gate),
        reauthenticate=rule.reauthenticate,
        decisions=tuple(rule.decisions),
        path_to_green=path_to_green(book, state, round_, now, roster) if round_.is_open else (),
        conditions=tuple(known for _, known in sorted(state.conditions.items()) if known.gate == gate),
        waivers_asked=round_.waivers_asked if round_.is_open else (),
        waivers=tuple(known for _, known in sorted(state.waivers.items()) if known.gate == gate),
        earlier=tuple(round_view(old, history) for old in earlier if old.number < round_.number),
        actions=tuple(action for action in actions if _concerns(action, gate)),
    )


def _gate_line(book: Rulebook, state: ProjectState, gate: str, now: datetime) -> GateLine:
    rule, round_ = book.policy.gates[gate], state.rounds.get(gate)
    calendar = calendar_of(book.policy.calendar, now.year)
    deadline = deadline_of(round_, calendar, now) if round_ else None
    return GateLine(
        gate=gate,
        label=rule.called(gate),
        kind=rule.kind,
        leads_from=rule.from_,
        leads_to=rule.to,
        is_open=_is_open(state, gate),
        round=round_.number if round_ else None,
        status=round_.status if round_ else None,
        outcome=round_.outcome if round_ else None,
        due=deadline.due if deadline else None,
        overdue=deadline.overdue if deadline else False,
        missing=len(path_to_green(book, state, round_, now)) if round_ and round_.is_open else 0,
    )


def _found(book: Rulebook, state: ProjectState, round_: Round, history: GateHistory, now: datetime) -> Findings:
    """What is found now; of a round that was decided, what was found then."""
    findings = findings_of(book, state, round_, now)
    decision = history.decisions.get(round_.number)
    if decision is None:
        return findings
    then = decision.findings
    return tuple(
        finding.model_copy(update={"result": Result(then.get(finding.requirement, finding.result)), "remedy": ""})
        for finding in findings
    )


def _imagined(state: ProjectState, gate: str, now: datetime) -> Round:
    """The round that would open now, so that what the gate will ask can be seen beforehand."""
    managers = (state.manager,) if state.manager else ()
    return Round(gate=gate, number=1, opened_at=now, tier=state.tier, managers=managers)


def _is_open(state: ProjectState, gate: str) -> bool:
    round_ = state.rounds.get(gate)
    return round_ is not None and round_.is_open


def _evidence(item: str, asks: EvidenceRule, found: Finding, round_: Round, history: GateHistory) -> EvidenceView:
    return EvidenceView(
        item=item,
        kind=asks.kind,
        label=found.label,
        guidance=asks.guidance,
        template=asks.template,
        text=asks.text,
        fields=asks.fields,
        result=found.result,
        remedy=found.remedy,
        supplied=round_.evidence.get(item),
        versions=history.versions.get(item, ()),
    )


def _approvals(book: Rulebook, state: ProjectState, round_: Round) -> ApprovalsView:
    asked, now = panels(book, round_.gate, context_of(book, state, round_)), standing(book, state, round_)
    return ApprovalsView(
        approved=now.approved,
        called=called_roles(book, state, round_) if round_.is_before_approvers else (),
        veto=tuple(vetoes(asked)),
        advice=tuple(advisers(asked)),
        barred=excluded(book, state, round_),
        rejected_by=now.rejected_by,
        vetoed_by=now.vetoed_by,
    )


def _concerns(action: Possibility, gate: str) -> bool:
    return action.subject == gate or action.subject.startswith(f"{gate}.")
