"""The entrance to the pages: the cookie that keeps a browser signed in, and where a form may come from."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from fastapi import Request, Response

from api.web.provider import Provider
from lifecycle.domain.errors import LifecycleError

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_COOKIE: Final = "lifecycle"
_JOURNEY: Final = "lifecycle-journey"
_LONGEST_SECRET: Final = 200
_LONGEST_PATH: Final = 2_000
_PATH: Final = re.compile(r"/(?![/\\])[!-~]*")

Roles = Mapping[str, tuple[tuple[str, str], ...]]
"""The roles, each with its scope, that the members of each group have; groups by their ids."""


class FormExpiredError(LifecycleError):
    """A form carries the token of another sign-in, or none (HTTP 403; code `form_expired`)."""

    def __init__(self) -> None:
        remedy = "Go back, load the page again, and send the form once more."
        super().__init__("form_expired", "This form belongs to an earlier sign-in.", remedy)


@dataclass(frozen=True, slots=True)
class Entrance:
    """How people get in, and the `address` at which they find the pages.

    `sample`: whoever is there may be any of the sample people, which is for one machine alone. `provider`: who else
    vouches for people, and which `roles`, each with its scope, the members of each group have.
    """

    address: str = ""
    sample: bool = False
    provider: Provider | None = None
    roles: Roles = field(default_factory=dict)


def entrance_of(request: Request) -> Entrance:
    """The entrance of the application that serves a request."""
    entrance: Entrance = request.app.state.entrance
    return entrance


def is_local(request: Request) -> bool:
    """Whether the browser speaks to its own machine."""
    return request.url.hostname in _LOOPBACK


def held_by(request: Request) -> str:
    """The secret that the browser holds; empty if it holds none that could be one."""
    secret = request.cookies.get(_name(request, _COOKIE), "")
    return secret if len(secret) <= _LONGEST_SECRET else ""


def keep(request: Request, response: Response, secret: str) -> None:
    """Let the browser hold a secret until it is closed. Raises LifecycleError `not_secure` if others could listen."""
    _set(request, response, _COOKIE, secret)


def forget(request: Request, response: Response) -> None:
    """Let the browser hold nothing any more."""
    _set(request, response, _COOKIE, "", 0)


def held_for(request: Request) -> str:
    """What the browser keeps while its owner is at the identity provider; empty if it keeps nothing."""
    return unquote(request.cookies.get(_name(request, _JOURNEY), ""))


def keep_for(request: Request, response: Response, text: str, seconds: int) -> None:
    """Let the browser keep something while its owner is at the identity provider. Raises as `keep`."""
    _set(request, response, _JOURNEY, quote(text), seconds)


def form_token(secret: str) -> str:
    """What the forms of a signed-in browser carry; only whoever holds the secret can know it."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def require_own_page(request: Request) -> None:
    """Return if a form was sent by a page of ours. Raises LifecycleError `cross_site`."""
    site = request.headers.get("sec-fetch-site")
    origin = urlsplit(request.headers.get("origin", "")).netloc
    if site == "same-origin" or (site is None and origin and origin == request.url.netloc):
        return
    remedy = "Open the page here, and send the form from there."
    raise LifecycleError("cross_site", "This form was not sent by a page of ours.", remedy)


async def require_token(request: Request, secret: str) -> None:
    """Return if a form carries the token of the browser. Raises `FormExpiredError`."""
    given = request.headers.get("x-csrf-token") or (await request.form()).get("csrf")
    if isinstance(given, str) and hmac.compare_digest(given.encode(), form_token(secret).encode()):
        return
    raise FormExpiredError


def own_path(path: str | None) -> str:
    """The path if it leads to a page of ours, else the start page."""
    return path if path and len(path) <= _LONGEST_PATH and _PATH.fullmatch(path) else "/"


def _set(request: Request, response: Response, cookie: str, text: str, seconds: int | None = None) -> None:
    secure = _secure(request)
    if not secure and not is_local(request):
        remedy = "Open the same address with https."
        raise LifecycleError("not_secure", "Nobody signs in over a connection that others can read.", remedy)
    response.set_cookie(_name(request, cookie), text, seconds, path="/", secure=secure, httponly=True, samesite="lax")


def _secure(request: Request) -> bool:
    """Whether the browser speaks to us encrypted, if only as far as a proxy that stands before us."""
    return request.url.scheme == "https" or entrance_of(request).address.startswith("https://")


def _name(request: Request, cookie: str) -> str:
    """With this prefix no other host, and nobody without encryption, can plant the cookie."""
    return f"__Host-{cookie}" if _secure(request) else cookie
