"""Outcomes that a gate lists and never comes to."""

from collections.abc import Iterator

from lifecycle.domain.project import Outcome
from lifecycle.gates.policy import Pmo, Policy
from lifecycle.gates.proofs.finding import Finding, information


def outcomes(policy: Policy) -> Iterator[Finding]:
    """Where the votes decide, a gate comes to a go, to a conditional go, or to what a rejection takes."""
    if policy.pmo is not Pmo.CONTROLLING:
        return
    for name, gate in policy.gates.items():
        by_silence = (step.decide for step in gate.ladder if step.decide)
        by_vote = (Outcome.GO, Outcome.CONDITIONAL_GO, gate.on_reject, *by_silence)
        idle = [outcome for outcome in gate.decisions if outcome not in by_vote]
        if idle and gate.chair is None and "decisions" in gate.model_fields_set:
            sentence = f"At this gate the votes decide, so it never comes to {' or '.join(idle)}."
            yield information(("gates", name, "decisions"), sentence, "Name a 'chair' who decides, or leave them out.")
