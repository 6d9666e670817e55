"""Delegations, absences and tokens: one's own, or anybody's for who manages people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic.json_schema import SkipJsonSchema

from api.auth import Caller, Reads, Writes
from api.deps import Id, TheOffice, as_json
from api.schemas.people import (
    AbsenceBody,
    AbsenceView,
    Changed,
    DelegationBody,
    DelegationView,
    IssuedView,
    Listed,
    TokenBody,
    TokenView,
)
from api.schemas.words import PersonId
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope

router = APIRouter(tags=["people"])
Self = Annotated[Caller, Depends(Reads(Permission.SELF_SERVE))]
Serving = Annotated[Envelope, Depends(Writes(Permission.SELF_SERVE))]


@router.get("/delegations", response_model=Listed[DelegationView])
async def delegations(caller: Self, office: TheOffice) -> Response:
    """The delegations that have not ended: one's own, or everybody's for who reads people."""
    found = await office.deputising.delegations(caller.id)
    return as_json(Listed[DelegationView](items=tuple(DelegationView.model_validate(given) for given in found)))


@router.post("/delegations", status_code=201, response_model=DelegationView)
async def delegate(body: DelegationBody, envelope: Serving, office: TheOffice) -> Response:
    """Let somebody act for oneself, or for another by who manages people."""
    about = body.model_dump(exclude={"giver", "receiver"})
    given = await office.deputising.delegate(envelope, body.giver or envelope.person, body.receiver, **about)
    return as_json(DelegationView.model_validate(given), 201)


@router.delete("/delegations/{id}", response_model=Changed)
async def revoke_delegation(id: Id, envelope: Serving, office: TheOffice) -> Response:
    """End a delegation at once."""
    return as_json(Changed(changed=await office.deputising.revoke(envelope, id)))


@router.get("/absences", response_model=Listed[AbsenceView])
async def absences(caller: Self, office: TheOffice) -> Response:
    """The absences that run or are to come: one's own, or everybody's for who reads people."""
    found = await office.deputising.absences(caller.id)
    return as_json(Listed[AbsenceView](items=tuple(AbsenceView.model_validate(known) for known in found)))


@router.post("/absences", status_code=201, response_model=AbsenceView)
async def announce(body: AbsenceBody, envelope: Serving, office: TheOffice) -> Response:
    """Note that somebody is away; absent people are not counted on, but may still act."""
    person = body.person or envelope.person
    known = await office.deputising.announce(envelope, person, body.starts, body.ends, body.reason)
    return as_json(AbsenceView.model_validate(known), 201)


@router.delete("/absences/{id}", response_model=Changed)
async def cancel(id: Id, envelope: Serving, office: TheOffice) -> Response:
    """Take an absence back."""
    return as_json(Changed(changed=await office.deputising.cancel(envelope, id)))


@router.get("/tokens", response_model=Listed[TokenView])
async def tokens(
    caller: Self,
    office: TheOffice,
    person: Annotated[PersonId | SkipJsonSchema[None], Query(description="By default oneself.")] = None,
) -> Response:
    """The tokens that were issued to somebody, without their secrets."""
    found = await office.tokens.tokens_of(caller.id, person or caller.id)
    return as_json(Listed[TokenView](items=tuple(TokenView.model_validate(token) for token in found)))


@router.post("/tokens", status_code=201, response_model=IssuedView)
async def issue(body: TokenBody, envelope: Serving, office: TheOffice) -> Response:
    """Issue a token; its secret is shown this once."""
    person = body.person or envelope.person
    issued = await office.tokens.issue(envelope, person, body.label, body.expires_at)
    known = TokenView.model_validate(issued.token)
    return as_json(IssuedView(**known.model_dump(), secret=issued.secret), 201)


@router.delete("/tokens/{id}", response_model=Changed)
async def revoke_token(id: Id, envelope: Serving, office: TheOffice) -> Response:
    """Make a token worthless at once."""
    return as_json(Changed(changed=await office.tokens.revoke(envelope, id)))
