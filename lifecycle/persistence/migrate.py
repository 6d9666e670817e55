"""Brings a database to the tables of this release; every migration also works with the release before it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from lifecycle.persistence.session import Database

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 4_770_164_935_017
"""Any number of its own: the PostgreSQL advisory lock that makes two migrating processes take turns."""


def migrate(url: str) -> None:
    """Bring the database at a SQLAlchemy address to this release, all or nothing; again changes nothing.

    Raises `StoreError` for a bad address and `StoreUnavailableError` for a database that cannot be reached.
    """
    with Database(url) as database:
        database.write_now(upgrade)


def upgrade(connection: Connection) -> None:
    """Bring the database of this connection to this release, in the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    command.upgrade(config(connection), "head")


def is_current(connection: Connection) -> bool:
    """Whether the database has the tables of this release."""
    heads = ScriptDirectory(str(_SCRIPTS)).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def config(connection: Connection) -> Config:
    """What alembic needs to run a command on a connection."""
    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    settings.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return settings
