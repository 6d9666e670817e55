"""The columns that a mapping asks for, under the names that one register gives them."""

from lifecycle.service.registers.mapping import RegisterMapping
from lifecycle.service.registers.problems import Problem, RegisterError, excerpt
from lifecycle.service.registers.reading import Register, column_key


class MappedColumns:
    """For key, name, portfolio, stage, the register's day and every fact: the register's columns, the preferred first.

    Making one raises `RegisterError` (`missing_column`) when the register lacks the key, the name, or a column that
    the mapping calls required. Names are compared by `column_key`.
    """

    def __init__(self, register: Register, mapping: RegisterMapping) -> None:
        self._known = {column_key(column): column for column in register.columns}
        self.key = self._needed(mapping.key, "key")
        self.name = self._needed(mapping.name, "name")
        self.portfolio = self._found(mapping.portfolio or ())
        self.stage = self._found(mapping.stage or ())
        self.as_of = self._found(mapping.as_of.column if mapping.as_of else ())
        self.of_facts = {
            name: self._needed(fact.names, name) if fact.required else self._found(fact.names)
            for name, fact in mapping.facts.items()
        }

    def _found(self, wanted: str | tuple[str, ...]) -> tuple[str, ...]:
        keys = map(column_key, (wanted,) if isinstance(wanted, str) else wanted)
        return tuple(dict.fromkeys(self._known[key] for key in keys if key in self._known))

    def _needed(self, wanted: str | tuple[str, ...], what: str) -> tuple[str, ...]:
        found = self._found(wanted)
        if not found:
            raise RegisterError(
                "missing_column",
                f"The register has no column {either(wanted)}, which the mapping needs for {what!r}; "
                f"it has {excerpt(', '.join(self._known.values()), 400)}.",
                "Choose the mapping that belongs to this register, or name the register's column in the mapping.",
            )
        return found


def column_problems(register: Register, mapping: RegisterMapping) -> tuple[Problem, ...]:
    """A warning for every fact that no column of the register can give, and for a reporting date that none gives.

    Raises as `MappedColumns` does.
    """
    columns = MappedColumns(register, mapping)
    undated = Problem(
        "warning",
        "no_reporting_date",
        "No column of the register says when its figures stood, so no stage of entry can be worked out.",
        "Give the register's date with the import.",
    )
    missing = (
        Problem(
            "warning",
            "fact_without_column",
            f"The register has no column {either(fact.names)}, so {name!r} is unknown in every row.",
            "Name the register's own column in the mapping, if it has one.",
            column=fact.names[0],
        )
        for name, fact in mapping.facts.items()
        if not columns.of_facts[name]
    )
    return (*missing, *([] if columns.as_of or mapping.entry is None else [undated]))


def either(names: str | tuple[str, ...]) -> str:
    """The column names in quotation marks, as alternatives."""
    return " or ".join(map(repr, (names,) if isinstance(names, str) else names))
