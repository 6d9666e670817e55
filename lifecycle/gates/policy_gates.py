"""The gates of a policy document: evidence, criteria, approvals, deadlines and ladders."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator

from lifecycle.domain.duration import Duration, Unit
from lifecycle.domain.evidence import EvidenceKind
from lifecycle.domain.gate_events import LadderAction
from lifecycle.domain.people import RoleName
from lifecycle.domain.project import OnMiss, Outcome
from lifecycle.domain.values import Names, Value
from lifecycle.gates.conditions import Kind

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Text = Annotated[str, StringConstraints(max_length=4_000)]

ByTier = dict[Name, Duration] | Duration
"""One duration for all, or one a tier."""


class GateKind(StrEnum):
    """What a gate is for."""

    STAGE = "stage"
    MONITORING = "monitoring"
    EXCEPTION = "exception"
    CHANGE = "change"
    BENEFITS = "benefits"


class Participation(StrEnum):
    """How a person has taken part in a round, and so may not approve it."""

    SUBMITTER = "submitter"
    MANAGER = "manager"
    EVIDENCE_AUTHORS = "evidence_authors"


class FormField(Value):
    """One question of a form; its answer is `answers.<name>` in the gate's conditions."""

    type: Kind
    label: str = ""
    of: tuple[str, ...] = ()
    optional: bool = False


class EvidenceRule(Value):
    """What must be shown, when, how fresh, and what good looks like."""

    kind: EvidenceKind
    label: str = ""
    guidance: Text = ""
    template: str | None = None
    text: Text = Field(default="", description="The sentence that an attestation signs.")
    fields: dict[Name, FormField] = Field(default_factory=dict)
    when: Expression | None = None
    unless: Expression | None = None
    fresh_for: Duration | None = None
    waivable: bool = True

    @model_validator(mode="after")
    def _kind_has_its_content(self) -> Self:
        if (self.kind is EvidenceKind.FORM) != bool(self.fields):
            raise ValueError("a form lists its questions under 'fields', and only a form does")
        if self.kind is EvidenceKind.ATTESTATION and not self.text:
            raise ValueError("an attestation needs the 'text' that is signed")
        if self.fresh_for and self.fresh_for.unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS):
            raise ValueError("'fresh_for' counts calendar time: write days, weeks or months")
        return self


class Criterion(Value):
    """A rule of judgement: `must` is yes or no, `should` is scored out of `out_of` and weighs `weight`."""

    label: str = ""
    must: Expression | None = None
    should: Expression | None = None
    when: Expression | None = None
    weight: float = Field(default=1, gt=0, le=1_000)
    out_of: float = Field(default=1, gt=0, le=1_000_000)
    fix: Text = ""
    waivable: bool = True

    @model_validator(mode="after")
    def _must_or_should(self) -> Self:
        if (self.must is None) == (self.should is None):
            raise ValueError("a criterion has either 'must' or 'should'")
        return self


class Slot(Value):
    """`count` distinct people who hold a role must approve; `reads` names the evidence they rely on (all if empty)."""

    role: RoleName
    count: int = Field(default=1, ge=1, le=20)
    when: Expression | None = None
    reads: Names = ()


class AllOf(Value):
    """Every part must be approved."""

    all: tuple["Approval", ...] = Field(min_length=1)


class AnyOf(Value):
    """One part is enough."""

    any: tuple["Approval", ...] = Field(min_length=1)


class AtLeast(Value):
    """So many of the parts must be approved."""

    at_least: int = Field(ge=1)
    of: tuple["Approval", ...] = Field(min_length=1)

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


class Approvals(Value):
    """Who must approve, who may veto, and who may not approve because of what they did in the round."""

    all: tuple[Approval, ...] = ()
    veto: Names = ()
    exclude: tuple[Participation, ...] = tuple(Participation)
    rejection: Annotated[str, StringConstraints(pattern="^(any|veto)$")] = Field(
        default="any",
        description="any: one rejection by a called gatekeeper sends the gate back; veto: only a veto does.",
    )


