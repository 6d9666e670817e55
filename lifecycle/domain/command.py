"""What all commands have in common.

A command carries what the judgement needs and the project cannot know: who asks with which roles, and the clocks
that it may start, worked out in working time by the caller with the functions of `lifecycle.gates.clocks`.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from lifecycle.domain.people import Actor, Permission
from lifecycle.domain.project import Clock
from lifecycle.domain.values import Value, Whole, Word


class Command(Value):
    """What every command has: an id that makes it safe to repeat, who asks, and the state version they saw.

    `clocks` are new clocks for running rounds by gate, `openings` those of rounds that the command may open.
    `sealed_seq` is the last event that the database is known to hold.
    """

    needs: ClassVar[Permission]

    id: Annotated[Word, Field(max_length=100)]
    actor: Actor
    expected_version: Whole | None = None
    clocks: dict[str, Clock] = Field(default_factory=dict)
    openings: dict[str, Clock] = Field(default_factory=dict)
    sealed_seq: int = 0
