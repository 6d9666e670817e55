"""The journal: what was asked and what became of it. It makes asking again safe, and every outcome known in the end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.values import canonical
from lifecycle.domain.verdicts import Refusal
from lifecycle.persistence.audit import Attempt, record_refusal
from lifecycle.persistence.inserts import insert_new
from lifecycle.persistence.tables import journal


class KeyReusedError(LifecycleError):
    """An id came again with other content, or from somebody else (HTTP 409; code `key_reused`)."""

    def __init__(self) -> None:
        super().__init__(
            "key_reused",
            "This idempotency key was used for another request.",
            "Send a new request with a new key, or the same request with the same key.",
        )


class JournalStatus(StrEnum):
    """What is known of the outcome: nothing yet, done, or refused."""

    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One command: the attempt, the whole command as JSON-like data for sending it again, and what became of it.

    `events` is how many events a done command caused, `answer` what its sender is told, `refusal` why not.
    """

    attempt: Attempt
    body: dict[str, Any]
    status: JournalStatus = JournalStatus.SENT
    settled_at: datetime | None = None
    events: int | None = None
    answer: dict[str, Any] | None = None
    refusal: Refusal | None = None


def write_sent(connection: Connection, attempt: Attempt, body: Mapping[str, Any]) -> tuple[JournalEntry, bool]:
    """Note a command before it is sent: its entry, the earlier one if it was noted before, and whether it is new.

    Raises `KeyReusedError` if the id belongs to another person or to other content (`attempt.body_digest`); the body
    itself may differ, for it also carries what the sender has looked up, and the first one stands.
    """
    row = {
        "id": attempt.id,
        "project": attempt.project,
        "person": attempt.person,
        "acting_for": attempt.acting_for,
        "type": attempt.type,
        "body_digest": attempt.body_digest,
        "body": canonical(dict(body)),
        "status": JournalStatus.SENT.value,
        "sent_at": attempt.at,
    }
    if insert_new(connection, journal, row):
        return JournalEntry(attempt, dict(body)), True
    earlier = find(connection, attempt.id)
    if earlier is None or _asked(earlier.attempt) != _asked(attempt):
        raise KeyReusedError
    return earlier, False


def find(connection: Connection, id_: str) -> JournalEntry | None:
    """The entry of a command, if it was ever noted."""
    found = connection.execute(_FOUND, {"of": id_}).one_or_none()
    return _entry(found) if found else None


def settle_done(connection: Connection, id_: str, *, events: int, answer: Mapping[str, Any], now: datetime) -> None:
    """A command was carried out. Once done it stays so; what happened outweighs an earlier refusal.

    Call it in the transaction that projects the events. Raises `LookupError` if the command was never noted.
    """
    said = {"status": JournalStatus.DONE.value, "events": events, "answer": canonical(dict(answer)), "settled_at": now}
    if not connection.execute(_CARRIED_OUT, {"of": id_, "reason": None, **said}).rowcount:
        _settled(connection, id_)


def settle_refused(connection: Connection, id_: str, refusal: Refusal, now: datetime) -> JournalEntry:
    """A command was refused: its entry, and with it the attempt in the audit trail. What was settled before stays.

    Raises `LookupError` if the command was never noted.
    """
    said = {
        "status": JournalStatus.REFUSED.value,
        "reason": refusal.reason.value,
        "answer": canonical(refusal.model_dump(mode="json")),
        "settled_at": now,
    }
    changed = connection.execute(_TURNED_DOWN, {"of": id_, "events": None, **said}).rowcount
    entry = _settled(connection, id_)
    if changed:
        record_refusal(connection, entry.attempt, refusal, now)
    return entry


def stuck(connection: Connection, before: datetime, limit: int = 100) -> tuple[JournalEntry, ...]:
    """Commands sent before an instant whose outcome is not known yet, oldest first."""
    waiting = select(journal).where(journal.c.status == JournalStatus.SENT.value, journal.c.sent_at < before)
    found = connection.execute(waiting.order_by(journal.c.sent_at, journal.c.id).limit(limit))
    return tuple(_entry(row) for row in found)


_FOUND = select(journal).where(journal.c.id == bindparam("of"))
_OF = journal.c.id == bindparam("of")
_CARRIED_OUT = update(journal).where(_OF, journal.c.status != JournalStatus.DONE.value)
_TURNED_DOWN = update(journal).where(_OF, journal.c.status == JournalStatus.SENT.value)


def _settled(connection: Connection, id_: str) -> JournalEntry:
    entry = find(connection, id_)
    if entry is None:
        raise LookupError(f"no command {id_} was noted")
    return entry


def _asked(attempt: Attempt) -> tuple[str | None, ...]:
    return attempt.type, attempt.project, attempt.person, attempt.acting_for, attempt.body_digest


def _entry(row: Row[Any]) -> JournalEntry:
    status = JournalStatus(row.status)
    answer = json.loads(row.answer) if row.answer else None
    refused = status is JournalStatus.REFUSED
    return JournalEntry(
        attempt=Attempt(row.id, row.type, row.person, row.acting_for, row.project, row.sent_at, row.body_digest),
        body=json.loads(row.body),
        status=status,
        settled_at=row.settled_at,
        events=row.events,
        answer=None if refused else answer,
        refusal=Refusal.model_validate(answer) if refused else None,
    )
