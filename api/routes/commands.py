"""What became of a request whose outcome was not known when it was answered."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.auth import Caller, Reads
from api.deps import Id, TheOffice, as_json
from api.errors import problem_of
from api.routes.lists import Limit
from api.schemas.commands import CommandStatus, HappenedView
from api.schemas.people import Listed
from lifecycle.domain.people import Permission
from lifecycle.service.operations import Unsettled

router = APIRouter(tags=["commands"])


@router.get("/unsettled", response_model=Listed[Unsettled])
async def unsettled(
    _: Annotated[Caller, Depends(Reads(Permission.NOTICES_MANAGE))], office: TheOffice, limit: Limit = 100
) -> Response:
    """Everybody's requests whose outcome is not known yet, the oldest first; each is tried again for an hour."""
    return as_json(Listed[Unsettled](items=await office.operations.unsettled(limit)))


@router.get("/commands/{id}", response_model=CommandStatus)
async def status(
    id: Id, caller: Annotated[Caller, Depends(Reads(Permission.SELF_SERVE))], office: TheOffice
) -> Response:
    """What is known of a request that the caller has sent: its status address."""
    entry = await office.reading.command(caller.id, id)
    told: dict[str, Any] = entry.answer or {}
    view = CommandStatus(
        command=entry.attempt.id,
        type=entry.attempt.type,
        project=entry.attempt.project,
        status=entry.status.value,
        sent_at=entry.attempt.at,
        settled_at=entry.settled_at,
        version=told.get("version"),
        events=tuple(HappenedView.model_validate(event) for event in told.get("events", ())),
        problem=problem_of(entry.refusal, entry.attempt.id) if entry.refusal else None,
    )
    return as_json(view)
