"""What workflows ask of the world: contracts without bodies, implemented by `lifecycle.activities`."""

from abc import ABC, abstractmethod
from typing import Final

from temporalio import activity

from lifecycle.domain.events import Recorded
from lifecycle.domain.project import Clock
from lifecycle.domain.values import Instant, Value
from lifecycle.workflows.rollout_messages import Phase

RECORD: Final = "record"
PLAN_OPENINGS: Final = "plan_openings"
ROLL: Final = "roll"


class ToRecord(Value):
    """Events of one project, oldest first; they begin with the first that SQL is not known to hold."""

    project: str
    events: tuple[Recorded, ...]


class ToPlan(Value):
    """A question for the clocks of rounds that may open at an instant, under a packed edition of the policy."""

    policy: str
    tier: str
    at: Instant


class Openings(Value):
    """The clock of each gate, should a round of it open."""

    clocks: dict[str, Clock]


class ToRoll(Value):
    """The next slice of a roll-out: so many projects, forward or back as its phase says; none just notes the phase."""

    rollout: str
    count: int
    phase: Phase


class Recording(ABC):
    """Keeps events in SQL."""

    @activity.defn(name=RECORD)
    @abstractmethod
    async def record(self, given: ToRecord) -> None:
        """Return when SQL holds the events; to call again, or in whatever order, changes nothing."""


class Planning(ABC):
    """Knows calendars."""

    @activity.defn(name=PLAN_OPENINGS)
    @abstractmethod
    async def plan_openings(self, given: ToPlan) -> Openings:
        """The clocks, worked out in working time; ValueError for a calendar without enough of it."""


class Rolling(ABC):
    """Has editions bind projects."""

    @activity.defn(name=ROLL)
    @abstractmethod
    async def roll(self, given: ToRoll) -> int:
        """Do a slice; how many projects are left. To ask again changes nothing that was done."""
