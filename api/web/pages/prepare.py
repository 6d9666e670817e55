"""The preparation of a gate: supply what it asks for, see what is still missing, submit."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from api.deps import GateName, Key, TheOffice
from api.web.addresses import prepare_path
from api.web.forms import Sent, Turned, carry_out, principal, sent_with, turned, turned_by
from api.web.rendering import formats_for, now_of, render
from api.web.values import typed
from api.web.viewer import Acts, Viewer, Views
from api.web.views import gate as gate_views
from api.web.views import prepare as views
from api.web.views.waivers import waivers_in
from lifecycle.domain import commands as asked
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.evidence import EvidenceKind
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.evidence import Place
from lifecycle.service.gate_views import EvidenceView
from lifecycle.service.office import Office
from lifecycle.service.outcomes import Done, Unknown

router = APIRouter(include_in_schema=False, prefix="/projects/{key}/gates/{gate}")
_CHUNK_BYTES: Final = 256 * 1024


@router.get("/prepare")
async def prepare(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Views(Permission.PROJECT_READ))],
    for_: Annotated[str | None, Query(alias="for", max_length=200)] = None,
    said: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """What the gate asks for, what is there, what submitting would find now; `for` is in whose name one would."""
    return await show(request, office, viewer, key, gate, acting_for=principal(for_ or ""), said=said)


@router.post("/evidence/{item}")
async def supply(
    key: Key,
    gate: GateName,
    item: Annotated[str, Path(max_length=200)],
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.SupplyEvidence.needs))],
) -> Response:
    """Supply a version of an item: a file, a link, the answers of a form, or a signature."""
    sent = await sent_with(request)
    try:
        known = await _asked_for(office, viewer, Place(key, gate, item))
        outcome = await _supplied(office, sent.envelope(viewer), Place(key, gate, item), known, sent)
    except LifecycleError as error:
        outcome = turned_by(error)
    finally:
        await sent.form.close()
    return await _answered(request, office, viewer, key, gate, sent, outcome, "supplied", item=item)


@router.post("/submission")
async def submit(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.SubmitGate.needs))],
) -> Response:
    """Freeze the evidence and call the approvers."""
    sent = await sent_with(request)
    outcome = await carry_out(office, viewer, sent, key, asked.SubmitGate, gate=gate)
    return await _answered(request, office, viewer, key, gate, sent, outcome, "submitted")


@router.post("/rounds")
async def open_round(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.OpenGate.needs))],
) -> Response:
    """Open a gate that is opened on request."""
    sent = await sent_with(request)
    outcome = await carry_out(office, viewer, sent, key, asked.OpenGate, gate=gate, reason=sent.text("reason"))
    return await _answered(request, office, viewer, key, gate, sent, outcome, "opened")


async def _asked_for(office: Office, viewer: Viewer, place: Place) -> EvidenceView:
    view = await office.gates.gate(viewer.id, place.project, place.gate)
    known = next((each for each in view.evidence if each.item == place.item), None)
    if known is None:
        raise LifecycleError("unknown_path", "The gate asks for no such evidence.", "Go back to the gate.")
    return known


async def _supplied(
    office: Office, envelope: Envelope, place: Place, known: EvidenceView, sent: Sent
) -> Turned | Done | Unknown:
    evidence = office.evidence
    url = sent.text("url")
    match known.kind:
        case EvidenceKind.DOCUMENT if not url:
            file = sent.form.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                raise LifecycleError("wrong_value", "No file was chosen.", "Choose a file, or drop one there.")
            name, kind = file.filename[-200:], file.content_type or ""
            return turned(await evidence.upload(envelope, place, name, kind, _pieces(file)))
        case EvidenceKind.DOCUMENT | EvidenceKind.LINK:
            return turned(await evidence.link(envelope, place, url, sent.text("title")[:400]))
        case EvidenceKind.FORM:
            return turned(await evidence.form(envelope, place, _answers(known, sent)))
        case EvidenceKind.ATTESTATION:
            return turned(await evidence.attest(envelope, place, sent.text("text") or None))


def _answers(known: EvidenceView, sent: Sent) -> dict[str, Any]:
    """The answers that were given; one that was left open is left out, and the rules say whether it may be."""
    return {
        name: typed(field.type, field.label or name, text, field.of)
        for name, field in known.fields.items()
        if (text := sent.text(f"answer-{name}"))
    }


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_CHUNK_BYTES):
        yield piece


async def _answered(
    request: Request,
    office: Office,
    viewer: Viewer,
    key: str,
    gate: str,
    sent: Sent,
    outcome: Turned | Done | Unknown,
    said: str,
    item: str = "",
) -> Response:
    acting_for = sent.acting_for
    if isinstance(outcome, Turned):
        more: dict[str, Any] = {"acting_for": acting_for, "turned": outcome, "sent": sent, "item": item}
        return await show(request, office, viewer, key, gate, **more)
    code = said if isinstance(outcome, Done) else "unknown"
    query = urlencode({"said": code, **({"for": acting_for} if acting_for else {})})
    return RedirectResponse(f"{prepare_path(key, gate)}?{query}{f'#item-{item}' if item else ''}", 303)


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
    item: str = "",
) -> Response:
    """The page; with why a form was `turned` away, and what was typed into it (at an `item` if at any)."""
    view = await office.gates.gate(viewer.id, key, gate, acting_for)
    project = await office.reading.project(viewer.id, key)
    say = formats_for(request, viewer)
    rehearsal = Envelope(viewer.id, "rehearsal", acting_for).around(asked.SubmitGate, gate=gate)
    rehearsed = await office.commands.rehearse(key, rehearsal)
    tasks, criteria = views.tasks_of(view), views.criteria_of(view, say)
    return render(
        request,
        viewer,
        "prepare.html",
        status=409 if turned else 200,
        view=view,
        project=project,
        names=await office.people.names(
            gate_views.people_in(view) | {acting_for or viewer.id, project.manager or viewer.id}
        ),
        acting_for=acting_for,
        tasks=tasks,
        criteria=criteria,
        askable={finding.requirement for finding in waivers_in(view, now_of(request)).askable},
        progress=views.progress_of(tasks, criteria),
        causes=views.causes_of(rehearsed, say),
        refusal=None if isinstance(rehearsed, tuple) else rehearsed,
        may={(action.action, action.subject): action for action in view.actions},
        said=said,
        turned=turned,
        item=item,
        typed=dict(sent.typed) if sent else {},
    )
