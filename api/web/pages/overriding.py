"""What a higher power does at a gate: call the decision in."""

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
