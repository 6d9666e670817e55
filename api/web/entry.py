"""Coming in: whoever has proved who they are gets a new secret, and the old one opens nothing any more."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.web.entrance import held_by, keep, own_path
from api.web.resume import Unsent, sent_again
from lifecycle.service.directory import NotSignedInError
from lifecycle.service.office import Office


async def come_in(
    request: Request, office: Office, person: str, method: str, path: str, unsent: Unsent | None = None
) -> Response:
    """Sign the browser in as somebody, and lead it to a page of ours, or to a form that is still to be sent."""
    try:
        there = await office.sign_ins.present(held_by(request))
        await office.sign_ins.end(there.person.id, only=there.sign_in.id)
    except NotSignedInError:
        pass  # nobody was signed in before
    secret = await office.sign_ins.begin(person, method, _browser(request))
    response = sent_again(request, unsent, secret) if unsent else RedirectResponse(own_path(path), 303)
    keep(request, response, secret)
    return response


def whence(request: Request) -> str:
    """The address that a request comes from."""
    return request.client.host if request.client else ""


def _browser(request: Request) -> str:
    """How the browser calls itself, as one recognises it in a list."""
    return request.headers.get("user-agent", "")[:200]
