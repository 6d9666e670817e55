"""What can go wrong in the place where records and evidence are kept, in words for a person."""

import errno
import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lifecycle.domain.errors import LifecycleError


class StoreError(LifecycleError):
    """Records or evidence cannot be kept or given as asked; every failure of this floor is one of these."""


class StoreUnavailableError(StoreError):
    """The store cannot be used now and the same request may succeed later (HTTP 503; code `store_unavailable`)."""

    def __init__(self, sentence: str, remedy: str = "Try again in a moment; tell the operator if it goes on.") -> None:
        super().__init__("store_unavailable", sentence, remedy)


class StoreFullError(StoreUnavailableError):
    """No space is left where the store writes (HTTP 507; code `store_full`)."""

    def __init__(self) -> None:
        super().__init__(
            "There is no space left to record this.", "Ask the operator to free disk space, then try again."
        )
        self.code = "store_full"


def busy() -> StoreUnavailableError:
    """The refusal for whoever has waited for the records as long as a person is asked to wait."""
    return StoreUnavailableError("The records are busy.")


def is_busy(error: BaseException) -> bool:
    """Whether SQLite says that another connection holds what this one needs."""
    return isinstance(error, DBAPIError) and _sqlite_code(error.orig) in _SQLITE_BUSY


def database_failure(error: BaseException) -> StoreUnavailableError | None:
    """A new store error for a database driver's `error`; None if it is no matter of storage (a constraint, a bug)."""
    found = _of_database(error)
    if found is not None:
        found.__cause__ = error
    return found


def disk_failure(error: OSError) -> StoreUnavailableError:
    """A new store error for what the file system answered."""
    found = StoreFullError() if error.errno in _NO_SPACE else StoreUnavailableError("The evidence cannot be reached.")
    found.__cause__ = error
    return found


_NO_SPACE: Final = {errno.ENOSPC, errno.EDQUOT}
_SQLITE_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_SQLITE_AWAY: Final = {
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_NOMEM,
}  # fmt: skip
_POSTGRESQL_FULL: Final = "53100"
_POSTGRESQL_BUSY: Final = {"40001", "40P01", "55P03", "57014"}
_POSTGRESQL_READ_ONLY: Final = "25006"
_POSTGRESQL_AWAY: Final = {"08", "28", "3D", "53", "57", "58", "XX"}
"""Classes of SQLSTATE: connection, sign-in, no such database, resources, operator, system, internal."""


def _of_database(error: BaseException) -> StoreUnavailableError | None:
    if isinstance(error, PoolTimeoutError):
        return busy()
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        return _of_sqlite(_sqlite_code(error.orig))
    return _of_postgresql(error, getattr(error.orig, "sqlstate", None))


def _sqlite_code(error: BaseException | None) -> int | None:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the low byte of an extended code is its primary code


def _of_sqlite(code: int | None) -> StoreUnavailableError | None:
    if code in _SQLITE_BUSY:
        return busy()
    if code == sqlite3.SQLITE_FULL:
        return StoreFullError()
    return _away() if code in _SQLITE_AWAY else None


def _of_postgresql(error: DBAPIError, state: str | None) -> StoreUnavailableError | None:
    if state is None:
        return _away() if error.connection_invalidated or isinstance(error, OperationalError) else None
    if state == _POSTGRESQL_FULL:
        return StoreFullError()
    if state in _POSTGRESQL_BUSY:
        return busy()
    return _away() if state == _POSTGRESQL_READ_ONLY or state[:2] in _POSTGRESQL_AWAY else None


def _away() -> StoreUnavailableError:
    return StoreUnavailableError("The records cannot be reached.")
