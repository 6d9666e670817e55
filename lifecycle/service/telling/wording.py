"""What a notice says to the person it is for: a headline and a few plain sentences, whatever was written into it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from lifecycle.domain.preferences import Language, Preferences
from lifecycle.domain.project import Outcome
from lifecycle.gates.notices import NoticeKind
from lifecycle.persistence.letters import Letter
from lifecycle.service.language.sentences import names_in, spoken
from lifecycle.service.telling.english import ENGLISH
from lifecycle.service.telling.german import GERMAN
from lifecycle.service.telling.phrases import Phrases

LANGUAGES: Final[Mapping[Language, Phrases]] = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN}

_HEADLINE: Final = 200
_OURS: Final = frozenset(("because", "rationale", "reason", "sentence"))
"""Fields in which the core may have spoken, in English, in place of a person."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Said:
    """A notice in words: `asked` says what is asked and until when, `page` is the path of the page to go to.

    `project` is empty where it is about none.
    """

    headline: str
    asked: str
    project: str
    page: str
    link_text: str


def said(letter: Letter, reader: Preferences) -> Said:
    """A notice in its reader's language and on their clock."""
    phrases = LANGUAGES[reader.language]
    title, text = phrases.kinds[NoticeKind(letter.kind)]
    fields = _Fields(letter, phrases, reader)
    headline, asked = on_one_line(title.format_map(fields)), _UNPRINTABLE.sub(" ", text.format_map(fields)).strip()
    if not letter.project:
        page = f"/changes/{quote(letter.fields.get('proposal', ''), safe='')}"
        return Said(headline=headline[:_HEADLINE], asked=asked, project="", page=page, link_text=phrases.open_change)
    return Said(
        headline=f"{on_one_line(letter.project_name)}: {headline}"[:_HEADLINE],
        asked=asked,
        project=f"{on_one_line(letter.project_name)} ({on_one_line(letter.project)})",
        page=page_of(letter.project, letter.gate),
        link_text=phrases.open_gate if letter.gate else phrases.open_project,
    )


def page_of(project: str, gate: str | None) -> str:
    """The path of the page of a gate, or of a project."""
    path = f"/projects/{quote(project, safe='')}"
    return f"{path}/gates/{quote(gate, safe='')}" if gate else path


class _Fields(dict[str, str]):
    """The fields of a letter for its wording; one that is not given is empty."""

    def __init__(self, letter: Letter, phrases: Phrases, reader: Preferences) -> None:
        super().__init__(letter.fields)
        for name in _OURS & self.keys():
            self[name] = spoken(self[name], reader.language)
        if roles := letter.fields.get("roles"):
            self["roles"] = names_in(roles, reader.language)
        self["gate"] = (letter.gate or "").replace("_", " ")
        if requirement := letter.fields.get("requirement"):
            self["requirement"] = f"'{requirement.partition('.')[2].replace('_', ' ')}'"
        if outcome := letter.fields.get("outcome"):
            self["outcome"] = phrases.outcomes[Outcome(outcome)]
        if since := letter.fields.get("since"):
            moment = phrases.day(datetime.fromisoformat(since), reader.zone)
            self["since"] = phrases.since.format(moment=moment)
        if due := letter.fields.get("due"):
            moment = phrases.day(datetime.fromisoformat(due), reader.zone)
            self |= {"by": phrases.by.format(moment=moment), "was": phrases.was.format(moment=moment)}

    def __missing__(self, _name: str) -> str:
        return ""


def on_one_line(words: str) -> str:
    """The words without line breaks, control characters and what turns writing around."""
    return " ".join(_UNPRINTABLE.sub(" ", words).split())
