"""How the product is doing, for whoever looks after it: what answers, what is behind, what is stuck."""

from dataclasses import dataclass
from datetime import datetime

from api.web.formats import Formats
from lifecycle.service.operations import Figures


@dataclass(frozen=True, slots=True)
class Pointer:
    """One thing to look at: what it is, how it stands, whether that is good, and where more of it is (or nothing)."""

    name: str
    said: str
    tone: str
    path: str = ""


def pointers_of(
    found: Figures, records: bool, engine: bool, workers: int | None, now: datetime, say: Formats
) -> tuple[Pointer, ...]:
    """Everything that somebody should look at, the gravest kind first; `workers` is none where nobody knows."""
    _, n = say.gettext, say.ngettext
    waited = int((now - found.unsettled_since).total_seconds() // 60) if found.unsettled_since else 0
    since = n("the oldest for %(num)d minute", "the oldest for %(num)d minutes", waited) % {"num": waited}
    unsettled = f"{say.number(found.unsettled)}, {since}" if found.unsettled else say.number(0)
    return (
        Pointer(_("The records"), _reached(records, say), "good" if records else "bad"),
        Pointer(_("The engine"), _reached(engine, say), "good" if engine else "bad"),
        Pointer(
            _("Workers at work"),
            _("not known") if workers is None else say.number(workers),
            "good" if workers else "bad",
        ),
        Pointer(_("Requests whose outcome is not known"), unsettled, _tone(waited, "bad")),
        Pointer(
            _("Messages that were given up"), say.number(found.messages_given_up), _tone(found.messages_given_up, "bad")
        ),
        Pointer(_("Messages to be sent"), say.number(found.messages_waiting), "calm"),
        Pointer(_("Notices to be put into a message"), say.number(found.notices_waiting), "calm"),
        Pointer(_("Gates past their deadline"), say.number(found.overdue), _tone(found.overdue, "warn"), "/overdue"),
        Pointer(_("Imports under way"), say.number(found.imports_running), "calm", "/imports"),
        Pointer(_("Projects"), say.number(sum(found.projects.values())), "calm", "/portfolio"),
    )


def _reached(it_is: bool, say: Formats) -> str:
    return say.gettext("reachable") if it_is else say.gettext("cannot be reached")


def _tone(many: int, grave: str) -> str:
    return grave if many else "good"
