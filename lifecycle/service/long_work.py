"""Long work beside the requests: what a process leaves half-done is taken up again, by it or by any other.

How far each piece has come is noted in the records, so nothing is done twice and nobody has to notice.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final, Generic, Protocol, TypeVar

import structlog
from sqlalchemy import Connection

from lifecycle.persistence.failures import StoreUnavailableError
from lifecycle.persistence.session import Database

LOOK_SECONDS: Final = 10.0
"""A piece that has come no further in this time, and is nobody's here, is taken up."""

_PAUSE_SECONDS: Final = 1.0
_log = structlog.get_logger("long work")

T = TypeVar("T")


class Noted(Protocol):
    """A piece of long work as it is noted in the records."""

    @property
    def id(self) -> str:
        """Its name."""
        ...


Piece = TypeVar("Piece", bound=Noted)


class LongWork(Generic[Piece]):
    """Carries pieces of work out; whatever it starts lives as long as `at_work`."""

    def __init__(
        self,
        database: Database,
        running: Callable[[Connection], Iterable[Piece]],
        progress: Callable[[Piece], int],
        carry_out: Callable[[Piece], Awaitable[None]],
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """`running` finds the pieces that have not ended, `progress` counts how far one has come."""
        self._database = database
        self._running = running
        self._progress = progress
        self._carry_out = carry_out
        self._look_seconds = look_seconds
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, piece: Piece) -> None:
        """Carry out a piece that was noted, unless it is in work here already."""
        if piece.id not in self._tasks:
            task = asyncio.ensure_future(self._carry_out(piece))
            self._tasks[piece.id] = task
            task.add_done_callback(lambda _: self._tasks.pop(piece.id, None))

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Take up what was left half-done, again and again; in the end leave what is in work to whoever comes next."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            tasks = [watching, *self._tasks.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self) -> None:
        """Take up what nobody seems to carry out; if somebody does after all, nothing is done twice."""
        before: dict[str, int] = {}
        while True:
            try:
                for piece in await self._database.read(lambda connection: tuple(self._running(connection))):
                    done = self._progress(piece)
                    if before.get(piece.id) == done:
                        self.start(piece)
                    before[piece.id] = done
            except StoreUnavailableError as error:
                _log.warning("waits for the records", reason=error.sentence)
            await asyncio.sleep(self._look_seconds)


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """What the records answer, once they do."""
    while True:
        try:
            return await work()
        except StoreUnavailableError:
            await asyncio.sleep(_PAUSE_SECONDS)
