"""The gates of a policy document: decision points with their deadlines and ladders."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from lifecycle.domain.duration import Duration, Unit
from lifecycle.domain.people import RoleName
from lifecycle.domain.project import OPENING, OnMiss, Outcome
from lifecycle.domain.values import Names
from lifecycle.gates.policy_approvals import Approvals
from lifecycle.gates.policy_decisions import DecisionRule, Precondition
from lifecycle.gates.policy_ladders import DECIDING, LadderStep
from lifecycle.gates.policy_requirements import Criterion, EvidenceRule
from lifecycle.gates.policy_words import ByTier, Expression, Name, Part, RoleByTier, Text


class GateKind(StrEnum):
    """What a gate is for."""

    STAGE = "stage"
    MONITORING = "monitoring"
    EXCEPTION = "exception"
    CHANGE = "change"
    REVIEW = "review"
    BENEFITS = "benefits"


_USUAL = (Outcome.GO, Outcome.CONDITIONAL_GO, Outcome.HOLD, Outcome.RECYCLE, Outcome.KILL)
_STANDING = (GateKind.MONITORING, GateKind.BENEFITS, GateKind.REVIEW)
_AS_IT_IS = DecisionRule()


class Gate(Part):
    """A decision point. Its kind says which of the first keys it needs."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    kind: GateKind = GateKind.STAGE
    """stage (opens the next stage), monitoring (recurs), exception (opened by a breach), change (opened on request),
    review (opened on request or by another gate's decision; it moves nothing) or benefits (comes after closing)."""
    label: str = ""
    """Its name as people read it; by default made from its key."""
    question: Text = ""
    """The question that this gate answers."""
    guidance: Text = ""
    """What the people at this gate should know."""
    from_: Name | None = Field(default=None, alias="from")
    """Stage gates: the stage it leads out of."""
    to: Name | None = None
    """Stage gates: the stage it opens, or `closed`."""
    when: Expression | None = None
    """The gate is there only for projects for which this holds, such as those of one tier; if unknown it is there."""
    requires: tuple[Precondition, ...] = ()
    """What must have been decided at other gates before."""
    during: Names = ()
    """Monitoring gates: the stages in which it comes round. Gates opened on request: those in which they may be."""
    every: ByTier | None = None
    """Monitoring gates: how often, in calendar time from the entry into the stage; one duration, or one a tier."""
    after: tuple[Duration, ...] = ()
    """Benefits gates: how long after closing, in calendar time."""
    on_breach_of: Names = ()
    """The tolerances whose breach opens it: an exception gate, a review, or a stage gate to be passed again."""
    blocks: Names | None = None
    """The stage gates that cannot pass while a round is open; an exception gate blocks all, unless this is said."""
    submit_when: Literal["evidence_complete", "criteria_met"] = "criteria_met"
    """What a submission needs: all evidence, or all evidence and every criterion."""
    evidence: dict[Name, EvidenceRule] = Field(default_factory=dict)
    """What must be shown."""
    criteria: dict[Name, Criterion] = Field(default_factory=dict)
    """The rules of judgement, knock-outs and scores."""
    score_at_least: Annotated[str, StringConstraints(pattern=r"^(100|\d{1,2})(\.\d{1,2})?%$")] | None = None
    """The hurdle of the weighted score, such as `60%`; reaching it exactly is enough."""
    approvals: Approvals = Approvals()
    """Who must approve."""
    chair: RoleByTier | None = None
    """The role, or the body by its chair, that takes the decision once approvals and criteria are there, for all or for
    each tier, as in `{light: sponsor, major: board}`; without it the votes decide. A directive PMO
    decides in its place, and under a supportive one the project manager."""
    call_in: RoleName | None = None
    """The role that may take the decision to itself while it is before the approvers: from then on the vote of one of
    its people, not excluded, decides, and earlier votes fall."""
    reauthenticate: bool = False
    """Whether whoever votes, decides, waives or calls in here has proved anew who they are, by password or at the
    identity provider, at most five minutes before. That is done on pages; a token of a program cannot prove it."""
    decisions: tuple[Outcome, ...] | dict[Outcome, DecisionRule] = _USUAL
    """The decisions that this gate can take; as a mapping, each with its own name, condition and consequences."""
    on_reject: Outcome = Outcome.RECYCLE
    """The decision that a rejection by vote takes."""
    on_missed_condition: OnMiss = OnMiss.NOTIFY
    """What a missed condition does, unless the condition says otherwise: notify, hold or reopen."""
    waivers_by: RoleName | None = None
    """Who may waive a requirement here, unless it says so itself; by default the PMO's role."""
    takes_baseline: bool = False
    """Whether a go makes the facts of that moment the baseline."""
    submit_within: ByTier | None = None
    """The submitter's time, from the opening of the round."""
    submit_ladder: tuple[LadderStep, ...] = ()
    """What happens while nothing is submitted, from the opening of the round on: steps that remind, notify or hold."""
    decide_within: ByTier | None = None
    """The approvers' time, from the submission; it stops while a question is open or the project is on hold."""
    ladder: tuple[LadderStep, ...] = ()
    """What happens while nothing is decided; counted from the submission."""

    def called(self, name: str) -> str:
        """Its name as people read it, made from its key if it has no label."""
        return self.label or name.replace("_", " ").capitalize()

    def named(self, outcome: Outcome) -> str:
        """One of its decisions as people call it here."""
        return self.decision(outcome).label or outcome.replace("_", " ")

    @property
    def waivable(self) -> Names:
        """Its requirements that a waiver can stand in for, such as `evidence.charter` or `criteria.affordable`."""
        evidence = (f"evidence.{item}" for item, rule in self.evidence.items() if rule.waivable)
        criteria = (f"criteria.{item}" for item, rule in self.criteria.items() if rule.waivable and rule.must)
        return (*evidence, *criteria)

    def part(self, requirement: str) -> EvidenceRule | Criterion | None:
        """The evidence or criterion that a requirement names."""
        kind, _, name = requirement.partition(".")
        return self.evidence.get(name) if kind == "evidence" else self.criteria.get(name)

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
        if self.on_breach_of and self.kind in (GateKind.MONITORING, GateKind.BENEFITS):
            raise ValueError("a gate that comes round by itself is not opened by a breach")
        rounds = self.every.values() if isinstance(self.every, dict) else [self.every] if self.every else []
        working = (Unit.WORKING_DAYS, Unit.WORKING_HOURS)
        if any(length.unit in working for length in (*self.after, *rounds)):
            raise ValueError("'every' and 'after' count calendar time: write days, weeks or months")
        if any(length.amount == 0 for length in rounds):
            raise ValueError("'every' is longer than nothing")
        if self.on_reject not in self.decisions or self.on_reject in (Outcome.GO, Outcome.CONDITIONAL_GO):
            raise ValueError(f"'on_reject' is one of the gate's 'decisions' other than go, {self.on_reject} is not")
        if not {Outcome.GO, Outcome.CONDITIONAL_GO} & set(self.decisions):
            raise ValueError("a gate can at least decide go")
        if any(step.action in DECIDING for step in self.submit_ladder):
            raise ValueError("'submit_ladder' reminds, notifies or holds: nothing is before the approvers yet")
        if len(set(self.decisions)) != len(self.decisions):
            raise ValueError("'decisions' names each outcome once")
        for outcome in self.decisions:
            self._rule_fits(outcome)
        return self

    def _rule_fits(self, outcome: Outcome) -> None:
        rule = self.decision(outcome)
        if rule.imposes and outcome is not Outcome.CONDITIONAL_GO:
            raise ValueError("only a conditional go 'imposes' conditions")
        if rule.to and (outcome is Outcome.HOLD or (self.kind in _STANDING and outcome in OPENING)):
            raise ValueError(f"'{outcome}' of a {self.kind} gate leads to no other stage")
        if outcome is Outcome.DECLINE and self.kind is GateKind.STAGE and not rule.to:
            raise ValueError("a stage gate that declines says 'to' which stage the project goes")

    @property
    def chairs(self) -> Names:
        """The roles and bodies that it names as chair, of whichever tier."""
        named = self.chair.values() if isinstance(self.chair, dict) else [self.chair] if self.chair else ()
        return tuple(dict.fromkeys(named))

    def decision(self, outcome: Outcome) -> DecisionRule:
        """The rule of one of the gate's decisions."""
        return self.decisions.get(outcome, _AS_IT_IS) if isinstance(self.decisions, dict) else _AS_IT_IS
