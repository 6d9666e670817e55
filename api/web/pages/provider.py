"""Signing in with the identity provider of the organisation: the way there, and the way back."""

from secrets import token_urlsafe
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import TheOffice
from api.web.entrance import Entrance, entrance_of, held_for, keep_for, own_path
from api.web.entry import come_in
from api.web.provider import Journey, Provider
from api.web.viewer import SIGN_IN, anybody
from lifecycle.domain.errors import LifecycleError

router = APIRouter(include_in_schema=False)
_BACK: Final = f"{SIGN_IN}/provider/back"
_MINUTES: Final = 10
"""For so long somebody may stay at the provider."""


@router.get(f"{SIGN_IN}/provider", dependencies=[Depends(anybody)])
async def leave(request: Request, next_: Annotated[str, Query(alias="next", max_length=2_000)] = "/") -> Response:
    """Send the browser to the provider."""
    entrance = entrance_of(request)
    journey = Journey(token_urlsafe(32))
    address = await _provider(entrance).leave_for(journey, entrance.address + _BACK)
    response = RedirectResponse(address, 303)
    keep_for(request, response, f"{journey.secret} {own_path(next_)}", 60 * _MINUTES)
    return response


@router.get(_BACK, dependencies=[Depends(anybody)])
async def back(request: Request, office: TheOffice) -> Response:
    """Sign in whom the provider vouches for; a journey is good for one return."""
    entrance = entrance_of(request)
    secret, _, path = held_for(request).partition(" ")
    answer = dict(request.query_params)
    there = entrance.address + _BACK
    vouched = await _provider(entrance).returned(Journey(secret), there, answer if secret else {}, office.now())
    person = await office.single_sign_on.arrive(vouched, entrance.roles)
    response = await come_in(request, office, person.id, "provider", path)
    keep_for(request, response, "", 0)
    return response


def _provider(entrance: Entrance) -> Provider:
    if entrance.provider is None:
        raise LifecycleError("unknown_path", "There is no identity provider here.", "Sign in with your password.")
    return entrance.provider
