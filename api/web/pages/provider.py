"""Signing in with the identity provider of the organisation: the way there, and the way back."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import TheOffice
from api.web.entrance import Entrance, entrance_of, held_by, held_for, keep_for, own_path
from api.web.entry import come_in
from api.web.provider import Journey, Provider, ProviderError
from api.web.rendering import render
from api.web.viewer import SIGN_IN, Viewer, Views, anybody
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.service.office import Office
from lifecycle.service.sign_ins import BY_PROVIDER, PROOF_LASTS

router = APIRouter(include_in_schema=False)
_BACK: Final = f"{SIGN_IN}/provider/back"
_MINUTES: Final = 10
"""For so long somebody may stay at the provider."""
_PROVED: Final = "/proof/provided"
"""What a browser keeps instead of a page to go to, while its owner proves anew who they are."""


@router.get(f"{SIGN_IN}/provider", dependencies=[Depends(anybody)])
async def leave(request: Request, next_: Annotated[str, Query(alias="next", max_length=2_000)] = "/") -> Response:
    """Send the browser to the provider."""
    entrance = entrance_of(request)
    journey = Journey(token_urlsafe(32))
    address = await _provider(entrance).leave_for(journey, entrance.address + _BACK)
    response = RedirectResponse(address, 303)
    keep_for(request, response, f"{journey.secret} {own_path(next_)}", 60 * _MINUTES)
    return response


@router.get("/proof/provider")
async def leave_to_prove(
    request: Request, viewer: Annotated[Viewer, Depends(Views(Permission.SELF_SERVE))]
) -> Response:
    """Send the browser to the provider, to prove there anew who sits before it."""
    entrance = entrance_of(request)
    journey = Journey(token_urlsafe(32))
    address = await _provider(entrance).leave_for(journey, entrance.address + _BACK, anew=True)
    response = RedirectResponse(address, 303)
    keep_for(request, response, f"{journey.secret} {_PROVED}", 60 * _MINUTES)
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
    if path == _PROVED:
        response = await _proved(request, office, person.id, vouched.authenticated_at)
    else:
        response = await come_in(request, office, person.id, BY_PROVIDER, path)
    keep_for(request, response, "", 0)
    return response


async def _proved(request: Request, office: Office, person: str, at: datetime | None) -> Response:
    """Note that whoever sits before a browser has proved who they are; in doubt they have not."""
    there = await office.sign_ins.present(held_by(request))
    if person != there.person.id:
        raise ProviderError("Somebody else than you has proved who they are.")
    if at is None or office.now() - at > PROOF_LASTS:
        raise ProviderError("The identity provider did not say that you have just proved who you are.")
    await office.sign_ins.confirm(there, at)
    return render(request, None, "proved.html")


def _provider(entrance: Entrance) -> Provider:
    if entrance.provider is None:
        raise LifecycleError("unknown_path", "There is no identity provider here.", "Sign in with your password.")
    return entrance.provider
