"""A database is brought to this release by migrations alone, and they agree with the tables that the code uses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text

from lifecycle.persistence.columns import schema
from lifecycle.persistence.migrate import is_current, migrate
from lifecycle.persistence.office_tables import directory
from lifecycle.persistence.session import Database

T = TypeVar("T")


def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    migrate(database_url)
    assert _read(database_url, _differences) == []


def test_a_database_is_current_only_after_migrating(database_url: str) -> None:
    assert not _read(database_url, is_current)
    migrate(database_url)
    assert _read(database_url, is_current)


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    with Database(database_url) as database:
        database.write_now(lambda connection: connection.execute(directory.update().values(version=7)).close())
    migrate(database_url)
    assert _read(database_url, lambda connection: connection.scalars(select(directory.c.version)).all()) == [7]


def test_the_code_may_be_rolled_back_without_the_database(database_url: str) -> None:
    migrate(database_url)
    with Database(database_url) as database:
        later = text("UPDATE alembic_version SET version_num = '9999'")
        database.write_now(lambda connection: connection.execute(later).close())
    migrate(database_url)
    assert _read(database_url, is_current)


def test_two_processes_that_migrate_at_once_take_turns(database_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, [database_url] * 4))
    assert set(schema.tables) <= set(_read(database_url, lambda connection: inspect(connection).get_table_names()))


def _differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), schema))


def _read(url: str, work: Callable[[Connection], T]) -> T:
    with Database(url) as database:
        return database.read_now(work)
