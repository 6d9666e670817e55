"""What a person chooses about a register: which column says what. Everything else stays as the suggestion has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from lifecycle.gates.policy import Fact as Declared
from lifecycle.service.registers.amounts import DecimalMark
from lifecycle.service.registers.columns import MappedColumns
from lifecycle.service.registers.dates import DateOrder
from lifecycle.service.registers.mapping import MoneyFact, RegisterMapping
from lifecycle.service.registers.problems import RegisterError, excerpt
from lifecycle.service.registers.reading import Register
from lifecycle.service.registers.suggesting import LONGEST_NAME, reading_of, scale_of


@dataclass(frozen=True, slots=True)
class Choice:
    """Which column of a register says what: its key, name, portfolio and stage, and facts of the policy by their names.

    `scales` says in what the column of a money fact counts (1000000 for millions); without it, the column's name does.
    """

    key: str
    name: str
    portfolio: str | None = None
    stage: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)
    date_order: DateOrder = "dmy"
    decimal_mark: DecimalMark = "."


def choice_of(register: Register, mapping: RegisterMapping) -> Choice:
    """The columns that a mapping takes first in a register. Raises `RegisterError` as `MappedColumns` does."""
    columns = MappedColumns(register, mapping)
    return Choice(
        key=columns.key[0],
        name=columns.name[0],
        portfolio=next(iter(columns.portfolio), None),
        stage=next(iter(columns.stage), None),
        facts={fact: found[0] for fact, found in columns.of_facts.items() if found},
        scales={fact: how.scale for fact, how in mapping.facts.items() if isinstance(how, MoneyFact)},
        date_order=mapping.date_order,
        decimal_mark=mapping.decimal_mark,
    )


def chosen(
    register: Register, suggestion: RegisterMapping, declared: Mapping[str, Declared], choice: Choice
) -> RegisterMapping:
    """The suggestion with what a person has chosen otherwise.

    Where the choice is the column that the suggestion takes first, its further columns stay, and so do facts that the
    policy does not declare. Raises `RegisterError` (`missing_column`) for a column that the register lacks.
    """
    usable = {column for column in register.columns if len(column) <= LONGEST_NAME}
    strange = {choice.key, choice.name, choice.portfolio, choice.stage, *choice.facts.values()} - usable
    if missing := [column for column in strange if column is not None]:
        sentence = f"The register has no column {excerpt(min(missing))!r} that can be taken."
        raise RegisterError("missing_column", sentence, "Choose one of its columns.")
    usual = choice_of(register, suggestion)
    document = document_of(suggestion)
    for post in ("key", "name", "portfolio", "stage"):
        if (wanted := getattr(choice, post)) != getattr(usual, post):
            document[post] = wanted
    kept: dict[str, Any] = {
        name: how
        for name, how in document.get("facts", {}).items()
        if name not in declared or choice.facts.get(name) == usual.facts.get(name)
    }
    others = choice.facts.keys() & declared.keys() - kept.keys()
    newly = {name: choice.facts[name] for name in sorted(others)}
    facts = kept | {name: reading_of(declared[name], [column], scale_of(column)) for name, column in newly.items()}
    for name, scale in choice.scales.items():
        if facts.get(name, {}).get("as") == "money":
            facts[name] = {**facts[name], "scale": scale}
    entry = suggestion.entry
    if entry and not all(facts.get(fact, {}).get("as") == "date" for fact in (entry.start, entry.finish)):
        document.pop("entry")
    conventions = {"date_order": choice.date_order, "decimal_mark": choice.decimal_mark}
    return RegisterMapping.model_validate({**document, **conventions, "facts": facts})


def document_of(mapping: RegisterMapping) -> dict[str, Any]:
    """A mapping as JSON-like data, from which it can be read again."""
    return mapping.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def text_of(mapping: RegisterMapping) -> str:
    """A mapping as its document (YAML), as a person may change it and `read_mapping` reads it."""
    return str(yaml.safe_dump(document_of(mapping), allow_unicode=True, sort_keys=False, width=120))
