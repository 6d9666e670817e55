"""What people were told: each reads their own back, in their language, and sees whether it reached them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.preferences import Preferences
from lifecycle.domain.values import Instant, Value
from lifecycle.gates.notices import NoticeKind
from lifecycle.persistence import outbox
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.letters import Letter, count_unseen, see, told, told_at, ways_of
from lifecycle.persistence.outbox import Delivery
from lifecycle.persistence.pages import Cursor, Page
from lifecycle.persistence.projects import state_of
from lifecycle.persistence.session import Database
from lifecycle.service.admission import UNKNOWN_PROJECT
from lifecycle.service.deeds import RefusedError
from lifecycle.service.directory import rights_of
from lifecycle.service.preferences import preferences_of
from lifecycle.service.settling import Now
from lifecycle.service.telling.bounces import bounce_of
from lifecycle.service.telling.outlets import CHAT, LOG, MAIL, Outlets
from lifecycle.service.telling.wording import said

_MOST_AT_GATE: Final = 500


class Reached(StrEnum):
    """How far a notice has come: `inbox` is for one that stands there alone, as its reader wished."""

    WAITING = "waiting"
    ON_ITS_WAY = "on_its_way"
    SENT = "sent"
    FAILED = "failed"
    INBOX = "inbox"


class Way(Value):
    """How far a message has come over one channel: sent, still to be tried, or given up, and what went wrong last."""

    channel: str
    tries: int
    sent_at: Instant | None
    next_try_at: Instant | None
    failure: str | None
    given_up: bool


class NoticeLine(Value):
    """Something that somebody was told: in words, about what, since when, until when, and whether they have seen it.

    `asked` says what is to be done; `page` is the path of the page to go to. `next_look_at` is when a waiting notice
    is due to be sent. News of the office is of no project: `project` and `name` are empty.
    """

    key: str
    kind: NoticeKind
    recipient: str
    headline: str
    asked: str
    project: str
    name: str
    gate: str | None
    round: int | None
    step: int | None
    due: Instant | None
    page: str
    at: Instant
    seen_at: Instant | None
    reached: Reached
    next_look_at: Instant | None
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class ToldPage:
    """A page of what somebody was told, the latest first; `unseen` counts all that they have not seen."""

    lines: tuple[NoticeLine, ...]
    unseen: int
    after: Cursor | None


class Notices:
    """Reads notices back, and notes that they were seen; `outlets` say how people are told besides."""

    def __init__(self, database: Database, outlets: Outlets, now: Now) -> None:
        self._database = database
        self._office = outlets.preferences
        self.channels = tuple(name for name, there in ((MAIL, outlets.mail), (CHAT, outlets.chat)) if there)
        self._now = now

    async def of(
        self,
        person: str,
        *,
        only_unseen: bool = False,
        project: str | None = None,
        after: Cursor | None = None,
        limit: int = 50,
    ) -> ToldPage:
        """What a person was told, of everything or of one project."""

        def read(connection: Connection) -> ToldPage:
            page = told(connection, person, only_unseen=only_unseen, project=project, after=after, limit=limit)
            lines = self._lines(connection, page.lines, person)
            return ToldPage(lines, count_unseen(connection, person), page.after)

        return await self._database.read(read)

    async def unseen(self, person: str) -> int:
        """How much of what a person was told they have not seen."""
        return await self._database.read(lambda connection: count_unseen(connection, person))

    async def see(self, person: str, keys: Sequence[str] | None = None) -> int:
        """A person has seen these notices, or all; how many were new. Keys of nobody or others change nothing."""
        return await self._database.write(partial(see, person=person, keys=keys, now=self._now()))

    async def at_gate(self, person: str, project: str, gate: str) -> tuple[NoticeLine, ...]:
        """What was told about a gate, to whom, and whether it reached them; the latest first.

        Raises `RefusedError` (`unknown_project`) for what the person may not see.
        """

        def read(connection: Connection) -> tuple[NoticeLine, ...]:
            if state_of(connection, rights_of(connection, person, self._now()).reach, project) is None:
                raise RefusedError(UNKNOWN_PROJECT)
            return self._lines(connection, told_at(connection, project, gate, _MOST_AT_GATE), person)

        return await self._database.read(read)

    async def deliveries(
        self, recipient: str | None, *, only_failed: bool, after: Cursor | None, limit: int
    ) -> Page[Delivery]:
        """A page of messages to one recipient, a person or a webhook, or to all; the latest first."""
        wanted = partial(outbox.deliveries, recipient=recipient, only_failed=only_failed, after=after, limit=limit)
        return await self._database.read(wanted)

    async def bounced(self, person: str, report: str) -> Delivery:
        """A mail came back, as somebody reports: it counts as not delivered. Raises `LifecycleError` as `bounce_of`."""
        bounce, by = bounce_of(report), Signature(person, self._now())

        def note(connection: Connection) -> Delivery:
            found = outbox.bounced(connection, bounce.message, MAIL, bounce.failure)
            if found is None:
                raise LifecycleError("unknown_message", "There is no such message.", "It may be another office's.")
            about = {"message": found.message, "channel": found.channel, "recipient": found.recipient}
            sign(connection, by, "person:message:bounced", {**about, "failure": bounce.failure})
            return found

        return await self._database.write(note)

    def _lines(self, connection: Connection, letters: Sequence[Letter], reader: str) -> tuple[NoticeLine, ...]:
        wishes = preferences_of(connection, [reader], self._office)[reader]
        ways = ways_of(connection, [letter.message for letter in letters if letter.message])
        return tuple(_line(letter, wishes, ways.get(letter.message or "", [])) for letter in letters)


def _line(letter: Letter, reader: Preferences, ways: Sequence[Delivery]) -> NoticeLine:
    words, due = said(letter, reader), letter.fields.get("due")
    return NoticeLine(
        key=letter.key,
        kind=NoticeKind(letter.kind),
        recipient=letter.recipient,
        headline=words.headline,
        asked=words.asked,
        project=letter.project,
        name=letter.project_name,
        gate=letter.gate,
        round=letter.round,
        step=letter.step,
        due=datetime.fromisoformat(due) if due else None,
        page=words.page,
        at=letter.created_at,
        seen_at=letter.seen_at,
        reached=_reached(letter, ways),
        next_look_at=letter.waits_until,
        ways=tuple(
            Way(
                channel=way.channel,
                tries=way.tries,
                sent_at=way.sent_at,
                next_try_at=way.next_try_at,
                failure=way.failure,
                given_up=way.given_up,
            )
            for way in ways
        ),
    )


def _reached(letter: Letter, ways: Sequence[Delivery]) -> Reached:
    """A notice is sent when one way was; it failed only when all were given up."""
    if letter.waits_until:
        return Reached.WAITING
    outer = [way for way in ways if way.channel != LOG]
    if not outer:
        return Reached.INBOX
    if any(way.sent_at for way in outer):
        return Reached.SENT
    return Reached.FAILED if all(way.given_up for way in outer) else Reached.ON_ITS_WAY
