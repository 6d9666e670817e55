"""Turns: so many commands of one project are on their way at a time, and the others wait in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from lifecycle.domain.errors import LifecycleError

AT_ONCE: Final = 4
"""Temporal takes ten updates of one workflow at a time; several processes send."""
MOST_WAITING: Final = 100


class ProjectBusyError(LifecycleError):
    """Too many requests wait for one project, or for too long (HTTP 503; code `project_busy`). Nothing was sent."""

    def __init__(self) -> None:
        sentence = "Many people are acting on this project at this moment."
        super().__init__("project_busy", sentence, "Nothing has changed. Try again in a moment.")


class Lanes:
    """One lane a project, there only while somebody is on it."""

    def __init__(self, patience: float, at_once: int = AT_ONCE, waiting: int = MOST_WAITING) -> None:
        """`patience` is for how many seconds somebody waits for a turn."""
        self._patience = patience
        self._at_once = at_once
        self._most = at_once + waiting
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, project: str) -> AsyncIterator[None]:
        """Wait for a turn on a project's lane and keep it for the block. Raises `ProjectBusyError`."""
        lane = self._lanes.setdefault(project, _Lane(self._at_once))
        if lane.people >= self._most:
            raise ProjectBusyError
        lane.people += 1
        try:
            await lane.enter(self._patience)
            try:
                yield
            finally:
                lane.turns.release()
        finally:
            lane.people -= 1
            if not lane.people:
                del self._lanes[project]


class _Lane:
    def __init__(self, at_once: int) -> None:
        self.turns = asyncio.Semaphore(at_once)
        self.people = 0

    async def enter(self, patience: float) -> None:
        if not self.turns.locked():
            await self.turns.acquire()
            return
        try:
            async with asyncio.timeout(patience):
                await self.turns.acquire()
        except TimeoutError:
            raise ProjectBusyError from None
