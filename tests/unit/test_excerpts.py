"""A file of evidence can be looked into as text, whatever is in it."""

import codecs
import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lifecycle.domain.evidence import EvidenceKind, EvidenceVersion
from lifecycle.service.excerpts import OPEN_TEXT, TEXTS, WORD, Excerpt, excerpt_of, has_excerpt

KINDS = sorted(TEXTS | {WORD, OPEN_TEXT})


def excerpt(media_type: str, content: bytes, size: int | None = None) -> Excerpt:
    about = EvidenceVersion(
        item="case",
        version=1,
        kind=EvidenceKind.DOCUMENT,
        digest="sha256:0",
        author="pm",
        principal="pm",
        at=datetime(2026, 3, 2, tzinfo=UTC),
        title="case",
        media_type=media_type,
        size=len(content) if size is None else size,
    )
    return excerpt_of(about, content)


def packed(part: str, markup: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, markup)
    return out.getvalue()


def test_text_is_shown_line_by_line_as_it_is_written() -> None:
    found = excerpt("text/markdown", b"# Case\n\n<b>bold</b>")
    assert (found.lines, found.rows, found.more) == (("# Case", "", "<b>bold</b>"), (), False)


def test_text_of_windows_is_read_in_its_code_page() -> None:
    assert excerpt("text/plain", "Kosten: 5 €".encode("cp1252")).lines == ("Kosten: 5 €",)
    assert excerpt("text/plain", codecs.BOM_UTF16_LE + "Größe".encode("utf-16-le")).lines == ("Größe",)
    assert excerpt("text/plain", codecs.BOM_UTF8 + "Größe".encode()).lines == ("Größe",)


def test_a_table_is_shown_in_rows() -> None:
    found = excerpt("text/csv", b'option;cost\r\nabsorb;2\r\n"stop; now";0\r\n')
    assert found.rows == (("option", "cost"), ("absorb", "2"), ("stop; now", "0"))
    assert excerpt("text/csv", b'a,"b\nnever closed').lines == ('a,"b', "never closed")
    assert excerpt("text/csv", b"one column\nonly\n").lines == ("one column", "only")


def test_a_long_file_says_that_it_goes_on() -> None:
    found = excerpt("text/plain", b"line\n" * 500)
    assert (len(found.lines), found.more) == (80, True)
    rows = excerpt("text/csv", b"a,b\n" * 500)
    assert (len(rows.rows), rows.more) == (40, True)
    half = excerpt("text/plain", "ä".encode()[:1], size=10_000_000)
    assert half.more


def test_a_word_document_is_shown_by_its_paragraphs() -> None:
    markup = (
        "<w:document><w:body><w:p><w:r><w:t>Costs &amp; benefits</w:t></w:r></w:p><w:p/>"
        "<w:p><w:r><w:instrText>PAGE</w:instrText><w:t xml:space='preserve'>Do </w:t></w:r>"
        "<w:r><w:t>it.</w:t></w:r></w:p>"
        "</w:body></w:document>"
    )
    assert excerpt(WORD, packed("word/document.xml", markup)).lines == ("Costs & benefits", "Do it.")
    odt = "<office:document><office:body><text:h>Case</text:h><text:p>Do it.</text:p></office:body></office:document>"
    assert excerpt(OPEN_TEXT, packed("content.xml", odt)).lines == ("Case", "Do it.")


def test_a_document_that_unpacks_without_end_is_read_to_a_bound() -> None:
    bomb = packed("word/document.xml", "<w:body>" + "<w:p>all work</w:p>" * 2_000_000)
    found = excerpt(WORD, bomb)
    assert (len(found.lines), found.more) == (80, True)


def test_characters_that_turn_a_text_round_are_left_out() -> None:
    assert excerpt("text/plain", "pay \u202eNOT\u202c now\x00".encode()).lines == ("pay NOT now",)


@pytest.mark.parametrize("media_type", ["application/pdf", "image/png", "text/html", ""])
def test_nothing_else_is_shown_as_text(media_type: str) -> None:
    assert not has_excerpt(media_type)


@given(st.sampled_from(KINDS), st.binary(max_size=2_000), st.booleans())
@example(WORD, b"PK\x03\x04broken", False)
def test_whatever_a_file_holds_there_is_an_excerpt_within_bounds(kind: str, content: bytes, cut: bool) -> None:
    found = excerpt(kind, content, len(content) + 1 if cut else None)
    assert len(found.lines) <= 80
    assert len(found.rows) <= 40
    assert all(len(line) <= 1_000 for line in found.lines)
    assert not any("\x00" in text for text in (*found.lines, *(cell for row in found.rows for cell in row)))
