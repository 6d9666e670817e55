"""What a project costs, beside what it was to cost."""

from lifecycle.domain.values import Value
from lifecycle.gates.policy import Policy
from lifecycle.gates.vocabulary import Kind
from lifecycle.persistence.projects import Amounts


class Cost(Value):
    """What a project costs by a fact, and what it was to cost by its baseline, in minor units."""

    fact: str
    unit: str
    now: int
    baseline: int | None


def cost_of(policy: Policy, amounts: Amounts) -> Cost | None:
    """The first amount that the policy holds against its baseline, else the amount that it goes by; if it is known."""
    bounded = [tolerance.fact for tolerance in policy.tolerances.values()]
    for name in filter(None, [*bounded, policy.amount]):
        fact = policy.facts.get(name)
        if fact and fact.type is Kind.MONEY and name in amounts:
            now, baseline = amounts[name]
            return Cost(fact=name, unit=fact.unit or "", now=now, baseline=baseline)
    return None
