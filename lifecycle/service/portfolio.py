"""The portfolio as a board and as a list: how many projects stand where, and each with its age and what comes next."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from lifecycle.domain.project import PolicyRef, Status
from lifecycle.domain.values import Instant, Names, Value
from lifecycle.gates.rulebook import Rulebook
from lifecycle.persistence.pages import Cursor, Page
from lifecycle.persistence.projects import Filter, Heap, ProjectLine, board, by_edition, count, search
from lifecycle.persistence.session import Database
from lifecycle.service.directory import rights_of
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf

WantedProjects = Filter
"""What a look over projects narrows to."""


class ProjectSummary(Value):
    """A project in a list: where it stands and since when, what comes next, and whether anything is late.

    `days_in_stage` counts whole days; `next_gates` lead out of the stage; `due` is the nearest deadline of any gate,
    `open_gates` are those with a round that awaits its decision.
    """

    key: str
    name: str
    portfolio: str
    status: Status
    stage: str
    stage_since: Instant
    days_in_stage: int
    tier: str
    manager: str | None
    sponsor: str | None
    policy: PolicyRef
    version: int
    next_gates: Names
    open_gates: Names
    breaches: Names
    due: Instant | None
    overdue: bool
    delivery_confidence: str | None


class Board(Value):
    """How many of the projects within somebody's reach stand where; `overdue` have a gate past its deadline."""

    total: int
    overdue: int
    by_stage: dict[str, int]
    by_status: dict[str, int]
    by_tier: dict[str, int]


class Portfolio:
    """Looks over projects; no engine is asked."""

    def __init__(self, database: Database, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._shelf = shelf
        self._now = now

    async def board(self, person: str) -> Board:
        """The counts of everything within a person's reach."""
        now = self._now()

        def look(connection: Connection) -> Board:
            reach = rights_of(connection, person, now).reach
            return _board(board(connection, reach), count(connection, reach, Filter(overdue=True), now))

        return await self._database.read(look)

    async def by_edition(self, person: str) -> Mapping[str, int]:
        """How many projects within a person's reach go by which edition of a policy, by its digest."""
        now = self._now()
        return await self._database.read(
            lambda connection: by_edition(connection, rights_of(connection, person, now).reach)
        )

    async def projects(
        self, person: str, wanted: Filter, after: Cursor | None = None, limit: int = 50
    ) -> Page[ProjectSummary]:
        """A page of the projects within a person's reach that a filter leaves, by key."""
        now = self._now()

        def find(connection: Connection) -> Page[ProjectLine]:
            reach = rights_of(connection, person, now).reach
            return search(connection, reach, wanted, now, after=after, limit=limit)

        page = await self._database.read(find)
        digests = sorted({line.policy.digest for line in page.lines})
        shelved = [await self._shelf.by_digest(digest) for digest in digests]
        books = {edition.ref.digest: edition.book for edition in shelved if edition}
        return Page(tuple(_summary(line, books, now) for line in page.lines), page.after)


def _board(heaps: Iterable[Heap], late: int) -> Board:
    stages, statuses, tiers = Counter[str](), Counter[str](), Counter[str]()
    for heap in heaps:
        stages[heap.stage] += heap.projects
        statuses[heap.status.value] += heap.projects
        tiers[heap.tier] += heap.projects
    return Board(
        total=statuses.total(),
        overdue=late,
        by_stage=dict(sorted(stages.items())),
        by_status=dict(sorted(statuses.items())),
        by_tier=dict(sorted(tiers.items())),
    )


def _summary(line: ProjectLine, books: Mapping[str, Rulebook], now: datetime) -> ProjectSummary:
    over = line.status in (Status.CLOSED, Status.KILLED)
    return ProjectSummary(
        key=line.key,
        name=line.name,
        portfolio=line.portfolio,
        status=line.status,
        stage=line.stage,
        stage_since=line.stage_since,
        days_in_stage=max(0, (now - line.stage_since).days),
        tier=line.tier,
        manager=line.manager,
        sponsor=line.sponsor,
        policy=line.policy,
        version=line.version,
        next_gates=() if over else books[line.policy.digest].policy.gates_from(line.stage),
        open_gates=line.open_gates,
        breaches=line.breaches,
        due=line.due,
        overdue=line.overdue,
        delivery_confidence=line.confidence,
    )
