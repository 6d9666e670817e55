"""Offers: a policy's latest edition is offered to every project that runs under an older one.

An offered edition binds a project from its next stage. Each offer has a key of its own, so that whoever makes it again,
here or after a restart, changes nothing. A project that the edition does not fit is asked again when it has changed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from lifecycle.domain.commands import AdoptPolicy
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Actor
from lifecycle.domain.project import PolicyRef, ProjectState
from lifecycle.persistence.pages import Cursor, Page
from lifecycle.persistence.policies import editions, find, in_force
from lifecycle.persistence.projects import Filter, ProjectLine, search
from lifecycle.persistence.reach import UNLIMITED
from lifecycle.persistence.session import Database
from lifecycle.service.commands import Commands
from lifecycle.service.envelopes import SYSTEM, Envelope
from lifecycle.service.outcomes import Done
from lifecycle.service.settling import Now, Settling

_IDLE_SECONDS: Final = 30.0
_PAGE: Final = 200
_OFFICE: Final = Actor(person=SYSTEM, roles=("pmo_director",))
_log = structlog.get_logger("offers")


class Offers:
    """Offers editions; several may run at once."""

    def __init__(
        self,
        database: Database,
        commands: Commands,
        settling: Settling,
        now: Now,
        idle_seconds: float = _IDLE_SECONDS,
    ) -> None:
        self._database = database
        self._commands = commands
        self._settling = settling
        self._now = now
        self._idle = idle_seconds
        self._made: set[tuple[str, str]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Look for projects to offer an edition to, again and again until told to stop."""
        while not stop.is_set():
            try:
                await self.offer()
            except LifecycleError as error:
                _log.warning("offers wait", reason=error.sentence)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._idle)

    async def offer(self) -> int:
        """Offer what is in force to every project that runs under something older; how many took it."""
        made = 0
        for latest, older in await self._database.read(self._overtaken):
            async for line in self._governed_by(older):
                if (line.key, latest.digest) not in self._made:
                    made += await self._offer_to(line.key, latest)
        return made

    async def _offer_to(self, key: str, latest: PolicyRef) -> bool:
        state = await self._settling.state(key)
        if state is None:
            return False
        if state.is_over or state.next_policy == latest:
            self._made.add((key, latest.digest))
            return False
        outcome = await self._commands.carry_out(key, _adopt(state, latest))
        if isinstance(outcome, Done):
            self._made.add((key, latest.digest))
        return isinstance(outcome, Done)

    def _overtaken(self, connection: Connection) -> list[tuple[PolicyRef, PolicyRef]]:
        """Each edition that is not in force any more, beside the one that is."""
        every = editions(connection)
        found = {name: in_force(connection, name, self._now()) for name in sorted({ref.id for ref in every})}
        return [
            (latest.ref, ref)
            for ref in every
            if (latest := found[ref.id]) is not None
            and (ref.version < latest.ref.version or self._has_expired(connection, ref))
        ]

    def _has_expired(self, connection: Connection, ref: PolicyRef) -> bool:
        """Whether an edition was published in break-glass, and is in force no longer."""
        edition = find(connection, ref.id, ref.version)
        return edition is not None and edition.expires_at is not None and edition.expires_at <= self._now()

    async def _governed_by(self, edition: PolicyRef) -> AsyncIterator[ProjectLine]:
        after: Cursor | None = None
        while True:
            page = await self._database.read(partial(self._page, edition, after))
            for line in page.lines:
                yield line
            if (after := page.after) is None:
                return

    def _page(self, edition: PolicyRef, after: Cursor | None, connection: Connection) -> Page[ProjectLine]:
        wanted = Filter(policy_digest=edition.digest)
        return search(connection, UNLIMITED, wanted, self._now(), after=after, limit=_PAGE)


def _adopt(state: ProjectState, latest: PolicyRef) -> AdoptPolicy:
    envelope = Envelope(SYSTEM, f"offer/{state.project}/{latest.digest}/{state.seq}")
    command = envelope.around(AdoptPolicy, policy=latest, reason=f"Version {latest.version} was published.")
    return command.model_copy(update={"actor": _OFFICE})
