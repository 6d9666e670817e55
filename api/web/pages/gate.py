"""A gate: look, vote, decide, ask; whatever is sent is answered with a page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import GateName, Key, TheOffice
from api.web.addresses import gate_path
from api.web.forms import Sent, Turned, carry_out, principal, sent_with, turned_by
from api.web.looks import Look, keep_look, look_at
from api.web.pages.proof import proof_page
from api.web.rendering import formats_for, now_of, render
from api.web.resume import unsent_of
from api.web.viewer import Acts, Viewer, Views
from api.web.views import gate as views
from api.web.views.ballot import ballot_of, is_open, is_theirs
from api.web.views.told import items_supplied, people_in, told
from api.web.views.waivers import waivers_in
from api.web.views.way import leads_on, way_of
from lifecycle.domain import commands as asked
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.domain.project import Outcome, VoteVerdict
from lifecycle.domain.verdicts import Refusal
from lifecycle.service.envelopes import Envelope
from lifecycle.service.gate_views import GateView
from lifecycle.service.office import Office
from lifecycle.service.outcomes import Done
from lifecycle.service.trail import WantedRecords

router = APIRouter(include_in_schema=False, prefix="/projects/{key}/gates/{gate}")
Reader = Annotated[Viewer, Depends(Views(Permission.PROJECT_READ))]
_RECENT = 100
Content = dict[str, Any]
PROVED = (
    asked.CastVote,
    asked.DecideGate,
    asked.CallInGate,
    asked.GrantWaiver,
    asked.DeclineWaiver,
    asked.RevokeWaiver,
)
"""What a gate may ask people to prove first who they are for."""


@router.get("")
async def look(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Reader,
    for_: Annotated[str | None, Query(alias="for", max_length=200)] = None,
    said: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The gate as it stands, and what the reader can do about it; `for` is in whose name they would."""
    return await show(request, office, viewer, key, gate, acting_for=principal(for_ or ""), said=said)


@router.post("/votes")
async def vote(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.CastVote.needs))],
) -> Response:
    """Approve, reject, abstain or recuse, with a reason."""
    sent = await sent_with(request)

    def content() -> Content:
        return {"verdict": sent.text("verdict"), **_said_with(sent, viewer)}

    return await answered(request, office, viewer, (key, gate), sent, asked.CastVote, content, said="voted")


@router.post("/decision")
async def decide(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.DecideGate.needs))],
) -> Response:
    """Record the decision, with a reason, and with conditions if there are any."""
    sent = await sent_with(request)

    def content() -> Content:
        return {"outcome": sent.text("outcome"), **_said_with(sent, viewer)}

    return await answered(request, office, viewer, (key, gate), sent, asked.DecideGate, content, said="decided")


@router.post("/questions")
async def ask(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.AskForInformation.needs))],
) -> Response:
    """Ask the submitter for information."""
    sent = await sent_with(request)

    def content() -> Content:
        return {"round": sent.whole("round"), "question": sent.text("question")}

    return await answered(request, office, viewer, (key, gate), sent, asked.AskForInformation, content, said="asked")


@router.post("/answers")
async def answer(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.AnswerInformation.needs))],
) -> Response:
    """Answer the open question."""
    sent = await sent_with(request)

    def content() -> Content:
        return {"answer": sent.text("answer")}

    return await answered(request, office, viewer, (key, gate), sent, asked.AnswerInformation, content, said="answered")


@router.post("/withdrawal")
async def withdraw(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.WithdrawSubmission.needs))],
) -> Response:
    """Take the submission back."""
    sent = await sent_with(request)

    def content() -> Content:
        return {"reason": sent.text("reason")}

    return await answered(
        request, office, viewer, (key, gate), sent, asked.WithdrawSubmission, content, said="withdrawn"
    )


def _said_with(sent: Sent, viewer: Viewer) -> Content:
    seen = {"round": sent.whole("round"), "evidence_digest": sent.text("evidence_digest")}
    return {**seen, "rationale": sent.text("rationale"), "conditions": sent.promises(viewer.zone)}


async def answered(
    request: Request,
    office: Office,
    viewer: Viewer,
    where: tuple[str, str],
    sent: Sent,
    kind: type[asked.PersonCommand],
    content: Callable[[], Content],
    *,
    said: str,
) -> Response:
    """Have a command carried out, then lead back to the gate; if it is turned away, show all that was typed again.

    `content` reads the form; a LifecycleError of it is one of what was typed.
    """
    key, gate = where
    if kind in PROVED and viewer.there.proved_at is None and await office.gates.asks_for_proof(viewer.id, key, gate):
        unsent = await unsent_of(request)
        if unsent:
            return proof_page(request, viewer, unsent)
    try:
        outcome = await carry_out(office, viewer, sent, key, kind, gate=gate, **content())
    except LifecycleError as error:
        outcome = turned_by(error)
    if isinstance(outcome, Turned):
        return await show(request, office, viewer, key, gate, acting_for=sent.acting_for, turned=outcome, sent=sent)
    code = said if isinstance(outcome, Done) else "unknown"
    return RedirectResponse(f"{gate_path(key, gate)}?{urlencode({'said': code, **_for(sent)})}", 303)


