"""What a higher power does at a gate: call the decision in, let it pass without a requirement."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.deps import GateName, Key, TheOffice
from api.web.forms import sent_with
from api.web.pages.gate import Content, answered
from api.web.viewer import Acts, Viewer
from lifecycle.domain import commands as asked

router = APIRouter(include_in_schema=False, prefix="/projects/{key}/gates/{gate}")


@router.post("/call-in")
async def call_in(
    key: Key,
    gate: GateName,
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(asked.CallInGate.needs))],
) -> Response:
    """Take the decision to the role to which the policy reserves that."""
    sent = await sent_with(request)

    def content() -> Content:
        return {"round": sent.whole("round"), "reason": sent.text("call_in_reason")}

    return await answered(request, office, viewer, (key, gate), sent, asked.CallInGate, content, said="called_in")


@router.post("/waivers")
async def waive(
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
