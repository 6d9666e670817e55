"""Coming in: whoever has proved who they are gets a new secret, and the old one opens nothing any more."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.web.entrance import held_by, keep, own_path
from lifecycle.service.directory import NotSignedInError
from lifecycle.service.office import Office


async def come_in(request: Request, office: Office, person: str, method: str, path: str) -> Response:
    """Sign the browser in as somebody, and lead it to a page of ours."""
    try:
        there = await office.sign_ins.present(held_by(request))
        await office.sign_ins.end(there.person.id, only=there.sign_in.id)
    except NotSignedInError:
        pass  # nobody was signed in before
    response = RedirectResponse(own_path(path), 303)
    keep(request, response, await office.sign_ins.begin(person, method, _browser(request)))
    return response


def whence(request: Request) -> str:
    """The address that a request comes from."""
    return request.client.host if request.client else ""


def _browser(request: Request) -> str:
    """How the browser calls itself, as one recognises it in a list."""
    return request.headers.get("user-agent", "")[:200]
