"""From bytes to text: byte-order marks, strict UTF-8, then the encodings that spreadsheets really write."""

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from lifecycle.service.registers.problems import Problem, RegisterError

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE_BYTES = 32_768
SINGLE_BYTE = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp850", "cp852", "cp437", "mac_roman"]
MULTI_BYTE = ["shift_jis", "gb18030", "big5", "euc_kr", "euc_jp"]
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
"""Characters that no cell of a register means: controls but tab and line ends, lone surrogates, non-characters."""
CONTROLS_ALLOWED = 0.002
_LETTERS = re.compile(rb"[A-Za-z]")
_HIGH = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A register's text without control characters, the encoding it was in, and what was noticed."""

    text: str
    encoding: str
    problems: tuple[Problem, ...] = ()


def decode(data: bytes) -> Decoded:
    """The text of a delimited file.

    A byte-order mark is believed; then UTF-8 must fit exactly; then UTF-8 with a few damaged bytes, Windows-1252 for
    text that is mostly ASCII, and a statistical guess for everything else. Raises `RegisterError` for what is no text.
    """
    encoding = _certain(data)
    decoded = _guess(data) if encoding is None else Decoded(_strictly(data, encoding), encoding)
    controls = len(CONTROL.findall(decoded.text))
    if controls > len(decoded.text) * CONTROLS_ALLOWED + 2:
        raise RegisterError(
            "not_a_table",
            "The file holds binary data, not text.",
            "Save the register as CSV or XLSX and import that file.",
        )
    if not controls:
        return decoded
    note = Problem("note", "control_characters", f"{controls} control characters were left out.")
    return Decoded(CONTROL.sub("", decoded.text), decoded.encoding, (*decoded.problems, note))


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise RegisterError(
            "unreadable_encoding",
            f"The file begins like {encoding.upper()}, but byte {error.start} does not fit.",
            "Save it again as CSV in UTF-8, and import that file.",
        ) from error


def _certain(data: bytes) -> str | None:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return encoding
    head = data[: SAMPLE_BYTES - SAMPLE_BYTES % 2]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) * 0.2 and even < odd / 10:
        return "utf-16-le"
    if even > len(head) * 0.2 and odd < even / 10:
        return "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _guess(data: bytes) -> Decoded:
    damaged = data.decode("utf-8", errors="replace")
    lost, beyond_ascii = damaged.count("\ufffd"), sum(1 for character in damaged if character > "\x7f")
    if beyond_ascii > 5 * lost:
        sentence = f"The file is UTF-8 but for {lost} damaged places, which now read \ufffd."
        remedy = "Mend these places in the file, or save it again as CSV in UTF-8, and import that file."
        return Decoded(damaged, "utf-8", (Problem("warning", "damaged_encoding", sentence, remedy),))
    sample = _around_first_high_byte(data)
    encoding = "cp1252" if _is_western(sample) and _decodes(data, "cp1252") else _statistical(data, sample)
    name = encoding.replace("cp125", "windows-125")
    sentence = f"The file does not say its encoding; it was read as {name}."
    remedy = "If accented letters look wrong, save the file as CSV in UTF-8, and import that file."
    return Decoded(data.decode(encoding), name, (Problem("note", "encoding_guessed", sentence, remedy),))


def _around_first_high_byte(data: bytes) -> bytes:
    first = _HIGH.search(data)
    start = max(0, first.start() - 1_024) if first else 0
    sample = data[start : start + SAMPLE_BYTES]
    return sample[: sample.rfind(b"\n") + 1] or sample


def _is_western(sample: bytes) -> bool:
    """Western text is ASCII with an accent here and there; in other alphabets whole words lie beyond ASCII."""
    return len(_HIGH.findall(sample)) <= 0.25 * len(_LETTERS.findall(sample))


def _statistical(data: bytes, sample: bytes) -> str:
    best = from_bytes(sample, cp_isolation=[*SINGLE_BYTE, *MULTI_BYTE]).best()
    return best.encoding if best is not None and _decodes(data, best.encoding) else "latin-1"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
