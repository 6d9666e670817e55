"""A file is accepted as evidence when it is of a known kind, and of the kind its name says."""

import io
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.persistence.evidence_types import HEAD_BYTES, EvidenceTypeError, detect_type

OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."


def packed(*names: str, first: bytes = b"") -> bytes:
    """The head of a ZIP with these entries; `first` goes uncompressed into the first of them."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            stored = zipfile.ZIP_STORED if first and name == names[0] else None
            archive.writestr(name, first if stored is not None else b"<part/>" * 20, stored)
    return content.getvalue()[:HEAD_BYTES]


def written_by_openpyxl() -> bytes:
    content = io.BytesIO()
    openpyxl.Workbook().save(content)
    return content.getvalue()[:HEAD_BYTES]


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 40
MAIL = b"Received: from mail\r\nFrom: sponsor@example.org\r\nSubject: Charter\r\n\r\n<html>Agreed.</html>"
DOCX = packed("[Content_Types].xml", "_rels/.rels", "word/document.xml")
XLSX = packed("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
PPTX = packed("ppt/presentation.xml", "[Content_Types].xml")
ODT = packed("mimetype", "content.xml", first=f"{OPEN}text".encode())
ODS = packed("mimetype", "content.xml", first=f"{OPEN}spreadsheet".encode())
ODP = packed("mimetype", "content.xml", first=f"{OPEN}presentation".encode())
TEMPLATE = packed("mimetype", "content.xml", first=f"{OPEN}text-template".encode())
JAR = packed("META-INF/MANIFEST.MF", "Main.class")
HTML = b"\xef\xbb\xbf \n<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00"
CSV = "gate;spent\ncharter;1,5 Mio. £\n"


@pytest.mark.parametrize(
    ("filename", "head", "media_type"),
    [
        ("business case.pdf", PDF, "application/pdf"),
        ("SCAN.PDF", PDF, "application/pdf"),
        ("charter.docx", DOCX, f"{OFFICE}wordprocessingml.document"),
        ("budget.xlsx", XLSX, f"{OFFICE}spreadsheetml.sheet"),
        ("budget.xlsx", written_by_openpyxl(), f"{OFFICE}spreadsheetml.sheet"),
        ("board.pptx", PPTX, f"{OFFICE}presentationml.presentation"),
        ("charter.odt", ODT, f"{OPEN}text"),
        ("budget.ods", ODS, f"{OPEN}spreadsheet"),
        ("board.odp", ODP, f"{OPEN}presentation"),
        ("site.png", PNG, "image/png"),
        ("site.jpg", JPEG, "image/jpeg"),
        ("site.v2.jpeg", JPEG, "image/jpeg"),
        ("minutes.txt", b"Agreed: 1 < 2.", "text/plain"),
        ("minutes.md", b"# Minutes\n\n<https://example.org>\n", "text/markdown"),
        ("costs.csv", CSV.encode(), "text/csv"),
        ("costs.csv", CSV.encode("utf-8-sig"), "text/csv"),
        ("costs.csv", CSV.encode("cp1252"), "text/csv"),
        ("costs.csv", CSV.encode("utf-16"), "text/csv"),
        ("agreed.eml", MAIL, "message/rfc822"),
        ("agreed.msg", OUTLOOK, "application/vnd.ms-outlook"),
    ],
)
def test_a_file_that_is_what_its_name_says_is_accepted(filename: str, head: bytes, media_type: str) -> None:
    for declared in ("", "application/octet-stream", media_type):
        assert detect_type(head, declared, filename) == media_type


@pytest.mark.parametrize(
    ("filename", "head"),
    [
        ("business case.pdf", b"\n" + PDF),
        ("business case.pdf", HTML),
        ("charter.docx", XLSX),
        ("charter.docx", ODT),
        ("charter.docx", JAR),
        ("charter.docx", b"PK\x03\x04"),
        ("charter.docx", OUTLOOK),
        ("budget.xlsx", DOCX),
        ("charter.odt", TEMPLATE),
        ("charter.odt", ODS),
        ("charter.odt", DOCX),
        ("site.png", JPEG),
        ("site.jpg", PNG),
        ("minutes.txt", PDF),
        ("minutes.txt", HTML),
        ("minutes.md", SVG),
        ("minutes.txt", HTML.decode().encode("utf-16")),
        ("minutes.txt", PROGRAM),
        ("costs.csv", XLSX),
        ("costs.csv", OUTLOOK),
        ("agreed.eml", b"Agreed."),
        ("agreed.eml", b"Agreed.\n\nFrom: nobody"),
        ("agreed.eml", HTML),
        ("agreed.msg", MAIL),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(filename: str, head: bytes) -> None:
    with pytest.raises(EvidenceTypeError, match="as its name says") as refusal:
        detect_type(head, "", filename)
    assert refusal.value.code == "evidence_type"
    assert refusal.value.remedy.startswith("Save it as")


@pytest.mark.parametrize(
    "filename",
    [
        "page.html",
        "drawing.svg",
        "all.zip",
        "tool.exe",
        "report.pdf.exe",
        "macro.docm",
        "old.doc",
        "pdf",
        ".pdf",
        "a.pdf.",
        "",
    ],
)
def test_a_kind_that_is_not_on_the_list_is_refused_whatever_it_holds(filename: str) -> None:
    with pytest.raises(EvidenceTypeError, match="not accepted") as refusal:
        detect_type(PDF, "application/pdf", filename)
    assert ".pdf, .docx" in refusal.value.remedy


@pytest.mark.parametrize("declared", ["text/html", "Text/HTML; charset=utf-8", "image/svg+xml", "text/javascript"])
def test_what_the_sender_calls_a_page_or_a_script_is_refused(declared: str) -> None:
    with pytest.raises(EvidenceTypeError, match="Pages and scripts"):
        detect_type(b"Agreed.", declared, "minutes.txt")


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(EvidenceTypeError, match="empty"):
        detect_type(b"", "text/plain", "minutes.txt")


@given(
    head=st.binary()
    | st.sampled_from([DOCX, ODT, PDF]).flatmap(lambda head: st.integers(0, 60).map(lambda at: head[:at])),
    declared=st.text(),
    filename=st.text() | st.sampled_from([".pdf", ".docx", ".odt", ".txt", ".eml", ".msg"]).map("evidence{}".format),
)
def test_whatever_is_handed_in_gets_a_type_or_a_reason(head: bytes, declared: str, filename: str) -> None:
    with suppress(EvidenceTypeError):
        assert "/" in detect_type(head, declared, filename)
