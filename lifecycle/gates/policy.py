"""The policy document: how an organisation governs its projects, as data.

A policy is immutable: a change is a new version. Unknown keys are errors. Conditions are written in CEL over declared
facts; `lifecycle.gates.rulebook` compiles them.
"""

import json
from datetime import date
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from lifecycle.domain.duration import Duration
from lifecycle.domain.people import RoleName
from lifecycle.domain.project import PolicyRef
from lifecycle.domain.values import Names
from lifecycle.gates.conditions import Kind
from lifecycle.gates.policy_approvals import Body
from lifecycle.gates.policy_derived import Derived
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.policy_words import Expression, Name, Part

CLOSED = "closed"
"""The destination of a gate that ends the project without a stage of its own."""


_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
_HOUR = r"([01]\d|2[0-3]):[0-5]\d"


class Pmo(StrEnum):
    """How far the PMO's word goes: it advises, it requires, or it decides itself."""

    SUPPORTIVE = "supportive"
    CONTROLLING = "controlling"
    DIRECTIVE = "directive"


class CalendarRule(Part):
    """Working time."""

    timezone: str = "Europe/London"
    """The IANA name of the time zone."""
    week: Annotated[str, StringConstraints(pattern=rf"^{_DAY}([-,]{_DAY})*$")] = "mon-fri"
    """The working days: a span such as `mon-fri`, or a list such as `mon,tue,thu`."""
    hours: Annotated[str, StringConstraints(pattern=rf"^{_HOUR}-{_HOUR}$")] = "09:00-17:00"
    """The working hours of a working day, in local time, in quotes."""
    holidays: str | None = None
    """The region whose public holidays are no working days, such as `GB-ENG` or `DE-BY`."""
    days_off: tuple[date, ...] = ()
    """Further days that are no working days."""


class Fact(Part):
    """A typed fact that a project carries, `project.<name>` in conditions, which may use nothing else."""

    type: Kind
    """boolean, integer, number, money, text, choice or date."""
    label: str = ""
    """Its name as people read it."""
    help: str = ""
    """What it means."""
    unit: str | None = None
    """The currency of a money fact (ISO 4217), or a number's unit."""
    of: tuple[str, ...] = ()
    """The values of a choice."""
    by_gates: bool = False
    """Whether only decisions of gates change it (see `set`): nobody amends what a gate has approved."""

    @model_validator(mode="after")
    def _choice_has_values(self) -> Self:
        if (self.type is Kind.CHOICE) != bool(self.of):
            raise ValueError("a choice lists its values under 'of', and only a choice does")
        return self


class Tier(Part):
    """A class of projects. Tiers are written lightest first; the first that surely applies is the project's."""

    id: Name
    """Its name in conditions: `tier == 'light'`."""
    label: str = ""
    """Its name as people read it."""
    when: Expression | None = None
    """Applies when this holds. The last tier needs none: it is for all others, and for what is not known."""


Margin = Annotated[str, StringConstraints(pattern=r"^\d{1,7}(\.\d{1,4})?(%|d)?$")]
"""How far: `10%` of the baseline, `30d` days after it, or a plain number in the fact's own unit."""


class Tolerance(Part):
    """How far a fact may drift from its baseline, or a condition that is a breach by itself."""

    label: str = ""
    """Its name as people read it."""
    fact: Name | None = None
    """The fact that is compared with its baseline."""
    over: Margin | None = None
    """How far above or after the baseline: a share of it as `10%`, days as `90d`, or an amount in the fact's own unit
    as `250000`, the same for every tier; exactly so far is no breach. For "at least", or by tier, write a condition
    under `when`, such as `project.cost >= 1.1 * baseline.cost`."""
    under: Margin | None = None
    """How far below or before the baseline, in the same forms."""
    when: Expression | None = None
    """Instead of a drift: a breach while this surely holds."""

    @model_validator(mode="after")
    def _drift_or_condition(self) -> Self:
        drift = self.fact is not None and (self.over is not None or self.under is not None)
        if drift == (self.when is not None):
            raise ValueError("a tolerance names either a fact with 'over' or 'under', or a condition under 'when'")
        return self


