"""The policy document: how an organisation governs its projects, as data.

A policy is immutable: a change is a new version. Unknown keys are errors. Conditions are written in CEL over declared
facts; `lifecycle.gates.rulebook` compiles them.
"""

from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from lifecycle.domain.duration import Duration
from lifecycle.domain.people import RoleName
from lifecycle.domain.project import PolicyRef
from lifecycle.domain.values import Names, Value, digest_of
from lifecycle.gates.conditions import Kind
from lifecycle.gates.policy_gates import Expression, Gate, GateKind, Name

CLOSED = "closed"
"""The destination of a gate that ends the project without a stage of its own."""


class Pmo(StrEnum):
    """How far the PMO's word goes: it advises, it requires, or it decides itself."""

    SUPPORTIVE = "supportive"
    CONTROLLING = "controlling"
    DIRECTIVE = "directive"


class CalendarRule(Value):
    """Working time: `week` as mon-fri or a list of days, `hours` as 09:00-17:00, `holidays` a region such as GB-ENG."""

    timezone: str = "Europe/London"
    week: Annotated[
        str, StringConstraints(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)([-,](mon|tue|wed|thu|fri|sat|sun))*$")
    ] = "mon-fri"
    hours: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")] = (
        "09:00-17:00"
    )
    holidays: str | None = None
    days_off: tuple[date, ...] = ()


class Fact(Value):
    """A typed fact that a project carries; conditions may use nothing else."""

    type: Kind
    label: str = ""
    help: str = ""
    unit: str | None = Field(default=None, description="Currency of a money fact (ISO 4217), or a number's unit.")
    of: tuple[str, ...] = Field(default=(), description="The values of a choice.")

    @model_validator(mode="after")
    def _choice_has_values(self) -> Self:
        if (self.type is Kind.CHOICE) != bool(self.of):
            raise ValueError("a choice lists its values under 'of', and only a choice does")
        return self


class Tier(Value):
    """A class of projects, lightest first; the first whose `when` is met applies, else the last."""

    id: Name
    label: str = ""
    when: Expression | None = None


Margin = Annotated[str, StringConstraints(pattern=r"^\d{1,7}(\.\d{1,4})?(%|d)?$")]
"""How far: `10%` of the baseline, `30d` days after it, or a plain number in the fact's own unit."""


class Tolerance(Value):
    """How far a fact may drift from its baseline, or a condition that is a breach by itself."""

    label: str = ""
    fact: Name | None = None
    over: Margin | None = None
    under: Margin | None = None
    when: Expression | None = None

    @model_validator(mode="after")
    def _drift_or_condition(self) -> Self:
        drift = self.fact is not None and (self.over is not None or self.under is not None)
        if drift == (self.when is not None):
            raise ValueError("a tolerance names either a fact with 'over' or 'under', or a condition under 'when'")
        return self


class Policy(Value):
    """One edition of an organisation's policy."""

    policy: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    version: int = Field(ge=1)
    title: str = ""
    sources: tuple[str, ...] = ()
    notes: str = ""
    pmo: Pmo = Pmo.CONTROLLING
    pmo_role: RoleName = "pmo_director"
    calendar: CalendarRule = CalendarRule()
    facts: dict[Name, Fact] = Field(default_factory=dict)
    amount: Name | None = Field(
        default=None, description="The money fact with which limits of delegation are compared."
    )
    tiers: tuple[Tier, ...] = (Tier(id="standard"),)
    stages: tuple[Name, ...] = Field(min_length=1)
    tolerances: dict[Name, Tolerance] = Field(default_factory=dict)
    hold_review_after: Duration = Duration.parse("3 months")
    gates: dict[Name, Gate] = Field(min_length=1)

    @cached_property
    def digest(self) -> str:
        """The digest of the canonical form; it names this edition for ever."""
        return digest_of(self)

    @property
    def ref(self) -> PolicyRef:
        """Name, version and digest."""
        return PolicyRef(id=self.policy, version=self.version, digest=self.digest)

    def weight_of(self, tier: str) -> int:
        """How heavy a tier is; an unknown one is heavier than all, so that nothing slips through."""
        ids = [known.id for known in self.tiers]
        return ids.index(tier) if tier in ids else len(ids)

    def gates_from(self, stage: str) -> tuple[str, ...]:
        """The stage gates that lead out of a stage, by name."""
        return tuple(
            sorted(name for name, gate in self.gates.items() if gate.kind is GateKind.STAGE and gate.from_ == stage)
        )

    def recurring_in(self, stage: str) -> Names:
        """The gates that come round by themselves in a stage; after the last one, the benefits gates."""
        monitoring = [
            name for name, gate in self.gates.items() if gate.kind is GateKind.MONITORING and stage in gate.during
        ]
        benefits = [name for name, gate in self.gates.items() if gate.kind is GateKind.BENEFITS]
        return tuple(sorted(monitoring if self.gates_from(stage) else benefits))
