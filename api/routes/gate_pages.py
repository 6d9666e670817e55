"""Gates as they stand, and what the caller may do on a project."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.auth import ActingFor, Caller, Reads
from api.deps import GateName, Key, TheOffice, as_json
from api.schemas.lists import Gates
from lifecycle.domain.people import Permission
from lifecycle.service.gate_queries import Actions, WayToGo
from lifecycle.service.gate_views import GateView

router = APIRouter(tags=["gates"])
Reader = Annotated[Caller, Depends(Reads(Permission.PROJECT_READ))]


@router.get("/projects/{key}/gates", response_model=Gates)
async def gates(key: Key, caller: Reader, office: TheOffice) -> Response:
    """Every gate of the project's policy, and where each stands."""
    return as_json(Gates(items=await office.gates.gates(caller.id, key)))


@router.get("/projects/{key}/gates/{gate}", response_model=GateView)
async def gate(key: Key, gate: GateName, caller: Reader, office: TheOffice, acting_for: ActingFor = None) -> Response:
    """One gate in full: findings, evidence, approvals, who can still give them, deadline, ladder, path to green."""
    view = await office.gates.gate(caller.id, key, gate, acting_for)
    return as_json(view, ETag=f'"{view.version}"')


@router.get("/projects/{key}/gates/{gate}/way", response_model=WayToGo)
async def way(key: Key, gate: GateName, caller: Reader, office: TheOffice) -> Response:
    """The fewest actions that open the gate, who owes each and when at the earliest; or what is in the way."""
    found = await office.gates.way(caller.id, key, gate)
    return as_json(found, ETag=f'"{found.version}"')


@router.get("/projects/{key}/actions", response_model=Actions)
async def actions(key: Key, caller: Reader, office: TheOffice, acting_for: ActingFor = None) -> Response:
    """What the caller may do now; for what they may not: why, and what would open it."""
    found = await office.gates.actions(caller.id, key, acting_for)
    return as_json(found, ETag=f'"{found.version}"')
