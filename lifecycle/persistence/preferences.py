"""What people chose about how they want to be told; whoever chose nothing has no row."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.inserts import upsert
from lifecycle.persistence.notice_tables import preferences
from lifecycle.persistence.people import get


def chosen(connection: Connection, people: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What each of these people chose, by name; what they left to the office is left out."""
    found = connection.execute(select(preferences).where(preferences.c.person.in_(people))).mappings()
    return {
        row["person"]: {name: value for name, value in row.items() if name != "person" and value is not None}
        for row in found
    }


def choose(connection: Connection, person: str, changes: Mapping[str, Any], by: Signature) -> None:
    """Note what somebody chose; none leaves it to the office again. Raises `UnknownPersonError`."""
    get(connection, person)
    row = {**dict.fromkeys(preferences.c.keys()), **chosen(connection, [person]).get(person, {}), **changes}
    upsert(connection, preferences, [{**row, "person": person}])
    sign(connection, by, "person:preferences:changed", {"person": person, **changes})
