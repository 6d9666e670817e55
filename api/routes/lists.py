"""What one looks at first: the inbox, what is overdue, the portfolio and its projects."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic.json_schema import SkipJsonSchema

from api.auth import Caller, Reads
from api.cursors import cursor_of, read_cursor
from api.deps import SHEETS, TheOffice, as_json, as_sheet
from api.schemas.lists import Late
from api.schemas.people import Listed
from api.schemas.words import Name, PersonId, PortfolioId
from lifecycle.domain.people import Permission
from lifecycle.domain.project import Status
from lifecycle.service.exporting import SheetFormat
from lifecycle.service.inbox_items import Inbox
from lifecycle.service.kpis import Kpis
from lifecycle.service.portfolio import Board, Lanes, ProjectSummary, WantedProjects

router = APIRouter(tags=["lists"])
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {media_type: {} for media_type in SHEETS.values()}}
}
Myself = Annotated[Caller, Depends(Reads(Permission.SELF_SERVE))]
CursorText = Annotated[
    str | SkipJsonSchema[None], Query(alias="cursor", max_length=500, description="`next_cursor` of the page before.")
]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at once.")]


@router.get("/inbox", response_model=Inbox)
async def inbox(caller: Myself, office: TheOffice, limit: Limit = 50) -> Response:
    """What waits for the caller and for those for whom they act, and what they wait for; by deadline."""
    return as_json(await office.inboxes.of(caller.id, limit))


@router.get("/overdue", response_model=Late)
async def overdue(caller: Myself, office: TheOffice, cursor: CursorText = None, limit: Limit = 50) -> Response:
    """Gates past their deadline: since when, how far up the ladder, who holds them, and what happens next."""
    late = await office.overdue.of(caller.id, read_cursor(cursor), limit)
    return as_json(Late(items=late.page.lines, total=late.total, next_cursor=cursor_of(late.page.after)))


@router.get("/portfolio", response_model=Board)
async def portfolio(
    caller: Myself, office: TheOffice, portfolio: Annotated[PortfolioId | SkipJsonSchema[None], Query()] = None
) -> Response:
    """How many projects stand where, among those that the caller may see, or among those of one portfolio."""
    return as_json(await office.portfolio.board(caller.id, portfolio))


@router.get("/kpis", response_model=Kpis)
async def kpis(
    caller: Myself, office: TheOffice, portfolio: Annotated[PortfolioId | SkipJsonSchema[None], Query()] = None
) -> Response:
    """Decisions by month, time in stages, time to decide by whom it waited on, what was late, tiers by stages."""
    return as_json(await office.indicators.of(caller.id, portfolio))


def _filter(
    stage: Annotated[Name | SkipJsonSchema[None], Query()] = None,
    status: Annotated[Status | SkipJsonSchema[None], Query()] = None,
    tier: Annotated[Name | SkipJsonSchema[None], Query()] = None,
    portfolio: Annotated[PortfolioId | SkipJsonSchema[None], Query()] = None,
    overdue: Annotated[bool | SkipJsonSchema[None], Query(description="Late, or not.")] = None,
    led_by: Annotated[PersonId | SkipJsonSchema[None], Query(description="Who manages or sponsors them.")] = None,
    text: Annotated[str, Query(max_length=200, description="Words that key, name, portfolio or posts contain.")] = "",
) -> WantedProjects:
    return WantedProjects(
        stage=stage, status=status, tier=tier, portfolio=portfolio, overdue=overdue, led_by=led_by, text=text
    )


Wanted = Annotated[WantedProjects, Depends(_filter)]


@router.get("/projects", response_model=Listed[ProjectSummary])
async def projects(
    caller: Myself, office: TheOffice, wanted: Wanted, cursor: CursorText = None, limit: Limit = 50
) -> Response:
    """The projects that the caller may see, by key."""
    page = await office.portfolio.projects(caller.id, wanted, read_cursor(cursor), limit)
    return as_json(Listed[ProjectSummary](items=page.lines, next_cursor=cursor_of(page.after)))


@router.get("/portfolio/board", response_model=Lanes)
async def lanes(
    caller: Myself,
    office: TheOffice,
    wanted: Wanted,
    most: Annotated[int, Query(ge=1, le=50, description="How many of each stage at once.")] = 8,
) -> Response:
    """The living projects that the caller may see, or those of one status, by the stage in which they stand."""
    return as_json(await office.portfolio.lanes(caller.id, wanted, most))


@router.get("/portfolio/export", response_class=StreamingResponse, responses=_FILE)
async def export(
    caller: Annotated[Caller, Depends(Reads(Permission.SELF_SERVE, produces="*/*"))],
    office: TheOffice,
    wanted: Wanted,
    format: Annotated[SheetFormat, Query()] = SheetFormat.XLSX,
) -> Response:
    """The same with every fact as a workbook or a table, which the import `portfolio` reads again."""
    return as_sheet(await office.exports.of(caller.id, wanted, format), format)
