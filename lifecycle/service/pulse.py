"""The pulse of the portfolio: a number that grows whenever something happens, for pages that refresh themselves."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from lifecycle.persistence.projects import sum_of_versions
from lifecycle.persistence.session import Database
from lifecycle.service.settling import Now

_AS_GOOD_AS_NEW: Final = timedelta(seconds=1)


class Pulse:
    """Counts what happens; however many look, the records are asked at most once a second."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now
        self._turn = asyncio.Lock()
        self._known: tuple[int, datetime] | None = None

    async def count(self) -> int:
        """The number as it was within the last second."""
        async with self._turn:
            now = self._now()
            if self._known is None or not timedelta() <= now - self._known[1] < _AS_GOOD_AS_NEW:
                self._known = await self._database.read(sum_of_versions), now
            return self._known[0]
