"""Keyset pages: each begins after the last line of the one before, so that lines that come or go shift nothing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, literal, tuple_, type_coerce

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence.columns import Words

Line = TypeVar("Line")
Cursor = tuple[str | int, ...]
"""The sorting values of a line; the page after that line is asked for by them."""
_LARGEST = 2**63


class BadCursorError(LifecycleError):
    """The cursor is not one that a page of this list gave (HTTP 422; code `bad_cursor`)."""

    def __init__(self) -> None:
        super().__init__("bad_cursor", "This cursor belongs to no page of this list.", "Start again without a cursor.")


@dataclass(frozen=True, slots=True)
class Page(Generic[Line]):
    """Some lines in order, and the cursor of the page after them; none when these are the last."""

    lines: tuple[Line, ...]
    after: Cursor | None


def by_instant(column: ColumnElement[Any]) -> ColumnElement[str]:
    """An instant as a sorting value, which travels in cursors as its stamp."""
    return type_coerce(column, Words)


def page(
    connection: Connection,
    query: Select[Any],
    order: Sequence[ColumnElement[Any]],
    line: Callable[[Row[Any]], Line],
    *,
    after: Cursor | None,
    limit: int,
    newest_first: bool = False,
) -> Page[Line]:
    """The next `limit` lines of a query, in an order that tells any two lines apart and is null for none.

    `after` is a cursor of an earlier page of the same list. Raises `BadCursorError` for anything else.
    """
    found = _next(connection, query, order, after, limit, newest_first)
    return _page(found, order, line, limit)


def merged(
    connection: Connection,
    queries: Iterable[Select[Any]],
    order: Sequence[ColumnElement[Any]],
    line: Callable[[Row[Any]], Line],
    *,
    after: Cursor | None,
    limit: int,
) -> Page[Line]:
    """The next lines of several queries of the same columns as `page` gives those of one; each line once.

    For what one query could only find by looking at everything, while each of these can follow an index.
    """
    found = {_sorting(row, order): row for query in queries for row in _next(connection, query, order, after, limit)}
    return _page([found[key] for key in sorted(found)], order, line, limit)


def _next(
    connection: Connection,
    query: Select[Any],
    order: Sequence[ColumnElement[Any]],
    after: Cursor | None,
    limit: int,
    newest_first: bool = False,
) -> Sequence[Row[Any]]:
    """The next rows, and one more if there are any, each ending with its sorting values."""
    if after is not None:
        bound = tuple_(*(_value(value, column) for value, column in _paired(after, order)))
        query = query.where(tuple_(*order) < bound if newest_first else tuple_(*order) > bound)
    query = query.add_columns(*(column.label(f"sorting_{place}") for place, column in enumerate(order)))
    query = query.order_by(*(column.desc() if newest_first else column for column in order))
    return connection.execute(query.limit(limit + 1)).all()


def _page(
    found: Sequence[Row[Any]], order: Sequence[ColumnElement[Any]], line: Callable[[Row[Any]], Line], limit: int
) -> Page[Line]:
    last = _sorting(found[limit - 1], order) if len(found) > limit else None
    return Page(tuple(line(row) for row in found[:limit]), last)


def _sorting(row: Row[Any], order: Sequence[ColumnElement[Any]]) -> Cursor:
    return tuple(row)[-len(order) :]


def _paired(after: Cursor, order: Sequence[ColumnElement[Any]]) -> list[tuple[str | int, ColumnElement[Any]]]:
    if len(after) != len(order):
        raise BadCursorError
    return list(zip(after, order, strict=True))


def _value(value: str | int, column: ColumnElement[Any]) -> ColumnElement[Any]:
    wanted = int if isinstance(column.type, Integer) else str
    if type(value) is not wanted or (isinstance(value, int) and abs(value) >= _LARGEST):
        raise BadCursorError
    return literal(value, column.type)
