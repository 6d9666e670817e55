"""Roll-outs: what was planned for each project, how far it has come, and what bound the project before."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from lifecycle.domain.project import PolicyRef
from lifecycle.domain.values import canonical
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.pages import Cursor, Page, page
from lifecycle.persistence.policy_tables import rollout_projects, rollouts


class Bound(StrEnum):
    """What became of a project in a roll-out."""

    WAITING = "waiting"
    LEFT = "left"
    BOUND = "bound"
    REFUSED = "refused"
    SET_BACK = "set_back"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Rollout:
    """One roll-out; `counts` are its projects by what became of them, `verdicts` by what was foreseen."""

    id: str
    person: str
    policy: PolicyRef
    reason: str
    canary: int
    slice: int
    phase: str
    planned_at: datetime
    moved_at: datetime
    counts: Mapping[str, int] = field(default_factory=dict)
    verdicts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RolloutLine:
    """One project of a roll-out; `sentence` says why it is left, or was refused."""

    project: str
    verdict: str
    status: Bound
    former: PolicyRef
    sentence: str = ""


def plan(connection: Connection, new: Rollout, lines: Iterable[RolloutLine], by: Signature) -> None:
    """Note a roll-out with what is foreseen of each project; its id must be new."""
    row = {
        "id": new.id,
        "person": new.person,
        "policy": new.policy.id,
        "version": new.policy.version,
        "digest": new.policy.digest,
        "reason": new.reason,
        "canary": new.canary,
        "slice": new.slice,
        "phase": new.phase,
        "planned_at": new.planned_at,
        "moved_at": new.moved_at,
    }
    connection.execute(insert(rollouts), row)
    noted = [
        {
            "rollout": new.id,
            "project": line.project,
            "verdict": line.verdict,
            "status": line.status.value,
            "former": canonical(line.former.model_dump()),
            "sentence": line.sentence,
        }
        for line in lines
    ]
    if noted:
        connection.execute(insert(rollout_projects), noted)
    sign(connection, by, "person:rollout:planned", {"id": new.id, "policy": new.policy.model_dump()})


def find(connection: Connection, id_: str) -> Rollout | None:
    """A roll-out as it stands."""
    found = connection.execute(select(rollouts).where(rollouts.c.id == id_)).one_or_none()
    return _rollout(connection, found) if found else None


def latest(connection: Connection, limit: int = 50) -> tuple[Rollout, ...]:
    """The roll-outs, the newest first."""
    newest = select(rollouts).order_by(rollouts.c.planned_at.desc(), rollouts.c.id).limit(limit)
    return tuple(_rollout(connection, row) for row in connection.execute(newest).all())


def move(connection: Connection, id_: str, phase: str, now: datetime) -> None:
    """Note the phase that a roll-out has come to."""
    here = rollouts.c.id == id_, rollouts.c.phase != phase
    connection.execute(update(rollouts).where(*here).values(phase=phase, moved_at=now))


def next_lines(connection: Connection, id_: str, status: Bound, limit: int) -> tuple[RolloutLine, ...]:
    """The next projects of a roll-out that stand so, by key."""
    here = rollout_projects.c.rollout == id_, rollout_projects.c.status == status.value
    found = connection.execute(
        select(rollout_projects).where(*here).order_by(rollout_projects.c.project).limit(limit)
    ).all()
    return tuple(map(_line, found))


def settle(connection: Connection, id_: str, line: RolloutLine) -> None:
    """Note what became of a project."""
    here = rollout_projects.c.rollout == id_, rollout_projects.c.project == line.project
    became = {"status": line.status.value, "former": canonical(line.former.model_dump()), "sentence": line.sentence}
    connection.execute(update(rollout_projects).where(*here).values(**became))


def count(connection: Connection, id_: str, status: Bound) -> int:
    """How many projects of a roll-out stand so."""
    here = rollout_projects.c.rollout == id_, rollout_projects.c.status == status.value
    return connection.scalar(select(func.count()).select_from(rollout_projects).where(*here)) or 0


def lines_of(
    connection: Connection, id_: str, status: str | None = None, *, after: Cursor | None = None, limit: int = 100
) -> Page[RolloutLine]:
    """A page of a roll-out's projects, by key."""
    query = select(rollout_projects).where(rollout_projects.c.rollout == id_)
    if status is not None:
        query = query.where(rollout_projects.c.status == status)
    return page(connection, query, [rollout_projects.c.project], _line, after=after, limit=limit)


def _rollout(connection: Connection, row: Row[Any]) -> Rollout:
    return Rollout(
        id=row.id,
        person=row.person,
        policy=PolicyRef(id=row.policy, version=row.version, digest=row.digest),
        reason=row.reason,
        canary=row.canary,
        slice=row.slice,
        phase=row.phase,
        planned_at=row.planned_at,
        moved_at=row.moved_at,
        counts=_counted(connection, row.id, rollout_projects.c.status),
        verdicts=_counted(connection, row.id, rollout_projects.c.verdict),
    )


def _counted(connection: Connection, id_: str, column: Any) -> dict[str, int]:
    counted = select(column, func.count()).where(rollout_projects.c.rollout == id_).group_by(column).order_by(column)
    return {str(name): int(number) for name, number in connection.execute(counted)}


def _line(row: Row[Any]) -> RolloutLine:
    former = PolicyRef.model_validate(json.loads(row.former))
    return RolloutLine(row.project, row.verdict, Bound(row.status), former, row.sentence)
