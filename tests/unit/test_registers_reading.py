"""A register as it arrives: whatever encoding, delimiter and line ends, it becomes a table or one clear sentence."""

import pytest

from lifecycle.service.registers import reading
from lifecycle.service.registers.problems import RegisterError
from lifecycle.service.registers.reading import Register, column_key, read_register

TABLE = "key;name;cost\nP1;Brücke;£5.00\nP2;Straße;£7.50\n"


def codes(register: Register) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.row) for problem in register.problems]


def refusal(data: bytes, filename: str = "register.csv") -> RegisterError:
    with pytest.raises(RegisterError) as caught:
        read_register(data, filename)
    assert caught.value.sentence.endswith(".")
    assert caught.value.remedy.endswith(".")
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "windows-1252"),
        ("latin-1", "windows-1252"),
    ],
)
def test_the_encoding_is_found(encoding: str, told: str) -> None:
    register = read_register(TABLE.encode(encoding), "register.csv")
    assert register.encoding == told
    assert [row.cells["name"] for row in register.rows] == ["Brücke", "Straße"]
    assert register.rows[0].cells["cost"] == "£5.00"
    assert ("encoding_guessed", None) in codes(register) or told.startswith("utf")


def test_a_byte_that_windows_1252_does_not_have_is_still_read() -> None:
    register = read_register(b"key;name\nP1;caf\xe9 \x81\n", "register.csv")
    assert register.rows[0].cells["key"] == "P1"


def test_text_in_another_alphabet_is_not_taken_for_western() -> None:
    text = "ключ;название\n" + "".join(f"P{n};Строительство моста через реку и подъездных дорог\n" for n in range(40))
    register = read_register(text.encode("cp1251"), "register.csv")
    assert register.rows[0].cells[register.columns[1]].startswith("Строительство")


def test_a_few_damaged_bytes_do_not_ruin_the_rest() -> None:
    data = ("key;name\n" + "".join(f"P{n};Überführung Köln\n" for n in range(5))).encode() + b"P9;caf\xe9\n"
    register = read_register(data, "register.csv")
    assert register.rows[0].cells["name"] == "Überführung Köln"
    assert register.rows[-1].cells["name"] == "caf�"
    assert codes(register) == [("damaged_encoding", None)]


