"""What can be wrong with a register: a file that cannot be read at all, or a place in it that needs a person."""

from dataclasses import dataclass
from typing import Literal

from lifecycle.domain.errors import LifecycleError

Severity = Literal["error", "warning", "note"]
"""error: the row is not imported; warning: imported, with something left unknown; note: good to know."""


class RegisterError(LifecycleError):
    """The register or its mapping cannot be used at all: a stable code, one sentence, what to do next."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should know about a register, with its place where it has one.

    `row` is the file's row, counted from 1 as a spreadsheet shows it; `column` is the column's name.
    """

    severity: Severity
    code: str
    sentence: str
    remedy: str = ""
    row: int | None = None
    column: str | None = None


def excerpt(text: str, length: int = 60) -> str:
    """The text on one line, cut with an ellipsis after `length` characters: fit for a sentence."""
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
