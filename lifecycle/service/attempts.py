"""Limits how often somebody may guess: for each account, and for each place that guesses come from."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence import accounts
from lifecycle.persistence.accounts import Failures

FREE_FOR_AN_ACCOUNT: Final = 5
FREE_FROM_A_PLACE: Final = 50
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(minutes=15)
_FORGOTTEN: Final = timedelta(hours=1)
"""After so long without a guess it begins anew."""


class TooManyAttemptsError(LifecycleError):
    """Too many wrong guesses (HTTP 429; code `too_many_attempts`)."""

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, round(wait.total_seconds()))
        remedy = f"Wait {seconds} seconds, then try again; who has no password asks an administrator for an invitation."
        super().__init__("too_many_attempts", "There were too many attempts.", remedy)


class Guess(NamedTuple):
    """Who is meant, and where the guess comes from."""

    account: str
    whence: str


def count(connection: Connection, guess: Guess, now: datetime) -> None:
    """Count a guess before it is looked at, so that many at once help nobody. Raises `TooManyAttemptsError`."""
    counted = []
    for place, free in _places(guess):
        known = accounts.failures_at(connection, place)
        if known is None or known.last < now - _FORGOTTEN:
            known = Failures(0, now)
        if (wait := known.last + _wait(known.count, free) - now) > timedelta(0):
            raise TooManyAttemptsError(wait)
        counted.append((place, Failures(known.count + 1, now)))
    for place, failures in counted:
        accounts.note_failures(connection, place, failures)


def was_right(connection: Connection, guess: Guess, now: datetime) -> None:
    """The guess was right: it does not count, nor do those before it for the same account."""
    forgive(connection, guess.account, now)
    _, (place, _) = _places(guess)
    if known := accounts.failures_at(connection, place):
        accounts.note_failures(connection, place, Failures(known.count - 1, known.last))


def forgive(connection: Connection, account: str, now: datetime) -> None:
    """Forget the guesses for an account, and whatever is too old to count."""
    (place, _), _ = _places(Guess(account, ""))
    accounts.forget_failures(connection, place, now - _FORGOTTEN)


def _places(guess: Guess) -> tuple[tuple[str, int], tuple[str, int]]:
    account = (f"account:{guess.account[:200]}", FREE_FOR_AN_ACCOUNT)
    return account, (f"from:{guess.whence[:200]}", FREE_FROM_A_PLACE)


def _wait(failures: int, free: int) -> timedelta:
    if failures < free:
        return timedelta(0)
    return min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(failures - free, 10)))
