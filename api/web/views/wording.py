"""A policy in plain language as parts of a page: what `lifecycle.gates.plain` writes, without its Markdown.

Nothing of a text becomes markup: a template gets words, and whether they are strong, stressed or a condition.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from api.web.formats import Formats
from api.web.views.path import gate_anchor
from lifecycle.domain.wording import Phrase
from lifecycle.gates.plain import told
from lifecycle.gates.policy import Policy

_MARKED: Final = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|`(?P<code>[^`]+)`|^\*(?P<em>.+)\*$")
_ITEM: Final = "- "
_INNER: Final = "    - "
_ROW: Final = "|"


@dataclass(frozen=True, slots=True)
class Words:
    """Some words and how they are set: `plain`, `strong`, `em` or `code`."""

    text: str
    set: str = "plain"


Sentence = tuple[Words, ...]


@dataclass(slots=True)
class Point:
    """A point of a list, and the points below it."""

    said: Sentence
    below: list[Sentence] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """What is said under a heading: sentences, then points; `anchor` is where a gate's section is found."""

    title: str
    anchor: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)


def sections_of(policy: Policy, say: Formats) -> tuple[Section, ...]:
    """The policy section by section, the first being about all of it; its table of roles is left to `raci`.

    What its author wrote stays as it is.
    """
    anchors = {gate.called(name): gate_anchor(name) for name, gate in policy.gates.items()}
    lines = (say.said(line) if isinstance(line, Phrase) else line for line in told(policy))
    found = list(_sections(part for line in lines for part in line.splitlines()))
    for section in found:
        section.anchor = anchors.pop(section.title, "")
    return tuple(section for section in found if section.sentences or section.points)


def words_of(line: str) -> Sentence:
    """A line of Markdown as words."""
    found, end = [], 0
    for match in _MARKED.finditer(line):
        found += [Words(line[end : match.start()]), Words(match[match.lastgroup or 0], match.lastgroup or "plain")]
        end = match.end()
    return tuple(each for each in (*found, Words(line[end:])) if each.text)


def _sections(lines: Iterable[str]) -> Iterator[Section]:
    section = Section("")
    for line in lines:
        if line.startswith(("# ", "## ")):
            yield section
            section = Section(line.lstrip("#").strip())
        elif line.startswith(_ITEM):
            section.points.append(Point(words_of(line.removeprefix(_ITEM))))
        elif line.startswith(_INNER) and section.points:
            section.points[-1].below.append(words_of(line.removeprefix(_INNER)))
        elif line and not line.startswith(_ROW):
            section.sentences.append(words_of(line))
    yield section
