"""Who looks at a page, and what a page needs them to be allowed: each page names exactly one permission."""

import re
from dataclasses import dataclass
from secrets import token_hex
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import Request

from api.auth import Caller
from api.web.entrance import form_token, held_by, own_path, require_own_page, require_token
from lifecycle.domain.people import Permission
from lifecycle.service.directory import NotSignedInError, Rights
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office
from lifecycle.service.sign_ins import Presence

SIGN_IN: Final = "/sign-in"
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody at a page: what they hold now, how they read, and the token that their forms carry as `csrf`."""

    there: Presence
    csrf: str

    @property
    def caller(self) -> Caller:
        """They, as the API knows them."""
        return Caller(self.there.person)

    @property
    def rights(self) -> Rights:
        """What they hold, and how far they see."""
        return self.there.rights

    @property
    def id(self) -> str:
        """Who they are."""
        return self.there.person.id

    @property
    def name(self) -> str:
        """What they are called."""
        return self.there.person.name

    @property
    def locale(self) -> str:
        """The language in which they read."""
        return self.there.preferences.language.value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which they read."""
        return self.there.preferences.zone

    @property
    def unseen(self) -> int:
        """How many notices they have not seen."""
        return self.there.unseen

    def may(self, permission: Permission) -> bool:
        """Whether the office allows it, somewhere at least."""
        return self.rights.may(permission)


class SignInNeededError(Exception):
    """Nobody is signed in; `path` is where to go on afterwards."""

    def __init__(self, path: str) -> None:
        super().__init__("Nobody is signed in.")
        self.path = path


class Views:
    """For a page that is looked at: gives its viewer, or leads to the sign-in page."""

    counts = True
    """Whether whoever asks for it is seen by that."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Viewer:
        """The viewer. Raises `SignInNeededError`, and `RefusedError` when the office does not allow it."""
        return await self._admitted(request)

    async def _admitted(self, request: Request) -> Viewer:
        office: Office = request.app.state.office
        secret = held_by(request)
        try:
            there = await office.sign_ins.present(secret, counts=self.counts)
        except NotSignedInError:
            raise SignInNeededError(_way_back(request)) from None
        if self.permission.startswith("office:") and not there.rights.may(self.permission):
            asked = {"method": request.method, "path": request.url.path[:500]}
            await office.directory.require(Envelope(there.person.id, token_hex(16)), self.permission, asked)
        return Viewer(there, form_token(secret))


class Follows(Views):
    """As `Views`, for a stream that a page keeps open by itself, whether or not anybody sits before it."""

    counts = False


class Acts(Views):
    """For a form that is sent: as `Views`, once it is sure that the person sent it from a page of ours."""

    async def __call__(self, request: Request) -> Viewer:
        """The viewer. Raises as `Views`, `TooFastError`, and LifecycleError `cross_site` or `form_expired`."""
        require_own_page(request)
        viewer = await self._admitted(request)
        await require_token(request, held_by(request))
        office: Office = request.app.state.office
        office.pace.keep(viewer.id)
        return viewer


viewer: Final = Views(Permission.SELF_SERVE)
"""Whoever is signed in."""


async def anybody() -> None:
    """For a page that needs no sign-in."""


async def anybodys_form(request: Request) -> None:
    """For a form that needs no sign-in: it comes from a page of ours. Raises LifecycleError `cross_site`."""
    require_own_page(request)


def language_of(request: Request) -> str:
    """The language that a browser asks for first; English if it names none."""
    first = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0].strip()
    return first if _LANGUAGE.fullmatch(first) else "en"


def _way_back(request: Request) -> str:
    """The page that was asked for; for a form, the page it stands on as far as that is known."""
    url = request.url
    if request.method in ("GET", "HEAD"):
        return own_path(url.path + (f"?{url.query}" if url.query else ""))
    return "/"
