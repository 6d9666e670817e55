"""The portfolio as a board and as a list: how many projects stand where, and each with its age and what comes next."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final, NamedTuple

from sqlalchemy import Connection

from lifecycle.domain.project import PolicyRef, ProjectState, Status
from lifecycle.domain.values import Instant, Names, Value
from lifecycle.gates.policy import Policy
from lifecycle.persistence.pages import Cursor, Page
from lifecycle.persistence.projects import (
    Filter,
    Heap,
    ProjectLine,
    board,
    by_edition,
    count,
    portfolios,
    search,
    states_of,
)
from lifecycle.persistence.reach import Reach
from lifecycle.persistence.session import Database
from lifecycle.service.cost import Cost, cost_of
from lifecycle.service.directory import rights_of
from lifecycle.service.kpis import in_order
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf

WantedProjects = Filter
"""What a look over projects narrows to."""
GOOD_FOR: Final = timedelta(minutes=1)
"""For so long it is not asked again which portfolios and policies there are within the same reach."""
_MOST_KEPT: Final = 1_000


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
    cost: Cost | None


class ProjectEntry(NamedTuple):
    """A project of a list, with its state and the edition of the policy that binds it."""

    summary: ProjectSummary
    state: ProjectState
    policy: Policy


class Board(Value):
    """How many of the projects within somebody's reach stand where; `overdue` have a gate past its deadline.

    Stages and tiers come in the order of their policies; one of `portfolios` that is new may be missing for a minute.
    """

    total: int
    overdue: int
    portfolios: Names
    by_stage: dict[str, int]
    by_status: dict[str, int]
    by_tier: dict[str, int]


class Lane(Value):
    """How many of the projects that were looked for stand in a stage, and the first of them by key."""

    stage: str
    projects: int
    shown: tuple[ProjectSummary, ...]


class Lanes(Value):
    """The stages in which projects stand, in the order in which they are gone through."""

    items: tuple[Lane, ...]


class Portfolio:
    """Looks over projects; no engine is asked."""

    def __init__(self, database: Database, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._shelf = shelf
        self._now = now
        self._kept: dict[Reach, _Words] = {}

    async def board(self, person: str, portfolio: str | None = None) -> Board:
        """The counts of everything within a person's reach, or of one portfolio."""
        now = self._now()

        def look(connection: Connection) -> tuple[Reach, tuple[Heap, ...]]:
            reach = rights_of(connection, person, now).reach
            return reach, board(connection, reach, now, portfolio)

        reach, heaps = await self._database.read(look)
        return _board(heaps, await self._words(reach, now))

    async def _words(self, reach: Reach, now: datetime) -> "_Words":
        kept = self._kept.get(reach)
        if kept and now - kept.since < GOOD_FOR:
            return kept
        names, editions = await self._database.read(
            lambda connection: (portfolios(connection, reach), by_edition(connection, reach))
        )
        shelved = [await self._shelf.by_digest(digest) for digest in sorted(editions, key=lambda each: -editions[each])]
        policies = [edition.book.policy for edition in shelved if edition]
        stages = [stage for policy in policies for stage in policy.stages]
        tiers = [tier.id for policy in policies for tier in policy.tiers]
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[reach] = found = _Words(now, names, stages, tiers)
        return found

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
        policies = await self._policies(page.lines)
        return Page(tuple(_summary(line, policies[line.policy.digest], now) for line in page.lines), page.after)

    async def led_by(self, person: str, most: int) -> tuple[ProjectSummary, ...]:
        """The projects under way that a person manages or sponsors, at most so many: late ones first, then by key."""
        now = self._now()
        theirs = Filter(led_by=person, over=False)

        def find(connection: Connection) -> tuple[ProjectLine, ...]:
            own = Reach.of((), [person])
            late = search(connection, own, replace(theirs, overdue=True), now, limit=most).lines
            if len(late) == most:
                return late
            return (*late, *search(connection, own, replace(theirs, overdue=False), now, limit=most - len(late)).lines)

        lines = await self._database.read(find)
        policies = await self._policies(lines)
        return tuple(_summary(line, policies[line.policy.digest], now) for line in lines)

    async def lanes(self, person: str, wanted: Filter, most: int = 8) -> Lanes:
        """The projects that a filter leaves by the stage in which they stand, at most so many of each.

        Those that ended are left out, unless the filter names a status.
        """
        now = self._now()
        living = wanted if wanted.status else replace(wanted, over=False)

        def find(connection: Connection) -> dict[str, tuple[int, Page[ProjectLine]]]:
            reach = rights_of(connection, person, now).reach
            stages = {heap.stage for heap in board(connection, reach, now)}
            found = {}
            for stage in stages if wanted.stage is None else stages & {wanted.stage}:
                narrowed = replace(living, stage=stage)
                found[stage] = (
                    count(connection, reach, narrowed, now),
                    search(connection, reach, narrowed, now, limit=most),
                )
            return found

        found = await self._database.read(find)
        policies = await self._policies(line for _, page in found.values() for line in page.lines)
        known = [stage for policy in policies.values() for stage in policy.stages]
        lanes = [
            Lane(
                stage=stage,
                projects=number,
                shown=tuple(_summary(line, policies[line.policy.digest], now) for line in page.lines),
            )
            for stage, (number, page) in found.items()
            if number
        ]
        return Lanes(items=in_order(lanes, known, lambda lane: lane.stage))

    async def entries(self, person: str, wanted: Filter, after: Cursor | None, limit: int) -> Page[ProjectEntry]:
        """The same with all that is known of each project."""
        now = self._now()

        def find(connection: Connection) -> tuple[Page[ProjectLine], Mapping[str, ProjectState]]:
            reach = rights_of(connection, person, now).reach
            page = search(connection, reach, wanted, now, after=after, limit=limit)
            return page, states_of(connection, [line.key for line in page.lines])

        page, states = await self._database.read(find)
        policies = await self._policies(page.lines)
        known = ((line, policies[line.policy.digest]) for line in page.lines)
        entries = (ProjectEntry(_summary(line, policy, now), states[line.key], policy) for line, policy in known)
        return Page(tuple(entries), page.after)

    async def _policies(self, lines: Iterable[ProjectLine]) -> Mapping[str, Policy]:
        shelved = [await self._shelf.by_digest(digest) for digest in sorted({line.policy.digest for line in lines})]
        return {edition.ref.digest: edition.book.policy for edition in shelved if edition}


class _Words(NamedTuple):
    """What the projects within a reach are told apart by, stages and tiers in the order of the policies."""

    since: datetime
    portfolios: Names
    stages: Sequence[str]
    tiers: Sequence[str]


def _board(heaps: Iterable[Heap], words: _Words) -> Board:
    stages, statuses, tiers, late = Counter[str](), Counter[str](), Counter[str](), 0
    for heap in heaps:
        stages[heap.stage] += heap.projects
        statuses[heap.status.value] += heap.projects
        tiers[heap.tier] += heap.projects
        late += heap.overdue
    return Board(
        total=statuses.total(),
        overdue=late,
        portfolios=words.portfolios,
        by_stage=dict(in_order(stages.items(), words.stages, itemgetter(0))),
        by_status=dict(sorted(statuses.items())),
        by_tier=dict(in_order(tiers.items(), words.tiers, itemgetter(0))),
    )


def _summary(line: ProjectLine, policy: Policy, now: datetime) -> ProjectSummary:
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
        next_gates=() if over else policy.gates_from(line.stage),
        open_gates=line.open_gates,
        breaches=line.breaches,
        due=line.due,
        overdue=line.overdue,
        delivery_confidence=line.confidence,
        cost=cost_of(policy, line.amounts),
    )
