"""Differences between two versions of a policy, and what they come to for a gate."""

from collections.abc import Iterable
from enum import StrEnum

from lifecycle.domain.values import Value


class Direction(StrEnum):
    """How the later version stands to the earlier: it lets fewer projects pass, more, some of each, the same.

    `other` is a change that is neither stricter nor looser, such as a new wording.
    """

    SAME = "same"
    OTHER = "other"
    STRICTER = "stricter"
    LOOSER = "looser"
    BOTH = "both"

    @property
    def turned(self) -> "Direction":
        """The direction the other way round."""
        return {Direction.STRICTER: Direction.LOOSER, Direction.LOOSER: Direction.STRICTER}.get(self, self)


class Difference(Value):
    """One thing that differs, in a sentence: at a gate (none: in the policy as a whole), for a project that shows it.

    `witness` are the facts of such a project, empty where any project shows it. Not `proven` says that the conditions
    have too many cases to look at all, so that more may differ.
    """

    gate: str | None
    aspect: str
    direction: Direction
    sentence: str
    witness: str = ""
    proven: bool = True

    def __str__(self) -> str:
        witness = f" Shown by: {self.witness}." if self.witness else ""
        unproven = "" if self.proven else " There are too many cases to look at all of them."
        return f"{self.direction.value}: {self.sentence}{witness}{unproven}"


def together(directions: Iterable[Direction]) -> Direction:
    """What several directions come to."""
    found = set(directions)
    if Direction.BOTH in found or {Direction.STRICTER, Direction.LOOSER} <= found:
        return Direction.BOTH
    ordered = (Direction.STRICTER, Direction.LOOSER, Direction.OTHER)
    return next((direction for direction in ordered if direction in found), Direction.SAME)
