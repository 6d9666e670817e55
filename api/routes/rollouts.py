"""Roll-outs: an edition is brought to running projects, slice by slice, and back if need be."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic.json_schema import SkipJsonSchema

from api.auth import Caller, Reads, Writes
from api.cursors import cursor_of, read_cursor
from api.deps import API, Id, TheOffice, as_json
from api.routes.lists import CursorText, Limit
from api.schemas.people import Listed
from api.schemas.rollouts import MoveBody, RolloutList, RolloutOrder, RolloutProject, RolloutView
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.rollouts import Bound, Order

router = APIRouter(tags=["policies"], prefix="/rollouts")
Reader = Annotated[Caller, Depends(Reads(Permission.PORTFOLIO_READ))]
Publisher = Annotated[Envelope, Depends(Writes(Permission.POLICY_PUBLISH))]


@router.get("", response_model=RolloutList)
async def latest(caller: Reader, office: TheOffice) -> Response:
    """The roll-outs, the newest first."""
    return as_json(RolloutList(items=tuple(map(RolloutView.of, await office.rollouts.latest()))))


@router.post("", status_code=201, response_model=RolloutView)
async def plan(body: RolloutOrder, envelope: Publisher, office: TheOffice) -> Response:
    """Plan a roll-out: a verdict for every running project of the policy. Nothing is bound before it is started."""
    planned = await office.rollouts.plan(envelope, Order(**body.model_dump()))
    return as_json(RolloutView.of(planned), 201, Location=f"{API}/rollouts/{planned.id}")


@router.get("/{id}", response_model=RolloutView)
async def read(id: Id, caller: Reader, office: TheOffice) -> Response:
    """How far a roll-out has come."""
    return as_json(RolloutView.of(await office.rollouts.get(id)))


@router.get("/{id}/projects", response_model=Listed[RolloutProject])
async def projects(
    id: Id,
    caller: Reader,
    office: TheOffice,
    status: Annotated[Bound | SkipJsonSchema[None], Query()] = None,
    cursor: CursorText = None,
    limit: Limit = 100,
) -> Response:
    """The projects of a roll-out, by key, each with its verdict and what became of it."""
    page = await office.rollouts.projects(id, status.value if status else None, read_cursor(cursor), limit)
    items = tuple(map(RolloutProject.of, page.lines))
    return as_json(Listed[RolloutProject](items=items, next_cursor=cursor_of(page.after)))


@router.post("/{id}/start", response_model=RolloutView)
async def start(id: Id, envelope: Publisher, office: TheOffice) -> Response:
    """Begin with the canary; the others wait until somebody says to go on."""
    return as_json(RolloutView.of(await office.rollouts.start(id)))


@router.post("/{id}/moves", response_model=RolloutView)
async def move(id: Id, body: MoveBody, envelope: Publisher, office: TheOffice) -> Response:
    """Go on, pause, or roll back; the slice in hand is finished first."""
    await office.rollouts.steer(id, body.move)
    return as_json(RolloutView.of(await office.rollouts.get(id)))
