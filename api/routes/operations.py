"""How the product is doing, for a monitoring system that signs in as anybody may who sees the portfolio."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.auth import Caller, Reads
from api.deps import TheOffice
from lifecycle.domain.people import Permission
from lifecycle.service.operations import MEDIA_TYPE

router = APIRouter(tags=["operations"])


@router.get(
    "/metrics",
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus's text."}},
)
async def metrics(
    caller: Annotated[Caller, Depends(Reads(Permission.PORTFOLIO_READ, produces="*/*"))], office: TheOffice
) -> Response:
    """Commands by outcome and latency, what is unsettled, unsent, overdue, and how many projects there are."""
    return Response(await office.operations.metrics(), media_type=MEDIA_TYPE)
