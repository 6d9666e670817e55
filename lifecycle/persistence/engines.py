"""How to connect: an engine that reads snapshots and an engine that writes, on SQLite and on PostgreSQL."""

import sqlite3
import time
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from lifecycle.persistence.failures import StoreError

_LOCK_POLL_SECONDS = 0.01
"""SQLite's own waiting backs off to 100 ms and loses to a busy neighbour; the writer asks again sooner (session.py)."""


class Engines(NamedTuple):
    """The two ways into one database; `single_writer` says that it takes one write transaction at a time (SQLite)."""

    reading: Engine
    writing: Engine
    single_writer: bool


def engines_for(address: str, connections: int, patience: float) -> Engines:
    """Engines for a SQLAlchemy `address`, with `connections` each way; nothing is opened yet.

    `patience` (seconds) bounds every wait for a lock or a free connection. Raises `StoreError` (code `store_address`)
    for an address that is neither a SQLite file nor PostgreSQL.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise _not_an_address() from None
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        return Engines(
            _sqlite(url, connections, patience, patience, "BEGIN", "PRAGMA query_only=ON"),
            _sqlite(url, 1, patience, _LOCK_POLL_SECONDS, "BEGIN IMMEDIATE", "PRAGMA foreign_keys=ON"),
            single_writer=True,
        )
    if url.drivername == "postgresql+psycopg":
        snapshot = r"-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\ read"
        return Engines(
            _postgresql(url, connections, patience, snapshot),
            _postgresql(url, connections, patience, ""),
            single_writer=False,
        )
    raise _not_an_address()


def _sqlite(url: URL, connections: int, patience: float, lock_wait: float, begin: str, *pragmas: str) -> Engine:
    engine = _engine(url, connections, patience, {"timeout": lock_wait})

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        try:
            connection.isolation_level = None  # the driver's own BEGIN comes late, and never before a SAVEPOINT
            _log_ahead(connection, patience)
            for pragma in ("PRAGMA synchronous=FULL", *pragmas):
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _log_ahead(connection: DBAPIConnection, patience: float) -> None:
    """Asks again until `patience` ends: of two that change a new file's journal at once SQLite refuses one at once."""
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOCK_POLL_SECONDS)


def _postgresql(url: URL, connections: int, patience: float, options: str) -> Engine:
    milliseconds = round(patience * 1000)
    given = url.query.get("options", "")
    limits = {
        "options": f"{given} -c lock_timeout={milliseconds} {options}",
        "connect_timeout": max(2, round(min(patience, 5))),  # libpq takes whole seconds, at least two
        "tcp_user_timeout": milliseconds,
    }
    return _engine(url, connections, patience, limits)


def _engine(url: URL, connections: int, patience: float, driver: dict[str, Any]) -> Engine:
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=patience,
        connect_args=driver,
        hide_parameters=True,  # what people wrote stays out of error texts, and so out of logs
    )


def _not_an_address() -> StoreError:
    return StoreError(
        "store_address",
        "The database address names neither a SQLite file nor PostgreSQL.",
        "Write sqlite:///path/to/file.db or postgresql+psycopg://user@host/name.",
    )
