"""Whether this process lives, and whether it can serve; for whoever watches it, without sign-in."""

from typing import Literal

from fastapi import APIRouter, Response

from api.deps import TheOffice, as_json
from api.schemas.words import View

router = APIRouter(tags=["operations"])


class Health(View):
    """It lives."""

    status: Literal["ok"] = "ok"


class Readiness(View):
    """What can be reached. Without the records nothing can be served; without the engine everything can be read."""

    records: Literal["ok", "away"]
    engine: Literal["ok", "away"]


@router.get("/healthz", response_model=Health)
async def healthz() -> Response:
    """Whether the process answers."""
    return as_json(Health())


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness, "description": "Not ready."}})
async def readyz(office: TheOffice) -> Response:
    """Whether the records, and the engine, can be reached."""
    records, engine = await office.reachable()
    found = Readiness(records="ok" if records else "away", engine="ok" if engine else "away")
    return as_json(found, 200 if records else 503)
