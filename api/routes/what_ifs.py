"""What a draft of a policy would do to the portfolio, and would have made of past decisions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic.json_schema import SkipJsonSchema

from api.auth import Caller, Reads, Writes
from api.cursors import cursor_of, read_cursor
from api.deps import API, Id, TheOffice, as_json
from api.routes.lists import CursorText, Limit
from api.schemas.people import Listed
from api.schemas.what_ifs import WhatIfList, WhatIfOrder
from api.schemas.words import Name
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.what_if_views import WhatIfProject, WhatIfView
from lifecycle.service.what_ifs import Over

router = APIRouter(tags=["policies"])
Beginner = Annotated[Envelope, Depends(Writes(Permission.PORTFOLIO_READ))]
Reader = Annotated[Caller, Depends(Reads(Permission.PORTFOLIO_READ))]


@router.post("/policies/what-ifs", status_code=201, response_model=WhatIfView)
async def begin(body: WhatIfOrder, envelope: Beginner, office: TheOffice) -> Response:
    """Try a draft on everything that the caller may see; nothing changes, and its address tells how far it has come."""
    if (body.over is Over.COMING_DECISIONS) != (body.until is not None):
        remedy = "Say until when for coming decisions, and for them alone."
        raise LifecycleError("wrong_value", "The trial and its end do not belong together.", remedy)
    view = await office.what_ifs.begin(envelope, body.source, body.name, body.over, body.since, body.until)
    return as_json(view, 201, Location=f"{API}/policies/what-ifs/{view.id}")


@router.get("/policies/what-ifs", response_model=WhatIfList)
async def latest(caller: Reader, office: TheOffice) -> Response:
    """The trials that the caller began, the newest first."""
    return as_json(WhatIfList(items=await office.what_ifs.latest(caller.id)))


@router.delete("/policies/what-ifs/{id}", response_model=WhatIfView)
async def stop(id: Id, envelope: Beginner, office: TheOffice) -> Response:
    """End a trial early; what it found so far stays."""
    return as_json(await office.what_ifs.stop(envelope, id))


@router.get("/policies/what-ifs/{id}", response_model=WhatIfView)
async def read(id: Id, caller: Reader, office: TheOffice) -> Response:
    """How far a trial that the caller began has come, and what it came to: projects, gates and people by name."""
    return as_json(await office.what_ifs.get(caller.id, id))


@router.get("/policies/what-ifs/{id}/projects", response_model=Listed[WhatIfProject])
async def projects(
    id: Id,
    caller: Reader,
    office: TheOffice,
    effect: Annotated[Name | SkipJsonSchema[None], Query()] = None,
    cursor: CursorText = None,
    limit: Limit = 100,
) -> Response:
    """The projects for which the draft would make a difference, by key, each with all that would be otherwise."""
    page = await office.what_ifs.projects(caller.id, id, effect, read_cursor(cursor), limit)
    return as_json(Listed[WhatIfProject](items=page.lines, next_cursor=cursor_of(page.after)))
