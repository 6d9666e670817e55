"""Proving anew who one is, where a gate asks for it: by password, or by a press of a button in the sample office."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import TheOffice
from api.web.entrance import entrance_of, held_by, is_local
from api.web.entry import whence
from api.web.rendering import render
from api.web.resume import Unsent, sent_again
from api.web.viewer import Acts, Viewer
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission

router = APIRouter(include_in_schema=False)
_STATUS: Final = {"wrong_password": 403, "too_many_attempts": 429}


@router.post("/proof")
async def prove(
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(Permission.SELF_SERVE))],
    password: Annotated[str, Form(max_length=2_000)] = "",
    unsent: Annotated[str, Form(max_length=500_000)] = "",
) -> Response:
    """Prove it, then go on to what was about to be sent."""
    form = Unsent.unpacked(unsent)
    if viewer.there.sign_in.method == "password":
        try:
            await office.accounts.recognise(viewer.id, password, whence(request))
        except LifecycleError as error:
            if error.code not in _STATUS or form is None:
                raise
            return proof_page(request, viewer, form, error)
    elif not _may_say_so(request, viewer):
        raise LifecycleError("wrong_password", "This browser cannot prove who you are.", "Sign in with a password.")
    await office.sign_ins.confirm(viewer.there)
    return sent_again(request, form, held_by(request), proved=True) if form else RedirectResponse("/", 303)


def proof_page(request: Request, viewer: Viewer, unsent: Unsent, error: LifecycleError | None = None) -> Response:
    """The page that asks somebody to prove who they are, in the way in which they came in; the form waits there."""
    return render(
        request,
        viewer,
        "proof.html",
        status=_STATUS[error.code] if error else 403,
        unsent=unsent,
        error=error,
        by_password=viewer.there.sign_in.method == "password",
        by_saying=_may_say_so(request, viewer),
        provider=entrance_of(request).provider if viewer.there.sign_in.method == "provider" else None,
    )


def _may_say_so(request: Request, viewer: Viewer) -> bool:
    """Whether they came in without any password, as one of the sample people, and so prove nothing else either."""
    return viewer.there.sign_in.method == "sample" and entrance_of(request).sample and is_local(request)
