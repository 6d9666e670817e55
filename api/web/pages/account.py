"""One's own account: where one is signed in, how one signs in and reads, and one's calendar."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import ValidationError

from api.deps import TheOffice
from api.web.entrance import forget
from api.web.entry import whence
from api.web.fields import Key, Line, done
from api.web.rendering import render
from api.web.viewer import SIGN_IN, Acts, Viewer, Views
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.passwords import LONGEST, SHORTEST
from lifecycle.domain.people import Permission
from lifecycle.domain.preferences import NEVER, Preferences
from lifecycle.service.envelopes import Envelope
from lifecycle.service.language.catalogues import LANGUAGES
from lifecycle.service.office import Office

router = APIRouter(include_in_schema=False)
ACCOUNT: Final = "/me"
Reader = Annotated[Viewer, Depends(Views(Permission.SELF_SERVE))]
Sender = Annotated[Viewer, Depends(Acts(Permission.SELF_SERVE))]
Secret = Annotated[str, Form(max_length=2_000)]


@router.get(ACCOUNT)
async def account(
    request: Request, office: TheOffice, viewer: Reader, said: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The account page."""
    return await _page(request, office, viewer, said=said)


@router.post(f"{ACCOUNT}/preferences")
async def prefer(
    office: TheOffice,
    viewer: Sender,
    key: Key,
    language: Line,
    timezone: Line,
    quiet_hours: Line = "",
    digest: Line = "",
    mail: Line = "",
    chat: Line = "",
) -> Response:
    """Change how one reads and is told."""
    wanted = {
        "language": language,
        "timezone": timezone,
        "digest": bool(digest),
        "mail": bool(mail),
        "chat": bool(chat),
    }
    wanted["quiet_hours"] = quiet_hours.strip() or NEVER
    try:
        checked = Preferences.model_validate(wanted).model_dump(include=set(wanted))
    except ValidationError as error:
        sentence = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise LifecycleError("wrong_value", f"{sentence}."[:300], "Correct it, then send it again.") from None
    await office.preferences.change(Envelope(viewer.id, key), checked)
    return done(ACCOUNT, said="preferences")


@router.post(f"{ACCOUNT}/password")
async def change_password(
    request: Request, office: TheOffice, viewer: Sender, old: Secret = "", password: Secret = "", again: Secret = ""
) -> Response:
    """Choose another password; every other browser is signed out."""
    try:
        if password != again:
            raise LifecycleError("weak_password", "The two passwords differ.", "Type the same one twice.")
        sign_in = viewer.there.sign_in.id
        await office.accounts.change(viewer.there.person, old, password, whence(request), sign_in)
    except LifecycleError as error:
        if error.code not in ("wrong_password", "weak_password", "too_many_attempts"):
            raise
        return await _page(request, office, viewer, error=error)
    return done(ACCOUNT, said="password")


@router.post(f"{ACCOUNT}/sign-ins/end")
async def end_sign_ins(request: Request, office: TheOffice, viewer: Sender, only: Line = "") -> Response:
    """Sign one browser out, or with none named all others; with `everywhere` this one too."""
    here = viewer.there.sign_in.id
    if only == "everywhere":
        await office.sign_ins.end(viewer.id)
        response = done(SIGN_IN)
        forget(request, response)
        return response
    await office.sign_ins.end(viewer.id, only=only or None, but=None if only else here)
    return done(ACCOUNT, said="signed_out")


@router.post(f"{ACCOUNT}/calendar")
async def open_calendar(request: Request, office: TheOffice, viewer: Sender, key: Key) -> Response:
    """Make a new secret address of one's calendar, and show it this once."""
    address = await office.feeds.open_feed(Envelope(viewer.id, key))
    return await _page(request, office, viewer, calendar=address or "")


@router.post(f"{ACCOUNT}/calendar/end")
async def close_calendar(office: TheOffice, viewer: Sender, key: Key) -> Response:
    """Let nothing lead to one's calendar any more."""
    await office.feeds.close_feed(Envelope(viewer.id, key))
    return done(ACCOUNT, said="calendar")


async def _page(
    request: Request,
    office: Office,
    viewer: Viewer,
    *,
    said: str = "",
    error: LifecycleError | None = None,
    calendar: str = "",
) -> Response:
    return render(
        request,
        viewer,
        "account.html",
        status=422 if error else 200,
        said=said,
        error=error,
        calendar=calendar,
        since=await office.feeds.since(viewer.id),
        sign_ins=await office.sign_ins.sign_ins_of(viewer.id),
        has_password=await office.accounts.has_password(viewer.id),
        preferences=viewer.there.preferences,
        channels=office.notices.channels,
        tongues=LANGUAGES,
        grants=viewer.rights.grants,
        shortest=SHORTEST,
        longest=LONGEST,
    )
