"""What a PMO learns about a policy before it binds anybody: references, conditions, ways, ladders, approvers."""

from collections.abc import Iterator

from lifecycle.domain.people import Roster
from lifecycle.gates.complaints import ConditionError
from lifecycle.gates.policy import Policy
from lifecycle.gates.proofs import deciders, roles
from lifecycle.gates.proofs.absent import absent
from lifecycle.gates.proofs.baselines import baselines
from lifecycle.gates.proofs.dead_ends import dead_ends
from lifecycle.gates.proofs.decisions import decisions, derivations, settings
from lifecycle.gates.proofs.demands import demands
from lifecycle.gates.proofs.finding import ERROR, INFORMATION, Finding, Path, error
from lifecycle.gates.proofs.journeys import Journeys
from lifecycle.gates.proofs.ladders import ladders
from lifecycle.gates.proofs.outcomes import outcomes
from lifecycle.gates.proofs.passages import passages
from lifecycle.gates.proofs.prover import Prover
from lifecycle.gates.proofs.quorum import people
from lifecycle.gates.proofs.references import references, size
from lifecycle.gates.proofs.routes import routes
from lifecycle.gates.proofs.tables import tables
from lifecycle.gates.proofs.tiers import tier_table
from lifecycle.gates.proofs.truths import truths
from lifecycle.gates.proofs.waiting import waiting
from lifecycle.gates.proofs.written import conditions_of
from lifecycle.gates.rulebook import Rulebook

__all__ = ["ERROR", "Finding", "check"]


def check(policy: Policy, roster: Roster | None = None) -> tuple[Finding, ...]:
    """Everything that is found; with a roster also whether the people there are can open every gate.

    What stands on sand is not built on: nothing is read in a policy that is too large, conditions are read only when
    all that is named is declared, and proofs are tried only when all conditions can be read.
    """
    if too_large := tuple(size(policy)):
        return too_large
    found = [*references(policy), *decisions(policy), *deciders.references(policy), *passages(policy)]
    if _is_sound(found):
        book = Rulebook(policy)
        found += [
            *_conditions(book),
            *_expressions(book),
            *deciders.able(policy),
            *roles.roles(policy),
            *ladders(policy),
        ]
        found += _order(book) if _is_sound(found) else ()
        if _is_sound(found):
            prover = Prover(book)
            found += [
                *tables(prover),
                *tier_table(prover),
                *truths(prover),
                *demands(prover),
                *routes(prover),
                *waiting(policy),
                *absent(prover),
                *outcomes(policy),
            ]
            journeys = Journeys(prover)
            found += baselines(prover, journeys)
            unproven = {
                str(finding.path[1]) for finding in found if finding.severity == INFORMATION and finding.path[1:]
            }
            found += dead_ends(journeys, unproven) if _is_sound(found) else ()
            if roster is not None:
                found += [*people(book, roster), *deciders.people(policy, roster), *roles.unheld(policy, roster)]
    return tuple(found)


def _is_sound(found: list[Finding]) -> bool:
    return not any(finding.severity == ERROR for finding in found)


def _conditions(book: Rulebook) -> Iterator[Finding]:
    """Every condition speaks of declared facts and gives what is needed where it stands."""
    for written in conditions_of(book.policy):
        try:
            book.condition(written.text, written.gate, scored=written.scored)
        except ConditionError as wrong:
            yield _unreadable(written.path, wrong)


def _expressions(book: Rulebook) -> Iterator[Finding]:
    """Every expression that derives or sets a fact gives what the fact is made of."""
    for path, text, kind in derivations(book.policy):
        try:
            book.derived_expression(text, kind)
        except ConditionError as wrong:
            yield _unreadable(path, wrong)
    for path, gate, text, kind in settings(book.policy):
        try:
            book.expression(text, kind, gate)
        except ConditionError as wrong:
            yield _unreadable(path, wrong)


def _unreadable(path: Path, wrong: ConditionError) -> Finding:
    offset = wrong.column - 1 if wrong.line == 1 else 0
    return error(path, wrong.sentence, wrong.remedy).model_copy(update={"offset": offset})


def _order(book: Rulebook) -> Iterator[Finding]:
    """A derived fact is made of facts and of derived facts before it, so that none rests on itself."""
    before: set[str] = set()
    for name, conditions in book.derivation.conditions.items():
        named = {reference for condition in conditions for reference in condition.references}
        if later := sorted(ref for ref in named if ref.startswith("derived.") and ref not in before):
            sentence = f"'{name}' speaks of {later[0]}, which is not derived before it."
            yield error(("derived", name), sentence, "Write derived facts in the order in which they follow.")
        before.add(f"derived.{name}")
