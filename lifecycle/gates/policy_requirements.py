"""What a gate asks for, as a policy writes it: evidence and criteria."""

from typing import Self

from pydantic import Field, model_validator

from lifecycle.domain.duration import Duration, Unit
from lifecycle.domain.evidence import EvidenceKind
from lifecycle.domain.people import RoleName
from lifecycle.gates.conditions import Kind
from lifecycle.gates.policy_words import Expression, Name, Part, Text


class FormField(Part):
    """One question of a form; its answer is `answers.<name>` in the gate's conditions."""

    type: Kind
    """What the answer is: boolean, integer, number, money, text, choice or date."""
    label: str = ""
    """The question as people read it."""
    of: tuple[str, ...] = ()
    """The answers of a choice."""
    optional: bool = False
    """Whether the form may be sent without it."""


class EvidenceRule(Part):
    """What must be shown, when, how fresh, and what good looks like."""

    kind: EvidenceKind
    """document (an upload, or a link to one), link, form, or attestation."""
    label: str = ""
    """Its name as people read it; by default made from its key."""
    guidance: Text = ""
    """What good evidence looks like; shown beside the gate."""
    template: str | None = None
    """Where the template lies."""
    text: Text = ""
    """The sentence that an attestation signs."""
    fields: dict[Name, FormField] = Field(default_factory=dict)
    """The questions of a form."""
    when: Expression | None = None
    """Asked for only when this holds; an unknown answer asks for it."""
    unless: Expression | None = None
    """Not asked for when this surely holds."""
    by: RoleName | None = None
    """Whose it is to give, such as an independent reviewer's report, a clearance, or an outside authority's decision:
    only holders of this role supply it, and they need no other right for it. Who supplied it is an author of evidence
    and so usually excluded from approving; other holders of the role are not."""
    fresh_for: Duration | None = None
    """How old the supply may be at the judgement, in calendar time."""
    waivable: bool = True
    """Whether a waiver may stand in for it."""
    waived_by: RoleName | None = None
    """Who may waive it; by default whoever waives the gate's requirements."""

    @model_validator(mode="after")
    def _kind_has_its_content(self) -> Self:
        if (self.kind is EvidenceKind.FORM) != bool(self.fields):
            raise ValueError("a form lists its questions under 'fields', and only a form does")
        if self.kind is EvidenceKind.ATTESTATION and not self.text:
            raise ValueError("an attestation needs the 'text' that is signed")
        if self.fresh_for and self.fresh_for.unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS):
            raise ValueError("'fresh_for' counts calendar time: write days, weeks or months")
        if self.waived_by and not self.waivable:
            raise ValueError("what is not 'waivable' is 'waived_by' nobody")
        return self


class Criterion(Part):
    """A rule of judgement: `must` is a knock-out, `should` is scored."""

    label: str = ""
    """Its name as people read it."""
    must: Expression | None = None
    """What has to hold. Unknown never counts as met."""
    should: Expression | None = None
    """What is scored: yes or no, or a number from 0 to `out_of`."""
    when: Expression | None = None
    """Applies only when this holds; an unknown answer makes it apply."""
    weight: float = Field(default=1, gt=0, le=1_000)
    """The weight of a scored criterion."""
    out_of: float = Field(default=1, gt=0, le=1_000_000)
    """The number that scores full marks."""
    fix: Text = ""
    """What to do when it is not met, in a sentence."""
    waivable: bool = True
    """Whether a waiver may stand in for it."""
    waived_by: RoleName | None = None
    """Who may waive it; by default whoever waives the gate's requirements."""

    @model_validator(mode="after")
    def _must_or_should(self) -> Self:
        if (self.must is None) == (self.should is None):
            raise ValueError("a criterion has either 'must' or 'should'")
        if self.waived_by and not (self.waivable and self.must):
            raise ValueError("only a 'must' that is 'waivable' is 'waived_by' somebody")
        return self
