"""Marks: places in a policy document, and ways to exercise what stands there."""

from typing import NamedTuple

Path = tuple[str | int, ...]


class Mark(NamedTuple):
    """A place in the policy document, and one way to exercise what stands there."""

    path: Path
    way: str

    def __str__(self) -> str:
        return f"{'.'.join(str(step) for step in self.path)}: {self.way}"
