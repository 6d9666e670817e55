"""What became of an import and of each of its rows, as people read it and take it away in a file."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from pydantic import Field

from lifecycle.domain.project import Status
from lifecycle.domain.values import Instant, Value
from lifecycle.domain.verdicts import Refusal
from lifecycle.persistence.imports import Import, ImportRow, ImportStatus
from lifecycle.service.import_plan import Change
from lifecycle.service.registers.applying import MappedRow
from lifecycle.service.registers.problems import Problem
from lifecycle.service.registers.results import ResultRow


class RowOutcome(StrEnum):
    """What became of a row; of a dry run, what would."""

    REGISTERED = "registered"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    INVALID = "invalid"


class Notice(Value):
    """Something a person should know about a register: `row` as a spreadsheet counts, `column` by its name."""

    severity: str
    code: str
    sentence: str
    remedy: str = ""
    row: int | None = None
    column: str | None = None


class RowDetail(Value):
    """What is kept of a row: `stage` of entry, `as_of` the day of its figures, `unknown` facts and why, its `cells`.

    `events` are what its command made happen, or would.
    """

    name: str = ""
    reason: str | None = None
    sentence: str = ""
    remedy: str = ""
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    unknown: dict[str, str] = Field(default_factory=dict)
    problems: tuple[Notice, ...] = ()
    events: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    stage: str | None = None
    as_of: str | None = None
    command: str | None = None
    cells: dict[str, str] = Field(default_factory=dict)


class RowView(RowDetail):
    """A row of a register: its number in the file, its project, and what became of it."""

    row: int
    key: str | None
    outcome: RowOutcome


class Leaver(Value):
    """A project that an earlier import of the same kind of register had, and this one has not."""

    key: str
    name: str
    stage: str
    status: Status


class ImportView(Value):
    """How far an import has come, and what it came to: rows by outcome, and the projects that are gone since.

    `upload` is the register's id where it was uploaded beforehand.
    """

    id: str
    upload: str | None
    file: str
    mapping: str
    policy: str
    person: str
    dry_run: bool
    status: ImportStatus
    started_at: Instant
    finished_at: Instant | None
    rows_total: int
    rows_done: int
    counts: dict[RowOutcome, int]
    leavers: tuple[Leaver, ...]
    problems: tuple[Notice, ...]
    failure: str | None


def notice_of(problem: Problem) -> Notice:
    """A problem of a register as it is told."""
    return Notice(**asdict(problem))


def row_of(row: MappedRow, outcome: RowOutcome, cells: Mapping[str, str], **about: Any) -> ImportRow:
    """What is noted of a row."""
    detail = RowDetail(
        name=row.name,
        unknown={unknown.fact: unknown.why for unknown in row.unknown},
        problems=tuple(notice_of(problem) for problem in row.problems),
        stage=row.stage,
        as_of=row.as_of.isoformat() if row.as_of else None,
        cells=dict(cells),
        **about,
    )
    return ImportRow(row.number, row.key or None, outcome.value, detail.model_dump(mode="json", exclude_defaults=True))


def refused(row: MappedRow, refusal: Refusal, cells: Mapping[str, str], **about: Any) -> ImportRow:
    """What is noted of a row whose command was refused."""
    said = {"reason": refusal.reason.value, "sentence": refusal.sentence, "remedy": refusal.remedy}
    return row_of(row, RowOutcome.REFUSED, cells, **said, **about)


def consequences(happened: Iterable[tuple[str, str | None]]) -> dict[str, tuple[str, ...]]:
    """What an accepted row made happen, from the tag of each event and the gate it is about: which gates it opened."""
    events = tuple(happened)
    opened = tuple(gate for type_, gate in events if type_ == "policy:round:opened" and gate)
    return {"events": tuple(type_ for type_, _ in events), "opened": opened}


def row_view(row: ImportRow) -> RowView:
    """A noted row as it is read."""
    return RowView(row=row.number, key=row.project, outcome=RowOutcome(row.result), **row.detail)


def import_view(found: Import) -> ImportView:
    """An import as it is read."""
    said = found.summary
    return ImportView(
        id=found.id,
        upload=said["order"].get("upload"),
        file=found.register,
        mapping=said["mapping"],
        policy=said["policy"],
        person=found.person,
        dry_run=found.dry_run,
        status=found.status,
        started_at=found.started_at,
        finished_at=found.finished_at,
        rows_total=found.total or 0,
        rows_done=sum(found.results.values()),
        counts={outcome: found.results.get(outcome.value, 0) for outcome in RowOutcome},
        leavers=tuple(Leaver.model_validate(leaver) for leaver in said.get("leavers", ())),
        problems=tuple(Notice.model_validate(problem) for problem in said.get("problems", ())),
        failure=said.get("failure"),
    )


def result_line(row: ImportRow) -> ResultRow:
    """A row's result as a line of a file."""
    view = row_view(row)
    return {
        "row": view.row,
        "key": view.key or "",
        "name": view.name,
        "outcome": view.outcome.value,
        "why": f"{view.sentence} {view.remedy}".strip(),
        "changes": "\n".join(f"{c.what}: {_said(c.before)} -> {_said(c.after)}" for c in view.changes),
        "gates opened": ", ".join(view.opened),
        "unknown": "\n".join(f"{fact}: {why}" for fact, why in view.unknown.items()),
        "problems": "\n".join(f"{problem.sentence} {problem.remedy}".strip() for problem in view.problems),
        "notes": "\n".join(view.notes),
    }


def _said(value: object) -> str:
    return "unknown" if value is None else str(value)
