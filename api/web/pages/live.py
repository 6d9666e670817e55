"""News for pages that are open: something has happened, look again. What it is, only the page itself is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from api.deps import Id, Key, TheOffice
from api.web.entrance import held_by
from api.web.viewer import Follows, Viewer
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.service.office import Office

router = APIRouter(include_in_schema=False, prefix="/live")
Count = Callable[[], Awaitable[int]]
Stays = Callable[[], Awaitable[bool]]
_EVERY_SECONDS: Final = 1.0
_LONGEST: Final = 300
"""Looks in one stream; then the browser comes again, and is asked again who it is."""
_ASKED_AGAIN: Final = 4
"""Looks after which it is asked whether the browser is still signed in, and its owner still allowed to look."""
_SIGN_OF_LIFE: Final = 15
"""Looks without news, after which the stream shows that it is still there."""


@router.get("/inbox")
async def inbox(
    request: Request, office: TheOffice, viewer: Annotated[Viewer, Depends(Follows(Permission.SELF_SERVE))]
) -> StreamingResponse:
    """Says so whenever anything happened to any project."""
    return _stream(request, Permission.SELF_SERVE, office.pulse.count, office.pulse.count)


@router.get("/notices")
async def notices(
    request: Request, office: TheOffice, viewer: Annotated[Viewer, Depends(Follows(Permission.SELF_SERVE))]
) -> StreamingResponse:
    """Says so whenever the reader was told something."""
    return _stream(request, Permission.SELF_SERVE, office.pulse.count, lambda: office.notices.unseen(viewer.id))


@router.get("/projects/{key}")
async def project(
    key: Key, request: Request, office: TheOffice, viewer: Annotated[Viewer, Depends(Follows(Permission.PROJECT_READ))]
) -> StreamingResponse:
    """Says so whenever something happened to the project."""

    async def version() -> int:
        return (await office.reading.project(viewer.id, key)).seq

    await version()
    return _stream(request, Permission.PROJECT_READ, office.pulse.count, version)


@router.get("/imports/{id}")
async def register(
    id: Id, request: Request, office: TheOffice, viewer: Annotated[Viewer, Depends(Follows(Permission.REGISTER_IMPORT))]
) -> StreamingResponse:
    """Says so whenever an import has come further, and when it has ended."""

    async def rows() -> int:
        view = await office.imports.get(id)
        return view.rows_done if view.finished_at is None else -1

    await rows()
    return _stream(request, Permission.REGISTER_IMPORT, rows, rows)


def _stream(request: Request, permission: Permission, beat: Count, count: Count) -> StreamingResponse:
    office: Office = request.app.state.office
    stays = partial(office.sign_ins.stays, held_by(request), permission)
    return StreamingResponse(_news(request, stays, beat, count), media_type="text/event-stream")


async def _news(request: Request, stays: Stays, pulse: Count, count: Count) -> AsyncIterator[str]:
    """The events of one stream: each change of the count once, which is asked only after the pulse has changed."""
    yield "retry: 3000\n\n"
    try:
        beat, known = await pulse(), await count()
        yield f"event: changed\ndata: {known}\n\n"
        for look in range(1, _LONGEST + 1):
            await asyncio.sleep(_EVERY_SECONDS)
            if getattr(request.app.state, "leaving", False) or (look % _ASKED_AGAIN == 0 and not await stays()):
                return
            if (now := await pulse()) != beat and (found := await count()) != known:
                known = found
                yield f"event: changed\ndata: {known}\n\n"
            elif look % _SIGN_OF_LIFE == 0:
                yield ": still here\n\n"
            beat = now
    except LifecycleError:
        return
