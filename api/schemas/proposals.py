"""Proposed changes of policies: what is sent, and how they are read."""

from datetime import datetime

from api.schemas.policies import PolicyText
from api.schemas.projects import Edition
from api.schemas.words import Body, Instant, Prose, Remark, View, Yes
from lifecycle.service.proposals import Proposal, ProposalStatus


class ProposalOrder(PolicyText):
    """A policy text to publish, why, and from when; with `until` in break-glass, at once and only so long."""

    reason: Prose
    effective_from: Instant | None = None
    until: Instant | None = None


class Withdrawal(Body):
    """Why a proposal is taken back."""

    remark: Remark = ""


class Review(Body):
    """Whether a change that was published in break-glass stays, and why."""

    upheld: Yes
    remark: Prose


class ProposalView(View):
    """A proposal: who wrote it and why, who published or withdrew it, who reviewed it."""

    id: str
    policy: Edition
    status: ProposalStatus
    reason: str
    proposed_by: str
    proposed_at: datetime
    effective_from: datetime | None
    until: datetime | None
    settled_by: str | None
    settled_at: datetime | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    remark: str
    source: str

    @classmethod
    def of(cls, found: Proposal) -> "ProposalView":
        """A proposal as it is answered."""
        told = {name: getattr(found, name) for name in cls.model_fields if name != "policy"}
        return cls(policy=Edition.model_validate(found.ref), **told)


class ProposalList(View):
    """The latest proposals, the newest first."""

    items: tuple[ProposalView, ...]
