"""Conditions that were promised at gates: who owes which, and which proofs await acceptance."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, bindparam, select

from lifecycle.domain.project import Condition, ConditionStatus, Status
from lifecycle.persistence.columns import Words
from lifecycle.persistence.pages import STATEMENTS
from lifecycle.persistence.reach import Reach, visible
from lifecycle.persistence.tables import conditions, projects

_PROMISES: Select[Any] = (
    select(conditions.c.project, projects.c.name, projects.c.policy_digest, conditions.c.condition)
    .join(projects, projects.c.key == conditions.c.project)
    .where(projects.c.status != Status.KILLED.value)
    .order_by(conditions.c.due, conditions.c.project, conditions.c.id)
    .limit(bindparam("most", type_=Integer))
)
_OWED = _PROMISES.where(
    conditions.c.owner == bindparam("of", type_=Words),
    conditions.c.status.in_([ConditionStatus.OPEN.value, ConditionStatus.MISSED.value]),
)


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """A condition in a list, with the project it belongs to; `policy` is the digest of the edition that binds it."""

    project: str
    project_name: str
    policy: str
    condition: Condition


def owed_by(connection: Connection, person: str, limit: int = 200) -> tuple[ConditionLine, ...]:
    """The conditions that the person still owes, missed ones among them, by the day they are due."""
    return tuple(_line(row) for row in connection.execute(_OWED, {"of": person, "most": limit}))


def proved(connection: Connection, reach: Reach, limit: int = 200) -> tuple[ConditionLine, ...]:
    """The conditions within reach whose proof awaits acceptance, by the day they are due."""
    return tuple(_line(row) for row in connection.execute(_proved_within(reach), {"most": limit}))


@lru_cache(maxsize=STATEMENTS)
def _proved_within(reach: Reach) -> Select[Any]:
    return _PROMISES.where(conditions.c.status == ConditionStatus.PROVED.value, visible(reach))


def _line(row: Row[Any]) -> ConditionLine:
    return ConditionLine(row.project, row.name, row.policy_digest, Condition.model_validate_json(row.condition))
