"""Times and the steps of ladders in plain language."""

from lifecycle.domain.duration import Duration
from lifecycle.domain.wording import Phrase, joined, phrase
from lifecycle.gates.plain_approvals import role_in_words
from lifecycle.gates.policy_ladders import LadderStep
from lifecycle.gates.policy_words import ByTier


def duration_in_words(length: Duration) -> str:
    """A length of time, such as 5 working days; the catalogues have it for every unit."""
    amount, _, unit = str(length).partition(" ")
    return Phrase(f"{{0}} {unit}", amount)


def length_in_words(length: ByTier) -> str:
    """A length of time, or one a tier."""
    if isinstance(length, Duration):
        return duration_in_words(length)
    return joined(", ", (phrase("{0}: {1}", tier, duration_in_words(each)) for tier, each in length.items()))


def step_in_words(step: LadderStep) -> str:
    """What a step of a ladder does."""
    if step.remind == "submitter":
        return phrase("remind the submitter")
    if step.remind:
        return phrase("remind those who have not voted")
    if step.notify:
        return phrase("notify the {0}", role_in_words(step.notify))
    if step.widen_to:
        return phrase("let the {0} vote as well", role_in_words(step.widen_to))
    if step.reassign_to:
        return phrase("give what is still open to the {0} instead", role_in_words(step.reassign_to))
    if step.decide:
        decided = step.decide.replace("_", " ")
        return phrase("silence decides: {0}, and the record says that nobody decided", decided)
    if step.raise_to:
        return phrase("raise the decision to the {0}", role_in_words(step.raise_to))
    return phrase("hold the project")
