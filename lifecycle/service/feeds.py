"""Calendar feeds: a secret address at which a calendar program finds somebody's deadlines."""

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence import feeds
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.people import Person
from lifecycle.persistence.session import Database
from lifecycle.service.settling import Now

_SECRET_BYTES: Final = 24


class Feeds:
    """Opens and closes the feeds of people; nobody opens another's."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now

    async def open_feed(self, person: str) -> str:
        """A new secret for somebody's calendar; the one before leads nowhere any more."""
        secret, by = secrets.token_urlsafe(_SECRET_BYTES), Signature(person, self._now())
        await self._database.write(lambda connection: feeds.open_feed(connection, person, secret, by))
        return secret

    async def close_feed(self, person: str) -> bool:
        """Let nothing lead to somebody's calendar any more; whether something did."""
        by = Signature(person, self._now())
        return await self._database.write(lambda connection: feeds.close_feed(connection, person, by))

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
