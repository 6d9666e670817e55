"""Notices as they are gathered into messages, and as the person reads them back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, text, update

from lifecycle.persistence.notice_tables import messages
from lifecycle.persistence.outbox import Delivery, delivery_of, put_out
from lifecycle.persistence.pages import Cursor, Page, by_instant, page
from lifecycle.persistence.tables import notices, projects

_LOCK = 4_770_164_935_018
"""Any number of its own: the PostgreSQL advisory lock that lets one process at a time gather."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice for one person; `fields` are the kind's own, `policy` the digest of the project's policy.

    News of the office is of no project: `project`, its name and `policy` are empty.
    `message` is the one that it went into; none while it waits, or when it stands in the inbox alone.
    """

    key: str
    kind: str
    project: str
    project_name: str
    policy: str
    gate: str | None
    round: int | None
    step: int | None
    recipient: str
    fields: dict[str, str]
    created_at: datetime
    waits_until: datetime | None = None
    message: str | None = None
    seen_at: datetime | None = None

    @property
    def about(self) -> str:
        """What people call what it is about: a project, or a policy."""
        return self.project_name or self.fields.get("policy", "")


@dataclass(frozen=True, slots=True)
class Told:
    """When the last message to somebody was made, and whether one of theirs is still on its way."""

    at: datetime
    on_its_way: bool


def alone(connection: Connection) -> bool:
    """Whether nobody else gathers before this transaction ends."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}))


def due_policies(connection: Connection, now: datetime) -> tuple[str, ...]:
    """The digests of the policies of the projects with notices to be looked at now; none when nothing is due.

    For news of the office an empty one stands among them.
    """
    digest = func.coalesce(projects.c.policy_digest, "")
    due = select(digest).select_from(notices).outerjoin(projects, projects.c.key == notices.c.project)
    return tuple(connection.scalars(due.where(notices.c.waits_until <= now).distinct()))


def due_recipients(connection: Connection, now: datetime, limit: int) -> tuple[str, ...]:
    """Whose notices are to be looked at now, who has waited longest first."""
    due = select(notices.c.recipient).where(notices.c.waits_until <= now).group_by(notices.c.recipient)
    return tuple(connection.scalars(due.order_by(func.min(notices.c.waits_until), notices.c.recipient).limit(limit)))


def waiting(connection: Connection, recipients: Sequence[str]) -> dict[str, list[Letter]]:
    """Everything that waits to be sent to each of these people, the oldest first."""
    theirs = _LETTERS.where(notices.c.recipient.in_(recipients), notices.c.waits_until.is_not(None))
    found: dict[str, list[Letter]] = {}
    for row in connection.execute(theirs.order_by(notices.c.created_at, notices.c.key)):
        found.setdefault(row.recipient, []).append(_letter(row))
    return found


def last_told(connection: Connection, recipients: Sequence[str]) -> dict[str, Told]:
    """When each of these people, as far as they ever were, was last sent something."""
    on_its_way = func.count(messages.c.next_try_at) > 0
    last = select(messages.c.recipient, func.max(messages.c.created_at).label("at"), on_its_way.label("on_its_way"))
    found = connection.execute(last.where(messages.c.recipient.in_(recipients)).group_by(messages.c.recipient))
    return {row.recipient: Told(row.at, bool(row.on_its_way)) for row in found}


def gather(
    connection: Connection, message: str, recipient: str, keys: Sequence[str], channels: Sequence[str], now: datetime
) -> None:
    """Put these waiting notices into one message over these channels; without a channel they stand in the inbox."""
    taken = update(notices).where(notices.c.key.in_(keys))
    connection.execute(taken.values(waits_until=None, message=message if channels else None))
    put_out(connection, [(message, channel, recipient, None) for channel in channels], now)


def postpone(connection: Connection, keys: Sequence[str], until: datetime) -> None:
    """Look at these waiting notices again at an instant."""
    connection.execute(update(notices).where(notices.c.key.in_(keys)).values(waits_until=until))


def letters_in(connection: Connection, message: str) -> tuple[Letter, ...]:
    """The notices that a message carries, the oldest first."""
    carried = _LETTERS.where(notices.c.message == message).order_by(notices.c.created_at, notices.c.key)
    return tuple(_letter(row) for row in connection.execute(carried))


def told(
    connection: Connection,
    person: str,
    *,
    only_unseen: bool = False,
    project: str | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Letter]:
    """A page of what somebody was told, of everything or of one project, the latest first."""
    theirs = _LETTERS.where(notices.c.recipient == person)
    if only_unseen:
        theirs = theirs.where(notices.c.seen_at.is_(None))
    if project is not None:
        theirs = theirs.where(notices.c.project == project)
    order = [by_instant(notices.c.created_at), notices.c.key]
    return page(connection, theirs, order, _letter, after=after, limit=limit, newest_first=True)


def told_at(connection: Connection, project: str, gate: str, limit: int) -> tuple[Letter, ...]:
    """What was told about a gate and to whom, the latest first."""
    start = f"{project}/{gate}/"
    keys = (notices.c.key > start, notices.c.key < f"{start}~")  # what follows is a round's number
    here = _LETTERS.where(*keys, notices.c.project == project, notices.c.gate == gate)
    found = connection.execute(here.order_by(notices.c.created_at.desc(), notices.c.key).limit(limit))
    return tuple(_letter(row) for row in found)


def ways_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[Delivery]]:
    """How far each of these messages has come, over each channel."""
    found: dict[str, list[Delivery]] = {}
    for row in connection.execute(select(messages).where(messages.c.id.in_(ids)).order_by(messages.c.channel)):
        found.setdefault(row.id, []).append(delivery_of(row))
    return found


def count_unseen(connection: Connection, person: str) -> int:
    """How much of what somebody was told they have not seen."""
    theirs = select(func.count()).where(notices.c.recipient == person, notices.c.seen_at.is_(None))
    return connection.scalar(theirs) or 0


def see(connection: Connection, person: str, keys: Sequence[str] | None, now: datetime) -> int:
    """Somebody has seen these notices of theirs, or all there are; how many were new to them."""
    new = update(notices).where(notices.c.recipient == person, notices.c.seen_at.is_(None), notices.c.created_at <= now)
    if keys is not None:
        new = new.where(notices.c.key.in_(keys))
    return connection.execute(new.values(seen_at=now)).rowcount


_LETTERS: Select[Any] = select(notices, projects.c.name.label("project_name"), projects.c.policy_digest).outerjoin(
    projects, projects.c.key == notices.c.project
)


def _letter(row: Row[Any]) -> Letter:
    return Letter(
        key=row.key,
        kind=row.kind,
        project=row.project,
        project_name=row.project_name or "",
        policy=row.policy_digest or "",
        gate=row.gate,
        round=row.round,
        step=row.step,
        recipient=row.recipient,
        fields=json.loads(row.fields),
        created_at=row.created_at,
        waits_until=row.waits_until,
        message=row.message,
        seen_at=row.seen_at,
    )
