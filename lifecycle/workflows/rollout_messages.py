"""What goes into a roll-out's workflow and what comes out of it; the names are part of the contract."""

from enum import StrEnum
from typing import Final

from pydantic import Field

from lifecycle.domain.values import Value

ROLLOUT_WORKFLOW: Final = "PolicyRollout"
STEER: Final = "steer"
"""Update: `Steer` -> the phase that follows; a failure that `failures.refusal_of` reads where it cannot be."""


def rollout_workflow_id(rollout: str) -> str:
    """The id of a roll-out's only workflow."""
    return f"rollout/{rollout}"


class Phase(StrEnum):
    """Where a roll-out stands."""

    PLANNED = "planned"
    CANARY = "canary"
    WATCHING = "watching"
    ROLLING = "rolling"
    PAUSED = "paused"
    DONE = "done"
    ROLLING_BACK = "rolling_back"
    ROLLED_BACK = "rolled_back"


class Move(StrEnum):
    """What somebody may ask of a roll-out under way."""

    GO_ON = "go_on"
    PAUSE = "pause"
    ROLL_BACK = "roll_back"


class StartRollout(Value):
    """A roll-out to begin: the first slice is of `canary` projects, then somebody looks; the others of `slice` each."""

    rollout: str
    canary: int = Field(ge=1)
    slice: int = Field(ge=1)


class Steer(Value):
    """Go on, pause or roll back."""

    move: Move
