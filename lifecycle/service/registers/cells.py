"""What one cell says: a value, nothing (with the reason in the register's own words), or a failed attempt at one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lifecycle.domain.values import FactValue
from lifecycle.service.registers.problems import excerpt

MAX_TEXT = 20_000
PLACEHOLDERS = frozenset(
    {"", "n a", "na", "none", "nil", "null", "tbc", "tbd", "unknown", "not known", "not available"}
)
TRUE = frozenset({"yes", "y", "true", "1", "x"})
FALSE = frozenset({"no", "n", "false", "0"})
SENTENCE_WORDS = 3
_WORDS = re.compile(r"[^\W\d_]{2,}")
_LINE_END = re.compile(r"\r+\n?")
_SPREADSHEET_ERROR = re.compile(r"#(?:n/a|null!|div/0!|value!|ref!|name\?|num!)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """The cell gives a value."""

    value: FactValue


@dataclass(frozen=True, slots=True)
class Unstated:
    """The cell gives no value and does not try to; `why` is the register's own text, or that the cell is empty."""

    why: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """The cell tries to give a value and fails: what is wrong (a clause after the quoted cell), and the remedy."""

    fault: str
    remedy: str


Reading = Known | Unstated | Malformed


def compared(text: str) -> str:
    """The text as choices and placeholders are compared: letters and digits, lower case, one space between words."""
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def is_placeholder(text: str) -> bool:
    """Whether the cell is empty or holds what people write instead of leaving it empty (`-`, `n/a`, `tbc`)."""
    return compared(text) in PLACEHOLDERS and not is_spreadsheet_error(text)


def is_spreadsheet_error(text: str) -> bool:
    """Whether the cell holds what a spreadsheet shows for a formula that failed (`#REF!`, `#N/A`)."""
    return _SPREADSHEET_ERROR.fullmatch(text.strip()) is not None


def tidy(text: str) -> str:
    """The text as published, with one kind of line end and nothing around it."""
    return _LINE_END.sub("\n", text).strip()


def unstated(text: str) -> Unstated:
    """The reason that an empty cell, a placeholder or a sentence gives for the missing value."""
    return Unstated(" ".join(text.split()) or "The cell is empty.")


def failed(text: str, fault: str, remedy: str) -> Unstated | Malformed:
    """What a cell is that gives no value: a sentence or a word is a reason, what has figures in it was an attempt."""
    if _is_sentence(text) or not any(character.isdigit() for character in text):
        return unstated(text)
    return Malformed(fault, remedy)


def read_text(text: str) -> Reading:
    """The text, trimmed."""
    return unstated(text) if is_placeholder(text) else Known(tidy(text))


def read_choice(text: str, choices: Mapping[str, str]) -> Reading:
    """The value of a choice; `choices` maps texts, as `compared` gives them, to values."""
    wanted = compared(text)
    if wanted in choices:
        return Known(choices[wanted])
    if is_placeholder(text) or _is_sentence(text):
        return unstated(text)
    known = ", ".join(sorted(set(choices)))
    return Malformed(f"is none of: {excerpt(known, 200)}", "Correct the cell, or add its text to the mapping.")


def read_boolean(text: str) -> Reading:
    """Yes or no, in English, or 1 and 0."""
    wanted = compared(text)
    if wanted in TRUE or wanted in FALSE:
        return Known(wanted in TRUE)
    if is_placeholder(text) or _is_sentence(text):
        return unstated(text)
    return Malformed("is neither yes nor no", "Write yes or no, and import again.")


def _is_sentence(text: str) -> bool:
    return len(_WORDS.findall(text)) >= SENTENCE_WORDS
