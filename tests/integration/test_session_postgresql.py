"""What is particular to PostgreSQL: conflicts between transactions, and a server that goes away."""

import asyncio
import socket
from collections.abc import Iterator
from threading import Barrier

import pytest
from sqlalchemy import Connection, text

from lifecycle.persistence.failures import StoreFullError, StoreUnavailableError
from lifecycle.persistence.session import Database
from tests.integration.ledger import count, open_ledger, record, vote, votes
from tests.postgres import postgres_server


@pytest.fixture
def ledger(postgres_database_url: str) -> Iterator[Database]:
    with Database(postgres_database_url) as database:
        database.write_now(open_ledger)
        yield database


def fail(connection: Connection, state: str) -> None:
    """Let the server itself raise the error of this SQLSTATE."""
    connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))


async def test_two_writes_that_wait_for_each_other_both_succeed(ledger: Database) -> None:
    await ledger.write(record("charter"))
    await ledger.write(record("baseline"))
    both_hold_one, met = Barrier(2), set[str]()

    def vote_twice(first: str, second: str) -> None:
        def work(connection: Connection) -> None:
            vote(first)(connection)
            if first not in met:
                met.add(first)
                both_hold_one.wait()
            vote(second)(connection)

        ledger.write_now(work)

    await asyncio.gather(
        asyncio.to_thread(vote_twice, "charter", "baseline"), asyncio.to_thread(vote_twice, "baseline", "charter")
    )
    assert await ledger.read(votes) == 4


async def test_a_conflict_is_tried_again_and_counted_once(ledger: Database) -> None:
    attempts: list[int] = []

    def conflicting(connection: Connection) -> None:
        record("charter")(connection)
        attempts.append(1)
        if len(attempts) < 3:
            fail(connection, "40001")

    await ledger.write(conflicting)
    assert len(attempts) == 3
    assert await ledger.read(count) == 1


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("40001", StoreUnavailableError),
        ("53100", StoreFullError),
        ("53200", StoreUnavailableError),
        ("55P03", StoreUnavailableError),
        ("57014", StoreUnavailableError),
        ("58030", StoreUnavailableError),
    ],
)
async def test_trouble_of_the_server_is_told_in_a_sentence(
    ledger: Database, state: str, error: type[StoreUnavailableError]
) -> None:
    with pytest.raises(error) as refusal:
        await ledger.write(lambda connection: fail(connection, state))
    assert type(refusal.value) is error
    assert refusal.value.remedy


async def test_a_lock_that_is_never_freed_ends_the_wait(ledger: Database, postgres_database_url: str) -> None:
    await ledger.write(record("charter"))
    with Database(postgres_database_url, patience=0.05) as impatient:

        def meanwhile(connection: Connection) -> None:
            vote("charter")(connection)
            with pytest.raises(StoreUnavailableError, match="busy"):
                impatient.write_now(vote("charter"))

        await ledger.write(meanwhile)
    assert await ledger.read(votes) == 1


async def test_broken_connections_are_replaced_unseen(ledger: Database, postgres_url: str) -> None:
    await asyncio.gather(*(ledger.write(record(f"gate {number}")) for number in range(20)))
    await asyncio.gather(*(ledger.read(count) for _ in range(20)))
    with Database(postgres_url) as operator:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'lifecycle_test_%'"
        await operator.write(lambda connection: connection.execute(text(others)).all())
    await asyncio.gather(*(ledger.write(record(f"later {number}")) for number in range(20)))
    assert await ledger.read(count) == 40


async def test_nobody_listening_is_told_in_a_sentence() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with Database(f"postgresql+psycopg://lifecycle@127.0.0.1:{port}/lifecycle") as database:
            for request in (database.ping(), database.write(open_ledger)):
                with pytest.raises(StoreUnavailableError, match="cannot be reached"):
                    await request


async def test_the_service_resumes_when_the_server_is_back() -> None:
    with postgres_server() as server, Database(server.url) as database:
        await database.write(open_ledger)
        server.stop()
        for request in (database.ping(), database.write(record("unheard"))):
            with pytest.raises(StoreUnavailableError, match="cannot be reached"):
                await request
        server.start()
        await database.write(record("charter"))
        assert await database.read(count) == 1
