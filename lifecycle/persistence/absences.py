"""Who is away, and when: absent people are not counted on, but may still act."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from lifecycle.persistence.audit import Signature
from lifecycle.persistence.inserts import insert_new
from lifecycle.persistence.office_tables import absences
from lifecycle.persistence.people import get, record_change


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away from one instant until another, which is no longer part of it."""

    id: str
    person: str
    starts: datetime
    ends: datetime
    reason: str = ""


def announce(connection: Connection, absence: Absence, by: Signature) -> bool:
    """Note an absence; whether its id was new. Raises `UnknownPersonError`."""
    get(connection, absence.person)
    row = {
        "id": absence.id,
        "person": absence.person,
        "starts": absence.starts,
        "ends": absence.ends,
        "reason": absence.reason,
    }
    new = insert_new(connection, absences, row)
    if new:
        said = {**row, "starts": absence.starts.isoformat(), "ends": absence.ends.isoformat()}
        record_change(connection, by, "person:absence:announced", said)
    return new


def cancel(connection: Connection, id_: str, by: Signature) -> bool:
    """Take an absence back; whether it was known."""
    known = connection.execute(delete(absences).where(absences.c.id == id_)).rowcount > 0
    if known:
        record_change(connection, by, "person:absence:cancelled", {"id": id_})
    return known


def find(connection: Connection, id_: str) -> Absence | None:
    """An absence by its id."""
    found = connection.execute(select(absences).where(absences.c.id == id_)).one_or_none()
    return Absence(**found._mapping) if found else None


def ahead(connection: Connection, now: datetime) -> tuple[Absence, ...]:
    """The absences that run now or are still to come, by their start."""
    known = select(absences).where(absences.c.ends > now).order_by(absences.c.starts, absences.c.id)
    return tuple(Absence(**row._mapping) for row in connection.execute(known))


def of_people(connection: Connection, who: Collection[str], now: datetime) -> tuple[Absence, ...]:
    """The absences of these people that run now or are still to come, by their start."""
    theirs = select(absences).where(absences.c.person.in_(sorted(who)), absences.c.ends > now)
    found = connection.execute(theirs.order_by(absences.c.starts, absences.c.id))
    return tuple(Absence(**row._mapping) for row in found)


def starting(connection: Connection, after: datetime, until: datetime) -> tuple[Absence, ...]:
    """The absences that begin between two instants, the first first."""
    soon = select(absences).where(absences.c.starts > after, absences.c.starts <= until)
    found = connection.execute(soon.order_by(absences.c.starts, absences.c.id))
    return tuple(Absence(**row._mapping) for row in found)


def absent_at(connection: Connection, instant: datetime) -> tuple[str, ...]:
    """Who is away at an instant."""
    away = select(absences.c.person).where(absences.c.starts <= instant, absences.c.ends > instant).distinct()
    return tuple(connection.scalars(away.order_by(absences.c.person)))
