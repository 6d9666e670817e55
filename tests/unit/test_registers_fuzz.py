"""Whatever bytes arrive, an import answers with rows or with one clear refusal, and soon."""

import io
import os
import zipfile
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.service.policy_files import DEFAULT, library_text, read_policy
from lifecycle.service.registers.applying import MappedRow, apply_mapping
from lifecycle.service.registers.bundled import bundled_mapping, sample_register
from lifecycle.service.registers.choosing import text_of
from lifecycle.service.registers.mapping_file import read_mapping
from lifecycle.service.registers.problems import RegisterError
from lifecycle.service.registers.reading import Register, read_register
from lifecycle.service.registers.results import result_row, results_csv
from lifecycle.service.registers.suggesting import suggested
from tests.unit.workbooks import workbook

HOSTILE = int(os.environ.get("HOSTILE_IMPORTS", "750"))
"""So many damaged files are imported: registers as text, workbooks, and workbooks of which one part is damaged."""
MAPPING = bundled_mapping("uk-gmpp")
FACTS = read_policy(library_text(DEFAULT)).facts
REAL = sample_register("gmpp_2022.csv")[:40_000]
PIECES = [
    b'"',
    b";",
    b",",
    b"\t",
    b"\r",
    b"\n",
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"'=",
    b"\xc3\xa9",
    b"\x81",
    b"\x1a",
    b"31.02.2024",
    b"\xa3",
]
FILES = [f"register{suffix}" for suffix in (".csv", ".xlsx", ".txt", ".tsv", ".XLSX", "", ".pdf")]
BOOK = workbook(
    {"R": [["project_number", "project_name", "start_date"], ["P1", "Bridge", "2024-01-01"], ["P2", 5, None]]}
)
DOCUMENT = b"""\
mapping: house
key: id
name: [title, project]
facts:
  cost: {column: cost, as: money, unit: GBP}
  start: {columns: [start], as: date}
"""
unhurried = settings(deadline=None)


def imported(data: bytes, filename: str) -> None:
    """An import from bytes to results; anything but rows or a whole refusal fails."""
    try:
        register = read_register(data, filename)
        rows = apply_mapping(register, MAPPING)
        suggestion = suggested(register, FACTS)
        suggested_rows = apply_mapping(register, suggestion)
    except RegisterError as error:
        refusals = [error.code.isidentifier(), error.sentence.endswith("."), error.remedy.endswith(".")]
    else:
        refusals = []
        whole(register, rows)
        assert len(suggested_rows) == len(rows)
        assert read_mapping(text_of(suggestion)) == suggestion
    assert all(refusals)


def whole(register: Register, rows: tuple[MappedRow, ...]) -> None:
    """Every row of the register has a result, every fact a value or a reason, and the results can be read back."""
    assert [row.number for row in rows] == [row.number for row in register.rows]
    for row in rows:
        assert set(row.facts) == set(MAPPING.facts)
        assert {fact for fact, value in row.facts.items() if value is None} == {gap.fact for gap in row.unknown}
        assert all(problem.sentence.endswith(".") for problem in row.problems)
    assert len(read_register(results_csv([result_row(row, "x") for row in rows]), "r.csv").rows) == len(rows)


def mutated(data: bytes, chance: Random) -> bytes:
    """The bytes with a few cuts, insertions, swaps and repetitions."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(found) + 1)
        to = min(len(found), at + chance.randint(0, 400))
        match chance.randrange(4):
            case 0:
                del found[at:to]
            case 1:
                found[at:at] = chance.choice(PIECES) * chance.randint(1, 30)
            case 2:
                found[at:to] = chance.randbytes(to - at)
            case _:
                found[at:at] = found[at:to]
    return bytes(found)


@unhurried
@given(st.binary(max_size=400), st.sampled_from(FILES))
def test_arbitrary_bytes(data: bytes, filename: str) -> None:
    imported(data, filename)


@unhurried
@given(st.lists(st.sampled_from([*PIECES, b"project_number", b"project_name", b"P1", b"a b"]), max_size=60))
def test_arbitrary_tables(pieces: list[bytes]) -> None:
    imported(b"project_number;project_name;start_date\n" + b"".join(pieces), "register.csv")


def test_a_real_register_damaged_in_many_ways() -> None:
    for seed in range(HOSTILE // 5):
        imported(mutated(REAL, Random(seed)), "register.csv")


def test_a_workbook_damaged_in_many_ways() -> None:
    for seed in range(2 * HOSTILE // 5):
        imported(mutated(BOOK, Random(seed)), "register.xlsx")


def test_a_workbook_whose_parts_are_damaged() -> None:
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for seed in range(2 * HOSTILE // 5):
        chance = Random(seed)
        victim = chance.choice(sorted(parts))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, mutated(content, chance) if name == victim else content)
        imported(out.getvalue(), "register.xlsx")


@unhurried
@given(st.text(max_size=200))
def test_arbitrary_mappings(text: str) -> None:
    assert is_read_or_refused(text)


def test_a_mapping_damaged_in_many_ways() -> None:
    for seed in range(500):
        assert is_read_or_refused(mutated(DOCUMENT, Random(seed)).decode("utf-8", errors="replace"))


def is_read_or_refused(document: str) -> bool:
    try:
        return bool(read_mapping(document).mapping)
    except RegisterError as error:
        return error.code == "mapping_invalid"
