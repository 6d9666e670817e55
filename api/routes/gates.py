"""Gates: open, supply evidence, rehearse, submit, withdraw, vote, ask, answer, decide."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.auth import Asks
from api.deps import COMMAND, GateName, Key, TheOffice, as_json, ask
from api.schemas.gates import AnswerBody, CallInBody, DecisionBody, FindingView, QuestionBody, RehearsalView, VoteBody
from api.schemas.projects import Because
from lifecycle.domain import commands as asked
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope

router = APIRouter(tags=["gates"], prefix="/projects/{key}/gates/{gate}")


@router.post("/rounds", responses=COMMAND)
async def open_round(
    key: Key,
    gate: GateName,
    body: Because,
    envelope: Annotated[Envelope, Depends(Asks(asked.OpenGate.needs))],
    office: TheOffice,
) -> Response:
    """Open a round of a gate that is opened on request: a change gate, or an exception gate by hand."""
    return await ask(office, key, envelope, asked.OpenGate, body, gate=gate)


@router.post("/rehearsals", response_model=RehearsalView)
async def rehearse(
    key: Key,
    gate: GateName,
    envelope: Annotated[Envelope, Depends(Asks(Permission.PROJECT_READ))],
    office: TheOffice,
) -> Response:
    """Judge the gate without submitting it: what is found, what is missing, and why it would be refused."""
    found = await office.reading.rehearse(envelope, key, gate)
    view = RehearsalView(
        version=found.version,
        ready=found.refusal is None,
        findings=tuple(FindingView.model_validate(finding) for finding in found.findings),
        missing=found.missing,
        refusal=found.refusal,
    )
    return as_json(view, ETag=f'"{found.version}"')


@router.post("/submission", responses=COMMAND)
async def submit(
    key: Key, gate: GateName, envelope: Annotated[Envelope, Depends(Asks(asked.SubmitGate.needs))], office: TheOffice
) -> Response:
    """Freeze the evidence and call the approvers."""
    return await ask(office, key, envelope, asked.SubmitGate, gate=gate)


@router.delete("/submission", responses=COMMAND)
async def withdraw(
    key: Key,
    gate: GateName,
    body: Because,
    envelope: Annotated[Envelope, Depends(Asks(asked.WithdrawSubmission.needs))],
    office: TheOffice,
) -> Response:
    """Take the submission back; a new round begins."""
    return await ask(office, key, envelope, asked.WithdrawSubmission, body, gate=gate)


@router.post("/votes", responses=COMMAND)
async def vote(
    key: Key,
    gate: GateName,
    body: VoteBody,
    envelope: Annotated[Envelope, Depends(Asks(asked.CastVote.needs))],
    office: TheOffice,
) -> Response:
    """Approve, reject, abstain or recuse, having seen this round and this evidence."""
    return await ask(office, key, envelope, asked.CastVote, body, gate=gate)


@router.post("/questions", responses=COMMAND)
async def question(
    key: Key,
    gate: GateName,
    body: QuestionBody,
    envelope: Annotated[Envelope, Depends(Asks(asked.AskForInformation.needs))],
    office: TheOffice,
) -> Response:
    """Ask the submitter for information; the approvers' clock stops until it is answered."""
    return await ask(office, key, envelope, asked.AskForInformation, body, gate=gate)


@router.post("/answers", responses=COMMAND)
async def answer(
    key: Key,
    gate: GateName,
    body: AnswerBody,
    envelope: Annotated[Envelope, Depends(Asks(asked.AnswerInformation.needs))],
    office: TheOffice,
) -> Response:
    """Answer the open question; the approvers' clock goes on."""
    return await ask(office, key, envelope, asked.AnswerInformation, body, gate=gate)


@router.post("/call-in", responses=COMMAND)
async def call_in(
    key: Key,
    gate: GateName,
    body: CallInBody,
    envelope: Annotated[Envelope, Depends(Asks(asked.CallInGate.needs))],
    office: TheOffice,
) -> Response:
    """Take the decision to oneself, where the policy reserves that to a higher role."""
    return await ask(office, key, envelope, asked.CallInGate, body, gate=gate)


@router.post("/nudges", responses=COMMAND)
async def nudge(
    key: Key, gate: GateName, envelope: Annotated[Envelope, Depends(Asks(asked.NudgeGate.needs))], office: TheOffice
) -> Response:
    """Remind those whom a late gate waits for; each of them once a day."""
    return await ask(office, key, envelope, asked.NudgeGate, gate=gate)


@router.post("/decision", responses=COMMAND)
async def decide(
    key: Key,
    gate: GateName,
    body: DecisionBody,
    envelope: Annotated[Envelope, Depends(Asks(asked.DecideGate.needs))],
    office: TheOffice,
) -> Response:
    """Record the decision, where a chair, the PMO or the manager decides."""
    return await ask(office, key, envelope, asked.DecideGate, body, gate=gate)
