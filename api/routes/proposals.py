"""Changes of policies: one person proposes, another publishes, a third reviews what was urgent."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic.json_schema import SkipJsonSchema

from api.auth import Caller, Reads, Writes
from api.deps import API, Id, TheOffice, as_json
from api.routes.policies import view_of
from api.schemas.policies import EditionView
from api.schemas.proposals import ProposalList, ProposalOrder, ProposalView, Review, Withdrawal
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.policies import Comparison
from lifecycle.service.proposals import ProposalStatus

router = APIRouter(tags=["policies"])
Reader = Annotated[Caller, Depends(Reads(Permission.POLICY_READ))]
Proposer = Annotated[Envelope, Depends(Writes(Permission.POLICY_PROPOSE))]
Publisher = Annotated[Envelope, Depends(Writes(Permission.POLICY_PUBLISH))]


@router.post("/policies/proposals", status_code=201, response_model=ProposalView)
async def propose(body: ProposalOrder, envelope: Proposer, office: TheOffice) -> Response:
    """Propose a policy text as a new edition; refused with every fault, by line and column, when it has any."""
    found = await office.proposals.propose(
        envelope, body.source, body.name, body.reason, body.effective_from, body.until
    )
    return as_json(ProposalView.of(found), 201, Location=f"{API}/policies/proposals/{found.id}")


@router.get("/policies/proposals", response_model=ProposalList)
async def proposals(
    _: Reader, office: TheOffice, status: Annotated[ProposalStatus | SkipJsonSchema[None], Query()] = None
) -> Response:
    """The latest proposals, of one status or of all."""
    return as_json(ProposalList(items=tuple(ProposalView.of(each) for each in await office.proposals.latest(status))))


@router.get("/policies/proposals/{id}", response_model=ProposalView)
async def read(id: Id, _: Reader, office: TheOffice) -> Response:
    """One proposal with its text."""
    return as_json(ProposalView.of(await office.proposals.get(id)))


@router.get("/policies/proposals/{id}/difference", response_model=Comparison)
async def difference(id: Id, _: Reader, office: TheOffice) -> Response:
    """What a proposal asks otherwise than the edition in force: stricter, looser or both, with a witness."""
    return as_json(await office.proposals.difference(id))


@router.post("/policies/proposals/{id}/publication", status_code=201, response_model=EditionView)
async def publish(id: Id, envelope: Publisher, office: TheOffice) -> Response:
    """Publish what somebody else has proposed, as a new edition."""
    return as_json(view_of(await office.proposals.publish(envelope, id)), 201)


@router.post("/policies/proposals/{id}/withdrawal", response_model=ProposalView)
async def withdraw(id: Id, body: Withdrawal, envelope: Proposer, office: TheOffice) -> Response:
    """Take a proposal back."""
    return as_json(ProposalView.of(await office.proposals.withdraw(envelope, id, body.remark)))


@router.post("/policies/proposals/{id}/review", response_model=ProposalView)
async def review(id: Id, body: Review, envelope: Publisher, office: TheOffice) -> Response:
    """Uphold a change that was published in break-glass, or end it; neither of the two who made it may."""
    return as_json(ProposalView.of(await office.proposals.review(envelope, id, body.remark, upheld=body.upheld)))
