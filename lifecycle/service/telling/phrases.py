"""What a language needs so that notices can be said in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lifecycle.domain.project import Outcome
from lifecycle.gates.notices import NoticeKind


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language.

    `kinds` has a headline and a text for each kind of notice, with the fields of the kind in braces; there `{by}`
    stands for the deadline ahead, `{was}` for the one that was missed, `{since}` for the instant from which something
    holds, and for nothing where there is none.
    """

    kinds: Mapping[NoticeKind, tuple[str, str]]
    outcomes: Mapping[Outcome, str]
    weekdays: tuple[str, ...]
    """From Monday."""
    months: tuple[str, ...]
    moment: str
    """A moment, from `weekday`, `day`, `month`, `year`, `time` and `zone`."""
    by: str
    since: str
    was: str
    """With `moment`."""
    several: str
    """The subject of a message of several notices, with `count`."""
    more: str
    """With `count`: how many notices stand in the inbox alone."""
    project: str
    open_gate: str
    open_project: str
    open_inbox: str
    open_change: str
    why: str
    """Why one is sent this, and that nothing is decided by it."""
    test_subject: str
    test_text: str

    def day(self, instant: datetime, zone: ZoneInfo) -> str:
        """A moment on the reader's clock."""
        local = instant.astimezone(zone)
        return self.moment.format(
            weekday=self.weekdays[local.weekday()],
            day=local.day,
            month=self.months[local.month - 1],
            year=local.year,
            time=f"{local:%H:%M}",
            zone=local.tzname(),
        )
