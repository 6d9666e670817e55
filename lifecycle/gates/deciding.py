"""Who decides a round, and what keeps a passage shut whoever decides."""

from lifecycle.domain.gate_events import Basis
from lifecycle.domain.project import OPENING, Outcome, ProjectState, Round
from lifecycle.domain.values import FactValue
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.case import refuse
from lifecycle.gates.conditions import Truth
from lifecycle.gates.derivation import as_fact
from lifecycle.gates.policy import Pmo
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.rulebook import Rulebook, context_of
from lifecycle.gates.rules import misfit


def decider(book: Rulebook, round_: Round) -> tuple[str | None, Basis]:
    """The role that records the decision, and on what basis; no role where the votes decide by themselves.

    A round that the ladder raised is decided by the vote of the role it was raised to.
    """
    if round_.raised_to:
        return None, Basis.RAISED
    if book.policy.pmo is Pmo.DIRECTIVE:
        return book.policy.pmo_role, Basis.PMO
    if book.policy.pmo is Pmo.SUPPORTIVE:
        return "project_manager", Basis.MANAGER
    chair = book.policy.chair_of(round_.gate, round_.tier)
    return chair, Basis.CHAIR if chair else Basis.VOTES


def is_available(book: Rulebook, state: ProjectState, round_: Round, outcome: Outcome) -> bool:
    """Whether a round can be decided so: its gate knows the decision, and what the decision depends on surely holds."""
    gate = book.policy.gates[round_.gate]
    if outcome not in gate.decisions:
        return False
    when = gate.decision(outcome).when
    return when is None or book.holds(when, context_of(book, state, round_), round_.gate).truth is Truth.MET


def facts_set(book: Rulebook, state: ProjectState, round_: Round, outcome: Outcome) -> dict[str, FactValue | None]:
    """The facts that a decision would set otherwise than they are; what cannot be worked out becomes unknown."""
    context = context_of(book, state, round_)
    values: dict[str, FactValue | None] = {}
    for fact, expression in book.policy.gates[round_.gate].decision(outcome).set.items():
        declared = book.policy.facts[fact]
        value = as_fact(declared.type, book.expression(expression, declared.type, round_.gate).value(context))
        values[fact] = None if value is None or misfit(declared, value) else value
    return {fact: value for fact, value in values.items() if state.facts.get(fact) != value}


def passage_blocked(book: Rulebook, state: ProjectState, round_: Round) -> Refusal | None:
    """While an exception, a blocking review or a re-opened gate awaits its decision, no stage gate opens."""
    if book.policy.gates[round_.gate].kind is not GateKind.STAGE:
        return None
    for other in state.open_rounds:
        gate = book.policy.gates.get(other.gate)
        if gate is None or other.gate == round_.gate:
            continue
        label = gate.label or other.gate.replace("_", " ")
        blocks_all = gate.kind is GateKind.EXCEPTION and gate.blocks is None
        if blocks_all or round_.gate in (gate.blocks or ()):
            sentence = f"The {gate.kind} gate {label} is open."
            return refuse(Reason.EXCEPTION_OPEN, sentence, f"Decide the {gate.kind} first.", (other.gate,))
        leads_on = book.policy.gates[round_.gate].from_ == state.stage
        if leads_on and gate.kind is GateKind.STAGE and gate.from_ != state.stage:
            sentence = f"The gate {label} was re-opened and awaits its decision."
            return refuse(Reason.REOPENED_GATE_OPEN, sentence, "Decide the re-opened gate first.", (other.gate,))
    return None


def opens(outcome: Outcome) -> bool:
    """Whether an outcome lets the project go on."""
    return outcome in OPENING
