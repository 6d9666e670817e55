"""A register before it is imported, as people look at it: its columns, what its first rows come to, what is wrong."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from lifecycle.domain.values import FactValue, Instant, Value
from lifecycle.gates.policy import Fact, Policy
from lifecycle.gates.vocabulary import Kind
from lifecycle.persistence.registers import Upload
from lifecycle.service.import_plan import unusable
from lifecycle.service.import_results import Notice, notice_of
from lifecycle.service.registers.applying import MappedRow, apply_mapping
from lifecycle.service.registers.choosing import Choice, choice_of, text_of
from lifecycle.service.registers.columns import column_problems
from lifecycle.service.registers.mapping import RegisterMapping
from lifecycle.service.registers.problems import Problem, excerpt
from lifecycle.service.registers.reading import Register

FIRST_ROWS: Final = 8
_PLACES: Final = 5
_MOST_CONCERNS: Final = 200
_ORDER: Final = ("error", "warning", "note")


class Target(Value):
    """A fact of the policy that a column may give."""

    name: str
    label: str
    kind: Kind
    unit: str = ""


class PreviewRow(Value):
    """What a row comes to: its cells by column, the facts that were read, and for the others why not.

    `problems` stand against it, those of severity `error` so that it would not be imported.
    """

    row: int
    key: str
    name: str
    portfolio: str | None
    stage: str | None
    facts: dict[str, FactValue]
    unknown: dict[str, str]
    problems: tuple[Notice, ...]
    cells: dict[str, str]


class Concern(Value):
    """One kind of problem of a register: `count` rows have it, the first of them stand in `rows`.

    The sentence is the first row's. A problem of the whole file has no rows.
    """

    severity: str
    code: str
    sentence: str
    remedy: str
    column: str | None
    count: int
    rows: tuple[int, ...]


class RegisterView(Value):
    """A register that was uploaded, under one mapping: what its first rows come to, and every problem of all its rows.

    `mapping` is the mapping's name, `title` that of a ready one, `mapping_document` its text (YAML), `choice` what a
    person may change of it, `targets` the facts of the policy. `importable` rows could be taken in.
    """

    id: str
    file: str
    person: str
    uploaded_at: Instant
    policy: str
    columns: tuple[str, ...]
    rows_total: int
    importable: int
    mapping: str
    title: str
    mapping_document: str
    choice: Choice
    targets: tuple[Target, ...]
    first: tuple[PreviewRow, ...]
    problems: tuple[Concern, ...]


def register_view(upload: Upload, policy: Policy, register: Register, mapping: RegisterMapping) -> RegisterView:
    """A register under a mapping. Raises `RegisterError` for a mapping whose columns it lacks."""
    rows = apply_mapping(register, mapping)
    noticed = [list(_against(row, policy.stages)) for row in rows]
    whole = [problem for problem in (*register.problems, *column_problems(register, mapping)) if problem.row is None]
    cells = {row.number: row.cells for row in register.rows[:FIRST_ROWS]}
    return RegisterView(
        id=upload.id,
        file=upload.name,
        person=upload.person,
        uploaded_at=upload.uploaded_at,
        policy=policy.policy,
        columns=register.columns,
        rows_total=len(rows),
        importable=sum(all(problem.severity != "error" for problem in problems) for problems in noticed),
        mapping=mapping.mapping,
        title=mapping.title,
        mapping_document=text_of(mapping),
        choice=choice_of(register, mapping),
        targets=targets_of(policy.facts),
        first=tuple(
            _preview(row, problems, cells[row.number])
            for row, problems in zip(rows[:FIRST_ROWS], noticed, strict=False)
        ),
        problems=_concerns([*whole, *(problem for problems in noticed for problem in problems)]),
    )


def targets_of(declared: Mapping[str, Fact]) -> tuple[Target, ...]:
    """The facts of a policy that a register may give; what only gates change is not among them."""
    return tuple(
        Target(name=name, label=fact.label or name, kind=fact.type, unit=fact.unit or "")
        for name, fact in declared.items()
        if not fact.by_gates
    )


def _against(row: MappedRow, stages: Sequence[str]) -> Iterator[Problem]:
    """Everything that is noticed about a row, also what keeps a readable row from becoming a project."""
    yield from row.problems
    if row.stage is not None and row.stage not in stages:
        sentence = f"Row {row.number}: the policy has no stage '{excerpt(row.stage)}', so a new project is refused."
        yield Problem("warning", "unknown_stage", sentence, f"Use one of: {', '.join(stages)}.", row.number)
    if row.importable and (fault := unusable(row)):
        yield Problem("error", "unusable", f"Row {row.number} cannot come in: {fault[0]}", fault[1], row.number)


def _preview(row: MappedRow, problems: Iterable[Problem], cells: dict[str, str]) -> PreviewRow:
    return PreviewRow(
        row=row.number,
        key=row.key,
        name=row.name,
        portfolio=row.portfolio,
        stage=row.stage,
        facts={name: value for name, value in row.facts.items() if value is not None},
        unknown={unknown.fact: unknown.why for unknown in row.unknown},
        problems=tuple(map(notice_of, problems)),
        cells=cells,
    )


def _concerns(problems: Iterable[Problem]) -> tuple[Concern, ...]:
    """The problems, alike ones together: what keeps rows out first, then what concerns most rows."""
    alike: defaultdict[tuple[str, str, str | None, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        whole = problem.sentence if problem.row is None else ""
        alike[problem.severity, problem.code, problem.column, whole].append(problem)
    found = [
        Concern(
            severity=first.severity,
            code=first.code,
            sentence=first.sentence,
            remedy=first.remedy,
            column=first.column,
            count=sum(problem.row is not None for problem in together),
            rows=tuple(problem.row for problem in together if problem.row is not None)[:_PLACES],
        )
        for together in alike.values()
        for first in together[:1]
    ]
    return tuple(sorted(found, key=lambda it: (_ORDER.index(it.severity), -it.count))[:_MOST_CONCERNS])
