"""The beginning of a file of evidence as plain text, for a look before it is saved: nothing in it is run."""

import codecs
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from typing import Final

from lifecycle.domain.evidence import EvidenceVersion
from lifecycle.domain.values import Value
from lifecycle.service.registers.delimited import records
from lifecycle.service.registers.encoding import CONTROL
from lifecycle.service.registers.problems import RegisterError

TEXTS: Final = frozenset({"text/plain", "text/markdown", "text/csv", "message/rfc822"})
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OPEN_TEXT: Final = "application/vnd.oasis.opendocument.text"
_PARTS: Final = {WORD: "word/document.xml", OPEN_TEXT: "content.xml"}
READ_BYTES: Final = 4 * 1024 * 1024
"""How much of a file is looked at, in bytes: a packed document that is larger has no excerpt."""
_UNPACKED_BYTES: Final = 1024 * 1024
_MOST_LINES, _LONGEST_LINE = 80, 1_000
_MOST_ROWS, _MOST_CELLS, _LONGEST_CELL = 40, 12, 200
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of writing, by which a text can look like another."""
_PARAGRAPH: Final = re.compile(r"</(?:w:p|text:p|text:h)>")
_HIDDEN: Final = re.compile(r"<w:instrText[^>]*>[^<]*</w:instrText>")
_TAG: Final = re.compile(r"<[^>]*>")
_BODY: Final = re.compile(r"<(?:w:body|office:body)\b")


class Excerpt(Value):
    """What a file begins with: the `rows` of a table, else `lines` of text; neither where it cannot be shown as text.

    `more` says that the file goes on.
    """

    title: str
    media_type: str
    size: int
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    more: bool = False


def has_excerpt(media_type: str) -> bool:
    """Whether files of this kind can be shown as text."""
    return media_type in TEXTS or media_type in _PARTS


def excerpt_of(version: EvidenceVersion, head: bytes) -> Excerpt:
    """The excerpt of a file, of which `head` is all, or the first `READ_BYTES`."""
    about = Excerpt(title=version.title or version.item, media_type=version.media_type, size=version.size)
    whole = len(head) == version.size
    if version.media_type in _PARTS:
        lines = _paragraphs(head, _PARTS[version.media_type]) if whole else []
        return _in_lines(about, lines, goes_on=False)
    text = _clean(_decoded(head, whole))
    if version.media_type == "text/csv" and (rows := _table(text if whole else text[: text.rfind("\n") + 1])):
        cut = tuple(tuple(cell[:_LONGEST_CELL] for cell in row[:_MOST_CELLS]) for row in rows[:_MOST_ROWS])
        return about.model_copy(update={"rows": cut, "more": not whole or len(rows) > _MOST_ROWS})
    return _in_lines(about, text.splitlines(), goes_on=not whole)


def _in_lines(about: Excerpt, lines: list[str], *, goes_on: bool) -> Excerpt:
    shown = tuple(line[:_LONGEST_LINE] for line in lines[:_MOST_LINES])
    return about.model_copy(update={"lines": shown, "more": goes_on or len(lines) > _MOST_LINES})


def _decoded(head: bytes, whole: bool) -> str:
    """The text of the kinds that are accepted as evidence: UTF-8, UTF-16 with its mark, a Windows code page."""
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")
    try:
        return decoder().decode(head, whole)
    except UnicodeDecodeError:
        return head.decode("cp1252", "replace")


def _clean(text: str) -> str:
    return _TURNS.sub("", CONTROL.sub("", text.replace("\f", "\n")))


def _table(text: str) -> list[list[str]]:
    """The first rows of a delimited text; none where it has no columns, or its quotations do not fit."""
    try:
        _, found = records(text, _MOST_ROWS, _MOST_ROWS * 200)
    except RegisterError:
        return []
    rows = [cells for _, cells in found]
    return rows if any(len(cells) > 1 for cells in rows) else []


def _paragraphs(packed: bytes, part: str) -> list[str]:
    """The paragraphs of a packed document, read without parsing it; none where it is damaged or locked."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive, archive.open(part) as stream:
            markup = stream.read(_UNPACKED_BYTES).decode("utf-8", "replace")
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return []
    body = _BODY.search(markup)
    pieces = _PARAGRAPH.split(markup[body.start() :] if body else markup)[:-1]
    return list(_told(pieces))


def _told(pieces: Iterable[str]) -> Iterable[str]:
    for piece in pieces:
        text = _clean(html.unescape(_TAG.sub("", _HIDDEN.sub("", piece)))).strip()
        if text:
            yield text
