"""How fast one person may ask for changes: a flood from one sign-in must not take everybody else's turn."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from lifecycle.domain.errors import LifecycleError

BURST: Final = timedelta(minutes=1)
"""Whoever was quiet may ask at once for as much as this time would have let them ask for."""


class TooFastError(LifecycleError):
    """Somebody asks for more changes than one person is given (code `too_many_requests`); `wait` is until the next."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            "too_many_requests",
            "This is more than one person may ask for in a minute.",
            "Wait as long as Retry-After says, then repeat it with the same key.",
        )
        self.wait = wait


class Pace:
    """Counts what each person asks for in this process; `per_minute` of 0 lets everybody ask as fast as they can."""

    def __init__(self, per_minute: int, now: Callable[[], datetime]) -> None:
        self._share = timedelta(minutes=1) / per_minute if per_minute else timedelta()
        self._now = now
        self._used_until: dict[str, datetime] = {}

    def keep(self, person: str) -> None:
        """Count one request. Raises `TooFastError`, and then does not count it."""
        if not self._share:
            return
        now = self._now()
        until = max(self._used_until.get(person, now), now) + self._share
        if until > now + BURST:
            raise TooFastError(until - now - BURST)
        self._used_until[person] = until
