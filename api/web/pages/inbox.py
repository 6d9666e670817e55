"""The inbox: everybody's start page."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import TheOffice
from api.web.addresses import change_path
from api.web.rendering import formats_for, render
from api.web.viewer import Viewer, Views
from api.web.views.inbox import MOST_PROJECTS, groups_of, lines_of, own_projects, people_in, summary_of
from lifecycle.domain.people import Permission
from lifecycle.service.inbox_items import InboxKind

router = APIRouter(include_in_schema=False)
Reader = Annotated[Viewer, Depends(Views(Permission.SELF_SERVE))]
FIRST: Final = 25
"""Things that the page shows."""
MOST: Final = 200
"""Things that it shows when more are asked for."""


@router.get("/")
async def inbox(
    request: Request, office: TheOffice, viewer: Reader, most: Annotated[int, Query(ge=1, le=MOST)] = FIRST
) -> Response:
    """What waits for the reader, and for those for whom they act; what they wait for; their projects."""
    known = await office.pulse.count()
    found = await office.inboxes.of(viewer.id, most)
    projects = await office.portfolio.led_by(viewer.id, MOST_PROJECTS)
    names = await office.people.names(people_in(found))
    say = formats_for(request, viewer)
    return render(
        request,
        viewer,
        "inbox.html",
        known=known,
        groups=groups_of(found, names, say),
        follows=lines_of(found, InboxKind.FOLLOW, names, say),
        changes=[(change, change_path(change.proposal)) for change in found.changes],
        names=names,
        watched=lines_of(found, InboxKind.WATCH, names, say),
        projects=own_projects(projects, say),
        summary=summary_of(found, say),
        more=found.more,
        further=MOST if most < MOST else None,
    )