def _for(sent: Sent) -> dict[str, str]:
    return {"for": sent.acting_for} if sent.acting_for else {}


async def show(
    request: Request,
    office: Office,
    viewer: Viewer,
    key: str,
    gate: str,
    *,
    acting_for: str | None = None,
    said: str = "",
    turned: Turned | None = None,
    sent: Sent | None = None,
) -> Response:
    """The page; with why a form was `turned` away, what was typed into it, and what changed meanwhile."""
    view = await office.gates.gate(viewer.id, key, gate, acting_for, now_of(request))
    project = await office.reading.project(viewer.id, key)
    records = (await office.trail.of_project(viewer.id, key, WantedRecords(gate=gate), limit=_RECENT)).lines
    say, now = formats_for(request, viewer), now_of(request)
    names = await office.people.names(views.people_in(view) | people_in(records) | {viewer.id, acting_for or viewer.id})
    seen = look_at(request, view.version, now)
    news = told(records, names, say)
    votes, decisions = await _ballots(office, viewer, view, acting_for, now)
    foretold = [() if isinstance(found, Refusal) else found for _, found in votes]
    left = await office.gates.aftermaths(viewer.id, key, gate, foretold) if any(foretold) else ()
    ballot, chair = ballot_of(votes, say, left), ballot_of(decisions, say)
    shown = sent.whole("version") if sent else None
    shelved = await office.shelf.by_digest(project.policy.digest)
    way = await office.gates.way(viewer.id, key, gate) if leads_on(view, project) else None
    page = render(
        request,
        viewer,
        "gate.html",
        status=409 if turned else 200,
        view=view,
        project=project,
        names=names,
        findings=views.findings_of(view, say),
        evidence=views.evidence_of(view, items_supplied(records, seen.before), say),
        ladder=views.ladder_of(view, names, say),
        way=way_of(way, shelved.book.policy, project, viewer.id, say) if way and shelved else None,
        news=_since(news, seen, {record.seq for record in records if viewer.id in (record.person, record.acting_for)}),
        meanwhile=[each for each in news if turned and shown is not None and each.seq > shown],
        ballot=ballot if is_theirs(ballot) else (),
        ballot_open=is_open(ballot),
        chair=chair if is_theirs(chair) else (),
        chair_open=is_open(chair),
        may={(action.action, action.subject): action for action in view.actions},
        before_approvers=views.is_before_approvers(view),
        acting_for=acting_for,
        people=views.owners(project, names),
        waivers=waivers_in(view, now),
        today=now.astimezone(viewer.zone).date().isoformat(),
        said=said,
        turned=turned,
        typed=dict(sent.typed) if sent else {},
        promised=sent.promised if sent else [],
    )
    keep_look(page, gate_path(key, gate), seen)
    return page


def _since(news: tuple[Any, ...], seen: Look, own: set[int | None]) -> list[Any]:
    """What happened since a look, besides what the reader did themselves and what that brought about."""
    return [each for each in news if each.seq > seen.before and each.seq not in own]


async def _ballots(
    office: Office, viewer: Viewer, view: GateView, acting_for: str | None, now: datetime
) -> tuple[Any, Any]:
    """Every vote and every decision that could be given now, each with what it would make happen."""
    if not views.is_before_approvers(view) or view.round is None:
        return (), ()
    envelope = Envelope(viewer.id, "rehearsal", acting_for, None, now)
    seen = {"gate": view.gate, "round": view.round.number, "evidence_digest": view.round.evidence_digest or ""}
    told_why = {**seen, "rationale": "rehearsal"}
    votes = [envelope.around(asked.CastVote, **told_why, verdict=verdict) for verdict in VoteVerdict]
    promise = {"text": "rehearsal", "owner": viewer.id, "due": now + timedelta(days=1)}
    decisions = [
        envelope.around(
            asked.DecideGate,
            **told_why,
            outcome=outcome,
            conditions=[promise] if outcome is Outcome.CONDITIONAL_GO else [],
        )
        for outcome in (view.decisions if view.decided_by else ())
    ]
    return (
        [(command, await office.commands.rehearse(view.project, command)) for command in votes],
        [(command, await office.commands.rehearse(view.project, command)) for command in decisions],
    )
