"""Derived facts of a policy document: named expressions and decision tables, reused in every condition."""

from typing import Self

from pydantic import ConfigDict, Field, model_validator

from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Kind
from lifecycle.gates.policy_words import Expression, Part
from lifecycle.gates.vocabulary import known


class Row(Part):
    """One row of a decision table."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    when: Expression | None = None
    """The row applies when this holds; the last row may go without, for all that no other row surely covers."""
    is_: FactValue = Field(alias="is")
    """The value; money in major units, a date as YYYY-MM-DD in quotes."""


class Derived(Part):
    """A fact that follows from others: `derived.<name>` in every condition. Unknown while it cannot be worked out."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    type: Kind
    """boolean, integer, number, money, text, choice or date."""
    label: str = ""
    """Its name as people read it."""
    help: str = ""
    """What it means."""
    of: tuple[str, ...] = ()
    """The values of a choice."""
    is_: Expression | None = Field(default=None, alias="is")
    """An expression over facts and over the derived facts that are written before this one."""
    cases: tuple[Row, ...] = ()
    """Instead of an expression a decision table: rows that exclude each other and leave nothing out."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.is_ is None) == (not self.cases):
            raise ValueError("a derived fact has either 'is' with an expression or 'cases' with rows")
        if (self.type is Kind.CHOICE) != bool(self.of):
            raise ValueError("a choice lists its values under 'of', and only a choice does")
        for number, row in enumerate(self.cases):
            if not _fits(self, row.is_):
                raise ValueError(f"'{row.is_}' of row {number + 1} is no {self.type.value} of this derived fact")
            if row.when is None and number < len(self.cases) - 1:
                raise ValueError("only the last row goes without 'when'")
        return self


def _fits(derived: Derived, value: FactValue) -> bool:
    match derived.type:
        case Kind.BOOLEAN:
            return isinstance(value, bool)
        case Kind.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case Kind.NUMBER | Kind.MONEY:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Kind.CHOICE:
            return value in derived.of
        case Kind.DATE:
            return known(Kind.DATE, value) is not None
        case _:
            return isinstance(value, str)