def test_an_encoding_that_breaks_its_own_promise_is_refused() -> None:
    assert refusal("\ufeffkey".encode("utf-16-le") + b"\x00\xd8\x00").code == "unreadable_encoding"


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    rows = [["key", "name", "aims"], ["P1", "Bridge", "To cross; quickly, and for ever | a\tday"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    register = read_register(text.encode(), "register.csv")
    assert register.delimiter == delimiter
    assert register.columns == ("key", "name", "aims")


def test_commas_in_prose_do_not_make_a_comma_the_delimiter() -> None:
    text = "key;name;aims\n" + "".join(f"P{n};Bridge, north, south;Safe, quick, cheap, and good\n" for n in range(9))
    assert read_register(text.encode(), "register.csv").delimiter == ";"


def test_a_declared_delimiter_is_believed_and_its_line_counted() -> None:
    register = read_register(b"sep=|\r\nkey|a;b;c\r\nP1|1;2;3\r\n", "register.csv")
    assert register.columns == ("key", "a;b;c")
    assert register.rows[0].number == 3


def test_a_single_column_is_a_table_too() -> None:
    assert read_register(b"key\nP1\nP2\n", "register.txt").columns == ("key",)


def test_line_breaks_inside_cells_and_mixed_line_ends() -> None:
    data = b'key;aims\r\nP1;"first\r\nsecond\rthird\nfourth"\nP2;plain\rP3;"x\r\r\ny"\r\n'
    register = read_register(data, "register.csv")
    assert [row.cells["aims"] for row in register.rows] == ["first\r\nsecond\rthird\nfourth", "plain", "x\r\r\ny"]
    assert [row.number for row in register.rows] == [2, 3, 4]


def test_blank_rows_are_skipped_and_counted() -> None:
    register = read_register(b"key;name\n\nP1;Bridge\n;\n;;;\nP2;Tunnel\n\n", "register.csv")
    assert [(row.number, row.cells["key"]) for row in register.rows] == [(3, "P1"), (6, "P2")]
    assert register.problems == ()


def test_a_repeated_column_is_kept_apart() -> None:
    register = read_register(b"key;rating;rating;rating#2;Rating\nP1;a;b;c;d\n", "register.csv")
    assert register.columns == ("key", "rating", "rating#2", "rating#2#2", "Rating#3")
    assert list(register.rows[0].cells.values()) == ["P1", "a", "b", "c", "d"]
    assert {problem.severity for problem in register.problems} == {"note"}


def test_a_column_without_a_name_gets_one() -> None:
    register = read_register(b"key;;name;;\nP1;x;Bridge;;\n", "register.csv")
    assert register.columns == ("key", "column 2", "name")
    assert codes(register) == [("unnamed_column", None)]


def test_titles_above_the_header_are_left_out() -> None:
    register = read_register(b"Portfolio of 2024\n\nkey;name;cost\nP1;Bridge;5\nP2;Tunnel;6\n", "register.csv")
    assert register.columns == ("key", "name", "cost")
    assert codes(register) == [("title_line", None)]


def test_column_names_are_trimmed_to_one_line() -> None:
    register = read_register(b'"key "; "Project\r\n name"\nP1;x\n', "register.csv")
    assert register.columns[0] == "key"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Project Name", "project_name"), ("Description / Aims", "description aims"), ("WLC (£m)", "wlc_m"), (" x ", "X")],
)
def test_column_names_meet_whatever_their_dress(one: str, other: str) -> None:
    assert column_key(one) == column_key(other)


def test_repeats_do_not_meet_their_first() -> None:
    assert column_key("rating#2") != column_key("rating")


def test_a_short_row_is_completed_and_told() -> None:
    register = read_register(b"key;name;cost\nP1;Bridge\nP2;Tunnel;6\n", "register.csv")
    assert register.rows[0].cells == {"key": "P1", "name": "Bridge", "cost": ""}
    assert [(p.severity, p.code, p.row) for p in register.problems] == [("warning", "missing_cells", 2)]


def test_a_row_with_too_many_cells_cannot_be_trusted() -> None:
    register = read_register(b"key;name;cost\nP1;Bridge; north;6\nP2;Tunnel;6;;\nP3;Road;1\n", "register.csv")
    assert [(p.severity, p.code, p.row) for p in register.problems] == [("error", "surplus_cells", 2)]


def test_a_row_torn_by_a_line_break_is_told_on_every_piece() -> None:
    data = b"key;name;aims;cost\nP1;Bridge;first line\nsecond line\n\nthird line;5\nP2;Tunnel;aims;6\n"
    register = read_register(data, "register.csv")
    assert [(p.severity, p.code, p.row) for p in register.problems] == [
        ("error", "torn_row", 2),
        ("error", "torn_row", 3),
        ("error", "torn_row", 5),
    ]


def test_control_characters_are_left_out() -> None:
    register = read_register(b"key;name\nP1;Bri\x00dge\x0b\n", "register.csv")
    assert register.rows[0].cells["name"] == "Bridge"
    assert codes(register) == [("control_characters", None)]


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"", "register.csv", "empty_file"),
        (b" \r\n\t", "register.csv", "empty_file"),
        (b";;;\n;;;\n", "register.csv", "no_header"),
        (b"1;2;3\n4;5;6\n", "register.csv", "no_header"),
        (b"key;name\n", "register.csv", "no_rows"),
        (b"key;name\n\n;\n", "register.csv", "no_rows"),
        (bytes(range(256)) * 40, "register.csv", "not_a_table"),
        (b"%PDF-1.7 ...", "register.csv", "wrong_extension"),
        (b"PK\x03\x04...", "register.csv", "wrong_extension"),
        (b"\xd0\xcf\x11\xe0...", "register.xlsx", "wrong_extension"),
        (b"<html><table>", "register.csv", "wrong_extension"),
        (b"key;name\nP1;x\n", "register.xlsx", "wrong_extension"),
        (b"key;name\nP1;x\n", "register.pdf", "unsupported_kind"),
        (b"key;name\nP1;x\n", "register", "unsupported_kind"),
        (b"PK\x03\x04...", "register.xlsx", "damaged_workbook"),
        (b'key;name\nP1;"Bridge\nP2;Tunnel\n', "register.csv", "unclosed_quote"),
        (b'key;name\nP1;"' + b"x" * 200_000 + b'"\n', "register.csv", "cell_too_long"),
        (";".join(f"column {n}" for n in range(501)).encode() + b"\n1\n", "register.csv", "too_many_columns"),
    ],
)
def test_what_is_no_register_gets_one_sentence(data: bytes, filename: str, code: str) -> None:
    assert refusal(data, filename).code == code


def test_an_unclosed_quotation_names_its_row() -> None:
    assert "row 3" in refusal(b'key;name\nP1;Bridge\nP2;"Tunnel\nP3;Road\n').sentence


def test_a_file_that_ends_without_a_line_end_is_whole() -> None:
    assert read_register(b'key;name\nP1;"Bridge"', "register.csv").rows[0].cells["name"] == "Bridge"


def test_titles_do_not_hide_that_a_limit_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 5)
    for titles in range(reading.TITLE_LINES + 1):
        for rows in (5, 6, 50):
            data = b"title\n" * titles + b"key;name\n" + b"P;x\n" * rows
            if rows > 5:
                assert refusal(data).code == "too_many_rows"
            else:
                assert len(read_register(data, "register.csv").rows) == 5


def test_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = b"key;name\n" + b"P;x\n" * 40
    monkeypatch.setattr(reading, "MAX_ROWS", 39)
    assert refusal(rows).code == "too_many_rows"
    monkeypatch.setattr(reading, "MAX_ROWS", 40)
    assert len(read_register(rows, "register.csv").rows) == 40
    for cells in range(2, 82):
        monkeypatch.setattr(reading, "MAX_CELLS", cells)
        assert refusal(rows).code == "too_many_rows"
    monkeypatch.setattr(reading, "MAX_CELLS", 82)
    assert len(read_register(rows, "register.csv").rows) == 40
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    assert refusal(rows).code == "file_too_large"
