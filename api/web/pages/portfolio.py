"""The portfolio: how many projects stand where, the list of them, and what is late."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.cursors import cursor_of, read_cursor
from api.deps import TheOffice, as_sheet
from api.web.forms import Turned, carry_out, sent_with
from api.web.rendering import formats_for, render
from api.web.viewer import Acts, Viewer, Views
from api.web.views.kpis import charts_of
from api.web.views.portfolio import (
    BOARD,
    EXPORT,
    address,
    bars_of,
    choices_of,
    filters_of,
    lanes_of,
    late_rows,
    rows_of,
)
from lifecycle.domain import commands as asked
from lifecycle.domain.people import Permission
from lifecycle.domain.project import Status
from lifecycle.service.exporting import SheetFormat
from lifecycle.service.office import Office
from lifecycle.service.outcomes import Done
from lifecycle.service.portfolio import WantedProjects

router = APIRouter(include_in_schema=False)
Reader = Annotated[Viewer, Depends(Views(Permission.SELF_SERVE))]
Word = Annotated[str, Query(max_length=200)]
MOST: Final = 25
"""Projects, or late gates, that one page shows."""


def _wanted(
    text: Word = "",
    stage: Word = "",
    status: Word = "",
    tier: Word = "",
    within: Annotated[str, Query(max_length=200, alias="portfolio")] = "",
    overdue: Word = "",
    policy: Word = "",
    led_by: Word = "",
) -> WantedProjects:
    """What the address narrows to; what makes no sense narrows nothing."""
    return WantedProjects(
        text=text,
        stage=stage or None,
        status=Status(status) if status in tuple(Status) else None,
        tier=tier or None,
        portfolio=within or None,
        policy_digest=policy or None,
        led_by=led_by or None,
        overdue=True if overdue == "true" else None,
    )


Wanted = Annotated[WantedProjects, Depends(_wanted)]


@router.get("/portfolio")
async def portfolio(
    request: Request,
    office: TheOffice,
    viewer: Reader,
    wanted: Wanted,
    after: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """How many projects stand where, and the projects that the address narrows to."""
    say = formats_for(request, viewer)
    board = await office.portfolio.board(viewer.id, wanted.portfolio)
    page = await office.portfolio.projects(viewer.id, wanted, read_cursor(after or None), MOST)
    onward = cursor_of(page.after)
    filters = filters_of(wanted)
    return render(
        request,
        viewer,
        "portfolio.html",
        board=board,
        stages=bars_of(board.by_stage, "stage", wanted.portfolio, say),
        tiers=bars_of(board.by_tier, "tier", wanted.portfolio, say),
        statuses=bars_of(board.by_status, "status", wanted.portfolio, say),
        rows=rows_of(page.lines, say),
        filters=filters,
        narrowed=any(filters.values()),
        choices=choices_of(board),
        files=tuple((form.value, address({**filters, "format": form.value}, EXPORT)) for form in SheetFormat),
        onward=address({**filters, "after": onward}) if onward else None,
    )


@router.get(BOARD)
async def board(request: Request, office: TheOffice, viewer: Reader, wanted: Wanted) -> Response:
    """The projects that the address narrows to, a lane for each stage."""
    say = formats_for(request, viewer)
    found = await office.portfolio.lanes(viewer.id, wanted)
    filters = filters_of(wanted)
    return render(
        request,
        viewer,
        "board.html",
        lanes=lanes_of(found, filters, say),
        filters=filters,
        narrowed=any(filters.values()),
        choices=choices_of(await office.portfolio.board(viewer.id)),
    )


@router.get(EXPORT)
async def export(office: TheOffice, viewer: Reader, wanted: Wanted, format: SheetFormat = SheetFormat.XLSX) -> Response:
    """The projects that the address narrows to, with all their facts, as a file."""
    return as_sheet(await office.exports.of(viewer.id, wanted, format), format)


@router.get("/portfolio/indicators")
async def indicators(request: Request, office: TheOffice, viewer: Reader, wanted: Wanted) -> Response:
    """The indicators as charts, each with the same figures as a table; of one portfolio, if the address names one."""
    found = await office.indicators.of(viewer.id, wanted.portfolio)
    return render(
        request,
        viewer,
        "kpis.html",
        found=found,
        charts=charts_of(found, formats_for(request, viewer)),
        filters=filters_of(wanted),
        choices=choices_of(await office.portfolio.board(viewer.id)),
    )


@router.get("/overdue")
async def overdue(
    request: Request,
    office: TheOffice,
    viewer: Reader,
    after: Annotated[str, Query(max_length=2_000)] = "",
    said: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """What is late, since when, how far up the ladder it is, who holds it, and what happens next."""
    return await _overdue(request, office, viewer, after, said=said)


@router.post("/overdue/nudges")
async def nudge(
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.NudgeGate.needs))],
) -> Response:
    """Remind those whom a late gate waits for."""
    sent = await sent_with(request)
    outcome = await carry_out(office, viewer, sent, sent.text("project"), asked.NudgeGate, gate=sent.text("gate"))
    after = sent.text("after")[:2_000]
    if isinstance(outcome, Turned):
        return await _overdue(request, office, viewer, after, turned=outcome)
    said = {"said": "nudged" if isinstance(outcome, Done) else "unknown", **({"after": after} if after else {})}
    return RedirectResponse(f"/overdue?{urlencode(said)}", 303)


async def _overdue(
    request: Request, office: Office, viewer: Viewer, after: str, *, said: str = "", turned: Turned | None = None
) -> Response:
    late = await office.overdue.of(viewer.id, read_cursor(after or None), MOST)
    names = await office.people.names({person for line in late.page.lines for person in line.held_by})
    return render(
        request,
        viewer,
        "overdue.html",
        status=409 if turned else 200,
        rows=late_rows(late.page.lines, names, formats_for(request, viewer)),
        total=late.total,
        after=after,
        onward=cursor_of(late.page.after),
        said=said,
        turned=turned,
    )
