"""Times and the steps of ladders in plain language."""

from lifecycle.domain.duration import Duration
from lifecycle.gates.plain_approvals import role_in_words
from lifecycle.gates.policy_ladders import LadderStep
from lifecycle.gates.policy_words import ByTier


def length_in_words(length: ByTier) -> str:
    """A length of time, or one a tier."""
    if isinstance(length, Duration):
        return str(length)
    return ", ".join(f"{tier}: {duration}" for tier, duration in length.items())


def step_in_words(step: LadderStep) -> str:
    """What a step of a ladder does."""
    if step.remind:
        return "remind the submitter" if step.remind == "submitter" else "remind those who have not voted"
    if step.notify:
        return f"notify the {role_in_words(step.notify)}"
    if step.widen_to:
        return f"let the {role_in_words(step.widen_to)} vote as well"
    if step.reassign_to:
        return f"give what is still open to the {role_in_words(step.reassign_to)} instead"
    if step.decide:
        decided = step.decide.replace("_", " ")
        return f"silence decides: {decided}, and the record says that nobody decided"
    return f"raise the decision to the {role_in_words(step.raise_to)}" if step.raise_to else "put the project on hold"
