"""Verifying the audit trail: what is sent to begin, and where every chain stood."""

from typing import Annotated, Any

from pydantic import Field

from api.schemas.words import Body, View


class VerificationOrder(Body):
    """A checkpoint that was kept elsewhere, to compare the trail with besides; it is good as it was given out."""

    noted: Annotated[dict[str, Any] | None, Field(json_schema_extra={"example": None})] = None


class Checkpoint(View):
    """Where every chain stands: the number and the digest of its last row; `signature` only where a key was given."""

    at: str
    heads: dict[str, tuple[int | str, ...]]
    signature: str | None
