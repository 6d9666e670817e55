"""What a draft of a policy would do: how far a trial has come, and what it came to, by name."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import Id, TheOffice
from api.web.addresses import trial_path
from api.web.forms import sent_with
from api.web.rendering import formats_for, render
from api.web.viewer import Acts, Viewer, Views
from api.web.views.what_ifs import findings_of, parts_of, people_in
from lifecycle.domain.people import Permission

router = APIRouter(include_in_schema=False, prefix="/what-ifs")


@router.get("/{id}")
async def trial(
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Views(Permission.PORTFOLIO_READ))],
    id: Id,
    of: Annotated[int, Query(ge=0, le=10_000)] = 0,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """How far a trial has come; while it runs the page keeps itself fresh. `of` is one finding by number, in pages."""
    found = await office.what_ifs.get(viewer.id, id)
    names = await office.people.names(people_in(found))
    findings = findings_of(found, names, formats_for(request, viewer))
    parts = parts_of(findings, of, page)
    return render(request, viewer, "what_if.html", trial=found, parts=parts, alone=of, page=page)


@router.post("/{id}/end")
async def end(
    request: Request, office: TheOffice, viewer: Annotated[Viewer, Depends(Acts(Permission.PORTFOLIO_READ))], id: Id
) -> Response:
    """End a trial early."""
    await office.what_ifs.stop((await sent_with(request)).envelope(viewer), id)
    return RedirectResponse(trial_path(id), 303)
