"""Registers that were uploaded to be imported, before anybody has said what their columns mean."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from lifecycle.persistence.office_tables import registers


@dataclass(frozen=True, slots=True)
class Upload:
    """A register as a file: what it is called, the digest under which it is kept, who uploaded it, and when."""

    id: str
    name: str
    file: str
    person: str
    uploaded_at: datetime


def keep(connection: Connection, upload: Upload) -> None:
    """Note an upload; its id must be new."""
    connection.execute(insert(registers), asdict(upload))


def find(connection: Connection, id_: str) -> Upload | None:
    """An upload by its id; none if there is none."""
    found = connection.execute(select(registers).where(registers.c.id == id_)).one_or_none()
    return Upload(**found._mapping) if found else None
