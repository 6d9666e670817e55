"""Webhooks: which programs are told, with their secrets shown once, trials, and what came of the last deliveries."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from api.deps import TheOffice
from api.schemas.notices import WebhookBody
from api.web.addresses import webhook_path
from api.web.fields import Key, Line, checked, done
from api.web.rendering import render
from api.web.viewer import Acts, Viewer, Views
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.gates.notices import NoticeKind
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office

router = APIRouter(include_in_schema=False)
WEBHOOKS: Final = "/administration/webhooks"
MOST: Final = 50
Reader = Annotated[Viewer, Depends(Views(Permission.NOTICES_MANAGE))]
Sender = Annotated[Viewer, Depends(Acts(Permission.NOTICES_MANAGE))]
Kinds = Annotated[list[str] | None, Form(max_length=100)]
_SHOWN_AGAIN: Final = frozenset({"wrong_value", "forbidden_address", "no_webhook_key", "key_reused"})


@router.get(WEBHOOKS)
async def webhooks(
    request: Request, office: TheOffice, viewer: Reader, said: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Every webhook, and how it gets on."""
    return await _all(request, office, viewer, said=said)


@router.post(WEBHOOKS)
async def add(
    request: Request,
    office: TheOffice,
    viewer: Sender,
    key: Key,
    label: Line = "",
    url: Annotated[str, Form(max_length=2_000)] = "",
    kinds: Kinds = None,
) -> Response:
    """Tell another program; its secret is shown this once."""
    try:
        body = checked(WebhookBody, label=label.strip(), url=url.strip(), kinds=kinds or ())
        added = await office.webhooks.add(Envelope(viewer.id, key), body.label, body.url, body.kinds)
    except LifecycleError as error:
        if error.code not in _SHOWN_AGAIN:
            raise
        typed = {"label": label, "url": url, "kinds": kinds or []}
        return await _all(request, office, viewer, status=422, error=error, typed=typed)
    return await _one(request, office, viewer, added.webhook.id, shown=added)


@router.get(f"{WEBHOOKS}/{{id}}")
async def webhook(request: Request, office: TheOffice, viewer: Reader, id: str) -> Response:
    """One webhook, and what came of the last deliveries."""
    return await _one(request, office, viewer, id)


@router.post(f"{WEBHOOKS}/{{id}}/secret")
async def renew(request: Request, office: TheOffice, viewer: Sender, id: str, key: Key) -> Response:
    """Sign with another secret from now on, which is shown this once."""
    return await _one(request, office, viewer, id, shown=await office.webhooks.renew(Envelope(viewer.id, key), id))


@router.post(f"{WEBHOOKS}/{{id}}/trial")
async def try_out(request: Request, office: TheOffice, viewer: Sender, id: str) -> Response:
    """Call it with an event that says nothing; what comes of it is shown, and not kept."""
    return await _one(request, office, viewer, id, trial=await office.trials.webhook(id))


@router.post(f"{WEBHOOKS}/{{id}}/end")
async def end(office: TheOffice, viewer: Sender, id: str, key: Key) -> Response:
    """Tell it nothing any more."""
    await office.webhooks.remove(Envelope(viewer.id, key), id)
    return done(WEBHOOKS, said="ended")


async def _all(request: Request, office: Office, viewer: Viewer, status: int = 200, **more: Any) -> Response:
    known = {"said": "", "error": None, "typed": {}, **more}
    lines = [(webhook, standing, webhook_path(webhook.id)) for webhook, standing in await office.webhooks.known()]
    kinds = [kind.value for kind in NoticeKind]
    return render(request, viewer, "webhooks.html", status=status, lines=lines, kinds=kinds, **known)


async def _one(request: Request, office: Office, viewer: Viewer, id: str, **more: Any) -> Response:
    found = await office.webhooks.one(id)
    deliveries = await office.notices.deliveries(id, only_failed=False, after=None, limit=MOST)
    return render(
        request,
        viewer,
        "webhook.html",
        webhook=found,
        at=webhook_path(id),
        deliveries=deliveries.lines,
        names=await office.people.names({found.created_by}),
        **{"shown": None, "trial": None, **more},
    )
