"""The independent verifier: clean trails pass, and whatever is done to the rows by hand is found."""

import ast
import json
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, delete, select, update

from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.persistence import verifier
from lifecycle.persistence.audit import OFFICE, Attempt, Signature, sign
from lifecycle.persistence.journal import settle_done, settle_refused, write_sent
from lifecycle.persistence.migrate import migrate
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.persistence.tables import audit, chains, events, journal, projects, states
from lifecycle.persistence.verifier import heads, verify
from tests.integration.histories import History, a_long_life
from tests.integration.rows import NOW, settle_people

KEYS = {table.name: list(table.primary_key)[-1].name for table in (audit, events, chains, states, projects)}
TAMPERED = {
    **{table.name: [column.name for column in table.c] for table in (audit, events, chains, states)},
    "projects": [
        "key",
        "seq",
        "name",
        "portfolio",
        "status",
        "stage",
        "tier",
        "manager",
        "sponsor",
        "policy_version",
        "confidence",
        "breaches",
        "open_gates",
    ],
}


@pytest.fixture
def kept(database_url: str) -> str:
    """Address of a database with three projects, refused attempts and some deeds of the office."""
    migrate(database_url)
    with Database(database_url) as database:
        database.write_now(keep)
    return database_url


def keep(connection: Connection) -> None:
    settle_people(connection)
    for key in ("P1", "P2", "P3"):
        project(connection, key, a_long_life(key).told, NOW)
        refuse(connection, key, f"refused-{key}")
    for deed in range(3):
        sign(connection, Signature("office", NOW), "person:policy:published", {"version": deed, "note": "nul \0 here"})
    refuse(connection, "P9", "refused-P9")
    life = History("P4")
    write_sent(connection, attempt("P4", "P4-1"), {})
    project(connection, "P4", life.told[:1], NOW)
    settle_done(connection, "P4-1", events=1, answer={"seq": 1}, now=NOW)


def attempt(key: str, command: str) -> Attempt:
    return Attempt(command, "cast_vote", "manager", None, key, NOW, "sha256:body")


def refuse(connection: Connection, key: str, command: str) -> None:
    write_sent(connection, attempt(key, command), {"rationale": "Mine."})
    refusal = Refusal(reason=Reason.EXCLUDED, sentence="You manage this project.", remedy="Ask somebody else.")
    settle_refused(connection, command, refusal, NOW)


def by_hand(url: str, *statements: Executable) -> None:
    with Database(url) as database:
        for statement in statements:
            database.write_now(partial(_execute, statement=statement))


def _execute(connection: Connection, statement: Executable) -> None:
    connection.execute(statement)


def sentences(url: str, noted: dict[str, tuple[int, str]] | None = None) -> set[str]:
    return {finding.sentence for finding in verify(url, noted).findings}


def test_a_trail_that_nobody_touched_is_in_order(kept: str) -> None:
    report = verify(kept)
    assert report.ok, report.findings
    assert (report.chains, report.rows) == (5, sum(n for n, _ in heads(kept).values()))


def test_a_new_database_is_in_order(database_url: str) -> None:
    migrate(database_url)
    assert verify(database_url) == verifier.Report(0, 0, ())


def test_it_imports_nothing_of_the_product() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text(encoding="utf-8"))
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert modules
    assert not [name for name in modules if name.startswith(("lifecycle", "sqlalchemy", "pydantic"))]


def test_a_changed_row_is_found_where_it_is(kept: str) -> None:
    by_hand(kept, update(audit).where(audit.c.chain == "P2", audit.c.n == 5).values(person="somebody"))
    (finding, *_) = verify(kept).findings
    assert (finding.chain, finding.n, finding.sentence) == ("P2", 5, "The row was changed after it was written.")


def test_a_tail_cut_in_the_trail_alone_is_found(kept: str) -> None:
    by_hand(kept, delete(audit).where(audit.c.chain == "P2", audit.c.n > 20))
    assert "The chain ends at row 20, which its head does not say." in sentences(kept)


def test_a_tail_cut_everywhere_is_found_by_the_journal(kept: str) -> None:
    tables = (audit.c.chain, events.c.project, chains.c.chain, projects.c.key, states.c.project)
    by_hand(kept, *(delete(column.table).where(column == "P4") for column in tables))
    assert sentences(kept) == {"The command caused 1 events, but 0 are in the trail."}


def test_a_refusal_that_vanished_is_found_by_the_journal(kept: str) -> None:
    by_hand(kept, delete(audit).where(audit.c.chain == OFFICE, audit.c.n == 4))
    by_hand(kept, update(chains).where(chains.c.chain == OFFICE).values(n=3, digest=_digest_of(kept, OFFICE, 3)))
    assert sentences(kept) == {"The command was refused, which is not in the trail."}


def test_a_project_shown_in_another_stage_is_found(kept: str) -> None:
    by_hand(kept, update(projects).where(projects.c.key == "P1").values(stage="closing"))
    assert sentences(kept) == {"What lists show of the project is not what its state says."}


def test_a_state_swapped_with_its_digest_is_found(kept: str) -> None:
    with Database(kept) as database:
        other = database.read_now(lambda connection: connection.execute(select(states).order_by(states.c.seq)).first())
    assert other is not None
    forged = update(states).where(states.c.project == "P1").values(digest=other.digest, state=other.state)
    by_hand(kept, forged)
    assert sentences(kept) == {"The project's state is not the one that its last event left."}


