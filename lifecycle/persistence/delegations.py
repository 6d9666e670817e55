"""Delegations: who may act for whom. A revoked one stays known, as ended at that moment."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, update

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Delegation
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.inserts import insert_new
from lifecycle.persistence.office_tables import delegations, people
from lifecycle.persistence.people import get, record_change

_LARGEST = 2**63 - 1
"""What a column holds; no project costs more."""


class DelegationExistsError(LifecycleError):
    """The id belongs to a delegation already (HTTP 409; code `delegation_exists`)."""

    def __init__(self) -> None:
        super().__init__(
            "delegation_exists", "There is a delegation with this id already.", "Revoke that one, or use another id."
        )


def delegate(connection: Connection, delegation: Delegation, by: Signature) -> None:
    """Note a delegation. Raises `UnknownPersonError`, `DelegationExistsError`."""
    get(connection, delegation.giver)
    get(connection, delegation.receiver)
    limit = None if delegation.limit is None else min(delegation.limit, _LARGEST)
    if not insert_new(connection, delegations, {**delegation.model_dump(), "limit": limit}):
        raise DelegationExistsError
    record_change(connection, by, "person:delegation:given", delegation.model_dump(mode="json"))


def revoke(connection: Connection, id_: str, by: Signature) -> bool:
    """End a delegation at once; whether it was still to run."""
    running = update(delegations).where(
        delegations.c.id == id_, delegations.c.revoked_at.is_(None), delegations.c.ends > by.at
    )
    ended = connection.execute(running.values(revoked_at=by.at)).rowcount > 0
    if ended:
        record_change(connection, by, "person:delegation:revoked", {"id": id_})
    return ended


def find(connection: Connection, id_: str) -> Delegation | None:
    """A delegation by its id, also one that has ended."""
    found = connection.execute(select(delegations).where(delegations.c.id == id_)).one_or_none()
    return _delegation(found) if found else None


def received_by(connection: Connection, person: str, instant: datetime) -> tuple[Delegation, ...]:
    """What was delegated to a person and runs at an instant, by givers who have not left."""
    found = (_delegation(row) for row in connection.execute(_RECEIVED, {"by": person, "at": instant}))
    return tuple(delegation for delegation in found if delegation.running(instant))


def running(connection: Connection, scopes: Collection[str], instant: datetime) -> tuple[Delegation, ...]:
    """The delegations that run in one of these scopes at an instant, between people who are there."""
    giver, receiver = people.alias(), people.alias()
    query = (
        select(delegations)
        .join(giver, and_(giver.c.id == delegations.c.giver, giver.c.active))
        .join(receiver, and_(receiver.c.id == delegations.c.receiver, receiver.c.active))
        .where(delegations.c.scope.in_(sorted(scopes)))
        .where(delegations.c.starts <= instant, delegations.c.ends > instant)
        .order_by(delegations.c.id)
    )
    found = (_delegation(row) for row in connection.execute(query))
    return tuple(delegation for delegation in found if delegation.running(instant))


def ending(connection: Connection, after: datetime, until: datetime) -> tuple[Delegation, ...]:
    """The delegations that end between two instants, the first first."""
    query = select(delegations).where(delegations.c.ends > after, delegations.c.ends <= until)
    query = query.where(delegations.c.revoked_at.is_(None)).order_by(delegations.c.ends, delegations.c.id)
    return tuple(_delegation(row) for row in connection.execute(query))


_RECEIVED = (
    select(delegations)
    .join(people, people.c.id == delegations.c.giver)
    .where(delegations.c.receiver == bindparam("by"), delegations.c.starts <= bindparam("at"), people.c.active)
    .order_by(delegations.c.id)
)


def concerning(connection: Connection, person: str | None, now: datetime) -> tuple[Delegation, ...]:
    """The delegations of a person, given or received, or of everybody, that have not ended yet."""
    query = select(delegations).where(delegations.c.ends > now, delegations.c.revoked_at.is_(None))
    if person is not None:
        query = query.where(or_(delegations.c.giver == person, delegations.c.receiver == person))
    found = connection.execute(query.order_by(delegations.c.starts, delegations.c.id))
    return tuple(_delegation(row) for row in found)


def _delegation(row: Row[Any]) -> Delegation:
    return Delegation(
        id=row.id,
        giver=row.giver,
        receiver=row.receiver,
        scope=row.scope,
        limit=row.limit,
        starts=row.starts,
        ends=min(row.ends, row.revoked_at) if row.revoked_at else row.ends,
        reason=row.reason,
    )
