"""Reading and writing through the database, on SQLite and on PostgreSQL alike."""

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from lifecycle.persistence.failures import StoreUnavailableError
from lifecycle.persistence.session import Database
from tests.integration.ledger import count, gates, open_ledger, record, vote_often, votes


@pytest.fixture(autouse=True)
def _ledger(database: Database) -> None:
    database.write_now(open_ledger)


async def test_what_was_written_is_read_by_everybody_at_once(database: Database, database_url: str) -> None:
    assert await database.write(record("charter")) == "charter"
    with Database(database_url) as elsewhere:
        assert await elsewhere.read(gates) == {"charter"}


def test_a_program_without_an_event_loop_reads_and_writes_too(database: Database) -> None:
    database.write_now(record("charter"))
    assert database.read_now(gates) == {"charter"}


async def test_a_failing_write_leaves_nothing_and_spares_its_neighbours(database: Database) -> None:
    def write_then_fail(connection: Connection) -> None:
        record("rehearsed only")(connection)
        raise ValueError("the rationale is missing")

    outcomes = await asyncio.gather(
        database.write(record("charter")),
        database.write(write_then_fail),
        database.write(record("charter")),
        *(database.write(record(f"health {month}")) for month in range(12)),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], ValueError)
    assert [type(outcome) for outcome in outcomes].count(IntegrityError) == 1
    assert await database.read(gates) == {"charter", *(f"health {month}" for month in range(12))}


async def test_part_of_a_write_may_be_given_up(database: Database) -> None:
    def record_once(connection: Connection) -> None:
        for gate in ("charter", "charter", "baseline"):
            try:
                with connection.begin_nested():
                    record(gate)(connection)
            except IntegrityError:
                pass

    await database.write(record_once)
    assert await database.read(gates) == {"charter", "baseline"}


async def test_a_read_sees_one_unchanging_state(database: Database, database_url: str) -> None:
    with Database(database_url) as elsewhere:

        def look_twice(connection: Connection) -> tuple[int, int]:
            before = count(connection)
            elsewhere.write_now(record("charter"))
            return before, count(connection)

        assert await database.read(look_twice) == (0, 0)
    assert await database.read(count) == 1


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(StoreUnavailableError) as refusal:
        await database.read(record("charter"))
    assert isinstance(refusal.value.__cause__, DBAPIError)
    assert await database.read(count) == 0


async def test_work_that_commits_for_itself_is_refused(database: Database) -> None:
    def commit_early(connection: Connection) -> None:
        record("charter")(connection)
        connection.commit()

    with pytest.raises(RuntimeError, match="must not commit"):
        await database.write(commit_early)
    assert await database.read(count) == 0


async def test_many_clients_lose_nothing_and_double_nothing(database: Database) -> None:
    await asyncio.gather(*(database.write(record(f"gate {number}")) for number in range(200)))
    assert await database.read(count) == 200


def test_processes_that_write_at_once_wait_for_each_other(database: Database, database_url: str) -> None:
    database.write_now(record("charter"))
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as processes:
        running = [processes.submit(vote_often, database_url, "charter", clients=8, each=5) for _ in range(3)]
        for process in running:
            process.result()
    assert database.read_now(votes) == 3 * 8 * 5


async def test_a_cancelled_caller_disturbs_nobody(database: Database) -> None:
    begun, go_on = Event(), Event()

    def slow(connection: Connection) -> None:
        record("slow")(connection)
        begun.set()
        go_on.wait()

    running = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(begun.wait)
    others = [asyncio.create_task(database.write(record(f"other {number}"))) for number in range(10)]
    await asyncio.sleep(0)
    for task in (running, *others[:5]):
        task.cancel()
    go_on.set()
    await asyncio.gather(*others[5:])
    for cancelled in (running, *others[:5]):
        with pytest.raises(asyncio.CancelledError):
            await cancelled
    await database.write(record("last"))
    assert await database.read(gates) >= {"last", *(f"other {number}" for number in range(5, 10))}


async def test_a_caller_hears_even_of_an_exhausted_iterator(database: Database) -> None:
    for request in (database.read, database.write):
        with pytest.raises(RuntimeError, match="one item more"):
            await request(lambda _: next(iter(())))


async def test_who_has_waited_too_long_for_a_turn_is_told_so(database_url: str) -> None:
    with Database(database_url, connections=1, patience=0.05) as database:

        def long_report(connection: Connection) -> int:
            Event().wait(0.1)
            return count(connection)

        first, second = asyncio.create_task(database.read(long_report)), asyncio.create_task(database.read(count))
        assert await first == 0
        with pytest.raises(StoreUnavailableError, match="busy"):
            await second
        assert await database.read(count) == 0


async def test_a_database_that_answers_says_so(database: Database) -> None:
    await database.ping()


async def test_a_closed_database_takes_no_more_work(database_url: str) -> None:
    with Database(database_url) as database:
        await database.ping()
    for request in (database.ping(), database.write(record("charter"))):
        with pytest.raises(StoreUnavailableError, match="stopping"):
            await request


async def test_a_mistake_in_a_statement_is_not_blamed_on_the_store_and_gives_nothing_away(database: Database) -> None:
    statement = text("INSERT INTO nowhere VALUES (:rationale)")
    with pytest.raises(DBAPIError) as mistake:
        await database.write(lambda connection: connection.execute(statement, {"rationale": "confidential"}))
    assert "confidential" not in str(mistake.value)
