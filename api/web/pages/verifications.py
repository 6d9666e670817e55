"""Verifying the audit trail: begun from the trail's page, followed on a page of its own."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from api.deps import Id, TheOffice
from api.web.addresses import verification_path
from api.web.forms import sent_with
from api.web.rendering import render
from api.web.viewer import Acts, Viewer, Views
from lifecycle.domain.people import Permission

router = APIRouter(include_in_schema=False, prefix="/audit")
Reader = Annotated[Viewer, Depends(Views(Permission.AUDIT_READ))]


@router.post("/verifications")
async def verify(
    request: Request, office: TheOffice, viewer: Annotated[Viewer, Depends(Acts(Permission.AUDIT_READ))]
) -> Response:
    """Begin to verify, also with where the trail stood earlier if that is given."""
    sent = await sent_with(request)
    try:
        file = sent.form.get("noted")
        noted = _read(await file.read()) if isinstance(file, UploadFile) and file.filename else None
        begun = await office.verifications.begin(sent.envelope(viewer), noted)
    finally:
        await sent.form.close()
    return RedirectResponse(verification_path(begun.id), 303)


@router.get("/verifications/{id}")
async def verification(request: Request, office: TheOffice, viewer: Reader, id: Id) -> Response:
    """How far it has come; while it runs the page keeps itself fresh."""
    found = await office.verifications.get(viewer.id, id)
    names = await office.people.names({found.person})
    return render(request, viewer, "verification.html", found=found, names=names)


@router.get("/checkpoint")
async def checkpoint(office: TheOffice, viewer: Reader) -> Response:
    """Where every chain stands, as a file to be kept elsewhere."""
    kept = {"Content-Disposition": "attachment; filename=audit-checkpoint.json"}
    return Response(json.dumps(await office.verifications.heads(viewer.id)), 200, kept, "application/json")


def _read(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return ""
