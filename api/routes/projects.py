"""Projects: register, read, amend; hold, resume, kill; the policy that governs them, their conditions and waivers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.auth import Asks, Caller, Reads
from api.deps import COMMAND, Id, Key, TheOffice, as_json, ask, reply
from api.schemas.commands import Accepted
from api.schemas.gates import AboutWaiverBody, WaiverBody
from api.schemas.projects import (
    Acceptance,
    Adoption,
    Amendment,
    Because,
    Hold,
    Kill,
    ProjectView,
    Proof,
    Registration,
)
from lifecycle.domain import commands as asked
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.registration import Draft

router = APIRouter(tags=["projects"])


@router.post(
    "/projects",
    status_code=201,
    responses={201: {**COMMAND[200], "description": "Registered."}, 202: COMMAND[202]},
    response_model=Accepted,
)
async def register(
    body: Registration,
    envelope: Annotated[Envelope, Depends(Asks(asked.RegisterProject.needs))],
    office: TheOffice,
) -> Response:
    """Take a project into governance, at the first stage or, with attested history, at a later one."""
    draft = Draft(project=body.key, **body.model_dump(exclude={"key"}))
    return reply(await office.registration.register(envelope, draft), 201)


@router.get("/projects/{key}", response_model=ProjectView)
async def read(
    key: Key, caller: Annotated[Caller, Depends(Reads(Permission.PROJECT_READ))], office: TheOffice
) -> Response:
    """A project as it stands; its version is the ETag."""
    state = await office.reading.project(caller.id, key)
    return as_json(ProjectView.of(state), ETag=f'"{state.seq}"')


@router.patch("/projects/{key}/facts", responses=COMMAND)
async def amend(
    key: Key,
    body: Amendment,
    envelope: Annotated[Envelope, Depends(Asks(asked.AmendFacts.needs))],
    office: TheOffice,
) -> Response:
    """Change facts, the name or the posts; may change the tier, and may breach a tolerance."""
    return await ask(office, key, envelope, asked.AmendFacts, body)


@router.post("/projects/{key}/hold", responses=COMMAND)
async def hold(
    key: Key, body: Hold, envelope: Annotated[Envelope, Depends(Asks(asked.HoldProject.needs))], office: TheOffice
) -> Response:
    """Stop every clock until the project is resumed."""
    return await ask(office, key, envelope, asked.HoldProject, body)


@router.post("/projects/{key}/resume", responses=COMMAND)
async def resume(
    key: Key, body: Because, envelope: Annotated[Envelope, Depends(Asks(asked.ResumeProject.needs))], office: TheOffice
) -> Response:
    """Go on from the point where the project was held."""
    return await ask(office, key, envelope, asked.ResumeProject, body)


@router.post("/projects/{key}/kill", responses=COMMAND)
async def kill(
    key: Key, body: Kill, envelope: Annotated[Envelope, Depends(Asks(asked.KillProject.needs))], office: TheOffice
) -> Response:
    """Stop the project for good."""
    return await ask(office, key, envelope, asked.KillProject, body)


@router.post("/projects/{key}/policy", responses=COMMAND)
async def adopt(
    key: Key, body: Adoption, envelope: Annotated[Envelope, Depends(Asks(asked.AdoptPolicy.needs))], office: TheOffice
) -> Response:
    """Name the edition that binds the project: from its next stage, or at once."""
    edition = await office.policies.read(body.policy, body.version)
    about = {"policy": edition.ref, "at_once": body.at_once, "reason": body.reason}
    return reply(await office.commands.carry_out(key, envelope.around(asked.AdoptPolicy, **about)))


@router.post("/projects/{key}/waivers", responses=COMMAND)
async def waive(
    key: Key, body: WaiverBody, envelope: Annotated[Envelope, Depends(Asks(asked.GrantWaiver.needs))], office: TheOffice
) -> Response:
    """Let a gate pass without one requirement."""
    return await ask(office, key, envelope, asked.GrantWaiver, body)


@router.post("/projects/{key}/waivers/request", responses=COMMAND)
async def ask_for_waiver(
    key: Key,
    body: AboutWaiverBody,
    envelope: Annotated[Envelope, Depends(Asks(asked.AskForWaiver.needs))],
    office: TheOffice,
) -> Response:
    """Ask that a gate may pass without one requirement."""
    return await ask(office, key, envelope, asked.AskForWaiver, body)


@router.post("/projects/{key}/waivers/refusal", responses=COMMAND)
async def decline_waiver(
    key: Key,
    body: AboutWaiverBody,
    envelope: Annotated[Envelope, Depends(Asks(asked.DeclineWaiver.needs))],
    office: TheOffice,
) -> Response:
    """Say no to a request for a waiver."""
    return await ask(office, key, envelope, asked.DeclineWaiver, body)


@router.post("/projects/{key}/waivers/revocation", responses=COMMAND)
async def revoke_waiver(
    key: Key,
    body: AboutWaiverBody,
    envelope: Annotated[Envelope, Depends(Asks(asked.RevokeWaiver.needs))],
    office: TheOffice,
) -> Response:
    """Ask for a requirement again that was waived, while its gate is open; the gate is judged anew."""
    return await ask(office, key, envelope, asked.RevokeWaiver, body)


@router.post("/projects/{key}/conditions/{id}/proof", responses=COMMAND)
async def prove(
    key: Key,
    id: Id,
    body: Proof,
    envelope: Annotated[Envelope, Depends(Asks(asked.ProveCondition.needs))],
    office: TheOffice,
) -> Response:
    """Say, with proof, that a condition is fulfilled."""
    return await ask(office, key, envelope, asked.ProveCondition, body, condition=id)


@router.post("/projects/{key}/conditions/{id}/acceptance", responses=COMMAND)
async def accept(
    key: Key,
    id: Id,
    body: Acceptance,
    envelope: Annotated[Envelope, Depends(Asks(asked.AcceptCondition.needs))],
    office: TheOffice,
) -> Response:
    """Accept a proof, or send it back."""
    return await ask(office, key, envelope, asked.AcceptCondition, body, condition=id)
