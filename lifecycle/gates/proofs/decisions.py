"""Whether what a policy says of decisions, preconditions and derived facts names what there is."""

from collections.abc import Iterator

from lifecycle.gates.conditions import Kind
from lifecycle.gates.policy import CLOSED, Policy
from lifecycle.gates.policy_decisions import Precondition
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.proofs.finding import Finding, Path, error
from lifecycle.gates.rulebook import POSTS


def decisions(policy: Policy) -> Iterator[Finding]:
    """Every name that decisions, preconditions and derived facts use without its being declared."""
    for name in sorted(POSTS.keys() & policy.derived.keys()):
        yield error(("derived", name), f"Every project has '{name}' without deriving it.", "Name it otherwise.")
    for name, gate in policy.gates.items():
        yield from _decisions(policy, ("gates", name), gate)
        for number, asked in enumerate(gate.requires):
            yield from _precondition(policy, ("gates", name, "requires", number), name, asked)
        for other in gate.blocks or ():
            if getattr(policy.gates.get(other), "kind", None) is not GateKind.STAGE:
                remedy = f"Use one of: {_names(policy, GateKind.STAGE)}."
                yield error(("gates", name, "blocks"), f"There is no stage gate '{other}'.", remedy)


def _decisions(policy: Policy, at: Path, gate: Gate) -> Iterator[Finding]:
    stages = (*policy.stages, CLOSED)
    for outcome in gate.decisions:
        rule, here = gate.decision(outcome), (*at, "decisions", outcome.value)
        if rule.to is not None and rule.to not in stages:
            yield error((*here, "to"), f"There is no stage '{rule.to}'.", f"Use one of: {', '.join(stages)}.")
        for fact in rule.set:
            if fact not in policy.facts:
                remedy = f"Use one of: {', '.join(policy.facts) or 'none is declared'}."
                yield error((*here, "set", fact), f"There is no fact '{fact}'.", remedy)
        for other in rule.opens:
            if other not in policy.gates:
                yield error((*here, "opens"), f"There is no gate '{other}'.", f"Use one of: {', '.join(policy.gates)}.")


def _precondition(policy: Policy, at: Path, gate: str, asked: Precondition) -> Iterator[Finding]:
    for key, other in (("gate", asked.gate), ("after", asked.after)):
        if other is not None and other not in policy.gates:
            yield error((*at, key), f"There is no gate '{other}'.", f"Use one of: {', '.join(policy.gates)}.")
        elif other == gate and key == "gate":
            yield error((*at, key), "A gate cannot wait for its own decision.", "Name another gate.")
    if asked.gate in policy.gates:
        for outcome in asked.outcome if "outcome" in asked.model_fields_set else ():
            if outcome not in policy.gates[asked.gate].decisions:
                remedy = f"Use one of: {', '.join(policy.gates[asked.gate].decisions)}."
                yield error((*at, "outcome"), f"The gate '{asked.gate}' never decides {outcome}.", remedy)
    key = "all" if asked.all else "any" if asked.any else "of"
    for number, part in enumerate(asked.parts):
        yield from _precondition(policy, (*at, key, number), gate, part)


def _names(policy: Policy, kind: GateKind) -> str:
    return ", ".join(name for name, gate in policy.gates.items() if gate.kind is kind)


def derivations(policy: Policy) -> Iterator[tuple[Path, str, Kind]]:
    """Every expression of the derived facts: where it stands, the text, and what it has to give."""
    for name, rule in policy.derived.items():
        if rule.is_ is not None:
            yield ("derived", name, "is"), rule.is_, rule.type
        for number, row in enumerate(rule.cases):
            if row.when is not None:
                yield ("derived", name, "cases", number, "when"), row.when, Kind.BOOLEAN


def settings(policy: Policy) -> Iterator[tuple[Path, str, str, Kind]]:
    """Every expression that a decision sets a fact to: where it stands, the gate, the text, and what it has to give."""
    for name, gate in policy.gates.items():
        for outcome in gate.decisions:
            for fact, text in gate.decision(outcome).set.items():
                if fact in policy.facts:
                    yield ("gates", name, "decisions", outcome.value, "set", fact), name, text, policy.facts[fact].type
