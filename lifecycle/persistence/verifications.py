"""Verifications of the audit trail: how far each has come, and what does not fit."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from lifecycle.domain.values import canonical
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.office_tables import verifications
from lifecycle.persistence.tables import chains
from lifecycle.persistence.verifier import Finding, Report

KEPT: Final = 20
"""So many verifications are kept, the newest."""
SHOWN: Final = 200
"""So many findings of one are kept; how many there were is counted besides."""


class VerificationStatus(StrEnum):
    """Whether a verification goes on; one that failed could not read the records, and says nothing of them."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification; `done` of about `total` rows are read, `found` counts what does not fit.

    `noted` are the heads that the trail is compared with besides, as they were given; `findings` the first of those
    that were found.
    """

    id: str
    person: str
    started_at: datetime
    total: int
    noted: Mapping[str, Any] = field(default_factory=dict)
    status: VerificationStatus = VerificationStatus.RUNNING
    finished_at: datetime | None = None
    done: int = 0
    chains: int = 0
    found: int = 0
    findings: tuple[Finding, ...] = ()


def begin(connection: Connection, id_: str, noted: Mapping[str, Any], by: Signature) -> None:
    """Note that the trail is being verified; the id must be new. The oldest go."""
    sign(connection, by, "person:trail:verified", {"id": id_, "noted": len(noted)})
    row = {
        "id": id_,
        "person": by.person,
        "status": VerificationStatus.RUNNING.value,
        "started_at": by.at,
        "total": int(connection.scalar(select(func.sum(chains.c.n))) or 0),
        "done": 0,
        "chains": 0,
        "noted": canonical(dict(noted)),
        "found": 0,
        "findings": "[]",
    }
    connection.execute(insert(verifications), row)
    newest = select(verifications.c.id).order_by(verifications.c.started_at.desc(), verifications.c.id)
    old = connection.scalars(newest.offset(KEPT)).all()
    connection.execute(delete(verifications).where(verifications.c.id.in_(old)))


def advance(connection: Connection, id_: str, done: int) -> None:
    """Note how many rows are read."""
    connection.execute(update(verifications).where(*_running(id_)).values(done=done))


def finish(connection: Connection, id_: str, report: Report | None, now: datetime) -> None:
    """Note what a verification that was running came to; without a report, that it could not be carried out."""
    status = VerificationStatus.DONE if report else VerificationStatus.FAILED
    ended: dict[str, Any] = {"status": status.value, "finished_at": now}
    if report:
        shown = [asdict(finding) for finding in report.findings[:SHOWN]]
        ended |= {"total": report.rows, "done": report.rows, "chains": report.chains}
        ended |= {"found": len(report.findings), "findings": canonical(shown)}
    connection.execute(update(verifications).where(*_running(id_)).values(**ended))


def find(connection: Connection, id_: str) -> Verification | None:
    """A verification by its id; none if there is none."""
    found = connection.execute(select(verifications).where(verifications.c.id == id_)).one_or_none()
    return _verification(found) if found else None


def latest(connection: Connection) -> tuple[Verification, ...]:
    """Every verification that is kept, the newest first."""
    found = select(verifications).order_by(verifications.c.started_at.desc(), verifications.c.id)
    return tuple(map(_verification, connection.execute(found)))


def running(connection: Connection) -> tuple[Verification, ...]:
    """The verifications that have not ended."""
    return tuple(each for each in latest(connection) if each.status is VerificationStatus.RUNNING)


def _running(id_: str) -> tuple[Any, ...]:
    return verifications.c.id == id_, verifications.c.status == VerificationStatus.RUNNING.value


def _verification(row: Row[Any]) -> Verification:
    return Verification(
        id=row.id,
        person=row.person,
        started_at=row.started_at,
        total=row.total,
        noted=json.loads(row.noted),
        status=VerificationStatus(row.status),
        finished_at=row.finished_at,
        done=row.done,
        chains=row.chains,
        found=row.found,
        findings=tuple(Finding(**each) for each in json.loads(row.findings)),
    )
