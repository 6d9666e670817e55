"""What went wrong, as a page: whoever asked for a page is answered with one, whatever part of the product refused."""

from collections.abc import MutableSequence
from typing import Final

from fastapi import Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.intake import PAGE
from api.schemas.problems import Problem
from api.web.entrance import form_token, held_by
from api.web.formats import Formats
from api.web.rendering import formats_for, render
from api.web.viewer import Viewer
from lifecycle.domain.errors import LifecycleError
from lifecycle.service.office import Office

_PROBLEM: Final = "application/problem+json"
_ITS_OWN: Final = ("content-type", "content-length")
_AS_PAGE: Final = {name.lower(): value for name, value in PAGE.items()}
_NO_PAGES: Final = ("/api/", "/static/")


class ErrorPages:
    """Around everything: turns a problem into a page for a browser that asked for one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not _wants_page(scope):
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def out(message: Message) -> None:
            if held or (message["type"] == "http.response.start" and _is_problem(message)):
                await _hold(message, held, scope, receive, send)
            else:
                await send(message)

        await self._app(scope, receive, out)


async def _hold(message: Message, held: MutableSequence[Message], scope: Scope, receive: Receive, send: Send) -> None:
    """Keep the parts of a problem until it is whole, then send the page in its stead."""
    held.append(message)
    if message["type"] == "http.response.body" and not message.get("more_body", False):
        body = b"".join(part.get("body", b"") for part in held[1:])
        page = await _page(Request(scope), Problem.model_validate_json(body))
        for name, value in {**Headers(raw=held[0]["headers"]), **_AS_PAGE}.items():
            if name not in _ITS_OWN:
                page.headers[name] = value
        await page(scope, receive, send)


async def _page(request: Request, problem: Problem) -> Response:
    viewer = await whoever(request)
    title = _title(problem.status, formats_for(request, viewer))
    return render(request, viewer, "error.html", status=problem.status, problem=problem, title=title)


async def whoever(request: Request) -> Viewer | None:
    """Who is at the page, if that can be known: an error page is shown to everybody, and when all else fails."""
    office: Office = request.app.state.office
    secret = held_by(request)
    try:
        return Viewer(await office.sign_ins.present(secret), form_token(secret))
    except LifecycleError:
        return None


def _title(status: int, say: Formats) -> str:
    _ = say.gettext
    match status:
        case 403:
            return _("This is not yours to do")
        case 404 | 405:
            return _("There is nothing here for you")
        case 413:
            return _("This is too large")
        case 503 | 507:
            return _("Not now")
        case status if status >= 500:
            return _("Something went wrong")
        case _:
            return _("This cannot be done")


def _wants_page(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "text/html" in headers.get("accept", "") and not scope["path"].startswith(_NO_PAGES)


def _is_problem(message: Message) -> bool:
    return MutableHeaders(raw=message["headers"]).get("content-type", "").startswith(_PROBLEM)
