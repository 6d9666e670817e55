"""Waivers: permission to pass without a requirement, and the request for one."""

from datetime import datetime

from pydantic import Field

from lifecycle.domain.values import Instant, Names, Value


class WaiverRequest(Value):
    """Somebody asks that a round may pass without a requirement; it is for `role` to answer.

    It stands until it is granted or declined, or until its round is over.
    """

    requirement: str
    reason: str
    asked_by: Names
    role: str
    at: Instant


class Waiver(Value):
    """Permission to pass one requirement of one gate without it, until it expires or is revoked for a reason."""

    id: str
    gate: str
    requirement: str
    granted_by: str
    reason: str
    compensating_control: str
    expires: Instant
    expired: bool = False
    revoked: str = Field(default="", exclude_if=lambda reason: not reason)

    @property
    def is_over(self) -> bool:
        """Whether it ran out or was revoked."""
        return self.expired or bool(self.revoked)

    def stands(self, now: datetime) -> bool:
        """Whether it lets the gate pass at an instant."""
        return not self.is_over and self.expires > now
