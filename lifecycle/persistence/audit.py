"""The audit trail: one chain of rows for each project and one for the office, each row bound to the one before it.

The digest of a row is the SHA-256 of the canonical JSON of all its other columns, `previous` among them. Whoever can
rewrite whole chains can still lie; `verifier.heads`, noted elsewhere, is what catches that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from lifecycle.domain.values import canonical, digest
from lifecycle.domain.verdicts import Refusal
from lifecycle.persistence.columns import kept, stamp
from lifecycle.persistence.inserts import insert_new
from lifecycle.persistence.tables import audit, chains, projects

OFFICE = ":office"
"""The chain of what belongs to no project; a scope can name no project with a colon, so no project has this key."""


class Kind(StrEnum):
    """What a row of the audit trail records."""

    EVENT = "event"
    REFUSED = "refused"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a chain: its number, 0 before the first, and its digest."""

    chain: str
    n: int
    digest: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row will say: `body` is canonical JSON, `seq` an event's number, `state` the state's digest after it."""

    kind: Kind
    at: datetime
    type: str
    body: str
    person: str | None
    acting_for: str | None
    command: str | None
    gate: str | None = None
    seq: int | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who changes something of the office, when, for whom, and by which command."""

    person: str
    at: datetime
    acting_for: str | None = None
    command: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that a person asked for, of a project or (none) of the office; the digest is of what they sent."""

    id: str
    type: str
    person: str
    acting_for: str | None
    project: str | None
    at: datetime
    body_digest: str


_HEAD = select(chains.c.n, chains.c.digest).where(chains.c.chain == bindparam("of")).with_for_update()
_ROWS = insert(audit)
_MOVED = update(chains).where(chains.c.chain == bindparam("of"))


def lock(connection: Connection, chain: str) -> Head:
    """The head of a chain, which nobody else can move before this transaction ends; a new chain has no rows."""
    found = connection.execute(_HEAD, {"of": chain}).one_or_none()
    if found is None:
        insert_new(connection, chains, {"chain": chain, "n": 0, "digest": ""})
        found = connection.execute(_HEAD, {"of": chain}).one()
    return Head(chain, found.n, found.digest)


def append(connection: Connection, head: Head, entries: Sequence[Entry], now: datetime) -> Head:
    """Add rows behind a locked head; the new head."""
    rows = []
    for entry in entries:
        row = _row(head, entry, now)
        rows.append(row)
        head = Head(head.chain, head.n + 1, row["digest"])
    if rows:
        connection.execute(_ROWS, rows)
        connection.execute(_MOVED, {"of": head.chain, "n": head.n, "digest": head.digest})
    return head


def sign(connection: Connection, by: Signature, type_: str, content: Mapping[str, Any]) -> None:
    """Record a deed of the office, tagged `person:object:action`, with its content as JSON-like data."""
    body = canonical({"type": type_, "person": by.person, "acting_for": by.acting_for, "content": dict(content)})
    entry = Entry(Kind.OFFICE, by.at, type_, body, by.person, by.acting_for, by.command)
    append(connection, lock(connection, OFFICE), [entry], by.at)


def record_refusal(connection: Connection, attempt: Attempt, refusal: Refusal, now: datetime) -> None:
    """Record that an attempt was refused and why: with the project, or with the office if there is none such."""
    known = connection.scalar(select(exists().where(projects.c.key == attempt.project)))
    head = lock(connection, attempt.project if attempt.project and known else OFFICE)
    content = {
        "type": attempt.type,
        "project": attempt.project,
        "person": attempt.person,
        "acting_for": attempt.acting_for,
        "command": attempt.id,
        "body_digest": attempt.body_digest,
        "refusal": refusal.model_dump(mode="json"),
    }
    entry = Entry(
        kind=Kind.REFUSED,
        at=attempt.at,
        type=attempt.type,
        body=canonical(content),
        person=attempt.person,
        acting_for=attempt.acting_for,
        command=attempt.id,
    )
    append(connection, head, [entry], now)


def _row(head: Head, entry: Entry, now: datetime) -> dict[str, Any]:
    said = {
        "chain": head.chain,
        "n": head.n + 1,
        "kind": entry.kind.value,
        "seq": entry.seq,
        "at": stamp(entry.at),
        "recorded_at": stamp(now),
        "type": entry.type,
        "gate": entry.gate,
        "person": entry.person,
        "acting_for": entry.acting_for,
        "command": entry.command,
        "state": entry.state,
        "body": entry.body,
        "previous": head.digest,
    }
    row: dict[str, Any] = {name: kept(value) if isinstance(value, str) else value for name, value in said.items()}
    return {**row, "at": entry.at, "recorded_at": now, "digest": digest(row)}
