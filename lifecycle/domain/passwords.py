"""What a password must be like: long, and not what one would guess first."""

from typing import Final

SHORTEST: Final = 12
LONGEST: Final = 200
_GUESSED_FIRST: Final = ("password", "passwort", "lifecycle", "123456", "qwert", "letmein", "welcome")


def complaint(password: str, person: str, name: str) -> str | None:
    """What is wrong with a password that somebody chose, as a sentence; none when nothing is."""
    plain = password.casefold()
    if len(password) < SHORTEST:
        return f"A password has {SHORTEST} characters at least."
    if len(password) > LONGEST:
        return f"A password has {LONGEST} characters at most."
    for word in (*_GUESSED_FIRST, person.casefold(), name.casefold()):
        plain = plain.replace(word, "") if word else plain
    if len(set(plain)) < SHORTEST // 3:
        return "This password is guessed too easily."
    return None