class LadderStep(Value):
    """What happens when a deadline passes: exactly one action, so long after the clock started."""

    after: ByTier
    remind: Annotated[str, StringConstraints(pattern="^(pending|submitter)$")] | None = None
    notify: RoleName | None = None
    widen_to: RoleName | None = None
    raise_to: RoleName | None = None
    hold: bool = False

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        if sum((bool(self.remind), bool(self.notify), bool(self.widen_to), bool(self.raise_to), self.hold)) != 1:
            raise ValueError("a ladder step does exactly one of remind, notify, widen_to, raise_to, hold")
        return self

    @property
    def action(self) -> LadderAction:
        """The kind of step."""
        if self.remind:
            return LadderAction.REMIND
        if self.notify:
            return LadderAction.NOTIFY
        if self.widen_to:
            return LadderAction.WIDEN
        return LadderAction.RAISE if self.raise_to else LadderAction.HOLD

    @property
    def role(self) -> str | None:
        """The role that the step names."""
        return self.notify or self.widen_to or self.raise_to


class Gate(Value):
    """A decision point. Its kind says what it needs: see the messages of `_fits_its_kind`."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    kind: GateKind = GateKind.STAGE
    label: str = ""
    question: Text = ""
    guidance: Text = ""
    from_: Name | None = Field(default=None, alias="from")
    to: Name | None = None
    during: Names = ()
    every: Duration | None = None
    after: tuple[Duration, ...] = ()
    on_breach_of: Names = ()
    submit_when: Annotated[str, StringConstraints(pattern="^(evidence_complete|criteria_met)$")] = "criteria_met"
    evidence: dict[Name, EvidenceRule] = Field(default_factory=dict)
    criteria: dict[Name, Criterion] = Field(default_factory=dict)
    score_at_least: Annotated[str, StringConstraints(pattern=r"^(100|\d{1,2})(\.\d{1,2})?%$")] | None = None
    approvals: Approvals = Approvals()
    chair: RoleName | None = None
    decisions: tuple[Outcome, ...] = tuple(Outcome)
    on_reject: Outcome = Outcome.RECYCLE
    on_missed_condition: OnMiss = OnMiss.NOTIFY
    waivers_by: RoleName | None = None
    takes_baseline: bool = False
    submit_within: ByTier | None = None
    submit_ladder: tuple[LadderStep, ...] = ()
    decide_within: ByTier | None = None
    ladder: tuple[LadderStep, ...] = ()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind is GateKind.STAGE) != (self.from_ is not None and self.to is not None):
            raise ValueError("a stage gate has 'from' and 'to', and only a stage gate does")
        if (self.kind is GateKind.MONITORING) != (self.every is not None) or (self.every and not self.during):
            raise ValueError(
                "a monitoring gate says 'every' how long and 'during' which stages, and only it comes round"
            )
        if (self.kind is GateKind.BENEFITS) != bool(self.after):
            raise ValueError("a benefits gate lists under 'after' how long after closing it comes, and only it does")
        if self.on_breach_of and self.kind is not GateKind.EXCEPTION:
            raise ValueError("only an exception gate is opened by a breach")
        working = (Unit.WORKING_DAYS, Unit.WORKING_HOURS)
        if any(length.unit in working for length in (*self.after, *([self.every] if self.every else []))):
            raise ValueError("'every' and 'after' count calendar time: write days, weeks or months")
        if self.every and self.every.amount == 0:
            raise ValueError("'every' is longer than nothing")
        if self.on_reject not in self.decisions or self.on_reject in (Outcome.GO, Outcome.CONDITIONAL_GO):
            raise ValueError("'on_reject' is one of the gate's decisions other than go")
        if not {Outcome.GO, Outcome.CONDITIONAL_GO} & set(self.decisions):
            raise ValueError("a gate can at least decide go")
        if len(set(self.decisions)) != len(self.decisions):
            raise ValueError("'decisions' names each outcome once")
        return self
