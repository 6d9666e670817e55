"""Looking after the product: how it is doing, what did not get through, and a trial of the mail server."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from api.deps import TheOffice
from api.web.rendering import formats_for, render
from api.web.viewer import Acts, Viewer, Views
from api.web.views.administration import pointers_of
from lifecycle.domain.people import Permission
from lifecycle.service.office import Office
from lifecycle.service.trials import Trial

router = APIRouter(include_in_schema=False, prefix="/administration")
Reader = Annotated[Viewer, Depends(Views(Permission.NOTICES_MANAGE))]
Sender = Annotated[Viewer, Depends(Acts(Permission.NOTICES_MANAGE))]
MOST: Final = 20


@router.get("")
async def administration(request: Request, office: TheOffice, viewer: Reader) -> Response:
    """How the product is doing."""
    return await _page(request, office, viewer)


@router.post("/mail-trial")
async def try_mail(request: Request, office: TheOffice, viewer: Sender) -> Response:
    """Send one mail to whoever asks, and say what the mail server answered; nothing is kept of it."""
    return await _page(request, office, viewer, await office.trials.mail(viewer.there.person))


async def _page(request: Request, office: Office, viewer: Viewer, trial: Trial | None = None) -> Response:
    records, engine = await office.reachable()
    found = await office.operations.figures()
    failed = await office.notices.deliveries(None, only_failed=True, after=None, limit=MOST)
    return render(
        request,
        viewer,
        "administration.html",
        pointers=pointers_of(found, records, engine, office.now(), formats_for(request, viewer)),
        failed=failed.lines,
        names=await office.people.names({each.recipient for each in failed.lines}),
        trial=trial,
    )
