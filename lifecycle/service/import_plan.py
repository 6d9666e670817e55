"""What a row of a register asks for: to take a project in, to amend a known one, or nothing at all."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import FactValue, Value
from lifecycle.gates.policy import Fact
from lifecycle.gates.rules import misfit
from lifecycle.service.registers.applying import MappedRow
from lifecycle.service.registration import KEY, Draft

UNASSIGNED: Final = "unassigned"
"""The portfolio of a new project of which the register names none."""

_PORTFOLIO: Final = re.compile(r"[^\s:\x00-\x1f]([^:\x00-\x1f]{0,98}[^\s:\x00-\x1f])?")


class Change(Value):
    """One thing that differs between the register and the project as it is known; null is unknown."""

    what: str
    before: FactValue | None
    after: FactValue | None


@dataclass(frozen=True, slots=True)
class Entrance:
    """How new projects enter: under which policy, managed and sponsored by whom, if anybody is named.

    `register` names the file, for the record of what was attested.
    """

    register: str
    policy: str
    manager: str | None = None
    sponsor: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What one row comes to: a registration, the content of an amendment, or nothing; and what it changes.

    `notes` are sentences on what the register says and the project cannot take over.
    """

    asked: Draft | dict[str, Any] | None
    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def unusable(row: MappedRow) -> tuple[str, str] | None:
    """What keeps a readable row from becoming a project: a sentence and its remedy."""
    if not re.fullmatch(KEY, row.key):
        remedy = "Use letters, digits, '.', '_' and '-' only, at most 100, and begin with a letter or digit."
        return f"'{row.key}' cannot be a project's key.", remedy
    if row.portfolio is not None and not _PORTFOLIO.fullmatch(row.portfolio):
        remedy = "Name the portfolio in at most 100 characters without a colon."
        return f"'{row.portfolio[:60]}' cannot be a portfolio's name.", remedy
    return None


def plan_registration(row: MappedRow, declared: Mapping[str, Fact], entrance: Entrance) -> Plan:
    """Take the row's project in at its stage of entry, with every fact that the policy declares and the row gives."""
    facts = {name: value for name, value in _fitting(row, declared).items() if value is not None}
    draft = Draft(
        project=row.key,
        name=row.name,
        portfolio=row.portfolio or UNASSIGNED,
        manager=entrance.manager,
        sponsor=entrance.sponsor,
        policy=entrance.policy,
        facts=facts,
        stage=row.stage,
        attested=_source(row, entrance.register) if row.stage else "",
    )
    return Plan(draft, (), tuple(_misfits(row, declared)))


def plan_amendment(
    row: MappedRow, known: ProjectState, declared: Mapping[str, Fact], spoken: Iterable[str], register: str
) -> Plan:
    """Amend what differs, and nothing else.

    `spoken` names the facts for which the register has a column: what it withholds there becomes unknown, what it has
    no column for stays as it was. A project's stage is moved by its gates alone, its posts are not the register's.
    """
    said = {name: value for name, value in _fitting(row, declared).items() if name in set(spoken)}
    facts = {name: value for name, value in said.items() if known.facts.get(name) != value}
    named = {"name": (known.name, row.name), "portfolio": (known.portfolio, row.portfolio)}
    renamed = {key: (before, after) for key, (before, after) in named.items() if after and before != after}
    changes = [Change(what=key, before=before, after=after) for key, (before, after) in renamed.items()]
    changes += [Change(what=name, before=known.facts.get(name), after=value) for name, value in sorted(facts.items())]
    notes = [*_misfits(row, declared), *_stands_elsewhere(row, known)]
    if not changes:
        return Plan(None, (), tuple(notes))
    asked = {"facts": facts, "reason": _source(row, register)}
    asked |= {key: after for key, (_, after) in renamed.items()}
    return Plan(asked, tuple(changes), tuple(notes))


def _source(row: MappedRow, register: str) -> str:
    return f"The register {register}, row {row.number}{f', as of {row.as_of}' if row.as_of else ''}."


def _fitting(row: MappedRow, declared: Mapping[str, Fact]) -> dict[str, FactValue | None]:
    """The declared facts of a row; what the policy could not hold is unknown."""
    return {
        name: value if value is not None and misfit(declared[name], value) is None else None
        for name, value in row.facts.items()
        if name in declared
    }


def _misfits(row: MappedRow, declared: Mapping[str, Fact]) -> Iterator[str]:
    undeclared = sorted(name for name in row.facts if name not in declared)
    if undeclared:
        yield f"The policy declares no fact {', '.join(undeclared)}: the row keeps it, the project does not."
    for name, value in sorted(row.facts.items()):
        if name in declared and value is not None and (expected := misfit(declared[name], value)):
            yield f"'{name}' is left unknown: the policy takes {expected}."


def _stands_elsewhere(row: MappedRow, known: ProjectState) -> Iterator[str]:
    if row.stage and row.stage != known.stage and not known.is_over:
        yield f"By its dates the project is in {row.stage}; it stands in {known.stage}, which only a gate changes."
