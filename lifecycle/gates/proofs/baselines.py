"""Baselines: what is measured against them can be known only behind a gate that takes one."""

from collections.abc import Iterator

from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.proofs.demand import Demand, demands_of
from lifecycle.gates.proofs.finding import Finding, error, warning
from lifecycle.gates.proofs.journeys import Journeys
from lifecycle.gates.proofs.prover import Prover


def baselines(prover: Prover, journeys: Journeys) -> Iterator[Finding]:
    """Criteria and tolerances that wait for a baseline which no gate has taken by then."""
    policy = prover.book.policy
    if not any(gate.takes_baseline for gate in policy.gates.values()):
        for name, tolerance in policy.tolerances.items():
            if tolerance.fact:
                sentence = f"No gate takes a baseline, so '{tolerance.fact}' never drifts from one."
                remedy = "Say 'takes_baseline: true' at a gate, or remove the tolerance."
                yield warning(("tolerances", name), sentence, remedy)
    for name, gate in policy.gates.items():
        places = [dict(here.facts) for here in journeys.onward if name in journeys.gates_at(here)]
        for demand, facts in _waiting(prover, name):
            at = ("gates", name, "criteria", demand.name, "must")
            measured = [any(facts_there[fact] is not None for fact in facts) for facts_there in places]
            if measured and not any(measured):
                sentence = "No gate has taken a baseline before this one, so this stays unknown and the gate shut."
                remedy = "Take a baseline at an earlier gate ('takes_baseline: true'), or compare with a fact."
                yield error(at, sentence, remedy, f"{facts[0]}.")
            elif gate.kind is GateKind.EXCEPTION and not all(measured):
                sentence = "Opened before a baseline is taken, this gate stays shut and keeps every other gate shut."
                remedy = (
                    "Say under 'when' that the criterion is for projects with a baseline, as in has(baseline.cost)."
                )
                yield error(at, sentence, remedy, f"{facts[0]}.")


def _waiting(prover: Prover, gate: str) -> Iterator[tuple[Demand, list[str]]]:
    """The criteria that no project meets without a baseline, each with the facts of it that they speak of."""
    for demand in demands_of(prover.book, gate):
        facts = sorted(fact for fact in prover.facts_behind(demand.conditions) if fact.startswith("baseline."))
        if facts and prover.shown(demand.conditions, demand.lets_pass, dict.fromkeys(facts)).world is None:
            yield demand, facts