def test_a_consistent_rewrite_is_found_with_the_heads_noted_before(kept: str) -> None:
    noted = heads(kept)
    gone = (audit.c.chain, events.c.project, chains.c.chain, projects.c.key, states.c.project)
    by_hand(kept, *(delete(column.table).where(column == "P3") for column in gone))
    by_hand(kept, delete(journal).where(journal.c.project == "P3"))
    assert sentences(kept) == set()
    assert sentences(kept, noted) == {"The whole chain is gone."}
    with Database(kept) as database:
        database.write_now(lambda connection: project(connection, "P3", History("P3").told, NOW))
    length = noted["P3"][0]
    assert sentences(kept) == set()
    assert f"The chain ends at row 2, but row {length} was noted." in sentences(kept, noted)
    with Database(kept) as database:
        database.write_now(lambda connection: project(connection, "P3", a_long_life("P3").told, NOW))
        database.write_now(lambda connection: refuse(connection, "P3", "another"))
    assert sentences(kept) == set()
    assert sentences(kept, noted) == {"The row is not the one that was noted: the chain was written anew."}


@pytest.mark.parametrize("noted", [["P1"], {"P1": 3}, {"P1": ["x", "y"]}, {"P1": []}])
def test_what_are_no_heads_is_refused(sqlite_url: str, noted: Any) -> None:
    migrate(sqlite_url)
    with pytest.raises(ValueError, match="no heads"):
        verify(sqlite_url, noted)


def test_heads_noted_earlier_fit_a_trail_that_went_on(kept: str) -> None:
    noted = heads(kept)
    with Database(kept) as database:
        database.write_now(lambda connection: project(connection, "P5", History("P5").told, NOW))
        database.write_now(lambda connection: refuse(connection, "P1", "later"))
    assert verify(kept, noted).ok


def test_an_auditor_runs_it_alone_and_notes_the_heads(sqlite_url: str, tmp_path: Path) -> None:
    migrate(sqlite_url)
    with Database(sqlite_url) as database:
        database.write_now(keep)
    noted = tmp_path / "noted.json"
    first = _alone(sqlite_url)
    assert (first.returncode, first.stderr) == (0, "")
    noted.write_text(first.stdout, encoding="utf-8")
    assert _alone(sqlite_url, str(noted)).returncode == 0
    by_hand(sqlite_url, delete(audit).where(audit.c.chain == "P2", audit.c.n > 20))
    second = _alone(sqlite_url, str(noted))
    assert (second.returncode, second.stdout) == (1, "")
    assert f"P2: The chain ends at row 20, but row {json.loads(first.stdout)['P2'][0]} was noted." in second.stderr
    for wrong in ("mysql://host/name", f"sqlite:///{tmp_path / 'absent.db'}"):
        nothing = _alone(wrong)
        assert (nothing.returncode, nothing.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "absent.db").exists()


def _alone(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The verifier run by itself, with nothing of the product in sight."""
    command = [sys.executable, "-I", "-S", verifier.__file__, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def test_two_hundred_random_tamperings_are_all_found(sqlite_url: str, tmp_path: Path) -> None:
    migrate(sqlite_url)
    with Database(sqlite_url) as database:
        database.write_now(keep)
    unfound = []
    for seed in range(200):
        copy = shutil.copy(tmp_path / "lifecycle.db", tmp_path / "tampered.db")
        done = tamper(copy, random.Random(seed))
        if verify(f"sqlite:///{copy}").ok:
            unfound.append((seed, done))
    assert not unfound
    assert verify(sqlite_url).ok


def tamper(path: Path | str, chance: random.Random) -> str:
    """Change, delete, double or swap something at random; what was done."""
    with closing(sqlite3.connect(path)) as database, database:
        database.row_factory = sqlite3.Row
        table = chance.choice(sorted(TAMPERED))
        rows = [dict(row) for row in database.execute(f"SELECT * FROM {table}")]
        row, other = chance.sample(rows, 2)
        what = chance.choice(["change", "delete", "double", "swap"])
        column = chance.choice([column for column in TAMPERED[table] if row[column] != other[column]])
        changed = {**row, column: _another(row[column], chance)}
        taken, put = {
            "change": ([row], [changed]),
            "delete": ([row], []),
            "double": ([], [changed | {KEYS[table]: _another(row[KEYS[table]], chance)}]),
            "swap": ([row, other], [{**row, column: other[column]}, {**other, column: row[column]}]),
        }[what]
        if {*map(repr, taken)} == {*map(repr, put)}:
            return tamper(path, chance)
        for each in taken:
            where = " AND ".join(f"{name} IS ?" for name in each)
            assert database.execute(f"DELETE FROM {table} WHERE {where}", [*each.values()]).rowcount == 1
        for each in put:
            marks = ", ".join("?" * len(each))
            database.execute(f"INSERT OR REPLACE INTO {table} ({', '.join(each)}) VALUES ({marks})", [*each.values()])
        return f"{what} in {table}: {row}"


def _another(value: str | int | None, chance: random.Random) -> str | int:
    if isinstance(value, int):
        return value + chance.choice([-2, -1, 1, 2, 1_000])
    if not value:
        return chance.choice(["somebody", "0"])
    place = chance.randrange(len(value))
    return chance.choice([value[:place], value + "x", value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]])


def _digest_of(url: str, chain: str, n: int) -> str:
    row = select(audit.c.digest).where(audit.c.chain == chain, audit.c.n == n)
    with Database(url) as database:
        return str(database.read_now(lambda connection: connection.scalar(row)))
