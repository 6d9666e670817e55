"""What is particular to SQLite: one writer, shared commits, locks of other processes, a full disk."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import IntegrityError

from lifecycle.persistence.failures import StoreFullError, StoreUnavailableError
from lifecycle.persistence.session import Database
from tests.integration.ledger import count, gates, open_ledger, record


@pytest.fixture
def ledger(sqlite_url: str) -> Iterator[Database]:
    with Database(sqlite_url) as database:
        database.write_now(open_ledger)
        yield database


@contextmanager
def locked(tmp_path: Path) -> Iterator[None]:
    """Somebody else writes for as long as this lasts."""
    connection = sqlite3.connect(tmp_path / "lifecycle.db", isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.close()


@contextmanager
def counted_commits() -> Iterator[list[Connection]]:
    commits: list[Connection] = []
    listener = commits.append
    event.listen(Engine, "commit", listener)
    try:
        yield commits
    finally:
        event.remove(Engine, "commit", listener)


async def test_writes_that_wait_together_share_a_commit(ledger: Database) -> None:
    begun, go_on = Event(), Event()

    def slow(connection: Connection) -> None:
        begun.set()
        go_on.wait()

    with counted_commits() as commits:
        first = asyncio.create_task(ledger.write(slow))
        await asyncio.to_thread(begun.wait)
        waiting = [asyncio.create_task(ledger.write(record(f"gate {number}"))) for number in range(100)]
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(first, *waiting)
    assert len(commits) == 3
    assert await ledger.read(count) == 100


async def test_a_commit_is_on_disk_and_readers_are_never_in_the_way(ledger: Database) -> None:
    def pragmas(connection: Connection) -> list[object]:
        return [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    full = 2
    assert await ledger.write(pragmas) == ["wal", full, 1]


async def test_a_row_that_refers_to_nothing_is_refused(ledger: Database) -> None:
    def promise_to_nobody(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE conditions (gate TEXT REFERENCES decisions (gate))")
        connection.exec_driver_sql("INSERT INTO conditions VALUES ('no such gate')")

    with pytest.raises(IntegrityError):
        await ledger.write(promise_to_nobody)


async def test_a_write_waits_until_the_other_process_has_written(ledger: Database, tmp_path: Path) -> None:
    with locked(tmp_path):
        waiting = [asyncio.create_task(ledger.write(record(f"gate {number}"))) for number in range(3)]
        await ledger.read(count)
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)
    assert await ledger.read(count) == 3


async def test_nobody_reads_that_the_database_is_locked(ledger: Database, sqlite_url: str, tmp_path: Path) -> None:
    with Database(sqlite_url, patience=0.05) as impatient:
        with locked(tmp_path):
            outcomes = await asyncio.gather(
                *(impatient.write(record(f"gate {number}")) for number in range(5)), return_exceptions=True
            )
        assert {type(outcome) for outcome in outcomes} == {StoreUnavailableError}
        assert not any("lock" in str(outcome) for outcome in outcomes)
        await impatient.write(record("afterwards"))
    assert await ledger.read(gates) == {"afterwards"}


async def test_a_full_disk_is_told_and_gets_over_it(ledger: Database) -> None:
    def leave_no_room(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    await ledger.write(leave_no_room)
    writes = [ledger.write(record(f"minutes {number} {'x' * 10_000}")) for number in range(20)]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreFullError}
    assert await ledger.read(count) == 0

    await ledger.write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=1000000").scalar())
    await ledger.write(record("afterwards"))
    assert await ledger.read(gates) == {"afterwards"}


async def test_a_file_that_cannot_be_opened_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear PMO, " * 1000)
    for name in ("letter.db", "no/such/folder.db"):
        with Database(f"sqlite:///{tmp_path / name}") as database:
            for request in (database.ping(), database.write(open_ledger)):
                with pytest.raises(StoreUnavailableError, match="cannot be reached"):
                    await request
