"""What a notice says to the person it is for: a headline and a few plain sentences, whatever was written into it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from lifecycle.gates.notices import NoticeKind
from lifecycle.persistence.mailbox import Letter

_HEADLINE: Final = 200
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

_WORDS: Final[dict[NoticeKind, tuple[str, str]]] = {
    NoticeKind.GATE_OPENED: ("Gate {gate} is open", "{reason}\n\nPrepare its evidence and submit it{by}."),
    NoticeKind.VOTE_ASKED: ("Your vote is asked at gate {gate}", "Look at the evidence and vote{by}."),
    NoticeKind.QUESTION_ASKED: (
        "A question at gate {gate}",
        "{asked_by} asks:\n\n{text}\n\nThe approvers' clock stands still until you answer.",
    ),
    NoticeKind.QUESTION_ANSWERED: ("Your question at gate {gate} is answered", "{text}\n\nThe clock runs again{by}."),
    NoticeKind.VOTE_VOIDED: ("Your vote at gate {gate} no longer counts", "{because}\n\nLook again, and vote{by}."),
    NoticeKind.GATE_RETURNED: (
        "Gate {gate} went back to preparation",
        "Stricter rules now ask for: {missing}. Supply it and submit again{by}.",
    ),
    NoticeKind.GATE_WITHDRAWN: ("Gate {gate} was withdrawn", "{reason}\n\nYour vote is no longer needed."),
    NoticeKind.GATE_DECIDED: ("Gate {gate} is decided: {outcome}", "{rationale}"),
    NoticeKind.LADDER_REMIND: ("Reminder: gate {gate} waits", "It is undecided.{was}"),
    NoticeKind.LADDER_NOTIFY: ("Gate {gate} is overdue", "Its deadline was missed.{was}"),
    NoticeKind.LADDER_WIDEN: (
        "Gate {gate} now waits for you too",
        "Its approvers have not decided in time.{was} You may vote in their place.",
    ),
    NoticeKind.LADDER_RAISE: (
        "Gate {gate} was raised to you",
        "Its approvers have not decided in time.{was} The decision is yours now.",
    ),
    NoticeKind.LADDER_HOLD: ("Gate {gate} stayed undecided", "Nobody decided in time.{was} The project is on hold."),
    NoticeKind.CONDITION_SET: ("You owe a condition", "{text}\n\nProve it{by}."),
    NoticeKind.CONDITION_PROVED: ("A proof awaits acceptance", "Condition: {text}\n\nProof: {proof}"),
    NoticeKind.CONDITION_MET: ("A condition is met", "{text}\n\n{rationale}"),
    NoticeKind.CONDITION_SENT_BACK: ("A proof was sent back", "Condition: {text}\n\n{rationale}\n\nProve it{by}."),
    NoticeKind.CONDITION_MISSED: ("A condition was missed", "{text}\n\nNobody proved it in time.{was}"),
    NoticeKind.WAIVER_EXPIRED: ("A waiver has run out", "{requirement} of gate {gate} is asked for again."),
    NoticeKind.BREACH_FOUND: ("A tolerance is exceeded", "{sentence}"),
    NoticeKind.PROJECT_HELD: ("The project is on hold", "{reason}"),
    NoticeKind.HOLD_REVIEW_DUE: ("Look again at a project on hold", "It was held because: {reason}"),
    NoticeKind.PROJECT_RESUMED: ("The project goes on", "{reason}"),
    NoticeKind.PROJECT_KILLED: ("The project was stopped", "{reason}"),
    NoticeKind.POLICY_OFFERED: (
        "A new edition of the policy will bind the project",
        "{policy}, version {version}, binds it from its next stage.\n\n{reason}",
    ),
}


def headline(letter: Letter) -> str:
    """One line: the project and the news."""
    told, _ = _WORDS[NoticeKind(letter.kind)]
    return f"{_on_one_line(letter.project_name)}: {_on_one_line(told.format_map(_Fields(letter)))}"[:_HEADLINE]


def text(letter: Letter, address: str) -> str:
    """The whole letter as plain text; `address` is where people find the product (an URL without a final slash)."""
    _, told = _WORDS[NoticeKind(letter.kind)]
    said = _UNPRINTABLE.sub(" ", told.format_map(_Fields(letter))).strip()
    project = f"{_on_one_line(letter.project_name)} ({_on_one_line(letter.project)})"
    where = f"{address}/projects/{quote(letter.project, safe='')}"
    return f"{headline(letter)}\n\n{said}\n\nProject: {project}\n{where}\n"


class _Fields(dict[str, str]):
    """The fields of a letter for its wording; one that is not given is empty."""

    def __init__(self, letter: Letter) -> None:
        due = letter.fields.get("due")
        gate = (letter.gate or "").replace("_", " ")
        super().__init__(_said(letter.fields) | {"gate": gate})
        if due:
            self |= {"by": f" by {_day(due)}", "was": f" It was due on {_day(due)}."}

    def __missing__(self, _name: str) -> str:
        return ""


def _said(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value.replace("_", " ") if name == "outcome" else value for name, value in fields.items()}


def _day(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(UTC):%A %d %B %Y, %H:%M} UTC"


def _on_one_line(words: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", words).split())
