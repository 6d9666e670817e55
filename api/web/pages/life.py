"""What a whole project can be asked: to amend its facts, to hold, to go on, to stop; confirmed on a page of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import Key, TheOffice
from api.web.addresses import project_path
from api.web.forms import Sent, Turned, carry_out, sent_with, turned_by
from api.web.rendering import formats_for, now_of, render
from api.web.values import typed
from api.web.viewer import Acts, Viewer, Views
from api.web.views.facts import fields_of
from api.web.views.told import effects
from lifecycle.domain import commands as asked
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.domain.verdicts import Refusal
from lifecycle.gates.policy import Policy
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office
from lifecycle.service.outcomes import Done

router = APIRouter(include_in_schema=False, prefix="/projects/{key}")
Reader = Annotated[Viewer, Depends(Views(Permission.PROJECT_READ))]


@dataclass(frozen=True, slots=True)
class Deed:
    """A deed that is confirmed on a page: the command, and what the address says when it is done."""

    name: str
    kind: type[asked.HoldProject] | type[asked.ResumeProject] | type[asked.KillProject]
    said: str


_HOLD: Final = Deed("hold", asked.HoldProject, "held")
_RESUME: Final = Deed("resume", asked.ResumeProject, "resumed")
_KILL: Final = Deed("kill", asked.KillProject, "killed")


@router.get("/hold")
async def hold_page(key: Key, request: Request, office: TheOffice, viewer: Reader) -> Response:
    """What a hold would cause, and the form that asks for it."""
    return await _confirm(request, office, viewer, key, _HOLD)


@router.get("/resume")
async def resume_page(key: Key, request: Request, office: TheOffice, viewer: Reader) -> Response:
    """What going on would cause, and the form that asks for it."""
    return await _confirm(request, office, viewer, key, _RESUME)


@router.get("/kill")
async def kill_page(key: Key, request: Request, office: TheOffice, viewer: Reader) -> Response:
    """What stopping the project would cause, and the form that asks for it."""
    return await _confirm(request, office, viewer, key, _KILL)


@router.post("/hold")
async def hold(
    key: Key,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.HoldProject.needs))],
) -> Response:
    """Stop every clock until the project is resumed."""
    return await _do(request, office, viewer, key, _HOLD)


@router.post("/resume")
async def resume(
    key: Key,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.ResumeProject.needs))],
) -> Response:
    """Go on from where the project was held."""
    return await _do(request, office, viewer, key, _RESUME)


@router.post("/kill")
async def kill(
    key: Key,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.KillProject.needs))],
) -> Response:
    """Stop the project for good."""
    return await _do(request, office, viewer, key, _KILL)


@router.get("/facts")
async def facts_page(key: Key, request: Request, office: TheOffice, viewer: Reader) -> Response:
    """The facts as fields to be typed over."""
    return await _facts(request, office, viewer, key)


@router.post("/facts")
async def amend(
    key: Key,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.AmendFacts.needs))],
) -> Response:
    """Record the facts that were changed; a field that was emptied becomes unknown."""
    sent = await sent_with(request)
    policy = await _policy(office, viewer, key)
    try:
        facts = _changed(policy, (await office.reading.project(viewer.id, key)).facts, sent)
    except LifecycleError as error:
        return await _facts(request, office, viewer, key, turned_by(error), dict(sent.typed))
    outcome = await carry_out(office, viewer, sent, key, asked.AmendFacts, facts=facts, reason=sent.text("reason"))
    if isinstance(outcome, Turned):
        return await _facts(request, office, viewer, key, outcome, dict(sent.typed))
    return _back(key, "amended" if isinstance(outcome, Done) else "unknown")


async def _do(request: Request, office: Office, viewer: Viewer, key: str, deed: Deed) -> Response:
    sent = await sent_with(request)
    try:
        content = _content(deed, sent, viewer)
    except LifecycleError as error:
        return await _confirm(request, office, viewer, key, deed, turned_by(error), dict(sent.typed))
    outcome = await carry_out(office, viewer, sent, key, deed.kind, **content)
    if isinstance(outcome, Turned):
        return await _confirm(request, office, viewer, key, deed, outcome, dict(sent.typed))
    return _back(key, deed.said if isinstance(outcome, Done) else "unknown")


def _content(deed: Deed, sent: Sent, viewer: Viewer) -> dict[str, Any]:
    content: dict[str, Any] = {"reason": sent.text("reason")}
    if deed is _HOLD and (day := sent.day("review_at", viewer.zone)):
        content["review_at"] = day
    return content


async def _confirm(
    request: Request,
    office: Office,
    viewer: Viewer,
    key: str,
    deed: Deed,
    turned: Turned | None = None,
    filled: Mapping[str, str] | None = None,
) -> Response:
    state = await office.reading.project(viewer.id, key)
    found = await office.commands.rehearse(key, Envelope(viewer.id, "rehearsal").around(deed.kind, reason="rehearsal"))
    return render(
        request,
        viewer,
        "confirm.html",
        status=409 if turned else 200,
        project=state,
        deed=deed.name,
        refusal=found if isinstance(found, Refusal) else None,
        causes=() if isinstance(found, Refusal) else effects(found, formats_for(request, viewer)),
        running=[round_ for round_ in state.open_rounds if round_.is_before_approvers],
        turned=turned,
        typed=filled or {},
        today=now_of(request).astimezone(viewer.zone).date().isoformat(),
    )


async def _facts(
    request: Request,
    office: Office,
    viewer: Viewer,
    key: str,
    turned: Turned | None = None,
    filled: Mapping[str, str] | None = None,
) -> Response:
    state = await office.reading.project(viewer.id, key)
    policy = await _policy(office, viewer, key)
    actions = (await office.gates.actions(viewer.id, key)).items
    return render(
        request,
        viewer,
        "facts.html",
        status=409 if turned else 200,
        project=state,
        fields=fields_of(policy, state, filled or {}),
        amending=next((action for action in actions if action.action == "amend_facts"), None),
        turned=turned,
        typed=filled or {},
    )


def _changed(policy: Policy, before: Mapping[str, Any], sent: Sent) -> dict[str, Any]:
    """The facts whose fields differ from what is recorded."""
    given = {
        name: typed(fact.type, fact.label or name, text, fact.of) if (text := sent.text(f"fact-{name}")) else None
        for name, fact in policy.facts.items()
        if f"fact-{name}" in sent.form
    }
    return {name: value for name, value in given.items() if value != before.get(name)}


async def _policy(office: Office, viewer: Viewer, key: str) -> Policy:
    state = await office.reading.project(viewer.id, key)
    shelved = await office.shelf.by_digest(state.policy.digest)
    if shelved is None:
        raise LifecycleError("unknown_edition", "The project's policy is not at hand.", "Tell the operators.")
    return shelved.book.policy


def _back(key: str, said: str) -> Response:
    return RedirectResponse(f"{project_path(key)}?said={said}", 303)
