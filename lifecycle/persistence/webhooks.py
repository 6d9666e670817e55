"""Webhooks: which programs are told, where and of what, and how often their secret was renewed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, select, update

from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.inserts import insert_new
from lifecycle.persistence.notice_tables import messages, webhooks
from lifecycle.persistence.outbox import WEBHOOK


@dataclass(frozen=True, slots=True)
class Webhook:
    """A program that is told of these kinds of news, or of all if there are none, until it ends.

    `generation` counts its secrets; the latest is in force since `renewed_at`, or from the beginning.
    """

    id: str
    label: str
    url: str
    kinds: tuple[str, ...]
    created_at: datetime
    created_by: str
    ended_at: datetime | None = None
    generation: int = 1
    renewed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a webhook gets on: what waits or was given up, the last receipt, and the last failure that stands."""

    waiting: int = 0
    given_up: int = 0
    last_sent_at: datetime | None = None
    last_failure: str | None = None


def subscribe(connection: Connection, webhook: Webhook, by: Signature) -> bool:
    """Note a webhook; whether its id was new."""
    said = {"id": webhook.id, "label": webhook.label, "url": webhook.url, "kinds": " ".join(webhook.kinds)}
    made = {"created_at": webhook.created_at, "created_by": webhook.created_by, "generation": webhook.generation}
    new = insert_new(connection, webhooks, {**said, **made})
    if new:
        sign(connection, by, "person:webhook:added", said)
    return new


def renew(connection: Connection, id_: str, by: Signature) -> Webhook | None:
    """From now on another secret signs what a webhook is told; the webhook, none if it is told nothing."""
    running = update(webhooks).where(webhooks.c.id == id_, webhooks.c.ended_at.is_(None))
    connection.execute(running.values(generation=webhooks.c.generation + 1, renewed_at=by.at))
    found = find(connection, id_)
    if found:
        sign(connection, by, "person:webhook:renewed", {"id": id_, "generation": found.generation})
    return found


def end(connection: Connection, id_: str, by: Signature) -> bool:
    """Tell a webhook nothing any more, nor what was still to be sent; whether it was told until now."""
    running = update(webhooks).where(webhooks.c.id == id_, webhooks.c.ended_at.is_(None))
    ended = connection.execute(running.values(ended_at=by.at)).rowcount > 0
    if ended:
        unsent = delete(messages).where(messages.c.channel == WEBHOOK, messages.c.recipient == id_)
        connection.execute(unsent.where(messages.c.next_try_at.is_not(None)))
        sign(connection, by, "person:webhook:removed", {"id": id_})
    return ended


def known(connection: Connection) -> tuple[Webhook, ...]:
    """The webhooks that are told, the oldest first."""
    running = select(webhooks).where(webhooks.c.ended_at.is_(None))
    return tuple(_webhook(row) for row in connection.execute(running.order_by(webhooks.c.created_at, webhooks.c.id)))


def standings(connection: Connection) -> dict[str, Standing]:
    """How each webhook that was ever told something gets on."""
    told = messages.c.channel == WEBHOOK
    counted = select(
        messages.c.recipient,
        func.count(messages.c.next_try_at).label("waiting"),
        func.sum(case((messages.c.given_up, 1), else_=0)).label("given_up"),
        func.max(messages.c.sent_at).label("last_sent_at"),
    )
    failing = select(messages.c.recipient, messages.c.failure).where(told, messages.c.failure.is_not(None))
    failures = {row.recipient: row.failure for row in connection.execute(failing.order_by(messages.c.created_at))}
    return {
        row.recipient: Standing(row.waiting, row.given_up, row.last_sent_at, failures.get(row.recipient))
        for row in connection.execute(counted.where(told).group_by(messages.c.recipient))
    }


def find(connection: Connection, id_: str) -> Webhook | None:
    """A webhook that is told."""
    running = select(webhooks).where(webhooks.c.id == id_, webhooks.c.ended_at.is_(None))
    row = connection.execute(running).one_or_none()
    return _webhook(row) if row else None


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        id=row.id,
        label=row.label,
        url=row.url,
        kinds=tuple(row.kinds.split()),
        created_at=row.created_at,
        created_by=row.created_by,
        ended_at=row.ended_at,
        generation=row.generation,
        renewed_at=row.renewed_at,
    )
