"""Indicators of a portfolio: what was decided and in what time, who was awaited, what is late, what stands where."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection

from lifecycle.domain.waits import Side
from lifecycle.gates.policy import Policy
from lifecycle.persistence.kpis import (
    Decisions,
    Lateness,
    Scope,
    Stays,
    Waited,
    decisions,
    lateness,
    stays_by_length,
    waited,
)
from lifecycle.persistence.projects import Heap, board, by_edition
from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_of
from lifecycle.service.directory import rights_of
from lifecycle.service.kpis import (
    WEEKS,
    Kpis,
    by_month,
    by_week,
    grid,
    in_order,
    spent,
    times_in_stage,
    times_to_decide,
)
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf

MONTHS: Final = 12
"""Months that indicators look back, the one that runs included."""
GOOD_FOR: Final = timedelta(minutes=1)
"""For so long indicators are not worked out again for the same scope."""
_MOST_KEPT: Final = 200
_MOST_MEASURED: Final = 200_000


class _Found(NamedTuple):
    decisions: Sequence[Decisions]
    stays: Sequence[Stays]
    waited: Sequence[Waited]
    lateness: Sequence[Lateness]
    heaps: Sequence[Heap]
    editions: Mapping[str, int]


class Indicators:
    """Works indicators out; no engine is asked, and the audit trail is not read."""

    def __init__(self, database: Database, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._shelf = shelf
        self._now = now
        self._kept: dict[Scope, Kpis] = {}
        self._spent: dict[Waited, Mapping[Side, float]] = {}

    async def of(self, person: str, portfolio: str | None = None) -> Kpis:
        """The indicators of everything within a person's reach, or of one portfolio; they may be a minute old."""
        now = self._now()
        reach = await self._database.read(lambda connection: rights_of(connection, person, now).reach)
        scope = Scope(reach, portfolio)
        kept = self._kept.get(scope)
        if kept and now - kept.as_of < GOOD_FOR:
            return kept
        found = await self._database.read(lambda connection: _find(connection, scope, now))
        fresh = await asyncio.to_thread(self._worked_out, found, await self._policies(found), now)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[scope] = fresh
        return fresh

    async def _policies(self, found: _Found) -> dict[str, Policy]:
        """The editions that are met with, those of most projects first."""
        met = {**{each.policy: 0 for each in found.waited}, **found.editions}
        shelved = [await self._shelf.by_digest(digest) for digest in sorted(met, key=lambda each: (-met[each], each))]
        return {edition.ref.digest: edition.book.policy for edition in shelved if edition}

    def _worked_out(self, found: _Found, policies: Mapping[str, Policy], now: datetime) -> Kpis:
        stages = [stage for policy in policies.values() for stage in policy.stages]
        tiers = [tier.id for policy in policies.values() for tier in policy.tiers]
        gates = [gate for policy in policies.values() for gate in policy.gates]
        rounds = self._measured(found.waited, policies, now)
        return Kpis(
            as_of=now,
            decisions=by_month(found.decisions, [f"{year}-{month:02}" for year, month in _months(now)]),
            stages=in_order(times_in_stage(found.stays), stages, lambda each: each.stage),
            gates=in_order(times_to_decide(rounds), gates, lambda each: each.gate),
            overdue=by_week(found.lateness, now.date()),
            grid=grid(found.heaps, stages, tiers),
        )

    def _measured(
        self, waited: Iterable[Waited], policies: Mapping[str, Policy], now: datetime
    ) -> Iterator[tuple[str, Mapping[Side, float]]]:
        """What each round waited on each side; a decided round does not change, so each is measured once."""
        if len(self._spent) >= _MOST_MEASURED:
            self._spent.clear()
        calendars = {digest: calendar_of(policy.calendar, now.year - 1) for digest, policy in policies.items()}
        for each in waited:
            if each not in self._spent:
                self._spent[each] = spent(each, calendars[each.policy])
            yield each.gate, self._spent[each]


def _find(connection: Connection, scope: Scope, now: datetime) -> _Found:
    (year, month), *_ = _months(now)
    since = datetime(year, month, 1, tzinfo=now.tzinfo)
    return _Found(
        decisions(connection, scope, since),
        stays_by_length(connection, scope, since),
        waited(connection, scope, since),
        lateness(connection, scope, now - timedelta(weeks=WEEKS), now),
        board(connection, scope.reach, now, scope.portfolio),
        by_edition(connection, scope.reach),
    )


def _months(now: datetime) -> list[tuple[int, int]]:
    """The months to look back over, the oldest first, as year and month."""
    last = now.year * 12 + now.month - 1
    return [(each // 12, each % 12 + 1) for each in range(last - MONTHS + 1, last + 1)]
