"""Which kinds of file are accepted as evidence, and whether a file is what its name says."""

import codecs
import re
from collections.abc import Callable
from functools import partial
from pathlib import PurePath
from typing import Final, NamedTuple

from lifecycle.persistence.failures import StoreError

HEAD_BYTES: Final = 4096
"""How much of a file's beginning `detect_type` wants to see, in bytes."""


class EvidenceTypeError(StoreError):
    """A file of a kind that is not accepted, or not of the kind its name says (code `evidence_type`)."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__("evidence_type", sentence, remedy)


def detect_type(head: bytes, declared: str, filename: str) -> str:
    """The media type to keep and serve a file under, for example `application/pdf`.

    `head` is the beginning of the content (`HEAD_BYTES`, or all of a shorter file), `declared` the media type that the
    sender gave (may be empty), `filename` the sender's name for it, of which only the ending counts. Raises
    `EvidenceTypeError` when the ending is not on the list, when the content is not what the ending says, when the
    sender calls it something a browser would run, and when there is no content.
    """
    kind = _KINDS.get(PurePath(filename).suffix.lower())
    if kind is None:
        raise EvidenceTypeError("Files with this ending are not accepted as evidence.", f"Hand in one of {_ENDINGS}.")
    if not head:
        raise EvidenceTypeError("The file is empty.", "Hand in a file with content.")
    if declared.partition(";")[0].strip().lower() in _RUN_BY_BROWSERS:
        raise EvidenceTypeError("Pages and scripts are not accepted as evidence.", "Hand it in as a PDF document.")
    if not kind.fits(head):
        remedy = f"Save it as {kind.name}, or give it the ending of what it is, and hand it in again."
        raise EvidenceTypeError(f"The file is not {kind.name}, as its name says.", remedy)
    return kind.media_type


class _Kind(NamedTuple):
    name: str
    media_type: str
    fits: Callable[[bytes], bool]
    """Whether a file that begins like this can be of this kind."""


_PDF: Final = b"%PDF-"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE_PARTS: Final = (b"word/", b"xl/", b"ppt/")
_OFFICE_FRAME: Final = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"customXml/")
_ZIP_ENTRY: Final = re.compile(rb"PK\x03\x04.{22}(?P<length>..)..", re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP: Final = re.compile(r"[\s\ufeff]*<(?:!doctype|\?xml|html|head|body|script|svg)\b", re.IGNORECASE)
_MAIL_HEADER: Final = re.compile(
    rb"^(?:from|date|subject|received|message-id|mime-version):", re.IGNORECASE | re.MULTILINE
)
_RUN_BY_BROWSERS: Final = {
    "text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml",
    "text/javascript", "application/javascript", "application/x-javascript",
}  # fmt: skip


def _begins(magic: bytes, head: bytes) -> bool:
    return head.startswith(magic)


def _is_office(part: bytes, head: bytes) -> bool:
    """A ZIP that starts like an Office file and shows no part of another Office program."""
    entries = _ZIP_ENTRY.finditer(head)
    names = [head[entry.end() :][: int.from_bytes(entry["length"], "little")] for entry in entries]
    others = tuple(other for other in _OFFICE_PARTS if other != part)
    starts_right = head.startswith(_ZIP) and any(names[:1]) and names[0].startswith((part, *_OFFICE_FRAME))
    return starts_right and not any(name.startswith(others) for name in names)


def _is_open_document(media_type: str, head: bytes) -> bool:
    """A ZIP whose first entry is the uncompressed media type, as OpenDocument demands."""
    return head.startswith(_ZIP) and head[30:].startswith(b"mimetype" + media_type.encode() + b"PK")


def _is_text(head: bytes) -> bool:
    """Text in UTF-8, UTF-16 or a Windows code page that is neither a page nor another kind in disguise."""
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if wide else "utf-8", "replace")
    return not (_CONTROL.search(text) or _MARKUP.match(text) or head.startswith(_PDF))


def _is_mail(head: bytes) -> bool:
    return _is_text(head) and _MAIL_HEADER.search(head.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]) is not None


def _office(name: str, part: bytes, subtype: str) -> _Kind:
    return _Kind(name, f"application/vnd.openxmlformats-officedocument.{subtype}", partial(_is_office, part))


def _open_document(name: str, subtype: str) -> _Kind:
    media_type = f"application/vnd.oasis.opendocument.{subtype}"
    return _Kind(name, media_type, partial(_is_open_document, media_type))


_KINDS: Final = {
    ".pdf": _Kind("a PDF document", "application/pdf", partial(_begins, _PDF)),
    ".docx": _office("a Word document", b"word/", "wordprocessingml.document"),
    ".xlsx": _office("an Excel workbook", b"xl/", "spreadsheetml.sheet"),
    ".pptx": _office("a PowerPoint presentation", b"ppt/", "presentationml.presentation"),
    ".odt": _open_document("an OpenDocument text", "text"),
    ".ods": _open_document("an OpenDocument spreadsheet", "spreadsheet"),
    ".odp": _open_document("an OpenDocument presentation", "presentation"),
    ".png": _Kind("a PNG picture", "image/png", partial(_begins, _PNG)),
    ".jpg": _Kind("a JPEG picture", "image/jpeg", partial(_begins, _JPEG)),
    ".jpeg": _Kind("a JPEG picture", "image/jpeg", partial(_begins, _JPEG)),
    ".txt": _Kind("plain text", "text/plain", _is_text),
    ".csv": _Kind("a table in plain text", "text/csv", _is_text),
    ".md": _Kind("plain text with Markdown", "text/markdown", _is_text),
    ".eml": _Kind("a saved mail", "message/rfc822", _is_mail),
    ".msg": _Kind("a mail saved by Outlook", "application/vnd.ms-outlook", partial(_begins, _OLE)),
}
_ENDINGS: Final = ", ".join(_KINDS)
