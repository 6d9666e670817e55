"""Routes: wherever a project stands, some gate is there for it to go on."""

from collections.abc import Iterator
from functools import partial

from lifecycle.gates.conditions import Condition, Truth
from lifecycle.gates.proofs.finding import Finding, error, information, warning
from lifecycle.gates.proofs.prover import Context, Prover

_HISTORY = ("passed.", "outcome.", "rounds.", "breached.", "conditions.")
"""What has happened to a project; not every combination can have."""


def routes(prover: Prover) -> Iterator[Finding]:
    """For every stage that is not the last, a project for which no gate leads on; and gates that no project meets."""
    policy, book = prover.book.policy, prover.book
    for number, stage in enumerate(policy.stages):
        leading = policy.gates_from(stage)
        whens = {name: policy.gates[name].when for name in leading}
        conditions = {name: book.condition(when, name) for name, when in whens.items() if when}
        for name, condition in conditions.items():
            here = prover.shown([condition], partial(_is_there, condition, stage))
            if here.proven and not prover.can_be(condition, Truth.MET).proven:
                sentence = f"The gate '{name}' is there for no project in the stage '{stage}'."
                yield error(("gates", name, "when"), sentence, "Correct the condition, or the stage it leads out of.")
        aside = any(
            gate.decision(outcome).to
            for name, gate in policy.gates.items()
            if name not in leading and gate.from_ is None and gate.when is None and policy.belongs(name, stage)
            for outcome in gate.decisions
        )
        if not leading or len(conditions) < len(leading) or aside:
            continue
        lost = prover.shown(list(conditions.values()), partial(_none_is_there, tuple(conditions.values()), stage))
        if lost.world is not None:
            severe = warning if any(name.startswith(_HISTORY) for name in lost.world) else error
            sentence = f"No gate leads such a project out of the stage '{stage}'."
            yield severe(("stages", number), sentence, "Add a gate for it, or widen a 'when'.", f"{lost.witness}.")
        elif not lost.proven:
            sentence = f"It is not proven that a gate leads every project out of the stage '{stage}'."
            yield information(("stages", number), sentence, "Leave out the 'when' of one gate if you want it proven.")


def _at(context: Context, stage: str) -> Context:
    return {**context, "stage": stage}


def _is_there(condition: Condition, stage: str, context: Context, undecided: frozenset[str]) -> bool | None:
    truth = condition.judge(_at(context, stage), undecided - {"stage"}).truth
    return None if truth is Truth.UNKNOWN else truth is Truth.MET


def _none_is_there(
    conditions: tuple[Condition, ...], stage: str, context: Context, undecided: frozenset[str]
) -> bool | None:
    truths = [condition.judge(_at(context, stage), undecided - {"stage"}).truth for condition in conditions]
    if Truth.MET in truths:
        return False
    return None if Truth.UNKNOWN in truths else True
