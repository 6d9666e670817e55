"""Bearer tokens: handed over once, kept as a fingerprint, good for a limited time, worthless when revoked."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.persistence import tokens
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.session import Database
from lifecycle.persistence.tokens import Token
from lifecycle.service.deeds import Deeds
from lifecycle.service.deputising import UnknownEntryError, WrongIntervalError
from lifecycle.service.directory import Directory
from lifecycle.service.envelopes import Envelope
from lifecycle.service.settling import Now

USUAL: Final = timedelta(days=90)
LONGEST: Final = timedelta(days=366)
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; `secret` is what its owner sends, none when the same request had been answered before."""

    token: Token
    secret: str | None


class Tokens:
    """Issues and revokes tokens: one's own, or anybody's for who manages people."""

    def __init__(self, database: Database, deeds: Deeds, directory: Directory, now: Now) -> None:
        self._database = database
        self._deeds = deeds
        self._directory = directory
        self._now = now

    async def issue(self, envelope: Envelope, person: str, label: str, expires_at: datetime | None) -> Issued:
        """Issue a token; without `expires_at` for ninety days.

        Raises `RefusedError`, `UnknownPersonError`, `WrongIntervalError`.
        """
        asked = {"person": person, "label": label, "expires_at": expires_at.isoformat() if expires_at else None}
        await self._directory.require_own(envelope, person, "issue_token", asked)
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        issued: list[Token] = []

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            ends = expires_at or by.at + USUAL
            if not by.at < ends <= by.at + LONGEST:
                sentence = f"A token is good for {LONGEST.days} days at most, and not for none."
                raise WrongIntervalError(sentence, "Give it another end, or leave the end out.")
            token = Token(envelope.id, person, label, by.at, ends)
            tokens.issue(connection, token, secret, by)
            issued[:] = [token]
            return {"id": token.id}

        told = await self._deeds.do(envelope, "issue_token", asked, work)
        if issued:
            return Issued(issued[0], secret)
        known = await self._database.read(lambda connection: tokens.find(connection, told["id"]))
        if known is None:
            raise UnknownEntryError("token")
        return Issued(known, None)

    async def revoke(self, envelope: Envelope, id_: str) -> bool:
        """Make a token worthless at once; whether it still was good. Raises `UnknownEntryError`."""
        known = await self._database.read(lambda connection: tokens.find(connection, id_))
        if known is not None:
            if not await self._directory.sees(envelope.person, (known.person,)):
                raise UnknownEntryError("token")
            await self._directory.require_own(envelope, known.person, "revoke_token", {"id": id_})

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            if known is None:
                raise UnknownEntryError("token")
            return {"changed": tokens.revoke(connection, id_, by)}

        return bool((await self._deeds.do(envelope, "revoke_token", {"id": id_}, work))["changed"])

    async def tokens_of(self, asker: str, person: str) -> tuple[Token, ...]:
        """The tokens that were issued to somebody, without their secrets; none for who may not know them."""
        if not await self._directory.sees(asker, (person,)):
            return ()
        return await self._database.read(lambda connection: tokens.tokens_of(connection, person))
