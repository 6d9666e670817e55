"""What gates decide and what they need from each other, as a policy writes it."""

from typing import Self

from pydantic import Field, model_validator

from lifecycle.domain.duration import Duration, Unit
from lifecycle.domain.project import Outcome
from lifecycle.domain.values import Names
from lifecycle.gates.policy_words import Expression, Name, Part, Text


class Imposed(Part):
    """A condition that the policy itself sets with a conditional go."""

    text: Text
    """What is owed."""
    owner: str = "project_manager"
    """The post that owes it: `project_manager` or `sponsor`."""
    within: Duration
    """Until when, in calendar time from the decision."""

    @model_validator(mode="after")
    def _calendar_time(self) -> Self:
        if self.within.unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS):
            raise ValueError("'within' counts calendar time: write days, weeks or months")
        if self.owner not in ("project_manager", "sponsor"):
            raise ValueError("'owner' is a post of the project: project_manager or sponsor")
        return self


class DecisionRule(Part):
    """What one decision of a gate is called, when it may be taken and what follows from it."""

    label: str = ""
    """Its name in this organisation, such as `Approved with conditions`."""
    when: Expression | None = None
    """Available only when this surely holds."""
    to: Name | None = None
    """The stage that it leads to, where that is not what the decision does by itself: a kill can lead to closing, a
    recycle to an earlier stage, an exception gate to an end."""
    set: dict[Name, Expression] = Field(default_factory=dict)
    """Facts that become what these expressions give at the decision; an answer to a form can so become a fact."""
    opens: Names = ()
    """Gates of which a round opens: a follow-up review, or a gate passed before that has to be passed again."""
    imposes: tuple[Imposed, ...] = ()
    """Conditions that come with a conditional go, besides those that approvers name."""


class Precondition(Part):
    """What must have been decided before: at one gate, or at several in combination."""

    label: str = ""
    """Its name as people read it."""
    when: Expression | None = None
    """Asked for only when this holds; an unknown answer asks for it."""
    gate: Name | None = None
    """The gate whose latest decision counts; a stage gate that was opened again counts as not decided."""
    outcome: tuple[Outcome, ...] = (Outcome.GO, Outcome.CONDITIONAL_GO)
    """The decisions that will do."""
    fresh_for: Duration | None = None
    """How old the decision may be, in calendar time."""
    after: Name | None = None
    """A gate, such as the last milestone: only a decision newer than the latest one there counts."""
    all: tuple["Precondition", ...] = ()
    """Every one of these."""
    any: tuple["Precondition", ...] = ()
    """One of these is enough."""
    at_least: int | None = Field(default=None, ge=1)
    """So many of those listed under `of`."""
    of: tuple["Precondition", ...] = ()
    """The parts that `at_least` counts."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if sum((self.gate is not None, bool(self.all), bool(self.any), self.at_least is not None)) != 1:
            raise ValueError("a precondition has exactly one of gate, all, any, at_least")
        if (self.at_least or 0) > len(self.of) or (self.of and self.at_least is None):
            raise ValueError("'at_least' counts the parts under 'of', and asks for no more than there are")
        if self.gate is None and (self.fresh_for or self.after):
            raise ValueError("'fresh_for' and 'after' go with a gate")
        if self.fresh_for and self.fresh_for.unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS):
            raise ValueError("'fresh_for' counts calendar time: write days, weeks or months")
        return self

    @property
    def parts(self) -> tuple["Precondition", ...]:
        """The parts of a combination."""
        return self.all or self.any or self.of
