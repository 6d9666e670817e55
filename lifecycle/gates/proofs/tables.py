"""The decision tables of derived facts: complete, without overlap, and every row for somebody."""

from collections.abc import Iterator, Sequence
from functools import partial

from lifecycle.gates.conditions import Condition, Truth
from lifecycle.gates.policy_derived import Derived
from lifecycle.gates.proofs.finding import Finding, error, information
from lifecycle.gates.proofs.prover import Context, Prover


def tables(prover: Prover) -> Iterator[Finding]:
    """What is wrong with the tables from which facts are derived."""
    for name, rule in prover.book.policy.derived.items():
        if rule.cases:
            yield from _table(prover, name, rule, prover.book.derivation.conditions[name])


def _table(prover: Prover, name: str, rule: Derived, rows: Sequence[Condition]) -> Iterator[Finding]:
    idle = [number for number, row in enumerate(rows) if prover.can_be(row, Truth.MET).proven]
    for number in idle:
        sentence = f"Row {number + 1} of '{name}' is for nobody: its condition is never true."
        yield error(("derived", name, "cases", number, "when"), sentence, "Correct it, or remove the row.")
    unproven = False
    for number in range(1, len(rows)):
        both = prover.shown(rows[: number + 1], partial(_applies_too, rows[:number], rows[number]))
        unproven = unproven or (both.world is None and not both.proven)
        if both.world is not None:
            sentence = f"Row {number + 1} of '{name}' applies to a project to which a row before it applies."
            remedy = "Let the conditions of the rows exclude each other."
            yield error(("derived", name, "cases", number, "when"), sentence, remedy, f"{both.witness}.")
    nothing = prover.can_all_be([(row, Truth.NOT_MET) for row in rows])
    has_rest = len(rule.cases) > len(rows)
    if nothing.world is not None and not has_rest:
        sentence = f"No row of '{name}' is for such a project."
        remedy = "Add the row, or a last one without 'when' for all others."
        yield error(("derived", name, "cases"), sentence, remedy, f"{nothing.witness}.")
    elif nothing.proven and has_rest:
        sentence = f"The last row of '{name}' is for nobody: the rows before it cover every project."
        yield error(("derived", name, "cases", len(rows)), sentence, "Remove it, or correct the rows before it.")
    elif unproven or (nothing.world is None and not nothing.proven):
        sentence = f"It is not proven that the rows of '{name}' exclude each other and leave nothing out."
        yield information(("derived", name, "cases"), sentence, "Split it into simpler tables if you want it proven.")


def _applies_too(
    before: Sequence[Condition], row: Condition, context: Context, undecided: frozenset[str]
) -> bool | None:
    """Whether a row applies to a project to which one before it applies."""
    here = row.judge(context, undecided).truth
    earlier = [other.judge(context, undecided).truth for other in before]
    if here is Truth.NOT_MET or all(truth is Truth.NOT_MET for truth in earlier):
        return False
    return True if here is Truth.MET and Truth.MET in earlier else None
