"""Programs that are told: webhooks, managed by who manages notices."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.auth import Caller, Reads, Writes
from api.deps import Id, TheOffice, as_json
from api.schemas.notices import ShownWebhook, WebhookBody, WebhookLine, WebhookView
from api.schemas.people import Changed, Listed
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.trials import Trial
from lifecycle.service.webhooks import Shown

router = APIRouter(tags=["notices"])
Manager = Annotated[Caller, Depends(Reads(Permission.NOTICES_MANAGE))]
Managing = Annotated[Envelope, Depends(Writes(Permission.NOTICES_MANAGE))]


@router.get("/webhooks", response_model=Listed[WebhookLine])
async def webhooks(_: Manager, office: TheOffice) -> Response:
    """Every webhook, what it is told of, and how it gets on."""
    items = tuple(
        WebhookLine(
            **WebhookView.model_validate(webhook).model_dump(),
            waiting=standing.waiting,
            given_up=standing.given_up,
            last_sent_at=standing.last_sent_at,
            last_failure=standing.last_failure,
        )
        for webhook, standing in await office.webhooks.known()
    )
    return as_json(Listed[WebhookLine](items=items))


@router.post("/webhooks", status_code=201, response_model=ShownWebhook)
async def add(body: WebhookBody, envelope: Managing, office: TheOffice) -> Response:
    """Tell a program from now on, by CloudEvents signed as Standard Webhooks; the secret is shown this once."""
    return as_json(shown(await office.webhooks.add(envelope, body.label, body.url, body.kinds)), 201)


@router.post("/webhooks/{id}/secret", response_model=ShownWebhook)
async def renew(id: Id, envelope: Managing, office: TheOffice) -> Response:
    """Sign with another secret, shown this once; for a day the one before signs as well."""
    return as_json(shown(await office.webhooks.renew(envelope, id)))


@router.delete("/webhooks/{id}", response_model=Changed)
async def remove(id: Id, envelope: Managing, office: TheOffice) -> Response:
    """Tell a program nothing any more, nor what still waited for it."""
    return as_json(Changed(changed=await office.webhooks.remove(envelope, id)))


@router.post("/webhooks/{id}/tests", response_model=Trial)
async def test(id: Id, _: Manager, office: TheOffice) -> Response:
    """Call a webhook with an event that says nothing, and say what came of it."""
    return as_json(await office.trials.webhook(id))


def shown(webhook: Shown) -> ShownWebhook:
    """A webhook with its secret, as it is answered."""
    known = WebhookView.model_validate(webhook.webhook)
    return ShownWebhook(**known.model_dump(), secret=webhook.secret)
