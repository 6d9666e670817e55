"""Transactions: who reads, who writes, and the one place that commits."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any, Final, NamedTuple, Protocol, Self, TypeVar

from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from lifecycle.persistence.engines import engines_for
from lifecycle.persistence.failures import StoreUnavailableError, busy, database_failure, is_busy

T = TypeVar("T")

_BATCH: Final = 64
"""Writes that share one commit at most: bounds how long the first of them waits for the last."""
_PAUSES: Final = (0.01, 0.03, 0.1, 0.3)
"""Seconds before each further attempt at a transaction that PostgreSQL broke off."""
_BROKEN_OFF: Final = {"40001", "40P01"}
"""SQLSTATE of a serialization failure and of a deadlock."""
_OURS: Final = "commit is ours"


class Database:
    """One SQL database for an asyncio program; a piece of work is a function of a connection, run on a thread.

    Work returns plain values (no open results), neither commits nor rolls back, does not call the database it runs in,
    and may run more than once. Whatever keeps the database from doing it is a `StoreUnavailableError`; after one a
    write is unknown rather than refused, since the answer to its commit may be what was lost.
    """

    def __init__(self, url: str, *, connections: int = 8, patience: float = 30.0) -> None:
        """Open nothing yet; an address that is neither a SQLite file nor PostgreSQL raises `StoreError`.

        `connections` is how many reads (on PostgreSQL also how many writes) run at a time, `patience` for how many
        seconds a caller waits for a turn and for locks.
        """
        self.url = url
        """The address, for whoever reads the database by themselves."""
        engines = engines_for(url, connections, patience)
        self._reads: _Lane = _OwnTransactions(engines.reading, connections, patience, Connection.rollback)
        self._writes: _Lane = (
            _SharedCommits(engines.writing, patience)
            if engines.single_writer
            else _OwnTransactions(engines.writing, connections, patience, _commit)
        )

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` finds in one unchanging snapshot, in which it cannot write."""
        return await asyncio.wrap_future(self._reads.submit(work))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once all it wrote is on disk; if it raises, nothing of it remains.

        Work of a caller cancelled meanwhile is done whole or not at all.
        """
        return await asyncio.wrap_future(self._writes.submit(work))

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """As `read`, for a program without an event loop."""
        return self._reads.submit(work).result()

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """As `write`, for a program without an event loop."""
        return self._writes.submit(work).result()

    async def ping(self) -> None:
        """Return if the database answers; raise `StoreUnavailableError` if not."""
        await self.read(lambda connection: connection.scalar(select(1)))

    def close(self) -> None:
        """Finish the work accepted so far and let every connection go."""
        self._writes.close()
        self._reads.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Lane(Protocol):
    def submit(self, work: Callable[[Connection], T]) -> Future[T]: ...

    def close(self) -> None: ...


class _OwnTransactions:
    """A transaction for each piece of work, as many at a time as there are connections."""

    def __init__(self, engine: Engine, threads: int, patience: float, finish: Callable[[Connection], None]) -> None:
        self._engine = _guarded(engine)
        self._threads = ThreadPoolExecutor(threads, "lifecycle-sql")
        self._patience = patience
        self._finish = finish

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        return _submit(self._threads, partial(self._do, work, time.monotonic() + self._patience))

    def close(self) -> None:
        self._threads.shutdown()
        self._engine.dispose()

    def _do(self, work: Callable[[Connection], T], give_up_at: float) -> T:
        if time.monotonic() > give_up_at:
            raise busy()
        pauses = iter(_PAUSES)
        while True:
            finishing = False
            try:
                with self._engine.connect() as connection:
                    connection.begin()
                    value = _value(work, connection)
                    finishing = True
                    self._finish(connection)
                    return value
            except SQLAlchemyError as error:
                pause = next(pauses, None) if _worth_another_attempt(error, finishing) else None
                if pause is not None:
                    time.sleep(pause)
                elif refusal := database_failure(error):
                    raise refusal from error
                else:
                    raise


class _Ask(NamedTuple):
    work: Callable[[Connection], Any]
    answer: Future[Any]
    give_up_at: float


class _SharedCommits:
    """Group commit on one thread: everything that waits is done in one transaction.

    A commit waits for the disk, so 32 callers share that wait instead of queueing for it 32 times.
    """

    def __init__(self, engine: Engine, patience: float) -> None:
        self._engine = _guarded(engine)
        self._thread = ThreadPoolExecutor(1, "lifecycle-sql-writer")
        self._patience = patience
        self._asked: deque[_Ask] = deque()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        answer: Future[T] = Future()
        self._asked.append(_Ask(work, answer, time.monotonic() + self._patience))
        _submit(self._thread, self._commit_asked)
        return answer

    def close(self) -> None:
        self._thread.shutdown()
        self._engine.dispose()

    def _commit_asked(self) -> None:
        """Do one batch, whoever asked; there is a call for every ask, and most find theirs already done."""
        while self._asked:
            taken: list[_Ask] = []
            try:
                with self._engine.connect() as connection:
                    connection.begin()
                    taken = self._take()
                    answers = _done(connection, taken)
                    _commit(connection)
            except BaseException as error:
                if is_busy(error) and not taken:
                    self._refuse_the_late()
                    continue
                for ask in taken or self._take():
                    ask.answer.set_exception(database_failure(error) or error)
            else:
                for answer in answers:
                    answer()
            return

    def _take(self) -> list[_Ask]:
        taken = [self._asked.popleft() for _ in range(min(_BATCH, len(self._asked)))]
        return [ask for ask in taken if ask.answer.set_running_or_notify_cancel()]

    def _refuse_the_late(self) -> None:
        while self._asked and self._asked[0].give_up_at < time.monotonic():
            late = self._asked.popleft()
            if late.answer.set_running_or_notify_cancel():
                late.answer.set_exception(busy())


def _done(connection: Connection, asks: Sequence[_Ask]) -> list[Callable[[], None]]:
    """Do a batch; returns how to answer each piece after the commit, raises what spoils the whole batch.

    Pieces seldom fail, so each gets its own savepoint only when one of them did.
    """
    before = connection.begin_nested()
    try:
        answers: list[Callable[[], None]] = [
            partial(ask.answer.set_result, _value(ask.work, connection)) for ask in asks
        ]
        before.commit()
    except BaseException as error:
        if database_failure(error) or not before.is_active:
            raise  # SQLite, or the work, may have ended the whole transaction
        before.rollback()
        return [_attempt(connection, ask) for ask in asks]
    return answers


def _attempt(connection: Connection, ask: _Ask) -> Callable[[], None]:
    """Do one piece of a batch; returns how to answer it after the commit, raises what spoils the whole batch."""
    savepoint = connection.begin_nested()
    try:
        value = _value(ask.work, connection)
        savepoint.commit()
    except BaseException as error:
        if database_failure(error) or not savepoint.is_active:
            raise  # SQLite, or the work, may have ended the whole transaction
        savepoint.rollback()
        return partial(ask.answer.set_exception, error)
    return partial(ask.answer.set_result, value)


def _value(work: Callable[[Connection], T], connection: Connection) -> T:
    try:
        return work(connection)
    except (
        StopIteration
    ) as error:  # the one exception that asyncio on Python 3.11 never delivers: its caller would hang
        raise RuntimeError("Work asked for one item more than there was.") from error


def _submit(threads: ThreadPoolExecutor, work: Callable[[], T]) -> Future[T]:
    try:
        return threads.submit(work)
    except RuntimeError:
        raise StoreUnavailableError("The service is stopping.") from None


def _worth_another_attempt(error: SQLAlchemyError, finishing: bool) -> bool:
    """Whether nothing was committed for sure and the cause passes: a conflict, or a connection that had died unseen."""
    if not isinstance(error, DBAPIError):
        return False
    return getattr(error.orig, "sqlstate", None) in _BROKEN_OFF or (error.connection_invalidated and not finishing)


def _commit(connection: Connection) -> None:
    connection.info[_OURS] = True
    connection.commit()


def _guarded(engine: Engine) -> Engine:
    """The engine, refusing any commit but ours: one made by a piece of work would also commit its neighbours'."""

    @event.listens_for(engine, "commit")
    def refuse(connection: Connection) -> None:
        if not connection.info.pop(_OURS, False):
            raise RuntimeError("Work must not commit: Database commits it when it has returned.")

    return engine
