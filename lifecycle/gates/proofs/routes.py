"""Routes: wherever a project stands, some gate is there for it to go on."""

from collections.abc import Iterator
from functools import partial

from lifecycle.gates.conditions import Condition, Truth
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.proofs.finding import Finding, error, information, warning
from lifecycle.gates.proofs.prover import Context, Prover
from lifecycle.gates.proofs.worlds import Goal

HISTORY = ("passed.", "outcome.", "rounds.", "breached.", "conditions.")
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
        if leading and len(conditions) == len(leading) and not _leads_aside(policy, stage):
            yield from _lost(prover, number, stage, tuple(conditions.values()))


def _leads_aside(policy: Policy, stage: str) -> bool:
    """Whether a gate that can be opened at any time takes every project on from a stage, whatever it decides."""
    return any(
        gate.decision(outcome).to
        for name, gate in policy.gates.items()
        if gate.from_ is None and gate.kind is not GateKind.EXCEPTION and gate.when is None
        if policy.belongs(name, stage)
        for outcome in gate.decisions
    )


def _lost(prover: Prover, number: int, stage: str, out: tuple[Condition, ...]) -> Iterator[Finding]:
    """A project for which no gate leads on: one that came as it is, or else one that changed once it was there."""
    at, remedy = ("stages", number), "Add a gate for it, or widen a 'when'."
    ways_in = _ways_in(prover, stage)
    none_out = partial(_none_is_there, out, stage)
    asked = [*out, *(condition for condition, _ in ways_in or ())]
    lost = prover.shown(asked, none_out if ways_in is None else partial(_came_and_stays, ways_in, none_out))
    if lost.world is not None:
        severe = warning if any(name.startswith(HISTORY) for name in lost.world) else error
        yield severe(at, f"No gate leads such a project out of the stage '{stage}'.", remedy, f"{lost.witness}.")
        return
    changed = lost if ways_in is None else prover.shown(list(out), none_out)
    if changed.world is not None and not all(map(partial(_lasts, prover.book.policy), changed.world)):
        sentence = f"No gate leads a project out of the stage '{stage}' that becomes such a one there."
        yield warning(at, sentence, remedy, f"{changed.witness}.")
    elif not (lost.proven or changed.proven):
        sentence = f"It is not proven that a gate leads every project out of the stage '{stage}'."
        yield information(at, sentence, "Leave out the 'when' of one gate if you want it proven.")


def _ways_in(prover: Prover, stage: str) -> tuple[tuple[Condition, str], ...] | None:
    """Under which conditions, judged in which stage, projects come into a stage; none where any project may."""
    policy, book = prover.book.policy, prover.book
    ways: list[tuple[Condition, str]] = []
    for name, gate in policy.gates.items():
        if any(gate.decision(outcome).to == stage for outcome in gate.decisions):
            return None
        if gate.to == stage and gate.from_:
            if gate.when is None:
                return None
            ways.append((book.condition(gate.when, name), gate.from_))
    return None if stage == policy.stages[0] else tuple(ways)


def _lasts(policy: Policy, name: str) -> bool:
    """Whether only gates change a fact: where those take it is followed from gate to gate."""
    fact = policy.facts.get(name.removeprefix("project."))
    return fact is not None and fact.by_gates


def _at(context: Context, stage: str) -> Context:
    return {**context, "stage": stage}


def _is_there(condition: Condition, stage: str, context: Context, undecided: frozenset[str]) -> bool | None:
    truth = condition.judge(_at(context, stage), undecided - {"stage"}).truth
    return None if truth is Truth.UNKNOWN else truth is Truth.MET


def _came_and_stays(
    ways_in: tuple[tuple[Condition, str], ...], none_out: Goal, context: Context, undecided: frozenset[str]
) -> bool | None:
    """Whether a project that could come in finds no way out; only what is surely so counts."""
    comes = [condition.judge(_at(context, stage), undecided - {"stage"}).truth for condition, stage in ways_in]
    stays = none_out(context, undecided)
    if stays is False or all(truth is Truth.NOT_MET for truth in comes):
        return False
    return None if stays is None or Truth.MET not in comes else True


def _none_is_there(
    conditions: tuple[Condition, ...], stage: str, context: Context, undecided: frozenset[str]
) -> bool | None:
    truths = [condition.judge(_at(context, stage), undecided - {"stage"}).truth for condition in conditions]
    if Truth.MET in truths:
        return False
    return None if Truth.UNKNOWN in truths else True
