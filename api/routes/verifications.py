"""Verifying the audit trail, and noting where it stands; for whoever may audit everything."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.auth import Caller, Reads, Writes
from api.deps import API, Id, TheOffice, as_json
from api.schemas.audit import Checkpoint, VerificationOrder
from api.schemas.people import Listed
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.verifying import VerificationView

router = APIRouter(tags=["audit"])
Auditor = Annotated[Caller, Depends(Reads(Permission.AUDIT_READ))]
Verifying = Annotated[Envelope, Depends(Writes(Permission.AUDIT_READ))]


@router.post("/verifications", status_code=201, response_model=VerificationView)
async def begin(body: VerificationOrder, envelope: Verifying, office: TheOffice) -> Response:
    """Verify every chain of the trail; its address tells how far that has come. One that runs already is as good."""
    view = await office.verifications.begin(envelope, body.noted)
    return as_json(view, 201, Location=f"{API}/verifications/{view.id}")


@router.get("/verifications", response_model=Listed[VerificationView])
async def latest(caller: Auditor, office: TheOffice) -> Response:
    """The last verifications, the newest first; none for who audits a part alone."""
    return as_json(Listed[VerificationView](items=await office.verifications.latest(caller.id) or ()))


@router.get("/verifications/{id}", response_model=VerificationView)
async def read(id: Id, caller: Auditor, office: TheOffice) -> Response:
    """How far a verification has come, and what does not fit."""
    return as_json(await office.verifications.get(caller.id, id))


@router.get("/checkpoint", response_model=Checkpoint)
async def checkpoint(caller: Auditor, office: TheOffice) -> Response:
    """Where every chain stands now: kept elsewhere, no later cut or rewrite of what stands now goes unseen."""
    return as_json(Checkpoint.model_validate(await office.verifications.heads(caller.id)))
