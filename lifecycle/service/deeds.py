"""Deeds of the office: changes of what no project owns, each done once, noted in the journal and in the audit trail."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.domain.values import digest
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.persistence.audit import Attempt, Signature
from lifecycle.persistence.journal import settle_done, settle_refused, write_sent
from lifecycle.persistence.session import Database
from lifecycle.service.envelopes import Envelope
from lifecycle.service.settling import Now

Work = Callable[[Connection, Signature], Mapping[str, Any]]
"""What a deed changes, in one transaction; returns what its sender is told, as JSON-like data."""


class RefusedError(LifecycleError):
    """A request to the office that is refused; the code is the reason's."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason.value, refusal.sentence, refusal.remedy)
        self.refusal = refusal


class Deeds:
    """Does each deed once, however often it is asked for."""

    def __init__(self, database: Database, now: Now, done: Callable[[], None] = lambda: None) -> None:
        """`done` is called when something of the office has changed."""
        self._database = database
        self._now = now
        self._done = done

    async def do(self, envelope: Envelope, type_: str, content: Mapping[str, Any], work: Work) -> dict[str, Any]:
        """What the sender is told, the same again for the same key. `content` is what was asked, as JSON-like data.

        Raises `KeyReusedError`, and whatever `work` raises, after which nothing has changed.
        """
        attempt = self._attempt(envelope, type_, content)

        def deed(connection: Connection) -> dict[str, Any]:
            entry, is_new = write_sent(connection, attempt, content)
            if entry.refusal is not None:
                raise RefusedError(entry.refusal)
            if not is_new:
                return entry.answer or {}
            answer = dict(work(connection, Signature(envelope.person, attempt.at, command=attempt.id)))
            settle_done(connection, attempt.id, events=0, answer=answer, now=attempt.at)
            return answer

        try:
            return await self._database.write(deed)
        finally:
            self._done()

    async def refuse(
        self, envelope: Envelope, type_: str, content: Mapping[str, Any], refusal: Refusal
    ) -> RefusedError:
        """Note that a request was refused; the error to raise. Raises `KeyReusedError` itself."""
        attempt = self._attempt(envelope, type_, content)

        def note(connection: Connection) -> None:
            write_sent(connection, attempt, content)
            settle_refused(connection, attempt.id, refusal, attempt.at)

        await self._database.write(note)
        return RefusedError(refusal)

    def _attempt(self, envelope: Envelope, type_: str, content: Mapping[str, Any]) -> Attempt:
        return Attempt(envelope.id, type_, envelope.person, None, None, self._now(), digest(dict(content)))


def not_permitted(permission: Permission) -> Refusal:
    """The refusal of somebody whose roles do not allow something of the office."""
    sentence = "None of your roles allows this."
    remedy = f"Ask the PMO for a role with the permission {permission}."
    return Refusal(reason=Reason.NOT_PERMITTED, sentence=sentence, remedy=remedy)
