"""Who could act on which project now, read once for a whole portfolio."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from lifecycle.domain.people import EVERYWHERE, Grant, Roster
from lifecycle.persistence.absences import absent_at
from lifecycle.persistence.roles import all_grants


class Rosters:
    """The rosters of projects, by granted roles; a project's own posts are its state's to tell."""

    def __init__(self, grants: Iterable[Grant], absent: tuple[str, ...]) -> None:
        self._absent = absent
        self._granted: defaultdict[str, list[Grant]] = defaultdict(list)
        for grant in grants:
            self._granted[grant.scope].append(grant)
        self._of_portfolio: dict[str, Roster] = {}

    def of(self, project: str, portfolio: str) -> Roster:
        """Who holds which role on a project, and who is away."""
        own = self._granted.get(f"project:{project}")
        if portfolio not in self._of_portfolio:
            self._of_portfolio[portfolio] = self._roster(EVERYWHERE, f"portfolio:{portfolio}")
        if own is None:
            return self._of_portfolio[portfolio]
        return self._roster(EVERYWHERE, f"portfolio:{portfolio}", f"project:{project}")

    def _roster(self, *scopes: str) -> Roster:
        holders: defaultdict[str, set[str]] = defaultdict(set)
        for scope in scopes:
            for grant in self._granted.get(scope, ()):
                holders[grant.role].add(grant.person)
        return Roster(holders=_sorted(holders), absent=self._absent)


def rosters(connection: Connection, now: datetime) -> Rosters:
    """The rosters of every project at an instant; a leaver stands in none."""
    return Rosters(all_grants(connection), absent_at(connection, now))


def _sorted(holders: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {role: tuple(sorted(people)) for role, people in sorted(holders.items())}
