"""What every table is made of: the schema, and column types with the same bytes and the same order in each database."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, MetaData, String, TypeDecorator
from sqlalchemy.types import TypeEngine

schema = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of the product."""


def stamp(instant: datetime) -> str:
    """RFC 3339 in UTC with microseconds: 27 characters that sort as time runs and are hashed as they stand.

    Total, because a row must be written for whatever happened: without a zone an instant is taken for UTC, and where
    the calendar ends (years 1 and 9999) it keeps its own zone's digits.
    """
    if instant.tzinfo is not None:
        with suppress(OverflowError):
            instant = instant.astimezone(UTC)
    return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def kept(text: str) -> str:
    """The text as every database can keep it: PostgreSQL refuses NUL, which JSON text escapes anyway."""
    return text.replace("\0", "\ufffd")


class Words(TypeDecorator[str]):
    """Short text, compared byte by byte."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """On PostgreSQL the order must not follow the server's language."""
        return dialect.type_descriptor(String(collation="C") if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it can be kept."""
        return None if value is None else kept(value)


class Instant(TypeDecorator[datetime]):
    """An instant, kept as its stamp."""

    impl = Words
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """The instant as its stamp."""
        return None if value is None else stamp(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """The stamp as an instant in UTC."""
        return None if value is None else datetime.fromisoformat(value)
