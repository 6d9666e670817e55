"""Texts that are made of texts: English to whoever reads them, and to a translator also what they were made of."""

from collections.abc import Iterable
from typing import Self


class Phrase(str):
    """A text with the pattern and the values of which it was made; `{0}` in the pattern is the first value."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: tuple[str, ...]

    def __new__(cls, pattern: str, *values: str) -> Self:
        """Fill the gaps of a pattern."""
        made = super().__new__(cls, pattern.format(*values))
        made.pattern, made.values = pattern, values
        return made


def phrase(pattern: str, *values: object) -> Phrase:
    """A text out of a pattern with numbered gaps; the catalogues have every pattern that stands in such a call."""
    return Phrase(pattern, *(value if isinstance(value, str) else str(value) for value in values))


def joined(between: str, parts: Iterable[str]) -> Phrase:
    """Parts one after the other, each to be translated by itself."""
    found = tuple(parts)
    return Phrase(between.join(f"{{{number}}}" for number in range(len(found))), *found)
