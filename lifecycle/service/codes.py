"""One-time codes that people type: without letters that look alike, in groups."""

import secrets
from typing import Final

_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_GROUPS: Final = 4
_GROUP: Final = 5


def new_code() -> str:
    """A code that nobody guesses: 20 letters, about 98 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def read_code(typed: str) -> str:
    """What was typed as the code that was meant: however it was spaced, in whichever case."""
    letters = "".join(letter for letter in typed.upper() if letter in _LETTERS)
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))
