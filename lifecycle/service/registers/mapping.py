"""The mapping document: which column of a register is which fact, how its cells are read, where a project enters."""

from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from lifecycle.service.registers.amounts import DecimalMark, read_integer, read_money, read_number
from lifecycle.service.registers.cells import Reading, compared, read_boolean, read_choice, read_text
from lifecycle.service.registers.dates import DateOrder, read_date

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Columns = Annotated[tuple[Text, ...], Field(min_length=1, max_length=50, strict=False)]


class Part(BaseModel):
    """A part of the mapping document: frozen, strictly typed, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Conventions(Part):
    """How the whole register writes what could be read in two ways."""

    date_order: DateOrder = "dmy"
    """The order of 03/04/2024; year-first dates need no order."""
    decimal_mark: DecimalMark = "."
    """What a lone separator before exactly three digits is: with a point, 12,743 is twelve thousand."""
    unknown: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Texts that stand for a value that is not given, beside the usual ones (empty, `-`, `n/a`, `tbc`)."""


class Source(Part):
    """Where a fact's text stands: one column, or several of which the first that says something counts."""

    column: Text | None = None
    columns: Columns | None = None
    required: bool = False
    """Whether a register without any of these columns is refused."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.column is None) == (self.columns is None):
            raise ValueError("give either `column` or `columns`")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, the preferred one first."""
        return self.columns or (self.column or "",)


class MoneyFact(Source):
    """An amount, kept in minor units of `unit`."""

    kind: Literal["money"] = Field(alias="as")
    unit: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    scale: int = Field(default=1, ge=1, le=1_000_000_000)
    """What the column counts in: 1000000 for millions."""

    def read(self, text: str, conventions: Conventions) -> Reading:
        """The amount in minor units."""
        return read_money(text, self.unit, self.scale, conventions.decimal_mark)


class DateFact(Source):
    """A day."""

    kind: Literal["date"] = Field(alias="as")

    def read(self, text: str, conventions: Conventions) -> Reading:
        """The day as YYYY-MM-DD."""
        return read_date(text, conventions.date_order)


class ChoiceFact(Source):
    """One of a few values; texts are compared without regard to case, spaces and punctuation."""

    kind: Literal["choice"] = Field(alias="as")
    of: dict[Text, Name] = Field(min_length=1, max_length=200)
    """From the register's text to the fact's value."""

    @model_validator(mode="after")
    def _no_two_meanings(self) -> Self:
        meanings: dict[str, str] = {}
        for text, value in self.of.items():
            if meanings.setdefault(compared(text), value) != value:
                raise ValueError(f"{text!r} has two meanings when case and punctuation do not count")
        return self

    def read(self, text: str, conventions: Conventions) -> Reading:
        """The value that the mapping gives for the text."""
        return read_choice(text, self._choices)

    @cached_property
    def _choices(self) -> dict[str, str]:
        return {compared(text): value for text, value in self.of.items()}


class TextFact(Source):
    """Words."""

    kind: Literal["text"] = Field(alias="as")

    def read(self, text: str, conventions: Conventions) -> Reading:
        """The text, trimmed."""
        return read_text(text)


class NumberFact(Source):
    """A number that may have a fraction."""

    kind: Literal["number"] = Field(alias="as")

    def read(self, text: str, conventions: Conventions) -> Reading:
        """The number as a float."""
        return read_number(text, conventions.decimal_mark)


class IntegerFact(Source):
    """A whole number."""

    kind: Literal["integer"] = Field(alias="as")

    def read(self, text: str, conventions: Conventions) -> Reading:
        """The number as an int."""
        return read_integer(text, conventions.decimal_mark)


class BooleanFact(Source):
    """Yes or no."""

    kind: Literal["boolean"] = Field(alias="as")

    def read(self, text: str, conventions: Conventions) -> Reading:
        """True or False."""
        return read_boolean(text)


Fact = Annotated[
    MoneyFact | DateFact | ChoiceFact | TextFact | NumberFact | IntegerFact | BooleanFact, Field(discriminator="kind")
]


class AsOf(Part):
    """The day on which the figures stood: a column with a date, or with a year to which month and day are added."""

    column: Text
    month: int | None = Field(default=None, ge=1, le=12)
    day: int | None = Field(default=None, ge=1, le=31)

    @model_validator(mode="after")
    def _a_day_of_every_year(self) -> Self:
        if (self.month is None) != (self.day is None):
            raise ValueError("give `month` and `day`, or neither")
        if self.month is not None and self.day is not None:
            date(2023, self.month, self.day)
        return self


class Entry(Part):
    """The stage at which a project enters governance, by where the register's day lies between its start and finish."""

    stage: Name
    """Started and not finished."""
    before_start: Name
    after_finish: Name
    unknown: Name
    """The start, or the register's day, is not known, or start and finish contradict each other."""
    start: Name = "start"
    """The fact that holds the start date."""
    finish: Name = "finish"

    def of(self, as_of: date | None, start: str | None, finish: str | None) -> str:
        """The stage of a project; days are YYYY-MM-DD. The day of the finish itself still counts as under way."""
        if as_of is None or (start and finish and finish < start):
            return self.unknown
        today = as_of.isoformat()
        if finish and finish < today:
            return self.after_finish
        if not start:
            return self.unknown
        return self.before_start if today < start else self.stage


class RegisterMapping(Conventions):
    """How one kind of register becomes projects: its key, name and portfolio, its facts, and the stage of entry."""

    mapping: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    """The mapping's own name."""
    title: str = ""
    key: Text | Columns
    """The column that identifies a project through the years (or alternatives: the first that the register has)."""
    name: Text | Columns
    portfolio: Text | Columns | None = None
    stage: Text | Columns | None = None
    """The column that says in which stage a new project stands; where it says nothing, `entry` does."""
    as_of: AsOf | None = None
    facts: dict[Name, Fact] = Field(max_length=200)
    entry: Entry | None = None

    @model_validator(mode="after")
    def _entry_reads_dates(self) -> Self:
        for fact in (self.entry.start, self.entry.finish) if self.entry else ():
            if not isinstance(self.facts.get(fact), DateFact):
                raise ValueError(f"`entry` needs {fact!r} among the facts, as a date")
        return self
