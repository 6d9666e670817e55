"""Calendar feeds: a secret address at which a calendar program finds somebody's deadlines."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence import feeds
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.people import Person
from lifecycle.persistence.session import Database
from lifecycle.service.deeds import Deeds
from lifecycle.service.envelopes import Envelope

_SECRET_BYTES: Final = 24


class Feeds:
    """Opens and closes the feeds of people; nobody opens another's."""

    def __init__(self, database: Database, deeds: Deeds, address: str) -> None:
        """`address` is where people find the product, an URL without a final slash."""
        self._database = database
        self._deeds = deeds
        self._address = address

    async def open_feed(self, envelope: Envelope) -> str | None:
        """A new secret address of the sender's calendar; the one before leads nowhere any more.

        None when the request was answered before.
        """
        opened: list[str] = []

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            secret = secrets.token_urlsafe(_SECRET_BYTES)
            feeds.open_feed(connection, envelope.person, secret, by)
            opened[:] = [f"{self._address}/calendar/{secret}.ics"]
            return {}

        await self._deeds.do(envelope, "open_calendar", {}, work)
        return opened[0] if opened else None

    async def close_feed(self, envelope: Envelope) -> bool:
        """Let nothing lead to the sender's calendar any more; whether something did."""

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            return {"changed": feeds.close_feed(connection, envelope.person, by)}

        return bool((await self._deeds.do(envelope, "close_calendar", {}, work))["changed"])

    async def since(self, person: str) -> datetime | None:
        """Since when somebody's feed is open; none if it is not."""
        return await self._database.read(lambda connection: feeds.feed_of(connection, person))

    async def owner(self, secret: str) -> Person:
        """Whose calendar it is. Raises LifecycleError `unknown_path` when it is nobody's."""

        def read(connection: Connection) -> Person | None:
            return feeds.fed_by(connection, secret)

        found = await self._database.read(read)
        if found is None:
            remedy = "Take the address from your account page; a closed or replaced one leads nowhere."
            raise LifecycleError("unknown_path", "There is no calendar at this address.", remedy)
        return found
