"""The steps of a policy test that happen at a gate; each is known by its verb, which is its first key."""

from typing import Literal

from pydantic import Field

from lifecycle.domain.duration import Duration
from lifecycle.domain.project import OnMiss
from lifecycle.domain.values import Prose
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.policy_words import Name, Part
from lifecycle.gates.trials.expectations import Then
from lifecycle.gates.trials.words import Answer, Gates, People, Requirement, Who


class Refused(Part):
    """A refusal that is expected, with what it says is missing."""

    reason: Reason
    """The reason's code."""
    missing: tuple[str, ...] | None = None
    """Exactly what the refusal says is missing, in any order."""


class Step(Part):
    """What every step may say besides what happens."""

    refused: Reason | Refused | None = None
    """The step is refused, for this reason; without it the step must be granted."""
    then: Then | None = None
    """What holds right after the step."""


class Deed(Step):
    """A step that is usually one person's."""

    by: Who | None = None
    """Who does it; left out, it is whoever usually does."""


class Promised(Part):
    """A condition that somebody sets."""

    owe: Prose
    """What is owed; later steps name the condition by this sentence."""
    owner: Who = "project_manager"
    """Who owes it."""
    within: Duration
    """Until when."""
    if_missed: OnMiss | None = None
    """What happens if it is missed; left out, what the policy says."""


class Supply(Deed):
    """Evidence comes in."""

    supply: Literal["all"] | Name | tuple[Name, ...]
    """`all` that the gate still asks for, one item, or a list of items."""
    at: Name
    """The gate."""
    answers: dict[Name, Answer] = Field(default_factory=dict)
    """The answers to the questions of forms; those under `given` fill the rest."""


class Submit(Deed):
    """A gate is submitted."""

    submit: Gates
    """The gate."""


class Present(Deed):
    """All evidence that a gate still asks for comes in, and the gate is submitted."""

    present: Gates
    """The gate, or several."""
    answers: dict[Name, Answer] = Field(default_factory=dict)
    """The answers to the questions of forms; those under `given` fill the rest."""


class Pass(Step):
    """A gate is passed: all evidence, submission, every approval that is needed, and a go by whoever decides."""

    pass_: Gates = Field(alias="pass")
    """The gate, or several one after the other."""


class Withdraw(Deed):
    """A submission is taken back."""

    withdraw: Name
    """The gate."""


class OpenGate(Deed):
    """A gate is opened on request."""

    open: Name
    """The gate."""


class CallIn(Deed):
    """The decision of a gate is called in by the role to which that is reserved."""

    call_in: Name
    """The gate."""


class Vote(Step):
    """What votes have in common."""

    by: People
    """Who votes; a list votes one after the other."""
    because: Prose = "As the evidence shows."
    """The reason that they give."""
    conditions: tuple[Promised, ...] = ()
    """Conditions that they set."""


class Approve(Vote):
    """Gatekeepers approve."""

    approve: Name
    """The gate."""


class Reject(Vote):
    """Gatekeepers reject."""

    reject: Name
    """The gate."""


class Abstain(Vote):
    """Gatekeepers abstain."""

    abstain: Name
    """The gate."""


class Recuse(Vote):
    """Gatekeepers stay out because they are not free to judge."""

    recuse: Name
    """The gate."""


class Ask(Deed):
    """A gatekeeper asks for information; the approvers' clock stops."""

    ask: Name
    """The gate."""
    question: Prose = "Please tell more."
    """The question."""


class Answered(Deed):
    """The question is answered; the clock goes on."""

    answer: Name
    """The gate."""


class Decide(Deed):
    """Whoever decides the gate decides."""

    decide: Name
    """The decision, such as `go` or `recycle`."""
    at: Name
    """The gate."""
    because: Prose = "As the evidence shows."
    """The reason that is given."""
    conditions: tuple[Promised, ...] = ()
    """Conditions of a conditional go."""
    review_in: Duration | None = None
    """For a hold: when to look again."""


class Waive(Deed):
    """A requirement is waived."""

    waive: Requirement
    """What is waived, such as `evidence.charter`."""
    at: Name
    """The gate."""
    lasts: Duration = Duration.parse("60 days")
    """How long."""
