"""Inserting what may be there already; both databases wait for whoever is inserting the same."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable, Insert, Table, func

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[Mapping[str, Any]]


def insert_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row, and whether it is new; nothing happens if its key, or anything else that is unique, is taken."""
    counting = {"preserve_rowcount": True}
    return connection.execute(_missing(connection.dialect.name, table), row, execution_options=counting).rowcount > 0


def insert_missing(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert those of the rows that are new."""
    if rows:
        connection.execute(_missing(connection.dialect.name, table), rows)


def upsert(connection: Connection, table: Table, rows: Rows, keep: tuple[str, ...] = ()) -> None:
    """Insert rows or change those with the same key; a column in `keep` that comes empty stays as it was."""
    if rows:
        connection.execute(_upserted(connection.dialect.name, table, keep), rows)


@lru_cache(maxsize=64)
def _missing(dialect: str, table: Table) -> Insert:
    return _insert(dialect, table).on_conflict_do_nothing()


@lru_cache(maxsize=64)
def _upserted(dialect: str, table: Table, keep: tuple[str, ...]) -> Executable:
    insert = _insert(dialect, table)
    changed = {
        column.name: func.coalesce(insert.excluded[column.name], column)
        if column.name in keep
        else insert.excluded[column.name]
        for column in table.c
        if not column.primary_key
    }
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)


def _insert(dialect: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # each is slow to load, and a process needs one of them

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
