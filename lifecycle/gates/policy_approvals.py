"""Who opens a gate, as a policy writes it: slots, bodies, their combinations, vetoes, advice and exclusions."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from lifecycle.domain.people import RoleName
from lifecycle.domain.values import Names
from lifecycle.gates.policy_words import Expression, Name, Part, Text

Place = tuple[str | int, ...]
"""Where something stands in a policy: keys and positions."""


class Participation(StrEnum):
    """How a person has taken part in a round, and so may not approve it."""

    SUBMITTER = "submitter"
    MANAGER = "manager"
    EVIDENCE_AUTHORS = "evidence_authors"


class AuthorsOf(Part):
    """Who wrote evidence for another gate: what they helped to make there, they do not judge here."""

    authors_of: Name
    """The other gate; those count who wrote for its latest round, or for rounds that it went on from."""


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
    in_person: bool = False
    """Whether it cannot be delegated: nobody who acts for a holder of the role votes or decides here in their name, and
    the ladder's `widen_to` does not reach the slot."""
    heard: bool = False
    """Whether to be heard is enough: any vote fills the slot, and a no is an objection that is recorded and does not
    stop the gate. Such slots alone never open it."""


class BodySlot(Part):
    """A body of the policy must approve, by its own rules."""

    body: Name
    """The name of the body."""
    when: Expression | None = None
    """Asked for only when this holds; an unknown answer asks for it."""
    reads: Names = ()
    """The evidence that its members rely on. All evidence when empty."""


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
    return next((shape for shape in ("all", "any", "at_least", "body") if shape in keys), "slot")


Approval = Annotated[
    Annotated[Slot, Tag("slot")]
    | Annotated[BodySlot, Tag("body")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[AtLeast, Tag("at_least")],
    Discriminator(_shape),
]


class Panel(Part):
    """Who is asked, and how their words count."""

    all: tuple[Approval, ...] = ()
    """Every one of these must be approved, by distinct people. A list that comes out empty never approves."""
    veto: Names = ()
    """Roles that are called too, and whose rejection always counts."""
    advice: Names = ()
    """Roles that are called too, and whose word is recorded with the decision: neither needed nor able to stop it."""
    dissent_to: RoleName | None = None
    """Who is told at once of a no that does not stop the gate; no clock stops for it."""
    rejection: Literal["any", "veto"] = "any"
    """any: one rejection by whoever can fill a slot counts; veto: only a veto does. One that counts sends the gate
    back, or, where a chair decides, keeps it from going on until the chair has sent it back."""


class Approvals(Panel):
    """Who must approve, who may veto, and who may not approve because of what they did in the round."""

    exclude: tuple[Participation | AuthorsOf, ...] = tuple(Participation)
    """Who may not approve; everybody acting for them is excluded with them."""


class Body(Panel):
    """A named body that gates call by `{body: name}`: a board, a committee, an authority, with its own quorum."""

    all: tuple[Approval, ...] = Field(min_length=1)
    """Its members: slots and their combinations, which say what its approval needs."""
    label: str = ""
    """Its name as people read it; by default made from its key."""
    guidance: Text = ""
    """What it is for."""
    chair: RoleName | None = None
    """The role that takes the decision where the body chairs a gate (`chair: name of the body`)."""

    @model_validator(mode="after")
    def _has_members_of_its_own(self) -> Self:
        for member in leaves(self.all):
            if isinstance(member, BodySlot):
                raise ValueError("a body's members are roles, and no other body")
            if member.reads:
                raise ValueError("a body's members read what the gate says: write 'reads' where a gate calls the body")
        return self


def leaves(parts: Iterable[Approval]) -> Iterator[Slot | BodySlot]:
    """Every slot and every called body, at any depth, in the order in which they are written."""
    return (leaf for _, leaf in placed(parts))


def placed(parts: Iterable[Approval], at: Place = ()) -> Iterator[tuple[Place, Slot | BodySlot]]:
    """The same, each with its place: keys and positions from where the parts stand."""
    for number, part in enumerate(parts):
        here = (*at, number)
        if isinstance(part, Slot | BodySlot):
            yield here, part
        elif isinstance(part, AllOf):
            yield from placed(part.all, (*here, "all"))
        elif isinstance(part, AnyOf):
            yield from placed(part.any, (*here, "any"))
        else:
            yield from placed(part.of, (*here, "of"))
