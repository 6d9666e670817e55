"""When somebody last looked at a page: kept by their browser, so that the page can say what is new since then."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request, Response

_SAME_LOOK: Final = timedelta(minutes=30)
"""Coming back within this time is still the same look."""
_YEAR: Final = 365 * 24 * 60 * 60
_FORM: Final = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,11})")


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: `before` this look, in it, and when; as versions of the project and seconds since 1970."""

    before: int
    seen: int
    at: int

    def again(self, version: int, now: datetime) -> "Look":
        """The same look going on, or, after a while, the next one."""
        second = int(now.timestamp())
        if second - self.at > _SAME_LOOK.total_seconds():
            return Look(self.seen, version, second)
        return Look(self.before, max(self.seen, version), second)


def look_at(request: Request, version: int, now: datetime) -> Look:
    """The look that a request is part of; at a first look nothing is new."""
    found = _FORM.fullmatch(request.cookies.get("look", ""))
    if found is None:
        return Look(version, version, int(now.timestamp()))
    before, seen, at = map(int, found.groups())
    return Look(before, seen, at).again(version, now)


def keep_look(response: Response, path: str, look: Look) -> None:
    """Let the browser keep the look, for this page alone."""
    value = f"{look.before}.{look.seen}.{look.at}"
    response.set_cookie("look", value, max_age=_YEAR, path=path, httponly=True, samesite="lax")
