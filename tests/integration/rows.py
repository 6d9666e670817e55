"""A migrated database, with a small directory of people, for tests of the rows."""

from datetime import datetime

from sqlalchemy import Connection, Table, insert, select

from lifecycle.persistence.columns import schema
from lifecycle.persistence.office_tables import grants, people

NOW = datetime.fromisoformat("2026-06-01T12:00:00+00:00")
PEOPLE = ("manager", "sponsor", "finance-1", "finance-2", "deputy", "leaver", "office")
GRANTS = (
    ("finance-1", "finance", "everywhere"),
    ("finance-2", "finance", "portfolio:rail"),
    ("deputy", "deputies", "portfolio:rail"),
    ("leaver", "finance", "everywhere"),
    ("office", "pmo_director", "everywhere"),
)


def settle_people(connection: Connection) -> None:
    """The people of these tests, one of whom has left."""
    known = [
        {"id": key, "name": key.title(), "mail": f"{key}@example.org", "issuer": "local", "subject": key}
        for key in PEOPLE
    ]
    connection.execute(insert(people), [{**row, "active": row["id"] != "leaver"} for row in known])
    connection.execute(insert(grants), [dict(zip(("person", "role", "scope"), row, strict=True)) for row in GRANTS])


def rows_of(connection: Connection, *tables: str) -> dict[str, list[str]]:
    """Every row of these tables as text, in one order."""
    return {name: _rows(connection, schema.tables[name]) for name in tables}


def _rows(connection: Connection, table: Table) -> list[str]:
    return sorted(repr(tuple(row)) for row in connection.execute(select(table)))
