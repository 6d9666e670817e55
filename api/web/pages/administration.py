"""Looking after the product: how it is doing, what did not get through, who could come in, a trial of the mail."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import TheOffice
from api.web.fields import Key, Line, done
from api.web.rendering import formats_for, render
from api.web.viewer import Acts, Viewer, Views
from api.web.views.administration import pointers_of
from lifecycle.domain.people import Permission
from lifecycle.service.access import MOST
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office
from lifecycle.service.trials import Trial

router = APIRouter(include_in_schema=False, prefix="/administration")
Reader = Annotated[Viewer, Depends(Views(Permission.NOTICES_MANAGE))]
Sender = Annotated[Viewer, Depends(Acts(Permission.NOTICES_MANAGE))]
Manager = Annotated[Viewer, Depends(Acts(Permission.PEOPLE_MANAGE))]
ACCESS: Final = "/administration/access"
FAILED: Final = 20
"""So many messages that did not get through are shown, the latest."""


@router.get("")
async def administration(request: Request, office: TheOffice, viewer: Reader) -> Response:
    """How the product is doing."""
    return await _page(request, office, viewer)


@router.post("/mail-trial")
async def try_mail(request: Request, office: TheOffice, viewer: Sender) -> Response:
    """Send one mail to whoever asks, and say what the mail server answered; nothing is kept of it."""
    return await _page(request, office, viewer, await office.trials.mail(viewer.there.person))


@router.get("/access")
async def access(
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Views(Permission.PEOPLE_MANAGE))],
    person: Annotated[str, Query(max_length=100)] = "",
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Who is signed in where, and which tokens are good: everybody's, or one person's."""
    found = await office.access.ways_in(person.strip() or None)
    people = {browser.person for browser in found.sign_ins} | {token.person for token in found.tokens}
    names = await office.people.names(people)
    return render(request, viewer, "access.html", found=found, names=names, person=person.strip(), said=said, most=MOST)


@router.post("/access/sign-outs")
async def sign_out(office: TheOffice, viewer: Manager, key: Key, person: Line, only: Line = "") -> Response:
    """Sign one browser of somebody out, or all."""
    await office.access.sign_out(Envelope(viewer.id, key), person, only or None)
    return done(ACCESS, said="signed_out")


@router.post("/access/tokens/end")
async def end_token(office: TheOffice, viewer: Manager, key: Key, entry: Line) -> Response:
    """Make a token worthless at once."""
    await office.tokens.revoke(Envelope(viewer.id, key), entry)
    return done(ACCESS, said="token_ended")


async def _page(request: Request, office: Office, viewer: Viewer, trial: Trial | None = None) -> Response:
    (records, engine), workers = await asyncio.gather(office.reachable(), office.workers())
    found = await office.operations.figures()
    unsettled = await office.operations.unsettled()
    failed = await office.notices.deliveries(None, only_failed=True, after=None, limit=FAILED)
    people = {each.recipient for each in failed.lines} | {each.person for each in unsettled}
    return render(
        request,
        viewer,
        "administration.html",
        pointers=pointers_of(found, records, engine, workers, office.now(), formats_for(request, viewer)),
        unsettled=unsettled,
        failed=failed.lines,
        names=await office.people.names(people),
        trial=trial,
    )
