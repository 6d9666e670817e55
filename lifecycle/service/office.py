"""The office as a whole: every use case, composed once for a process by its composition root."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from temporalio.client import Client

from lifecycle.persistence.evidence_store import EvidenceStore
from lifecycle.persistence.session import Database
from lifecycle.service.access import Access
from lifecycle.service.accounts import Accounts
from lifecycle.service.commands import Commands
from lifecycle.service.decider import Decider, DeciderError
from lifecycle.service.deeds import Deeds
from lifecycle.service.deputising import Deputising
from lifecycle.service.directory import Directory, SignedIn
from lifecycle.service.evidence import Evidence
from lifecycle.service.exporting import Exports
from lifecycle.service.feeds import Feeds
from lifecycle.service.foresight import Lookout
from lifecycle.service.gate_queries import GateQueries
from lifecycle.service.import_work import ImportWork
from lifecycle.service.importing import Importing
from lifecycle.service.imports import Imports
from lifecycle.service.inbox import Inboxes
from lifecycle.service.indicators import Indicators
from lifecycle.service.lanes import Lanes
from lifecycle.service.notices import Notices
from lifecycle.service.offers import Offers
from lifecycle.service.operations import Operations
from lifecycle.service.overdue import Overdue
from lifecycle.service.pace import Pace
from lifecycle.service.people import People
from lifecycle.service.policies import Policies
from lifecycle.service.portfolio import Portfolio
from lifecycle.service.preferences import Preferring
from lifecycle.service.proposals import Proposals
from lifecycle.service.pulse import Pulse
from lifecycle.service.reading import Reading
from lifecycle.service.registration import Registration
from lifecycle.service.rollout_work import RolloutWork
from lifecycle.service.rollouts import Rollouts
from lifecycle.service.settling import Now, Settling
from lifecycle.service.shelf import Shelf
from lifecycle.service.sign_ins import SignIns
from lifecycle.service.single_sign_on import SingleSignOn
from lifecycle.service.succession import Succession
from lifecycle.service.sweeper import Sweeper
from lifecycle.service.telling.outlets import IN_THE_INBOX, Outlets
from lifecycle.service.tokens import Tokens
from lifecycle.service.trail import Trail
from lifecycle.service.trials import Trials
from lifecycle.service.uploads import Uploads
from lifecycle.service.verifying import Verifications
from lifecycle.service.webhooks import Webhooks
from lifecycle.service.what_if_work import WhatIfWork
from lifecycle.service.what_ifs import WhatIfs


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much: seconds that an answer is waited for, bytes of one file of evidence.

    `carry_after` as in `StartProject`, `writes_per_minute` as in `Pace`.
    """

    update_seconds: float = 5.0
    evidence_bytes: int = 25 * 1024 * 1024
    carry_after: int | None = None
    writes_per_minute: int = 0


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Office:
    """Everything that can be asked of the product, over one database, one Temporal and one folder of evidence.

    The database is closed with it. `temporal` is the bare client, for health and for tests; `outlets` say how people
    are told.
    """

    def __init__(
        self,
        database: Database,
        temporal: Client,
        task_queue: str,
        evidence_folder: Path,
        limits: Limits = Limits(),
        now: Now = utc_now,
        outlets: Outlets = IN_THE_INBOX,
    ) -> None:
        self.database = database
        self.limits = limits
        self.now = now
        self.decider = Decider(temporal, task_queue, limits.update_seconds, limits.carry_after)
        self.pace = Pace(limits.writes_per_minute, now)
        self.shelf = Shelf(database)
        self.settling = Settling(database, self.decider, now)
        lanes = Lanes(limits.update_seconds)
        self.commands = Commands(database, self.decider, self.shelf, self.settling, lanes, now)
        self.registration = Registration(database, self.decider, self.shelf, self.settling, now)
        signed_in = SignedIn()
        self.deeds = Deeds(database, now, signed_in.forget)
        self.directory = Directory(database, self.deeds, signed_in, now)
        self.sign_ins = SignIns(database, outlets.preferences, now)
        self.single_sign_on = SingleSignOn(database, self.shelf, now)
        self.access = Access(database, self.deeds, now)
        self.accounts = Accounts(database, self.deeds, now)
        self.feeds = Feeds(database, self.deeds, outlets.address)
        self.people = People(database, self.deeds, self.shelf)
        self.deputising = Deputising(database, self.deeds, self.directory, self.shelf, now)
        self.preferences = Preferring(database, self.deeds, outlets.preferences)
        self.notices = Notices(database, outlets, now)
        self.webhooks = Webhooks(database, self.deeds, outlets, now)
        self.trials = Trials(database, outlets, now)
        self.tokens = Tokens(database, self.deeds, self.directory, now)
        self.policies = Policies(database, now)
        self.proposals = Proposals(database, self.deeds, self.policies, now)
        store = EvidenceStore(evidence_folder, limits.evidence_bytes)
        self.evidence = Evidence(database, store, self.commands, self.settling, self.shelf, self.directory)
        self.reading = Reading(database, self.directory, self.shelf, now)
        self.gates = GateQueries(database, self.shelf, now)
        self.inboxes = Inboxes(database, self.shelf, now)
        self.succession = Succession(database, self.shelf, now)
        self.lookout = Lookout(database, self.shelf, now)
        self.overdue = Overdue(database, self.shelf, now)
        self.portfolio = Portfolio(database, self.shelf, now)
        self.exports = Exports(self.portfolio, self.shelf)
        self.indicators = Indicators(database, self.shelf, now)
        self.trail = Trail(database, now)
        self.verifications = Verifications(database, self.deeds, now)
        importing = Importing(database, self.commands, self.registration, self.shelf, now)
        self.uploads = Uploads(database, store, self.deeds, self.shelf, now)
        self.import_work = ImportWork(database, store, importing, now)
        self.imports = Imports(database, store, self.deeds, self.shelf, self.import_work, now)
        self.what_if_work = WhatIfWork(database, self.shelf, now)
        self.what_ifs = WhatIfs(database, self.deeds, self.policies, self.what_if_work, now)
        self.operations = Operations(database, now)
        self.pulse = Pulse(database, now)
        self.sweeper = Sweeper(database, self.commands, self.registration, self.settling, now)
        self.rollouts = Rollouts(database, self.deeds, self.directory, self.shelf, temporal, task_queue, now)
        self.rollout_work = RolloutWork(database, self.commands, self.settling, now)
        self.offers = Offers(database, self.commands, self.settling, now)

    async def reachable(self) -> tuple[bool, bool]:
        """Whether the records and the engine answer, asked both at once."""
        records, engine = await asyncio.gather(self.database.ping(), self.decider.ping(), return_exceptions=True)
        return not isinstance(records, BaseException), not isinstance(engine, BaseException)

    async def workers(self) -> int | None:
        """How many worker processes are at work; none where the engine cannot say."""
        try:
            return await self.decider.workers()
        except DeciderError:
            return None

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Carry out the long work that is asked for, and what was left half-done, as long as this lasts."""
        async with self.import_work.at_work(), self.what_if_work.at_work(), self.verifications.at_work():
            yield

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.database.close)
