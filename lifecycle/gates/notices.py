"""Who is told of what: notices follow from events, as names of people and roles that the directory resolves."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from lifecycle.domain import events as project
from lifecycle.domain import gate_events as gates
from lifecycle.domain.events import Event, Recorded
from lifecycle.domain.project import Condition, ProjectState, Round
from lifecycle.domain.values import Names, Value
from lifecycle.domain.waivers import Waiver


class NoticeKind(StrEnum):
    """What somebody is told; each kind has its own wording."""

    GATE_OPENED = "gate_opened"
    EVIDENCE_ASKED = "evidence_asked"
    VOTE_ASKED = "vote_asked"
    QUESTION_ASKED = "question_asked"
    QUESTION_ANSWERED = "question_answered"
    VOTE_VOIDED = "vote_voided"
    DISSENT = "dissent"
    GATE_RETURNED = "gate_returned"
    GATE_WITHDRAWN = "gate_withdrawn"
    GATE_DECIDED = "gate_decided"
    GATE_NUDGED = "gate_nudged"
    LADDER_REMIND = "ladder_remind"
    LADDER_NOTIFY = "ladder_notify"
    LADDER_WIDEN = "ladder_widen"
    LADDER_REASSIGN = "ladder_reassign"
    LADDER_RAISE = "ladder_raise"
    LADDER_HOLD = "ladder_hold"
    LADDER_DECIDE = "ladder_decide"
    CONDITION_SET = "condition_set"
    CONDITION_PROVED = "condition_proved"
    CONDITION_MET = "condition_met"
    CONDITION_SENT_BACK = "condition_sent_back"
    CONDITION_MISSED = "condition_missed"
    WAIVER_ASKED = "waiver_asked"
    WAIVER_GRANTED = "waiver_granted"
    WAIVER_DECLINED = "waiver_declined"
    WAIVER_REVOKED = "waiver_revoked"
    WAIVER_EXPIRED = "waiver_expired"
    BREACH_FOUND = "breach_found"
    PROJECT_HELD = "project_held"
    HOLD_REVIEW_DUE = "hold_review_due"
    PROJECT_RESUMED = "project_resumed"
    PROJECT_KILLED = "project_killed"
    POLICY_OFFERED = "policy_offered"
    POLICY_REVIEW = "policy_review"
    APPROVER_LOST = "approver_lost"


class Notice(Value):
    """One piece of news, for these people and whoever holds these roles, except those in `but`.

    `step` is the step of a ladder; `fields` is what the wording of the kind needs, instants as ISO 8601. News with an
    `occasion` reaches a person once for that occasion, however many events repeat it.
    """

    kind: NoticeKind
    gate: str | None = None
    round: int | None = None
    step: int | None = None
    occasion: str = ""
    people: Names = ()
    roles: Names = ()
    but: Names = ()
    fields: dict[str, str] = Field(default_factory=dict)


def notices_of(before: ProjectState | None, recorded: Recorded, after: ProjectState) -> tuple[Notice, ...]:
    """What has to be told because of one event, given the states around it; most events are told to nobody."""
    earlier = before or after
    event = recorded.event
    return (
        *_of_calls(event, after),
        *_of_rounds(recorded, earlier, after),
        *_of_promises(event, after),
        *_of_waivers(recorded, earlier, after),
        *_of_projects(event, after),
    )


def calls_of(event: Event) -> dict[str, Names]:
    """The roles that an event calls from now on, instead of those called before, to rounds by gate."""
    if isinstance(event, gates.GateSubmitted):
        return {event.gate: event.called}
    called: dict[str, Names] = getattr(event, "called", {})
    return called


def approver_lost(pmo_role: str, round_: Round, roles: Iterable[str], since: datetime | None, occasion: str) -> Notice:
    """News for the PMO that nobody can fill these roles at a round any more, now or from an instant on."""
    news = _gate_news(NoticeKind.APPROVER_LOST, round_, roles=[pmo_role], occasion=occasion)
    named = ", ".join(role.replace("_", " ") for role in roles)
    return news.model_copy(update={"fields": {**news.fields, "roles": named, **_instant("since", since)}})


def _of_calls(event: Event, after: ProjectState) -> Iterator[Notice]:
    for gate, roles in sorted(calls_of(event).items()):
        round_ = after.rounds[gate]
        submitted = round_.submitted_at.isoformat() if round_.submitted_at else ""
        yield _gate_news(NoticeKind.VOTE_ASKED, round_, roles=roles, but=_voters(round_), occasion=submitted)


def _of_rounds(recorded: Recorded, before: ProjectState, after: ProjectState) -> Iterator[Notice]:
    event = recorded.event
    match event:
        case gates.RoundOpened():
            round_ = after.rounds[event.gate]
            yield _gate_news(NoticeKind.GATE_OPENED, round_, [after.manager], reason=event.reason)
            if event.owed_by:
                yield _gate_news(NoticeKind.EVIDENCE_ASKED, round_, roles=event.owed_by, reason=event.reason)
        case gates.InformationRequested():
            round_, question = after.rounds[event.gate], event.question
            people = [*round_.submitters, after.manager]
            yield _gate_news(NoticeKind.QUESTION_ASKED, round_, people, text=question.text, asked_by=question.asked_by)
        case gates.InformationAnswered():
            round_ = after.rounds[event.gate]
            yield _gate_news(NoticeKind.QUESTION_ANSWERED, round_, [round_.questions[-1].asked_by], text=event.answer)
        case gates.VoteCast() if event.dissent_to:
            round_, vote = after.rounds[event.gate], event.vote
            yield _gate_news(
                NoticeKind.DISSENT, round_, roles=event.dissent_to, voter=vote.voter, rationale=vote.rationale
            )
        case gates.VotesVoided():
            round_ = after.rounds[event.gate]
            yield _gate_news(NoticeKind.VOTE_VOIDED, round_, event.voters, because=event.because)
        case gates.RoundReturned():
            round_ = after.rounds[event.gate]
            people = [*round_.submitters, after.manager]
            yield _gate_news(NoticeKind.GATE_RETURNED, round_, people, missing=", ".join(event.missing))
        case gates.SubmissionWithdrawn():
            round_ = before.rounds[event.gate]
            yield _gate_news(NoticeKind.GATE_WITHDRAWN, round_, _voters(round_), reason=event.reason)
        case gates.GateDecided():
            round_ = before.rounds[event.gate]
            people = [*_leaders(after), *_voters(round_), *round_.submitters]
            yield _gate_news(NoticeKind.GATE_DECIDED, round_, people, outcome=event.outcome, rationale=event.rationale)
        case gates.GateNudged() if recorded.actor:
            round_, by = after.rounds[event.gate], recorded.actor
            but = (*_voters(round_), *by.people)
            yield _gate_news(NoticeKind.GATE_NUDGED, round_, roles=event.roles, but=but, asked_by=by.person)
        case gates.LadderStepped():
            round_ = after.rounds[event.gate]
            reminds = event.action is gates.LadderAction.REMIND
            roles = [*event.told, *([event.role] if event.role else [])]
            kind = NoticeKind(f"ladder_{event.action}")
            yield _gate_news(kind, round_, roles=roles, but=_voters(round_) if reminds else (), step=event.step)


def _of_promises(event: Event, after: ProjectState) -> Iterator[Notice]:
    match event:
        case gates.GateDecided():
            for condition in event.conditions:
                yield _condition_news(NoticeKind.CONDITION_SET, condition, [condition.owner])
        case gates.ConditionProved():
            condition = after.conditions[event.condition]
            yield _condition_news(NoticeKind.CONDITION_PROVED, condition, [after.sponsor], proof=event.proof)
        case gates.ConditionAccepted():
            condition = after.conditions[event.condition]
            kind = NoticeKind.CONDITION_MET if event.accepted else NoticeKind.CONDITION_SENT_BACK
            yield _condition_news(kind, condition, [condition.owner, after.manager], rationale=event.rationale)
        case gates.ConditionMissed():
            condition = after.conditions[event.condition]
            yield _condition_news(NoticeKind.CONDITION_MISSED, condition, [condition.owner, *_leaders(after)])


def _of_waivers(recorded: Recorded, before: ProjectState, after: ProjectState) -> Iterator[Notice]:
    event = recorded.event
    match event:
        case gates.WaiverAsked():
            round_, asked = after.rounds[event.gate], event.request
            yield _gate_news(
                NoticeKind.WAIVER_ASKED,
                round_,
                roles=[asked.role],
                but=asked.asked_by,
                requirement=asked.requirement,
                reason=asked.reason,
                asked_by=", ".join(asked.asked_by),
            )
        case gates.WaiverDeclined():
            round_, about = before.rounds[event.gate], event.requirement
            people = _wanting(after, round_, about)
            yield _gate_news(NoticeKind.WAIVER_DECLINED, round_, people, requirement=about, reason=event.reason)
        case gates.WaiverGranted():
            granted, round_ = event.waiver, before.rounds[event.waiver.gate]
            fields = {"control": granted.compensating_control, **_instant("due", granted.expires)}
            people = _wanting(after, round_, granted.requirement)
            yield _waiver_news(NoticeKind.WAIVER_GRANTED, granted, people, **fields)
        case gates.WaiverRevoked():
            revoked = after.waivers[event.waiver]
            round_, about = after.rounds[revoked.gate], revoked.requirement
            people = _some([after.manager, *round_.submitters])
            yield _gate_news(NoticeKind.WAIVER_REVOKED, round_, people, requirement=about, reason=event.reason)
        case gates.WaiverExpired():
            expired = after.waivers[event.waiver]
            yield _waiver_news(NoticeKind.WAIVER_EXPIRED, expired, _some([after.manager]))


def _wanting(state: ProjectState, round_: Round, requirement: str) -> Names:
    """The manager, and whoever asked for a waiver of a requirement."""
    request = round_.request_for(requirement)
    return _some([state.manager, *(request.asked_by if request else ())])


def _of_projects(event: Event, after: ProjectState) -> Iterator[Notice]:
    leaders, manager = _leaders(after), _some([after.manager])
    match event:
        case project.BreachFound():
            fields = {"tolerance": event.tolerance, "sentence": event.sentence}
            yield Notice(kind=NoticeKind.BREACH_FOUND, people=manager, fields=fields)
        case project.ProjectHeld():
            yield Notice(kind=NoticeKind.PROJECT_HELD, people=leaders, fields={"reason": event.reason})
        case project.HoldReviewDue():
            yield Notice(kind=NoticeKind.HOLD_REVIEW_DUE, people=leaders, fields={"reason": after.hold_reason})
        case project.ProjectResumed():
            yield Notice(kind=NoticeKind.PROJECT_RESUMED, people=leaders, fields={"reason": event.reason})
        case project.ProjectKilled():
            yield Notice(kind=NoticeKind.PROJECT_KILLED, people=leaders, fields={"reason": event.reason})
        case project.PolicyOffered():
            fields = {"policy": event.policy.id, "version": str(event.policy.version), "reason": event.reason}
            yield Notice(kind=NoticeKind.POLICY_OFFERED, people=manager, fields=fields)


def _gate_news(
    kind: NoticeKind,
    round_: Round,
    people: Iterable[str | None] = (),
    *,
    roles: Iterable[str] = (),
    but: Iterable[str] = (),
    step: int | None = None,
    occasion: str = "",
    **fields: str,
) -> Notice:
    due = round_.clock.due if round_.clock else None
    return Notice(
        kind=kind,
        gate=round_.gate,
        round=round_.number,
        step=step,
        occasion=occasion,
        people=_some(people),
        roles=tuple(roles),
        but=tuple(but),
        fields={**fields, **_instant("due", due)},
    )


def _condition_news(kind: NoticeKind, condition: Condition, people: Iterable[str | None], **fields: str) -> Notice:
    known = {"condition": condition.id, "text": condition.text}
    return Notice(
        kind=kind,
        gate=condition.gate,
        round=condition.round,
        people=_some(people),
        fields={**known, **fields, **_instant("due", condition.due)},
    )


def _waiver_news(kind: NoticeKind, waiver: Waiver, people: Names, **fields: str) -> Notice:
    known = {"waiver": waiver.id, "requirement": waiver.requirement}
    return Notice(kind=kind, gate=waiver.gate, people=people, fields={**known, **fields})


def _instant(name: str, instant: datetime | None) -> dict[str, str]:
    return {name: instant.isoformat()} if instant else {}


def _some(people: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({person for person in people if person}))


def _leaders(state: ProjectState) -> tuple[str, ...]:
    return _some([state.manager, state.sponsor])


def _voters(round_: Round) -> tuple[str, ...]:
    return _some(person for vote in round_.standing_votes for person in vote.people)
