"""Who is who: each person with their roles, whether they are away, and who acts for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lifecycle.domain.people import Delegation, Grant
from lifecycle.persistence.absences import Absence
from lifecycle.persistence.people import Person


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody in the directory; `away` until when, `acted_for_by` the people who act for them now."""

    person: Person
    grants: tuple[Grant, ...]
    away: datetime | None
    acted_for_by: tuple[str, ...]


def directory_of(
    people: Iterable[Person],
    grants: Iterable[Grant],
    absences: Iterable[Absence],
    delegations: Iterable[Delegation],
    now: datetime,
) -> tuple[PersonLine, ...]:
    """The lines of the directory."""
    held, running = list(grants), [given for given in delegations if given.running(now)]
    away = {absence.person: absence.ends for absence in absences if absence.starts <= now < absence.ends}
    return tuple(
        PersonLine(
            person=person,
            grants=tuple(grant for grant in held if grant.person == person.id),
            away=away.get(person.id),
            acted_for_by=tuple(given.receiver for given in running if given.giver == person.id),
        )
        for person in people
    )
