"""Accounts: where one is signed in, codes for passwords, and what would be missing without somebody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic.json_schema import SkipJsonSchema

from api.auth import Caller, Reads, Writes
from api.deps import Id, TheOffice, as_json
from api.schemas.accounts import AccessView, CalendarView, Ended, InvitationView, LossesView, SignInView
from api.schemas.people import Changed, Listed
from api.schemas.words import PersonId
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.succession import Hinge

router = APIRouter(tags=["people"])
Self = Annotated[Caller, Depends(Reads(Permission.SELF_SERVE))]
Serving = Annotated[Envelope, Depends(Writes(Permission.SELF_SERVE))]


@router.get("/sign-ins", response_model=Listed[SignInView])
async def sign_ins(caller: Self, office: TheOffice) -> Response:
    """The browsers in which one is signed in, the latest first."""
    found = await office.sign_ins.sign_ins_of(caller.id)
    return as_json(Listed[SignInView](items=tuple(SignInView.model_validate(known) for known in found)))


@router.delete("/sign-ins", response_model=Ended)
async def end_all(envelope: Serving, office: TheOffice) -> Response:
    """Sign out everywhere; tokens stay good."""
    return as_json(Ended(ended=await office.sign_ins.end(envelope.person)))


@router.delete("/sign-ins/{id}", response_model=Ended)
async def end(id: Id, envelope: Serving, office: TheOffice) -> Response:
    """Sign one of one's browsers out."""
    return as_json(Ended(ended=await office.sign_ins.end(envelope.person, only=id)))


@router.get("/me/calendar", response_model=CalendarView)
async def calendar(caller: Self, office: TheOffice) -> Response:
    """Since when a calendar program can follow one's deadlines by a secret address; the address itself is not kept."""
    return as_json(CalendarView(since=await office.feeds.since(caller.id)))


@router.post("/me/calendar", status_code=201, response_model=CalendarView)
async def open_calendar(envelope: Serving, office: TheOffice) -> Response:
    """Make a new secret address of one's deadlines (iCalendar), shown this once; the one before leads nowhere."""
    address = await office.feeds.open_feed(envelope)
    return as_json(CalendarView(since=await office.feeds.since(envelope.person), address=address), 201)


@router.delete("/me/calendar", response_model=Changed)
async def close_calendar(envelope: Serving, office: TheOffice) -> Response:
    """Let nothing lead to one's calendar any more."""
    return as_json(Changed(changed=await office.feeds.close_feed(envelope)))


@router.post("/people/{id}/invitation", status_code=201, response_model=InvitationView)
async def invite(
    id: Id, envelope: Annotated[Envelope, Depends(Writes(Permission.PEOPLE_MANAGE))], office: TheOffice
) -> Response:
    """Let somebody choose a password by a code, within seven days; an earlier code of theirs ends."""
    return as_json(InvitationView.model_validate(await office.accounts.invite(envelope, id)), 201)


@router.get("/access", response_model=AccessView)
async def access(
    _: Annotated[Caller, Depends(Reads(Permission.PEOPLE_MANAGE))],
    office: TheOffice,
    person: PersonId | SkipJsonSchema[None] = None,
) -> Response:
    """Every browser that is signed in and every token that is good now: everybody's, or one person's."""
    return as_json(AccessView.model_validate(await office.access.ways_in(person)))


@router.delete("/people/{id}/sign-ins", response_model=Ended)
async def sign_out(
    id: Id,
    envelope: Annotated[Envelope, Depends(Writes(Permission.PEOPLE_MANAGE))],
    office: TheOffice,
    only: Annotated[str | SkipJsonSchema[None], Query(max_length=100, description="The id of one browser.")] = None,
) -> Response:
    """Sign all browsers of somebody out, or one of them; their tokens stay good."""
    return as_json(Ended(ended=await office.access.sign_out(envelope, id, only)))


@router.get("/succession", response_model=Listed[Hinge])
async def succession(caller: Annotated[Caller, Depends(Reads(Permission.PEOPLE_READ))], office: TheOffice) -> Response:
    """The gates that wait and hang on one person, and first those that nobody can open now."""
    return as_json(Listed[Hinge](items=await office.succession.hinges(caller.id)))


@router.get("/people/{id}/losses", response_model=LossesView)
async def losses(
    id: Id, caller: Annotated[Caller, Depends(Reads(Permission.PEOPLE_READ))], office: TheOffice
) -> Response:
    """Which gates and projects would be stuck if somebody left or was away."""
    person = await office.directory.person(caller.id, id)
    return as_json(LossesView.model_validate(await office.succession.without(person.id)))
