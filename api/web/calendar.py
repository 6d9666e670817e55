"""Deadlines as a calendar that calendar programs read (iCalendar, RFC 5545)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from api.web.formats import Formats
from api.web.views.inbox import Line

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
_SHOWN: Final = timedelta(minutes=30)
"""How long before it ends a deadline stands in the calendar."""


def calendar_of(lines: Iterable[Line], address: str, say: Formats) -> bytes:
    """The deadlines of what waits; `address` is where the pages are found."""
    from icalendar import Calendar, Event  # slow to load, and needed only where a calendar is asked for

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Lifecycle//Deadlines//EN")
    calendar.add("x-wr-calname", say.gettext("Gates and conditions"))
    calendar.add("refresh-interval", timedelta(hours=1), {"VALUE": "DURATION"})
    for line in lines:
        item = line.item
        if item.due is None:
            continue
        event = Event()
        owed = item.condition or item.evidence or ""
        what = (item.project, item.gate, str(item.round), owed, item.kind.value, item.acting_for or "")
        event.add("uid", f"{'/'.join(what)}@lifecycle")
        event.add("dtstamp", say.now)
        event.add("dtstart", item.due - _SHOWN)
        event.add("dtend", item.due)
        event.add("summary", f"{line.task} · {item.name}")
        event.add("description", f"{line.about}\n{address}{line.path}")
        event.add("url", f"{address}{line.path}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
