"""Notices: what one was told, seen or not, and whether it reached one by other ways as well."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.cursors import cursor_of, read_cursor
from api.deps import TheOffice
from api.web.entrance import own_path
from api.web.fields import Line
from api.web.rendering import formats_for, render
from api.web.viewer import Acts, Viewer, Views
from api.web.views.notices import days_of, here_with
from lifecycle.domain.people import Permission

router = APIRouter(include_in_schema=False)
NOTICES: Final = "/notices"
MOST: Final = 50
Reader = Annotated[Viewer, Depends(Views(Permission.SELF_SERVE))]
Sender = Annotated[Viewer, Depends(Acts(Permission.SELF_SERVE))]
Seen = Annotated[list[str] | None, Form(max_length=500)]


@router.get(NOTICES)
async def notices(
    request: Request,
    office: TheOffice,
    viewer: Reader,
    unseen: Annotated[str, Query(max_length=5)] = "",
    project: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """What the reader was told, day by day, the latest first."""
    after = read_cursor(cursor)
    page = await office.notices.of(
        viewer.id, only_unseen=bool(unseen), project=project or None, after=after, limit=MOST
    )
    return render(
        request,
        viewer,
        "notices.html",
        days=days_of(page.lines, formats_for(request, viewer)),
        unseen=page.unseen,
        only_unseen=bool(unseen),
        project=project,
        filters=here_with(unseen=unseen, project=project),
        onward=here_with(unseen=unseen, project=project, cursor=cursor_of(page.after)) if page.after else "",
        any_unseen=any(line.seen_at is None for line in page.lines),
    )


@router.post(f"{NOTICES}/seen")
async def seen(office: TheOffice, viewer: Sender, notice: Seen = None, onward: Line = "") -> RedirectResponse:
    """Note that the sender has seen these notices, or with none named all; then go on to a page of ours."""
    await office.notices.see(viewer.id, notice)
    return RedirectResponse(own_path(onward or NOTICES), 303)
