"""The steps of a policy test that concern the project as a whole: facts, posts, holds, conditions, and time."""

from typing import Literal

from lifecycle.domain.duration import Duration
from lifecycle.domain.values import Prose
from lifecycle.gates.policy_words import Part
from lifecycle.gates.trials.expectations import Then
from lifecycle.gates.trials.gate_steps import Deed
from lifecycle.gates.trials.words import Facts, Moment, Who


class Amend(Deed):
    """Facts change."""

    amend: Facts
    """The new facts; null means that nobody knows."""


class Appoint(Deed):
    """The office names other people, or a portfolio."""

    appoint: dict[Literal["manager", "sponsor", "portfolio"], Who]
    """Who becomes manager or sponsor; or which portfolio owns the project."""


class Hold(Deed):
    """The project is put on hold; every clock stops."""

    hold: Prose
    """The reason."""
    review_in: Duration | None = None
    """When to look again; left out, what the policy says."""


class Resume(Deed):
    """The project goes on."""

    resume: Prose
    """The reason."""


class Kill(Deed):
    """The project is stopped for good."""

    kill: Prose
    """The reason."""


class Prove(Deed):
    """The owner says, with proof, that a condition is fulfilled."""

    prove: Prose
    """The sentence of the condition, or its number, such as `charter-1-1`."""


class Accept(Deed):
    """A proof is accepted."""

    accept: Prose
    """The sentence of the condition, or its number."""


class SendBack(Deed):
    """A proof is sent back."""

    send_back: Prose
    """The sentence of the condition, or its number."""


class Wait(Part):
    """Time passes, and what falls due on the way happens."""

    wait: Moment
    """How long (`3 working days`), or until when, on the policy's own clock (`until 2026-04-01 12:00`) or in UTC
    (`until 2026-04-01 11:00 UTC`)."""
    then: Then | None = None
    """What holds when it has passed; `ladder` and `happened` speak of what came on the way."""
