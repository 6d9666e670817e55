"""The typed facts a condition may speak about, and how their JSON-like values become values to judge."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property

Plain = bool | int | float | str | datetime
"""A known fact, ready for the condition language; a date is midnight UTC."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_LITERALS = {"false", "in", "null", "true"}
_RESERVED = {
    *("as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "namespace"),
    *("package", "return", "var", "void", "while", "bool", "bytes", "double", "dyn", "google", "int", "list", "map"),
    *("null_type", "string", "type", "uint", *_LITERALS),
}
_WIDEST = 2**63


class Kind(StrEnum):
    """What a fact is made of. Money is given in minor units (two decimals) and judged in major units."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The names conditions may use: facts by namespace (`project.budget`) and plain words (`tier`).

    `choices` lists the values a choice may take, by dotted name or word. Equal by content, hashable, safe to share.
    Raises ValueError for a name that no condition could spell.
    """

    namespaces: Mapping[str, Mapping[str, Kind]]
    words: Mapping[str, Kind] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        leading = [*self.namespaces, *self.words]
        facts = [name for names in self.namespaces.values() for name in names]
        for name, taken in [*((name, _RESERVED) for name in leading), *((name, _LITERALS) for name in facts)]:
            if not _NAME.fullmatch(name) or name in taken:
                raise ValueError(f"A fact cannot be named {name!r}: use letters, digits and _, and no reserved word.")
        if clash := self.namespaces.keys() & self.words.keys():
            raise ValueError(f"{min(clash)!r} cannot be both a word and a group of facts: rename one.")
        if stray := self.choices.keys() - self.kinds.keys():
            raise ValueError(f"Values are listed for {min(stray)!r}, which is no fact: declare it or remove the list.")
        _ = self._hash

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """Every name a condition may use, dotted, with its kind."""
        facts = {f"{space}.{name}": kind for space, names in self.namespaces.items() for name, kind in names.items()}
        return facts | dict(self.words)

    @cached_property
    def key(self) -> tuple[tuple[tuple[str, Kind], ...], tuple[tuple[str, tuple[str, ...]], ...]]:
        """The content in one order: what equality and caches go by."""
        return tuple(sorted(self.kinds.items())), tuple(sorted((name, tuple(v)) for name, v in self.choices.items()))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Vocabulary) and self.key == other.key)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.key)


def known(kind: Kind, value: object) -> Plain | None:
    """The value as the condition language takes it; None when it is unknown or not of its kind.

    A fact of the wrong kind counts as unknown, never as met: what is stored is checked where it enters.
    """
    return None if value is None else _TAKE[kind](value)


def exactly(number: float, decimals: int) -> float:
    """A calculated number without what its binary form adds or drops: to fourteen digits and so many decimals."""
    return round(float(f"{number:.14g}"), decimals)


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _integer(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return int(value) if -_WIDEST <= value < _WIDEST else None


def _number(value: object) -> float | None:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return None if (whole := _integer(value)) is None else float(whole)


def _money(value: object) -> float | None:
    return None if (minor := _integer(value)) is None else minor / 100


def _text(value: object) -> str | None:
    return str.__str__(value) if isinstance(value, str) and not _LONE_SURROGATE.search(value) else None


def _date(value: object) -> datetime | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if day is None or day.isoformat() != value or day == date.min:  # the condition language begins a day later
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_TAKE: Mapping[Kind, Callable[[object], Plain | None]] = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.TEXT: _text,
    Kind.CHOICE: _text,
    Kind.DATE: _date,
}
