"""What people were told, and whether it reached them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic.json_schema import SkipJsonSchema

from api.auth import Caller, Reads, Writes
from api.cursors import cursor_of, read_cursor
from api.deps import GateName, Key, TheOffice, as_json
from api.schemas.notices import BounceBody, MessageView, Seen, SeenBody, Told
from api.schemas.people import Listed
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.notices import NoticeLine
from lifecycle.service.trials import Trial

router = APIRouter(tags=["notices"])
Myself = Annotated[Caller, Depends(Reads(Permission.SELF_SERVE))]
Manager = Annotated[Caller, Depends(Reads(Permission.NOTICES_MANAGE))]
CursorText = Annotated[
    str | SkipJsonSchema[None], Query(alias="cursor", max_length=500, description="`next_cursor` of the page before.")
]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at once.")]


@router.get("/notices", response_model=Told)
async def notices(
    caller: Myself,
    office: TheOffice,
    unseen: Annotated[bool, Query(description="Only what the caller has not seen.")] = False,
    project: Annotated[str | SkipJsonSchema[None], Query(max_length=200, description="Only of this project.")] = None,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> Response:
    """What the caller was told, in their language: when, by which way, and whether it reached them and was seen."""
    after = read_cursor(cursor)
    page = await office.notices.of(caller.id, only_unseen=unseen, project=project, after=after, limit=limit)
    return as_json(Told(items=page.lines, unseen=page.unseen, next_cursor=cursor_of(page.after)))


@router.post("/notices/seen", response_model=Seen)
async def seen(
    body: SeenBody, envelope: Annotated[Envelope, Depends(Writes(Permission.SELF_SERVE))], office: TheOffice
) -> Response:
    """Note that the caller has seen notices of theirs; what they saw before stays as it was."""
    return as_json(Seen(seen=await office.notices.see(envelope.person, body.notices)))


@router.get("/projects/{key}/gates/{gate}/notices", response_model=Listed[NoticeLine])
async def gate_notices(
    key: Key,
    gate: GateName,
    caller: Annotated[Caller, Depends(Reads(Permission.PROJECT_READ))],
    office: TheOffice,
) -> Response:
    """Who was told what about a gate, and whom it did not reach; the latest first."""
    return as_json(Listed[NoticeLine](items=await office.notices.at_gate(caller.id, key, gate)))


@router.get("/messages", response_model=Listed[MessageView])
async def messages(
    _: Manager,
    office: TheOffice,
    recipient: Annotated[
        str | SkipJsonSchema[None], Query(max_length=200, description="A person, or a webhook, by id.")
    ] = None,
    failed: Annotated[bool, Query(description="Only what failed, and was not sent since.")] = False,
    cursor: CursorText = None,
    limit: Limit = 100,
) -> Response:
    """Messages to people and programs, sent, waiting and given up; the latest first."""
    page = await office.notices.deliveries(recipient, only_failed=failed, after=read_cursor(cursor), limit=limit)
    items = tuple(MessageView.model_validate(found) for found in page.lines)
    return as_json(Listed[MessageView](items=items, next_cursor=cursor_of(page.after)))


@router.post("/mail-tests", response_model=Trial)
async def mail_test(caller: Manager, office: TheOffice) -> Response:
    """Send one mail to the caller's own address, and say what the mail server answered."""
    return as_json(await office.trials.mail(caller.person))


@router.post("/mail-bounces", response_model=MessageView)
async def mail_bounce(
    body: BounceBody, envelope: Annotated[Envelope, Depends(Writes(Permission.NOTICES_MANAGE))], office: TheOffice
) -> Response:
    """Note that a mail came back after a server had taken it: it counts as not delivered."""
    return as_json(MessageView.model_validate(await office.notices.bounced(envelope.person, body.report)))
