"""Figures for whoever operates the product: what waits, what is late, what was given up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from lifecycle.persistence.imports import ImportStatus
from lifecycle.persistence.journal import JournalStatus
from lifecycle.persistence.notice_tables import messages
from lifecycle.persistence.office_tables import imports
from lifecycle.persistence.reach import UNLIMITED
from lifecycle.persistence.rounds import count_overdue
from lifecycle.persistence.tables import journal, notices, projects


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one moment; `unsettled_since` is when the oldest command was sent whose outcome is not known."""

    unsettled: int
    unsettled_since: datetime | None
    notices_waiting: int
    messages_waiting: int
    messages_given_up: int
    overdue: int
    imports_running: int
    projects: dict[str, int]


def figures(connection: Connection, now: datetime) -> Figures:
    """What there is at an instant."""
    sent = select(func.count(), func.min(journal.c.sent_at)).where(journal.c.status == JournalStatus.SENT.value)
    unsettled, since = connection.execute(sent).one()
    by_status = select(projects.c.status, func.count()).group_by(projects.c.status).order_by(projects.c.status)
    return Figures(
        unsettled=unsettled,
        unsettled_since=since,
        notices_waiting=_count(connection, notices.c.waits_until.is_not(None)),
        messages_waiting=_count(connection, messages.c.next_try_at.is_not(None)),
        messages_given_up=_count(connection, messages.c.given_up),
        overdue=count_overdue(connection, UNLIMITED, now),
        imports_running=_count(connection, imports.c.status == ImportStatus.RUNNING.value),
        projects={str(status): int(number) for status, number in connection.execute(by_status).all()},
    )


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).where(condition)) or 0
