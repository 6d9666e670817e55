"""Outcomes that a gate lists and never comes to."""

from collections.abc import Iterator

from lifecycle.domain.project import Outcome
from lifecycle.gates.policy import Pmo, Policy
from lifecycle.gates.proofs.finding import Finding, information


def takeable(policy: Policy, gate: str) -> tuple[Outcome, ...]:
    """The decisions that a gate comes to; where the votes decide, a go and what a rejection or silence takes."""
    rule = policy.gates[gate]
    if policy.pmo is not Pmo.CONTROLLING or rule.chair is not None:
        return tuple(rule.decisions)
    by_silence = (step.decide for step in rule.ladder if step.decide)
    by_vote = (Outcome.GO, Outcome.CONDITIONAL_GO, rule.on_reject, *by_silence)
    return tuple(outcome for outcome in rule.decisions if outcome in by_vote)


def outcomes(policy: Policy) -> Iterator[Finding]:
    """Where the votes decide, a gate comes to a go, to a conditional go, or to what a rejection takes."""
    for name, gate in policy.gates.items():
        idle = [outcome for outcome in gate.decisions if outcome not in takeable(policy, name)]
        if idle and "decisions" in gate.model_fields_set:
            sentence = f"At this gate the votes decide, so it never comes to {' or '.join(idle)}."
            yield information(("gates", name, "decisions"), sentence, "Name a 'chair' who decides, or leave them out.")
