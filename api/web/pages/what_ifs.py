"""What a draft of a policy would do: how far a trial has come, and what it came to, by name."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import Id, TheOffice
from api.web.addresses import trial_path
from api.web.forms import sent_with
from api.web.rendering import formats_for, render
from api.web.viewer import Acts, Viewer, Views
from api.web.views.what_ifs import findings_of, people_in
from lifecycle.domain.people import Permission

router = APIRouter(include_in_schema=False, prefix="/what-ifs")


@router.get("/{id}")
async def trial(
    request: Request, office: TheOffice, viewer: Annotated[Viewer, Depends(Views(Permission.PORTFOLIO_READ))], id: Id
) -> Response:
    """How far a trial has come; while it runs the page keeps itself fresh."""
    found = await office.what_ifs.get(viewer.id, id)
    names = await office.people.names(people_in(found))
    findings = findings_of(found, names, formats_for(request, viewer))
    return render(request, viewer, "what_if.html", trial=found, findings=findings)


@router.post("/{id}/end")
async def end(
    request: Request, office: TheOffice, viewer: Annotated[Viewer, Depends(Acts(Permission.PORTFOLIO_READ))], id: Id
) -> Response:
    """End a trial early."""
    await office.what_ifs.stop((await sent_with(request)).envelope(viewer), id)
    return RedirectResponse(trial_path(id), 303)
