"""Gathers what people are told into messages: one an hour for each person, in no quiet hours, unless it is urgent."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Final

import structlog
from sqlalchemy import Connection

from lifecycle.domain.duration import Duration, Unit
from lifecycle.domain.preferences import Preferences
from lifecycle.domain.worktime import WorkCalendar, after
from lifecycle.gates.notices import NoticeKind as N
from lifecycle.persistence.failures import StoreError
from lifecycle.persistence.letters import (
    Letter,
    Told,
    alone,
    due_policies,
    due_recipients,
    gather,
    last_told,
    postpone,
    waiting,
)
from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_of
from lifecycle.service.preferences import preferences_of
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf
from lifecycle.service.telling.outlets import Outlets, channels_for

HOUR: Final = timedelta(hours=1)
"""Between two messages to one person."""
WORKING_DAY: Final = Duration(amount=1, unit=Unit.WORKING_DAYS)
"""A deadline nearer than that is urgent."""

_AT_ONCE: Final = 100
_IDLE_SECONDS: Final = 1.0
_ESCALATING: Final = frozenset({N.LADDER_RAISE, N.LADDER_HOLD, N.LADDER_DECIDE})
_ASKING: Final = frozenset(
    {
        N.GATE_OPENED, N.EVIDENCE_ASKED, N.VOTE_ASKED, N.QUESTION_ANSWERED, N.VOTE_VOIDED, N.GATE_RETURNED,
        N.GATE_NUDGED, N.LADDER_REMIND, N.LADDER_WIDEN, N.LADDER_REASSIGN, N.CONDITION_SET, N.CONDITION_SENT_BACK,
        N.WAIVER_ASKED, N.WAIVER_DECLINED, N.WAIVER_REVOKED, N.POLICY_REVIEW,
    }
)  # fmt: skip
"""What somebody is to do by a deadline."""
Calendars = Mapping[str, WorkCalendar]
"""The work calendar of each policy, by the policy's digest."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """Whether news may not wait for its hour, and the deadline that it must reach somebody before, if it has one."""

    urgent: bool = False
    deadline: datetime | None = None


def urgency(letters: Sequence[Letter], calendars: Calendars, now: datetime) -> Urgency:
    """How urgent news is: an escalation that moves the decision, or a deadline within one working day."""
    near = [due for letter in letters if (due := _near_deadline(letter, calendars, now))]
    escalates = any(N(letter.kind) in _ESCALATING for letter in letters)
    return Urgency(escalates or bool(near), min(near, default=None))


def moment(wishes: Preferences, urgent: Urgency, told: Told | None, now: datetime) -> datetime:
    """When somebody may be told: now or later.

    Quiet hours hold for what is urgent too, unless the deadline comes before they end.
    """
    start = now
    if wishes.digest and told and not urgent.urgent:
        start = max(now, told.at + HOUR, now + HOUR if told.on_its_way else now)
    quiet = wishes.quiet_until(start)
    if quiet is None or (urgent.deadline and urgent.deadline <= quiet):
        return start
    return quiet


class Gatherer:
    """Makes messages of the notices that are due; of several gatherers one works at a time."""

    def __init__(
        self, database: Database, shelf: Shelf, outlets: Outlets, now: Now, idle_seconds: float = _IDLE_SECONDS
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._outlets = outlets
        self._now = now
        self._idle = idle_seconds
        self._log = structlog.get_logger("gatherer")

    async def run(self, stop: asyncio.Event) -> None:
        """Gather until told to stop."""
        while not stop.is_set():
            busy = False
            try:
                busy = await self.gather_due()
            except StoreError as error:
                self._log.warning("notices wait for the records", reason=error.sentence)
            except Exception:
                self._log.exception("notices could not be gathered")
            if not busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._idle)

    async def gather_due(self) -> bool:
        """Look once at what is due; whether there may be more."""
        now = self._now()
        policies = await self._database.read(partial(due_policies, now=now))
        if not policies:
            return False
        shelved = [await self._shelf.by_digest(digest) for digest in policies]
        calendars = {
            edition.ref.digest: calendar_of(edition.book.policy.calendar, now.year) for edition in shelved if edition
        }
        return await self._database.write(partial(self._gather, calendars, now))

    def _gather(self, calendars: Calendars, now: datetime, connection: Connection) -> bool:
        if not alone(connection):
            return False
        people = due_recipients(connection, now, _AT_ONCE)
        wishes = preferences_of(connection, people, self._outlets.preferences)
        told = last_told(connection, people)
        for person, letters in waiting(connection, people).items():
            wish = wishes[person]
            for together in [letters] if wish.digest else [[letter] for letter in letters]:
                urgent = urgency(together, calendars, now)
                at = moment(wish, urgent, told.get(person), now)
                keys = [letter.key for letter in together]
                if at > now:
                    postpone(connection, keys, at)
                else:
                    channels = channels_for(self._outlets, wish, urgent.urgent)
                    gather(connection, _id(keys), person, keys, channels, now)
        return len(people) == _AT_ONCE


def _near_deadline(letter: Letter, calendars: Calendars, now: datetime) -> datetime | None:
    due = letter.fields.get("due")
    if due is None or N(letter.kind) not in _ASKING:
        return None
    instant, calendar = datetime.fromisoformat(due), calendars.get(letter.policy)
    if instant < now:
        return None
    return instant if calendar is None or instant <= after(calendar, now, WORKING_DAY) else None


def _id(keys: Sequence[str]) -> str:
    return sha256("\n".join(keys).encode()).hexdigest()[:40]
