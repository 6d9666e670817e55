"""Keyset pages: each begins after the last line of the one before, so that lines that come or go shift nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, bindparam, tuple_, type_coerce

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence.columns import Words

Line = TypeVar("Line")
Cursor = tuple[str | int, ...]
"""The sorting values of a line; the page after that line is asked for by them."""
_LARGEST = 2**63
STATEMENTS = 500
"""So many statements of a kind are kept, each for one reach: to put one together costs more than to run it."""


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
    given: Mapping[str, Any] | None = None,
) -> Page[Line]:
    """The next `limit` lines of a query, in an order that tells any two lines apart and is null for none.

    `after` is a cursor of an earlier page of the same list. `given` are the parameters of a query that its caller keeps
    for the next time; what follows from it is then kept as well. Raises `BadCursorError` for anything else.
    """
    found = _next(connection, query, order, after, limit, newest_first, given)
    return _page(found, order, line, limit)


def merged(
    connection: Connection,
    queries: Iterable[Select[Any]],
    order: Sequence[ColumnElement[Any]],
    line: Callable[[Row[Any]], Line],
    *,
    after: Cursor | None,
    limit: int,
    given: Mapping[str, Any] | None = None,
) -> Page[Line]:
    """The next lines of several queries of the same columns as `page` gives those of one; each line once.

    For what one query could only find by looking at everything, while each of these can follow an index.
    """
    each = (_next(connection, query, order, after, limit, newest_first=False, given=given) for query in queries)
    found = {_sorting(row, order): row for rows in each for row in rows}
    return _page([found[key] for key in sorted(found)], order, line, limit)


def _next(
    connection: Connection,
    query: Select[Any],
    order: Sequence[ColumnElement[Any]],
    after: Cursor | None,
    limit: int,
    newest_first: bool,
    given: Mapping[str, Any] | None,
) -> Sequence[Row[Any]]:
    """The next rows, and one more if there are any, each ending with its sorting values."""
    asked = {"most_rows": limit + 1, **(given or {})}
    if after is not None:
        asked |= {f"after_{place}": _value(*pair) for place, pair in enumerate(_paired(after, order))}
    put = _ordered if given is None else _kept
    return connection.execute(put(query, tuple(order), after is not None, newest_first), asked).all()


def _ordered(
    query: Select[Any], order: tuple[ColumnElement[Any], ...], further: bool, newest_first: bool
) -> Select[Any]:
    if further:
        bound = tuple_(*(bindparam(f"after_{place}", type_=column.type) for place, column in enumerate(order)))
        query = query.where(tuple_(*order) < bound if newest_first else tuple_(*order) > bound)
    query = query.add_columns(*(column.label(f"sorting_{place}") for place, column in enumerate(order)))
    query = query.order_by(*(column.desc() if newest_first else column for column in order))
    return query.limit(bindparam("most_rows", type_=Integer))


_kept = lru_cache(maxsize=STATEMENTS)(_ordered)


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


def _value(value: str | int, column: ColumnElement[Any]) -> str | int:
    wanted = int if isinstance(column.type, Integer) else str
    if type(value) is not wanted or (isinstance(value, int) and abs(value) >= _LARGEST):
        raise BadCursorError
    return value
