"""Brings a database to the tables of this release; every migration also works with the release before it."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from lifecycle.persistence.session import Database

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 4_770_164_935_017
"""Any number of its own: the PostgreSQL advisory lock that makes two migrating processes take turns."""


def migrate(url: str) -> None:
    """Bring the database at a SQLAlchemy address to this release, all or nothing; again changes nothing.

    A database of a later release is left as it is: migrations only add, so the code may be rolled back.
    Raises `StoreError` for a bad address and `StoreUnavailableError` for a database that cannot be reached.
    """
    with Database(url) as database:
        if not database.read_now(is_current):
            database.write_now(upgrade)


def upgrade(connection: Connection) -> None:
    """Bring the database of this connection to this release, in the caller's transaction."""
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    command.upgrade(config(connection), "head")


def is_current(connection: Connection) -> bool:
    """Whether the database has the tables of this release; one of a later release has them too."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision is not None and revision >= _newest()


def _newest() -> str:
    """The last revision, by the names of the files: alembic, which reads all of them, is loaded when there is work."""
    return max(path.stem for path in (_SCRIPTS / "versions").glob("v*.py")).partition("_")[0].removeprefix("v")


def config(connection: Connection) -> "Config":
    """What alembic needs to run a command on a connection."""
    from alembic.config import Config

    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    settings.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return settings
