"""Every way in that is open now, browsers and tokens, for whoever manages people; and shutting those of others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.persistence import sign_ins, tokens
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.people import get
from lifecycle.persistence.session import Database
from lifecycle.persistence.sign_ins import SignIn
from lifecycle.persistence.tokens import Token
from lifecycle.service.deeds import Deeds
from lifecycle.service.envelopes import Envelope
from lifecycle.service.settling import Now

MOST: Final = 200
"""So many browsers, and so many tokens, are listed, the latest."""


@dataclass(frozen=True, slots=True)
class WaysIn:
    """The browsers that are signed in and the tokens that are good, the latest first, at most `MOST` of each."""

    sign_ins: tuple[SignIn, ...]
    tokens: tuple[Token, ...]


class Access:
    """Answers who could come in, and by what; the door asks first whether somebody may know."""

    def __init__(self, database: Database, deeds: Deeds, now: Now) -> None:
        self._database = database
        self._deeds = deeds
        self._now = now

    async def ways_in(self, person: str | None = None) -> WaysIn:
        """Everybody's ways in, or one person's."""
        now = self._now()

        def read(connection: Connection) -> WaysIn:
            browsers = sign_ins.sign_ins_of(connection, person, now, MOST)
            return WaysIn(browsers, tokens.good(connection, person, now, MOST))

        return await self._database.read(read)

    async def sign_out(self, envelope: Envelope, person: str, only: str | None = None) -> int:
        """Sign all browsers of somebody out, or `only` one; how many there were. Raises `UnknownPersonError`."""

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            get(connection, person)
            return {"ended": sign_ins.end(connection, person, by, only=only)}

        told = await self._deeds.do(envelope, "sign_out", {"person": person, "only": only}, work)
        return int(told["ended"])
