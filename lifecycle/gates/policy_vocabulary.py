"""What the conditions of a policy may name, gate by gate."""

from lifecycle.domain.project import ConditionStatus, Outcome
from lifecycle.gates.conditions import Kind, Vocabulary
from lifecycle.gates.policy import Policy

POSTS = {"manager": Kind.TEXT, "sponsor": Kind.TEXT, "portfolio": Kind.TEXT}
"""Facts that every project has without declaring them: who holds its posts, and where it belongs."""


def vocabulary_of(policy: Policy, gate: str | None = None, *, underived: bool = False) -> Vocabulary:
    """What a condition may name; inside a gate also the answers of that gate's forms.

    `underived` is for what derived facts are made of, and so neither of the tier nor of answers.
    """
    facts = {**{name: fact.type for name, fact in policy.facts.items()}, **POSTS}
    derived = {name: rule.type for name, rule in policy.derived.items()}
    choices: dict[str, tuple[str, ...]] = {"stage": policy.stages}
    for name, fact in policy.facts.items():
        if fact.of:
            choices |= {f"project.{name}": fact.of, f"baseline.{name}": fact.of}
    choices |= {f"derived.{name}": rule.of for name, rule in policy.derived.items() if rule.of}
    choices |= {f"outcome.{name}": tuple(Outcome) for name in policy.gates}
    words = {"stage": Kind.TEXT}
    answers: dict[str, Kind] = {}
    if not underived:
        words["tier"] = Kind.TEXT
        choices["tier"] = tuple(tier.id for tier in policy.tiers)
        for rule in policy.gates[gate].evidence.values() if gate else ():
            answers |= {name: field.type for name, field in rule.fields.items()}
            choices |= {f"answers.{name}": field.of for name, field in rule.fields.items() if field.of}
    return Vocabulary(
        namespaces={
            "project": facts,
            "baseline": facts,
            "derived": derived,
            "answers": answers,
            "conditions": {status.value: Kind.INTEGER for status in ConditionStatus},
            "breached": dict.fromkeys(policy.tolerances, Kind.BOOLEAN),
            "passed": dict.fromkeys(policy.gates, Kind.BOOLEAN),
            "outcome": dict.fromkeys(policy.gates, Kind.CHOICE),
            "rounds": dict.fromkeys(policy.gates, Kind.INTEGER),
        },
        words=words,
        choices=choices,
    )
