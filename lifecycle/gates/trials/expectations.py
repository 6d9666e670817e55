"""What a policy test expects to see."""

from typing import Annotated

from pydantic import Field, StringConstraints

from lifecycle.domain.duration import Duration
from lifecycle.domain.project import ConditionStatus, RoundStatus, Status
from lifecycle.gates.policy_words import Name, Part
from lifecycle.gates.trials.words import Day, Entry, Facts, Requirement, Who

LadderEntry = Annotated[
    str, StringConstraints(pattern=r"^[a-z_]+( [a-z][a-z0-9_]*(, [a-z][a-z0-9_]*)*)?( after [0-9a-z ]+)?$")
]
"""A step of a ladder: what it does, whom it addresses, and when: `remind sponsor after 3 working days`."""

Percent = Annotated[str, StringConstraints(pattern=r"^\d{1,3}(\.\d)?%$")]


class Then(Part):
    """What holds; only what is named is looked at, and what is named must be exactly so."""

    stage: Name | None = None
    """The stage that the project is in, or `closed`."""
    status: Status | None = None
    """active, on_hold, closed or killed."""
    tier: Name | None = None
    """The tier in force."""
    open: tuple[Name, ...] | None = None
    """Every gate that awaits a decision, in any order."""
    rounds: dict[Name, RoundStatus] = Field(default_factory=dict)
    """Where the latest round of a gate stands: preparing, submitted, information_requested, decided or withdrawn."""
    decided: dict[Name, Name] = Field(default_factory=dict)
    """The latest decision of a gate: go, conditional_go, hold, recycle, kill, decline, or `nothing`."""
    missing: dict[Name, tuple[Requirement, ...]] = Field(default_factory=dict)
    """Everything that a gate still wants before it can pass, in any order, such as `evidence.plan`, `criteria.fit`,
    `requires.1` (the first precondition) or `score`; what is waived is not missing."""
    findings: dict[Name, dict[Requirement, Name]] = Field(default_factory=dict)
    """What was found of single requirements: met, not_met, unknown, not_applicable or waived."""
    score: dict[Name, Percent] = Field(default_factory=dict)
    """The weighted score of a gate, to one decimal place: `62.5%`."""
    called: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    """Every role that may vote at a gate, in any order."""
    pending: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    """The role of every approval that a gate still wants; a role stands as often as people are wanted."""
    votes: dict[Name, tuple[Who, ...]] = Field(default_factory=dict)
    """Everybody whose vote stands at a gate, in any order."""
    due: dict[Name, Duration | None] = Field(default_factory=dict)
    """How long after its start the running clock of a gate ends; null when none runs."""
    ladder: dict[Name, tuple[LadderEntry, ...]] = Field(default_factory=dict)
    """The steps of a gate's ladder that came, in order; with `after`, how long after the start of its clock."""
    breaches: tuple[Name, ...] | None = None
    """Every tolerance that is breached, in any order."""
    conditions: dict[str, ConditionStatus] = Field(default_factory=dict)
    """How a condition stands, by its sentence or number: open, proved, met or missed."""
    facts: Facts = Field(default_factory=dict)
    """Facts as they are; null means that nobody knows."""
    baseline: Facts = Field(default_factory=dict)
    """Facts as they were when the baseline was taken."""
    derived: Facts = Field(default_factory=dict)
    """Derived facts as they follow; null means that they cannot be worked out."""
    review_on: Day | None = None
    """The day on which a hold is looked at again."""
    happened: tuple[Entry, ...] = ()
    """Entries of the record that came, among others, such as `policy:votes:voided`."""
    not_happened: tuple[Entry, ...] = ()
    """Entries of the record that did not come."""
