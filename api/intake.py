"""The frame around every request: what may come in at all, what goes out with every answer, and nothing unhandled."""

import re
import time
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import failed, incident
from lifecycle.domain.errors import LifecycleError

LARGEST_JSON: Final = 1_000_000
"""Bytes of a JSON body, and of a form without a file."""
DEEPEST: Final = 32
"""Levels of nesting in a JSON body."""
_FORM_SLACK: Final = 64 * 1024
"""Bytes of a form besides its file."""
_API: Final = "/api/"
_STANDING: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
PAGE: Final = {
    **_STANDING,
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
"""What a page is answered with. Without any referrer, browsers would not say which site a form comes from."""
_TEXTS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')
_log = structlog.get_logger("api")


class Frame:
    """Around the app: refuses bodies it should not see, echoes the idempotency key, and answers what nobody handled."""

    def __init__(self, app: ASGIApp, evidence_bytes: int) -> None:
        self._app = app
        self._largest_form = evidence_bytes + _FORM_SLACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def out(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                standing = PAGE if headers.get("content-type", "").startswith("text/html") else _STANDING
                for name, value in {**standing, **scope.get("state", {}).get("echo", {})}.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, await self._admitted(scope, receive), out)
        except LifecycleError as error:
            await failed(error)(scope, receive, out)
        except Exception as error:
            if status:
                raise
            await incident(error)(scope, receive, out)
        finally:
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            _log.debug("answered", method=scope["method"], path=scope["path"], status=status, ms=milliseconds)

    async def _admitted(self, scope: Scope, receive: Receive) -> Receive:
        """How the app receives the body, once it is seen that it may."""
        headers = Headers(scope=scope)
        if not scope["path"].startswith(_API):
            has_file = headers.get("content-type", "").lower().startswith("multipart/form-data")
            return _bounded(receive, self._largest_form if has_file else LARGEST_JSON)
        if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
            return receive
        media_type, _, parameters = headers.get("content-type", "").lower().partition(";")
        if headers.get("content-encoding", "identity") != "identity":
            raise LifecycleError("unsupported_media_type", "Compressed bodies are not taken.", "Send it as it is.")
        if media_type.strip() == "multipart/form-data":
            return _bounded(receive, self._largest_form)
        if media_type.strip() != "application/json":
            sentence = "This content type is not taken."
            raise LifecycleError("unsupported_media_type", sentence, "Send application/json, or a form with a file.")
        if "charset" in parameters and "utf-8" not in parameters:
            raise LifecycleError("wrong_encoding", "JSON is written in UTF-8.", "Send the body in UTF-8.")
        body = await _whole(_bounded(receive, LARGEST_JSON))
        _check(body)
        return _again(body, receive)


def _bounded(receive: Receive, largest: int) -> Receive:
    """The same body, refused at the first byte over the limit."""
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > largest:
            sentence = f"The body is larger than {largest:,} bytes."
            raise LifecycleError("body_too_large", sentence, "Send less, or a link to where it is kept.")
        return message

    return bounded


async def _whole(receive: Receive) -> bytes:
    pieces = []
    while (message := await receive())["type"] == "http.request":
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)
    raise LifecycleError("unreadable_body", "The body ended too soon.", "Send it again.")


def _check(body: bytes) -> None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise LifecycleError("wrong_encoding", "The body is not UTF-8.", "Send the body in UTF-8.") from None
    if body.count(b"{") + body.count(b"[") > DEEPEST and _depth(body) > DEEPEST:
        sentence = f"The body is nested more than {DEEPEST} levels deep."
        raise LifecycleError("too_deep", sentence, "Nest it less.")


def _depth(body: bytes) -> int:
    deepest = level = 0
    for character in _TEXTS.sub(b"", body):
        level += (character in b"{[") - (character in b"}]")
        deepest = max(deepest, level)
    return deepest


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
