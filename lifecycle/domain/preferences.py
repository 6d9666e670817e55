"""How somebody wants to be told: in which language, on whose clock, when not, and how much at a time."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, StringConstraints

from lifecycle.domain.values import Value


class Language(StrEnum):
    """The languages in which the product speaks, by ISO 639."""

    ENGLISH = "en"
    GERMAN = "de"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError("an IANA time zone is meant, such as Europe/London") from None
    return name


def _some_time(hours: str) -> str:
    starts, _, ends = hours.partition("-")
    if starts == ends and hours != NEVER:
        raise ValueError("quiet hours end at another time than they begin")
    return hours


NEVER: Final = "never"
_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"

TimeZone = Annotated[str, StringConstraints(max_length=60), AfterValidator(_known_zone)]
"""An IANA time zone, such as Europe/London."""
QuietHours = Annotated[str, StringConstraints(pattern=f"^({NEVER}|{_CLOCK}-{_CLOCK})$"), AfterValidator(_some_time)]
"""From when until when on one's own clock, such as 20:00-07:00; the end may lie on the next day. Or `never`."""


class Preferences(Value):
    """What somebody chose, or the office for whoever did not choose.

    With `digest` several pieces of news come in one message, one an hour at most; without, each comes by itself.
    Without `mail` only what is urgent is mailed. `chat` tells them in the office's chat too, if it has one.
    """

    language: Language = Language.ENGLISH
    timezone: TimeZone = "UTC"
    quiet_hours: QuietHours = NEVER
    digest: bool = True
    mail: bool = True
    chat: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The time zone whose clock is theirs."""
        return ZoneInfo(self.timezone)

    def quiet_until(self, instant: datetime) -> datetime | None:
        """When the quiet hours end (UTC) in which an instant lies; none if it lies in no quiet hours."""
        if self.quiet_hours == NEVER:
            return None
        starts, ends = (time.fromisoformat(text) for text in self.quiet_hours.split("-"))
        local = instant.astimezone(self.zone)
        clock = local.time()
        if not (starts <= clock < ends if starts < ends else clock >= starts or clock < ends):
            return None
        day = local.date() + timedelta(days=1 if clock >= ends else 0)
        until = datetime.combine(day, ends, self.zone).astimezone(UTC)
        return until if until > instant else until + timedelta(hours=1)


AS_SHIPPED: Final = Preferences()
"""What holds where neither a person nor the office chose."""
