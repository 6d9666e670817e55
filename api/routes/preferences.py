"""How the caller wants to be told."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.auth import Caller, Reads, Writes
from api.deps import TheOffice, as_json
from api.schemas.preferences import PreferencesChange
from lifecycle.domain.people import Permission
from lifecycle.domain.preferences import Preferences
from lifecycle.service.envelopes import Envelope

router = APIRouter(tags=["notices"])


@router.get("/preferences", response_model=Preferences)
async def preferences(caller: Annotated[Caller, Depends(Reads(Permission.SELF_SERVE))], office: TheOffice) -> Response:
    """The caller's language, time zone and wishes about notices; the office's where they chose nothing."""
    return as_json(await office.preferences.of(caller.id))


@router.patch("/preferences", response_model=Preferences)
async def prefer(
    body: PreferencesChange, envelope: Annotated[Envelope, Depends(Writes(Permission.SELF_SERVE))], office: TheOffice
) -> Response:
    """Choose; what is sent as null is left to the office again, what is not sent stays."""
    return as_json(await office.preferences.change(envelope, body.model_dump(mode="json", exclude_unset=True)))
