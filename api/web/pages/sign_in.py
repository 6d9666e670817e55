"""The pages by which people sign in and out: by password, as one of the sample people, with a code."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import TheOffice
from api.web.entrance import entrance_of, forget, is_local
from api.web.entry import come_in, whence
from api.web.rendering import render
from api.web.resume import Unsent, sign_in_page
from api.web.viewer import SIGN_IN, Acts, Viewer, anybody, anybodys_form
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.passwords import LONGEST, SHORTEST
from lifecycle.domain.people import Permission

router = APIRouter(include_in_schema=False)
WELCOME: Final = "/welcome"
_MOST: Final = 2_000
Typed = Annotated[str, Form(max_length=_MOST)]
Packed = Annotated[str, Form(max_length=500_000)]
Next = Annotated[str, Form(alias="next", max_length=_MOST)]


@router.get(SIGN_IN, dependencies=[Depends(anybody)])
async def ask_who(
    request: Request, office: TheOffice, next_: Annotated[str, Query(alias="next", max_length=_MOST)] = "/"
) -> Response:
    """The page that asks who is there."""
    return await sign_in_page(request, office, next_)


@router.post(SIGN_IN, dependencies=[Depends(anybodys_form)])
async def sign_in(
    request: Request,
    office: TheOffice,
    person: Typed = "",
    password: Typed = "",
    next_: Next = "/",
    unsent: Packed = "",
) -> Response:
    """Sign in by password."""
    form = Unsent.unpacked(unsent)
    try:
        known = await office.accounts.recognise(person.strip(), password, whence(request))
    except LifecycleError as error:
        if error.code not in ("wrong_password", "too_many_attempts"):
            raise
        return await sign_in_page(request, office, next_, person, error, form)
    return await come_in(request, office, known.id, "password", next_, form)


@router.post(f"{SIGN_IN}/sample", dependencies=[Depends(anybodys_form)])
async def sign_in_as_sample(
    request: Request, office: TheOffice, person: Typed, next_: Next = "/", unsent: Packed = ""
) -> Response:
    """Sign in as one of the sample people: no password, so on this machine alone."""
    sample = {known.id for known in await office.sign_ins.sample_people()} if entrance_of(request).sample else set()
    if person not in sample or not is_local(request):
        raise LifecycleError("wrong_password", "Nobody signs in here without a password.", "Sign in with yours.")
    return await come_in(request, office, person, "sample", next_, Unsent.unpacked(unsent))


@router.post("/sign-out")
async def sign_out(
    request: Request, office: TheOffice, viewer: Annotated[Viewer, Depends(Acts(Permission.SELF_SERVE))]
) -> Response:
    """Sign this browser out."""
    await office.sign_ins.end(viewer.id, only=viewer.there.sign_in.id)
    response = RedirectResponse(SIGN_IN, 303)
    forget(request, response)
    return response


@router.get(WELCOME, dependencies=[Depends(anybody)])
async def welcome_page(request: Request) -> Response:
    """The page where somebody with a code chooses a password."""
    return _welcome(request)


@router.post(WELCOME, dependencies=[Depends(anybodys_form)])
async def welcome(
    request: Request, office: TheOffice, code: Typed = "", password: Typed = "", again: Typed = ""
) -> Response:
    """Choose a password by a code, which opens nothing afterwards, and sign in."""
    try:
        if password != again:
            raise LifecycleError("weak_password", "The two passwords differ.", "Type the same one twice.")
        known = await office.accounts.accept(code, password)
    except LifecycleError as error:
        if error.code not in ("wrong_code", "weak_password"):
            raise
        return _welcome(request, code, error)
    return await come_in(request, office, known.id, "password", "/")


def _welcome(request: Request, code: str = "", error: LifecycleError | None = None) -> Response:
    status = 422 if error else 200
    lengths = {"shortest": SHORTEST, "longest": LONGEST}
    return render(request, None, "welcome.html", status=status, code=code, error=error, **lengths)
