"""Whoever is not signed in is led to the sign-in page, and afterwards back to what they were about to do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.errors import failed
from api.web.entrance import FormExpiredError, entrance_of, form_token, held_by, is_local, own_path
from api.web.rendering import render
from api.web.viewer import SIGN_IN, SignInNeededError
from lifecycle.domain.errors import LifecycleError
from lifecycle.service.office import Office

_LARGEST: Final = 200_000
"""Characters of a form that are kept while its sender signs in again."""
_OURS: Final = frozenset({"csrf"})
_SECRET: Final = ("password", "code", "secret")
"""Words in the names of fields that no page shows again."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form whose sender was signed out meanwhile: where it goes, and the text fields that were typed."""

    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def packed(self) -> str:
        """The form as a field of the sign-in form."""
        return json.dumps({"path": self.path, "fields": self.fields})

    @classmethod
    def unpacked(cls, text: str) -> "Unsent | None":
        """The form out of a field of the sign-in form; none if there is none, or it leads elsewhere."""
        try:
            found = json.loads(text)
            fields = tuple((str(name), str(value)) for name, value in found["fields"])
            path = own_path(found["path"])
        except (ValueError, LookupError, TypeError, RecursionError):
            return None
        return cls(path, fields) if path != "/" and fields else None


async def lead_to_sign_in(request: Request, error: Exception) -> Response:
    """Answer whoever is not signed in: with the sign-in page, which leads back; what was typed is not lost."""
    path = error.path if isinstance(error, SignInNeededError) else "/"
    if request.method == "POST" and (unsent := await unsent_of(request)):
        page = await sign_in_page(request, request.app.state.office, "/", unsent=unsent)
        if request.headers.get("hx-request") == "true":
            page.headers.update({"HX-Retarget": "body", "HX-Reswap": "innerHTML"})
            page.status_code = 200
        return page
    target = f"{SIGN_IN}?{urlencode({'next': path})}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


async def give_back(request: Request, error: Exception) -> Response:
    """Answer a form of an earlier sign-in: it comes back, to be sent again by whoever is here now."""
    unsent = await unsent_of(request) if "text/html" in request.headers.get("accept", "") else None
    if unsent is None:
        return failed(error if isinstance(error, LifecycleError) else FormExpiredError())
    page = sent_again(request, unsent, held_by(request))
    page.status_code = 403
    return page


async def sign_in_page(
    request: Request,
    office: Office,
    path: str,
    person: str = "",
    error: LifecycleError | None = None,
    unsent: Unsent | None = None,
) -> Response:
    """The page that asks who is there; `path` is where they want to go."""
    entrance = entrance_of(request)
    sample = await office.sign_ins.sample_people() if entrance.sample and is_local(request) else ()
    status = {"wrong_password": 403, "too_many_attempts": 429}[error.code] if error else 401 if unsent else 200
    return render(
        request,
        None,
        "sign_in.html",
        status=status,
        sample=sample,
        provider=entrance.provider,
        next=own_path(path),
        person=person,
        error=error,
        unsent=unsent,
    )


def sent_again(request: Request, unsent: Unsent, secret: str, *, proved: bool = False) -> Response:
    """The page from which a form is sent once more, by whoever holds this secret now, and has `proved` who they are."""
    shown = [(name, value) for name, value in unsent.fields if len(value) > 1 and name not in _HIDDEN]
    return render(request, None, "resume.html", unsent=unsent, shown=shown, proved=proved, csrf=form_token(secret))


_HIDDEN: Final = frozenset({"key", "version", "acting_for", "round", "evidence_digest", "next"})
"""Fields that nobody typed."""


async def unsent_of(request: Request) -> Unsent | None:
    """The form that a request brings, to be sent later; none of one that is too large or carries a secret."""
    form: Mapping[str, object] = await request.form()
    multi = getattr(form, "multi_items", form.items)()
    fields = tuple((name, value) for name, value in multi if isinstance(value, str) and name not in _OURS)
    too_much = sum(len(value) for _, value in fields) > _LARGEST
    secret = any(word in name for name, _ in fields for word in _SECRET)
    if not fields or too_much or secret or request.url.path == "/sign-out":
        return None
    return Unsent(own_path(request.url.path), fields)
