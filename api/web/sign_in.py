"""The pages by which people sign in and out."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.deps import TheOffice
from api.web.entrance import entrance_of, forget, held_by, is_local, keep, own_path
from api.web.viewer import SIGN_IN, Acts, Viewer, anybody, anybodys_form
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.service.directory import NotSignedInError

router = APIRouter(include_in_schema=False)


@router.get(SIGN_IN, dependencies=[Depends(anybody)])
async def sign_in_page(
    request: Request, office: TheOffice, next_: Annotated[str, Query(alias="next")] = "/"
) -> Response:
    """The page that asks who is there."""
    sample = await office.sign_ins.sample_people() if entrance_of(request).sample else ()
    buttons = "".join(
        f'<button name="person" value="{escape(person.id)}">{escape(person.name)}</button> ' for person in sample
    )
    page = (
        '<!doctype html><html lang="en"><title>Sign in</title><main><h1>Sign in</h1>'
        f'<form method="post" action="{SIGN_IN}/sample"><input type="hidden" name="next" '
        f'value="{escape(own_path(next_))}">{buttons}</form></main></html>'
    )
    return HTMLResponse(page)


@router.post(f"{SIGN_IN}/sample", dependencies=[Depends(anybodys_form)])
async def sign_in_as_sample(
    request: Request, office: TheOffice, person: Annotated[str, Form()], next_: Annotated[str, Form(alias="next")] = "/"
) -> Response:
    """Sign in as one of the sample people: no password, so on this machine alone."""
    sample = {known.id for known in await office.sign_ins.sample_people()} if entrance_of(request).sample else set()
    if person not in sample or not is_local(request):
        raise LifecycleError("not_permitted", "Nobody signs in here without a password.", "Sign in with yours.")
    await _end_what_runs(request, office)
    response = RedirectResponse(own_path(next_), 303)
    keep(request, response, await office.sign_ins.begin(person, "sample", browser_of(request)))
    return response


@router.post("/sign-out")
async def sign_out(
    request: Request, office: TheOffice, viewer: Annotated[Viewer, Depends(Acts(Permission.SELF_SERVE))]
) -> Response:
    """Sign this browser out."""
    await office.sign_ins.end(viewer.id, only=viewer.there.sign_in.id)
    response = RedirectResponse(SIGN_IN, 303)
    forget(request, response)
    return response


def browser_of(request: Request) -> str:
    """How the browser calls itself, as one recognises it in a list."""
    return request.headers.get("user-agent", "")[:200]


async def _end_what_runs(request: Request, office: TheOffice) -> None:
    """Whoever signs in anew holds a new secret, and the old one opens nothing any more."""
    try:
        there = await office.sign_ins.present(held_by(request))
    except NotSignedInError:
        return
    await office.sign_ins.end(there.person.id, only=there.sign_in.id)
