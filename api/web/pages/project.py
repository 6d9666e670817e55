"""A project: where it stands, what it needs to go on, its facts, promises, decisions and history."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import Id, Key, TheOffice, as_file
from api.web.addresses import project_path
from api.web.forms import Turned, carry_out, sent_with
from api.web.rendering import formats_for, now_of, render
from api.web.viewer import Acts, Viewer, Views
from api.web.views import project as views
from api.web.views.facts import facts_of
from api.web.views.path import drawing_of
from api.web.views.told import told
from api.web.views.way import gate_ahead, way_of
from lifecycle.domain import commands as asked
from lifecycle.domain.gate_events import DECIDED
from lifecycle.domain.people import Permission
from lifecycle.service.office import Office
from lifecycle.service.outcomes import Done, Unknown
from lifecycle.service.trail import WantedRecords

router = APIRouter(include_in_schema=False, prefix="/projects/{key}")
Reader = Annotated[Viewer, Depends(Views(Permission.PROJECT_READ))]
NEVER: Final = datetime.max.replace(tzinfo=UTC)
_RECENT: Final = 200


@router.get("")
async def look(
    key: Key, request: Request, office: TheOffice, viewer: Reader, said: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """The project as it stands."""
    return await show(request, office, viewer, key, said=said)


@router.get("/evidence/{digest}")
async def download(key: Key, digest: Id, office: TheOffice, viewer: Reader) -> Response:
    """A file that was supplied to the project, to be saved."""
    return as_file(await office.evidence.download(viewer.id, key, digest), digest)


@router.get("/evidence/{digest}/preview")
async def preview(key: Key, digest: Id, request: Request, office: TheOffice, viewer: Reader) -> Response:
    """What a file begins with, as text; nothing of it is handed to the browser as a page."""
    found = await office.evidence.excerpt(viewer.id, key, digest)
    project = await office.reading.project(viewer.id, key)
    return render(request, viewer, "preview.html", found=found, project=project, digest=digest)


@router.post("/conditions/{id}/proof")
async def prove(
    key: Key,
    id: Id,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.ProveCondition.needs))],
) -> Response:
    """Say, with proof, that a condition is fulfilled."""
    sent = await sent_with(request)
    outcome = await carry_out(office, viewer, sent, key, asked.ProveCondition, condition=id, proof=sent.text("proof"))
    return await _answered(request, office, viewer, key, outcome, dict(sent.typed), "proved")


@router.post("/conditions/{id}/acceptance")
async def accept(
    key: Key,
    id: Id,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.AcceptCondition.needs))],
) -> Response:
    """Accept a proof, or send it back."""
    sent = await sent_with(request)
    content = {"accepted": sent.text("accepted") == "yes", "rationale": sent.text("rationale")}
    outcome = await carry_out(office, viewer, sent, key, asked.AcceptCondition, condition=id, **content)
    return await _answered(request, office, viewer, key, outcome, dict(sent.typed), "accepted")


async def _answered(
    request: Request,
    office: Office,
    viewer: Viewer,
    key: str,
    outcome: Turned | Done | Unknown,
    typed: dict[str, str],
    said: str,
) -> Response:
    if isinstance(outcome, Turned):
        return await show(request, office, viewer, key, turned=outcome, typed=typed)
    return RedirectResponse(f"{project_path(key)}?said={said if isinstance(outcome, Done) else 'unknown'}", 303)


async def show(
    request: Request,
    office: Office,
    viewer: Viewer,
    key: str,
    *,
    said: str = "",
    turned: Turned | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """The page; with why a form was `turned` away, and what was `typed` into it."""
    state = await office.reading.project(viewer.id, key)
    lines = await office.gates.gates(viewer.id, key)
    actions = (await office.gates.actions(viewer.id, key, proved_at=now_of(request))).items
    open_lines = sorted((line for line in lines if line.is_open), key=lambda line: line.due or NEVER)
    open_gates = [await office.gates.gate(viewer.id, key, line.gate) for line in open_lines]
    records = (await office.trail.of_project(viewer.id, key, WantedRecords(), limit=_RECENT)).lines
    shelved = await office.shelf.by_digest(state.policy.digest)
    policy = shelved.book.policy if shelved else None
    say = formats_for(request, viewer)
    ahead = gate_ahead(state, open_lines)
    way = await office.gates.way(viewer.id, key, ahead) if ahead else None
    names = await office.people.names(views.people_in(state, open_gates, records))
    history = told(records, names, say)
    return render(
        request,
        viewer,
        "project.html",
        status=409 if turned else 200,
        project=state,
        names=names,
        path=drawing_of(state, policy.stages if policy else (state.stage,), lines, records, say),
        open_gates=sorted(open_gates, key=lambda view: view.gate != ahead),
        way=way_of(way, policy, state, viewer.id, say) if way and policy else None,
        lines=lines,
        facts=facts_of(policy, state, say) if policy else (),
        conditions=views.conditions_of(state, actions),
        waivers=[waiver for _, waiver in sorted(state.waivers.items())],
        waivable={act.subject for act in actions if act.action == "grant_waiver" and act.allowed},
        decisions=[
            each for each, record in zip(history, views.events_among(records), strict=True) if record.type in DECIDED
        ],
        documents=views.documents_of(records, key),
        history=history,
        may={action.action: action for action in actions if not action.subject},
        said=said,
        turned=turned,
        typed=typed or {},
    )
