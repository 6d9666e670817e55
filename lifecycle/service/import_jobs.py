"""One import as a job: a register read and mapped, and everything that its rows have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.values import digest
from lifecycle.persistence.imports import Import
from lifecycle.service.import_plan import Entrance
from lifecycle.service.policy_files import DEFAULT
from lifecycle.service.registers.applying import MappedRow, apply_mapping
from lifecycle.service.registers.bundled import bundled_mapping
from lifecycle.service.registers.columns import MappedColumns, column_problems
from lifecycle.service.registers.mapping import RegisterMapping
from lifecycle.service.registers.mapping_file import read_mapping
from lifecycle.service.registers.problems import Problem
from lifecycle.service.registers.reading import read_register

MOST_PROBLEMS: Final = 200
"""So many problems of the whole file are kept with an import; those of rows stay with their rows."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants imported: under which mapping (the name of a bundled one, or its YAML text) and policy.

    `manager` and `sponsor` are for new projects; `upload` is the register's id where it was uploaded beforehand.
    """

    filename: str
    mapping: str | None = None
    mapping_text: str | None = None
    policy: str = DEFAULT
    manager: str | None = None
    sponsor: str | None = None
    dry_run: bool = False
    upload: str | None = None

    @property
    def content(self) -> dict[str, Any]:
        """The order as JSON-like data, from which it can be read again."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Job:
    """An import at work.

    `content` names the register's bytes, the mapping and the policy, so that the same file again has the same content;
    `spoken` are the facts for which the register has a column, `cells` what stands in each row, by its number.
    """

    id: str
    person: str
    started_at: datetime
    dry_run: bool
    content: str
    entrance: Entrance
    spoken: frozenset[str]
    rows: tuple[MappedRow, ...]
    cells: Mapping[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Intake:
    """A register that could be read: its mapping, its rows, and what is odd about the whole file."""

    mapping: RegisterMapping
    spoken: frozenset[str]
    rows: tuple[MappedRow, ...]
    cells: Mapping[int, dict[str, str]]
    problems: tuple[Problem, ...]

    def content(self, file: str, policy: str) -> str:
        """The name of what is imported; `file` is the digest of the register's bytes."""
        return digest([file, self.mapping.model_dump(mode="json", by_alias=True), policy])

    def job(self, noted: Import, order: Order, file: str) -> Job:
        """The job of an import that was noted."""
        return Job(
            id=noted.id,
            person=noted.person,
            started_at=noted.started_at,
            dry_run=noted.dry_run,
            content=self.content(file, order.policy),
            entrance=Entrance(order.filename, order.policy, order.manager, order.sponsor),
            spoken=self.spoken,
            rows=self.rows,
            cells=self.cells,
        )


def read(order: Order, data: bytes) -> Intake:
    """Read a register as an order says. Raises `RegisterError` for a file or a mapping that cannot be used at all."""
    mapping = _mapping(order)
    register = read_register(data, order.filename)
    columns = MappedColumns(register, mapping)
    whole = [problem for problem in (*register.problems, *column_problems(register, mapping)) if problem.row is None]
    return Intake(
        mapping=mapping,
        spoken=frozenset(fact for fact, found in columns.of_facts.items() if found),
        rows=apply_mapping(register, mapping),
        cells={row.number: row.cells for row in register.rows},
        problems=tuple(whole[:MOST_PROBLEMS]),
    )


def _mapping(order: Order) -> RegisterMapping:
    if order.mapping_text is not None and order.mapping is None:
        return read_mapping(order.mapping_text)
    if order.mapping is None or order.mapping_text is not None:
        sentence = "An import needs one mapping."
        raise LifecycleError("wrong_value", sentence, "Name a mapping, or send a mapping document, not both.")
    return bundled_mapping(order.mapping)
