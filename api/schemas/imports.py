"""Imports: what is sent beside the register, and how its rows come back."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StringConstraints

from api.schemas.words import Body, PersonId, PolicyId
from lifecycle.service.policy_files import DEFAULT
from lifecycle.service.registers.choosing import Choice

Column = Annotated[str, StringConstraints(min_length=1, max_length=400)]
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class ColumnChoice(Body):
    """Which column of a register says what; `scales` says in what the column of a money fact counts."""

    key: Column
    name: Column
    portfolio: Column | None = None
    stage: Column | None = None
    facts: Annotated[dict[FactName, Column], Field(default_factory=dict, max_length=200)]
    scales: Annotated[dict[FactName, Literal[1, 1_000, 1_000_000]], Field(default_factory=dict, max_length=200)]
    date_order: Literal["dmy", "mdy"] = "dmy"
    decimal_mark: Literal[".", ","] = "."

    def choice(self) -> Choice:
        """The same as it is chosen."""
        return Choice(**self.model_dump())


class PreviewBody(Body):
    """Under which policy a register is looked at; without a choice, under the mapping that suggests itself."""

    policy: PolicyId = DEFAULT
    choice: ColumnChoice | None = None


class AgainBody(Body):
    """Whether the repetition is a dry run as well."""

    dry_run: StrictBool = False


class ImportOrder(Body):
    """How a register is to be read: a mapping by its name, or as a document (YAML); and who gets the new projects.

    A dry run says what would happen, and changes nothing.
    """

    mapping: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] | None = None
    mapping_document: Annotated[str, StringConstraints(min_length=1, max_length=200_000)] | None = None
    policy: PolicyId = DEFAULT
    manager: PersonId | None = None
    sponsor: PersonId | None = None
    dry_run: StrictBool = False


class ImportForm(ImportOrder):
    """The same as a form, in which everything is text."""

    dry_run: bool = False
