"""Waivers at a gate: asked for, granted, declined, taken back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.deps import GateName, Key, TheOffice
from api.web.forms import Sent, sent_with
from api.web.pages.gate import Content, answered
from api.web.viewer import Acts, Viewer
from lifecycle.domain import commands as asked

router = APIRouter(include_in_schema=False, prefix="/projects/{key}/gates/{gate}/waivers")


@router.post("")
async def grant(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.GrantWaiver.needs))],
) -> Response:
    """Let the gate pass without one requirement, for a reason, with something instead, until a day."""
    sent = await sent_with(request)

    def content() -> Content:
        return {
            "requirement": sent.text("requirement"),
            "reason": sent.text("waiver_reason"),
            "compensating_control": sent.text("compensating_control"),
            "expires": sent.day("expires", viewer.zone),
        }

    return await answered(request, office, viewer, (key, gate), sent, asked.GrantWaiver, content, said="waived")


@router.post("/request")
async def ask(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.AskForWaiver.needs))],
) -> Response:
    """Ask whoever may grant it to let the gate pass without one requirement."""
    sent = await sent_with(request)
    told = _why(sent, "request_reason")
    return await answered(
        request, office, viewer, (key, gate), sent, asked.AskForWaiver, lambda: told, said="waiver_asked"
    )


@router.post("/refusal")
async def decline(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.DeclineWaiver.needs))],
) -> Response:
    """Say no to a request."""
    sent = await sent_with(request)
    told = _why(sent, "decline_reason")
    return await answered(
        request, office, viewer, (key, gate), sent, asked.DeclineWaiver, lambda: told, said="waiver_declined"
    )


@router.post("/revocation")
async def revoke(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.RevokeWaiver.needs))],
) -> Response:
    """Ask for a requirement again that was waived."""
    sent = await sent_with(request)
    told = _why(sent, "revoke_reason")
    return await answered(
        request, office, viewer, (key, gate), sent, asked.RevokeWaiver, lambda: told, said="waiver_revoked"
    )


def _why(sent: Sent, field: str) -> Content:
    return {"requirement": sent.text("requirement"), "reason": sent.text(field)}
