"""Ladders, as a policy writes them: what follows, step by step, when time passes and nothing happens."""

from typing import Literal, Self

from pydantic import model_validator

from lifecycle.domain.people import RoleName
from lifecycle.domain.project import LadderAction, Outcome
from lifecycle.gates.policy_words import ByTier, Part

DECIDING = (LadderAction.WIDEN, LadderAction.REASSIGN, LadderAction.RAISE, LadderAction.DECIDE)
"""The steps that change who decides, or decide."""


class LadderStep(Part):
    """What happens when time passes without a decision: exactly one action."""

    after: ByTier
    """How long after the clock started."""
    remind: Literal["pending", "submitter"] | None = None
    """Remind those whose approval is missing, or the submitter."""
    notify: RoleName | None = None
    """Tell everybody who holds the role."""
    widen_to: RoleName | None = None
    """Let the people of this role fill any open slot as well."""
    reassign_to: RoleName | None = None
    """Give every open slot to this role instead; who was called before loses it, and votes that were cast stand."""
    raise_to: RoleName | None = None
    """Give the decision to this role: the vote of one of its people, not excluded, decides."""
    hold: bool = False
    """Put the project on hold."""
    decide: Outcome | None = None
    """Let silence decide: this decision is taken, and the record says that nobody took it. A go only comes about where
    all evidence and every criterion is there, no other gate is in the way, and nobody has said no that counts."""

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        if sum(map(bool, _actions(self))) != 1:
            raise ValueError(f"a ladder step does exactly one of {', '.join(key for _, key in _KEYS)}")
        if self.decide is Outcome.CONDITIONAL_GO:
            raise ValueError("silence sets no conditions: 'decide' is another outcome than conditional_go")
        return self

    @property
    def action(self) -> LadderAction:
        """The kind of step."""
        return next(action for (action, _), does in zip(_KEYS, _actions(self), strict=True) if does)

    @property
    def role(self) -> str | None:
        """The role that the step names."""
        return self.notify or self.widen_to or self.reassign_to or self.raise_to


_KEYS = (
    (LadderAction.REMIND, "remind"),
    (LadderAction.NOTIFY, "notify"),
    (LadderAction.WIDEN, "widen_to"),
    (LadderAction.REASSIGN, "reassign_to"),
    (LadderAction.RAISE, "raise_to"),
    (LadderAction.HOLD, "hold"),
    (LadderAction.DECIDE, "decide"),
)


def _actions(step: LadderStep) -> tuple[object, ...]:
    return tuple(getattr(step, key) for _, key in _KEYS)
