"""Proposed changes of policies: who wrote them and why, who published, took back or reviewed them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from lifecycle.domain.project import PolicyRef
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.policy_tables import policy_proposals

_SHOWN: Final = 200


class ProposalStatus(StrEnum):
    """Where a proposal stands; `in_review` is a break-glass edition in force until somebody else has looked at it."""

    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"
    IN_REVIEW = "in_review"
    UPHELD = "upheld"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy text that somebody wants published, in force from an instant on, or in break-glass only `until` one."""

    id: str
    ref: PolicyRef
    name: str
    document: str
    source: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    effective_from: datetime | None = None
    until: datetime | None = None
    status: ProposalStatus = ProposalStatus.PROPOSED
    settled_by: str | None = None
    settled_at: datetime | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    remark: str = ""


def propose(connection: Connection, new: Proposal, by: Signature) -> None:
    """Note a proposal; its id must be new."""
    row = {
        "id": new.id,
        "policy": new.ref.id,
        "version": new.ref.version,
        "digest": new.ref.digest,
        "name": new.name,
        "document": new.document,
        "source": new.source,
        "reason": new.reason,
        "effective_from": new.effective_from,
        "until": new.until,
        "proposed_by": new.proposed_by,
        "proposed_at": new.proposed_at,
        "status": new.status.value,
        "remark": "",
    }
    connection.execute(insert(policy_proposals), row)
    said = {**new.ref.model_dump(mode="json"), "proposal": new.id, "reason": new.reason}
    if new.until is not None:
        said["until"] = new.until.isoformat()
    sign(connection, by, "person:policy:proposed", said)


def settle(connection: Connection, before: Proposal, status: ProposalStatus, remark: str, by: Signature) -> bool:
    """Note what became of a proposal; false if somebody else was faster."""
    who = "reviewed" if before.status is ProposalStatus.IN_REVIEW else "settled"
    here = policy_proposals.c.id == before.id, policy_proposals.c.status == before.status.value
    changed = {"status": status.value, f"{who}_by": by.person, f"{who}_at": by.at, "remark": remark}
    if connection.execute(update(policy_proposals).where(*here).values(**changed)).rowcount == 0:
        return False
    said = {"proposal": before.id, "status": status.value, "remark": remark, **before.ref.model_dump(mode="json")}
    sign(connection, by, "person:policy:settled", said)
    return True


def find(connection: Connection, id_: str) -> Proposal | None:
    """A proposal by its id."""
    row = connection.execute(select(policy_proposals).where(policy_proposals.c.id == id_)).one_or_none()
    return _proposal(row) if row else None


def latest(connection: Connection, status: ProposalStatus | None = None) -> tuple[Proposal, ...]:
    """The latest proposals, of one status or of all, the newest first."""
    query = select(policy_proposals)
    if status is not None:
        query = query.where(policy_proposals.c.status == status.value)
    ordered = query.order_by(policy_proposals.c.proposed_at.desc(), policy_proposals.c.id)
    return tuple(map(_proposal, connection.execute(ordered.limit(_SHOWN))))


def open_(connection: Connection) -> tuple[Proposal, ...]:
    """The proposals that wait for somebody: to be published, or to be reviewed, those that end by themselves first."""
    waiting = (ProposalStatus.PROPOSED.value, ProposalStatus.IN_REVIEW.value)
    query = select(policy_proposals).where(policy_proposals.c.status.in_(waiting))
    ordered = query.order_by(
        policy_proposals.c.until.is_(None), policy_proposals.c.until, policy_proposals.c.proposed_at
    )
    return tuple(map(_proposal, connection.execute(ordered.limit(_SHOWN))))


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        id=row.id,
        ref=PolicyRef(id=row.policy, version=row.version, digest=row.digest),
        name=row.name,
        document=row.document,
        source=row.source,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        effective_from=row.effective_from,
        until=row.until,
        status=ProposalStatus(row.status),
        settled_by=row.settled_by,
        settled_at=row.settled_at,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        remark=row.remark,
    )
