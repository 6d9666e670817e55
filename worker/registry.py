"""What the worker runs, written out."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from lifecycle.activities.planning import CalendarPlanning, Calendars
from lifecycle.activities.recording import SqlRecording
from lifecycle.activities.rolling import PortfolioRolling, Roll
from lifecycle.persistence.session import Database
from lifecycle.workflows.project import ProjectLifecycle
from lifecycle.workflows.rollout import PolicyRollout

WORKFLOWS: Final[tuple[type, ...]] = (ProjectLifecycle, PolicyRollout)


def activities(database: Database, calendars: Calendars, roll: Roll) -> tuple[Callable[..., Awaitable[Any]], ...]:
    """Every activity, bound to what it works with."""
    return (
        SqlRecording(database).record,
        CalendarPlanning(calendars).plan_openings,
        PortfolioRolling(roll).roll,
    )
