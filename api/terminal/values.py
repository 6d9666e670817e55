"""Values as people type them: `name=value` pairs become facts and answers."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lifecycle.domain.errors import LifecycleError

if TYPE_CHECKING:
    from lifecycle.domain.values import FactValue

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,15})(\.\d{1,10})?")


def facts_of(pairs: Sequence[str]) -> "dict[str, FactValue | None]":
    """`name=value` pairs as JSON-like values: true, false and numbers as such, nothing as unknown, the rest as text.

    LifecycleError `not_a_pair` when a pair has no `=`. Quotes keep a number text: `name="12"`.
    """
    return {name: _value(text) for name, text in map(_split, pairs)}


def _split(pair: str) -> tuple[str, str]:
    name, equals, text = pair.partition("=")
    if not equals or not name.strip():
        raise LifecycleError("not_a_pair", f"'{pair}' is no pair of name and value.", "Write NAME=VALUE.")
    return name.strip(), text.strip()


def _value(text: str) -> "FactValue | None":
    if text == "":
        return None
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def end_of(day: str) -> str:
    """The end of a day's work, or the instant that was written instead of a day."""
    return f"{day}T17:00:00Z" if len(day) == 10 else day