class Policy(Part):
    """One edition of an organisation's policy."""

    policy: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    """The policy's name; its versions share it."""
    version: int = Field(ge=1)
    """The number of this edition; a published edition never changes."""
    title: str = ""
    """The name as people read it."""
    sources: tuple[str, ...] = ()
    """The published sources it was written from."""
    notes: str = ""
    """What its readers should know."""
    pmo: Pmo = Pmo.CONTROLLING
    """supportive (advises: the project manager decides), controlling (requires) or directive (its `pmo_role` decides
    every gate). No gate's `chair` decides unless the PMO is controlling."""
    pmo_role: RoleName = "pmo_director"
    """The role that speaks for the PMO."""
    calendar: CalendarRule = CalendarRule()
    """Working time, in which deadlines count."""
    facts: dict[Name, Fact] = Field(default_factory=dict)
    """The facts that projects carry. Every project also has `manager` and `sponsor`."""
    derived: dict[Name, Derived] = Field(default_factory=dict)
    """Facts that follow from others, by expression or decision table; each may use those before it."""
    amount: Name | None = None
    """The money fact with which limits of delegation are compared."""
    tiers: tuple[Tier, ...] = (Tier(id="standard"),)
    """The classes of projects, lightest first."""
    stages: tuple[Name, ...] = Field(min_length=1)
    """The stages in order; a project starts in the first, and a stage without a gate out of it closes the project."""
    tolerances: dict[Name, Tolerance] = Field(default_factory=dict)
    """When drift is a breach."""
    hold_review_after: Duration = Duration.parse("3 months")
    """When to look again at a project on hold, if nobody says."""
    bodies: dict[Name, Body] = Field(default_factory=dict)
    """Boards, committees and authorities, named once and called by gates."""
    incompatible: tuple[Names, ...] = ()
    """Lists of roles that are kept apart, such as `[project_manager, assurance]`: who holds two of a list acts under
    neither, and who has acted in a round under one of it acts there under none of the others."""
    gates: dict[Name, Gate] = Field(min_length=1)
    """The decision points."""

    @cached_property
    def text(self) -> str:
        """The canonical JSON text: without defaults, in its author's order, which is the order in which it is shown."""
        return json.dumps(
            self.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False, separators=(",", ":")
        )

    @cached_property
    def digest(self) -> str:
        """The digest of the canonical text; it names this edition for ever."""
        return "sha256:" + sha256(self.text.encode()).hexdigest()

    @property
    def ref(self) -> PolicyRef:
        """Name, version and digest."""
        return PolicyRef(id=self.policy, version=self.version, digest=self.digest)

    def chair_of(self, gate: str, tier: str) -> str | None:
        """The role that takes the decision at a gate: the one it names, or the chair of the body that it names."""
        named = self.gates[gate].chair
        chair = named.get(self.known_tier(tier)) if isinstance(named, dict) else named
        return self.bodies[chair].chair if chair in self.bodies else chair

    def chairs_of(self, gate: str) -> dict[str, tuple[str, ...]]:
        """The roles that take the decision at a gate, each with the tiers in which it does."""
        chairs: dict[str, tuple[str, ...]] = {}
        for tier in self.tiers:
            if chair := self.chair_of(gate, tier.id):
                chairs[chair] = (*chairs.get(chair, ()), tier.id)
        return chairs

    def waives_at(self, gate: str, requirement: str = "") -> str:
        """The role that grants waivers at a gate, or one of a requirement that may have its own."""
        part = self.gates[gate].part(requirement)
        return (part and part.waived_by) or self.gates[gate].waivers_by or self.pmo_role

    def waivers_at(self, gate: str) -> dict[str, str]:
        """What can be waived at a gate, each requirement with the role that may."""
        return {requirement: self.waives_at(gate, requirement) for requirement in self.gates[gate].waivable}

    def weight_of(self, tier: str) -> int:
        """How heavy a tier is; an unknown one is heavier than all, so that nothing slips through."""
        ids = [known.id for known in self.tiers]
        return ids.index(tier) if tier in ids else len(ids)

    def known_tier(self, tier: str) -> str:
        """The tier, or the heaviest instead of one that this edition does not know."""
        return tier if any(known.id == tier for known in self.tiers) else self.tiers[-1].id

    def belongs(self, gate: str, stage: str) -> bool:
        """Whether a gate has its place in a stage: it leads out of it, or is for it or for any stage."""
        rule = self.gates.get(gate)
        if rule is None or rule.kind is GateKind.STAGE:
            return rule is not None and rule.from_ == stage
        return not rule.during or stage in rule.during

    def stages_of(self, gate: Gate) -> tuple[str, ...]:
        """The stages in which a gate can decide."""
        return (gate.from_,) if gate.from_ else gate.during or self.stages

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
