"""Who opens a gate, as a policy writes it: slots, their combinations, vetoes and exclusions."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from lifecycle.domain.people import RoleName
from lifecycle.domain.values import Names
from lifecycle.gates.policy_words import Expression, Part


class Participation(StrEnum):
    """How a person has taken part in a round, and so may not approve it."""

    SUBMITTER = "submitter"
    MANAGER = "manager"
    EVIDENCE_AUTHORS = "evidence_authors"


class Slot(Part):
    """Distinct people who hold a role must approve."""

    role: RoleName
    """The role whose people can fill the slot."""
    count: int = Field(default=1, ge=1, le=20)
    """How many distinct people."""
    when: Expression | None = None
    """Asked for only when this holds; an unknown answer asks for it."""
    reads: Names = ()
    """The evidence that this approval relies on: a change of it voids the vote. All evidence when empty."""


class AllOf(Part):
    """Every part must be approved."""

    all: tuple["Approval", ...] = Field(min_length=1)
    """The parts."""


class AnyOf(Part):
    """One part is enough."""

    any: tuple["Approval", ...] = Field(min_length=1)
    """The parts; one that asks for nobody is no alternative."""


class AtLeast(Part):
    """So many of the parts must be approved."""

    at_least: int = Field(ge=1)
    """How many."""
    of: tuple["Approval", ...] = Field(min_length=1)
    """The parts."""

    @model_validator(mode="after")
    def _not_more_than_there_are(self) -> Self:
        if self.at_least > len(self.of):
            raise ValueError(f"'at_least' asks for {self.at_least} of {len(self.of)} parts")
        return self


def _shape(value: Any) -> str:
    keys = value if isinstance(value, dict) else getattr(value, "model_fields_set", ())
    return next((shape for shape in ("all", "any", "at_least") if shape in keys), "slot")


Approval = Annotated[
    Annotated[Slot, Tag("slot")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[AtLeast, Tag("at_least")],
    Discriminator(_shape),
]


class Approvals(Part):
    """Who must approve, who may veto, and who may not approve because of what they did in the round."""

    all: tuple[Approval, ...] = ()
    """Every one of these must be approved, by distinct people. A list that comes out empty never approves."""
    veto: Names = ()
    """Roles that are called too, and whose rejection always counts."""
    exclude: tuple[Participation, ...] = tuple(Participation)
    """Who may not approve; everybody acting for them is excluded with them."""
    rejection: Literal["any", "veto"] = "any"
    """any: one rejection by a called gatekeeper sends the gate back; veto: only a veto does."""
