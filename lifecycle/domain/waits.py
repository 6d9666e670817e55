"""On whom a round waits, and since when: what the time to a decision is made of."""

from enum import StrEnum

from lifecycle.domain.values import Instant, Value


class Side(StrEnum):
    """Whose time runs at a gate."""

    SUBMITTER = "submitter"
    GATEKEEPERS = "gatekeepers"
    HOLD = "hold"


class Wait(Value):
    """Since when a round waits on a side; until the next wait, or until its decision."""

    on: Side
    since: Instant
