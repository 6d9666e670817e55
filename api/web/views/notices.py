"""What somebody was told as a page: day by day, each with what it asks and how far it has come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from api.web.formats import Formats
from lifecycle.gates.notices import NoticeKind as N
from lifecycle.service.notices import NoticeLine, Reached

_SIGNS: Final[Mapping[N, tuple[str, str]]] = {
    N.GATE_OPENED: ("pen", "calm"),
    N.EVIDENCE_ASKED: ("file", "calm"),
    N.VOTE_ASKED: ("vote", "calm"),
    N.QUESTION_ASKED: ("question", "warn"),
    N.QUESTION_ANSWERED: ("answer", "calm"),
    N.GATE_DECIDED: ("gate", "good"),
    N.CONDITION_SET: ("proof", "calm"),
    N.CONDITION_PROVED: ("proof", "calm"),
    N.CONDITION_MET: ("check", "good"),
    N.CONDITION_MISSED: ("alert", "bad"),
    N.BREACH_FOUND: ("alert", "bad"),
    N.PROJECT_HELD: ("pause", "warn"),
    N.HOLD_REVIEW_DUE: ("clock", "warn"),
    N.PROJECT_RESUMED: ("right", "good"),
    N.PROJECT_KILLED: ("stop", "bad"),
    N.POLICY_OFFERED: ("file", "calm"),
    N.POLICY_REVIEW: ("alert", "warn"),
    N.WAIVER_ASKED: ("flag", "calm"),
    N.WAIVER_GRANTED: ("flag", "good"),
    N.WAIVER_DECLINED: ("cross", "warn"),
    N.WAIVER_REVOKED: ("flag", "warn"),
    N.WAIVER_EXPIRED: ("clock", "warn"),
    N.APPROVER_LOST: ("alert", "bad"),
    N.DISSENT: ("cross", "warn"),
    N.LADDER_REMIND: ("clock", "warn"),
    N.LADDER_NOTIFY: ("clock", "bad"),
    N.LADDER_WIDEN: ("people", "warn"),
    N.LADDER_REASSIGN: ("people", "warn"),
    N.LADDER_RAISE: ("up", "bad"),
    N.LADDER_HOLD: ("pause", "bad"),
    N.LADDER_DECIDE: ("clock", "bad"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One notice: its sign and tone, and how far it has come in words."""

    line: NoticeLine
    sign: str
    tone: str
    reached: str
    reached_tone: str


@dataclass(frozen=True, slots=True)
class Day:
    """What was told on one day of the reader's."""

    title: str
    told: tuple[Told, ...]


def days_of(lines: Iterable[NoticeLine], say: Formats) -> tuple[Day, ...]:
    """The notices, day by day."""
    days = groupby(lines, lambda line: line.at.astimezone(say.reader.zone).date())
    return tuple(Day(say.day(day), tuple(_told(line, say) for line in told)) for day, told in days)


def here_with(**asked: str | None) -> str:
    """The address of the page with these parts of its query, as far as they say something."""
    known = {name: value for name, value in asked.items() if value}
    return f"/notices?{urlencode(known)}" if known else "/notices"


def _told(line: NoticeLine, say: Formats) -> Told:
    sign, tone = _SIGNS.get(line.kind, ("bell", "calm"))
    words, reached_tone = _reached(say)[line.reached]
    return Told(line, sign, tone, words, reached_tone)


def _reached(say: Formats) -> Mapping[Reached, tuple[str, str]]:
    _ = say.gettext
    return {
        Reached.WAITING: (_("will be sent with others"), "calm"),
        Reached.ON_ITS_WAY: (_("on its way"), "calm"),
        Reached.SENT: (_("sent"), "good"),
        Reached.FAILED: (_("did not get through"), "bad"),
        Reached.INBOX: (_("here alone"), "calm"),
    }
