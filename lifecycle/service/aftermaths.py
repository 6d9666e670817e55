"""What a vote would leave of the approvals of a gate: what it gives and what is missing, by the rules that judge it."""

from collections.abc import Iterable
from functools import reduce

from lifecycle.domain.events import Recorded
from lifecycle.domain.people import Roster
from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import Names, Value
from lifecycle.gates.approvals import standing
from lifecycle.gates.deciding import decider
from lifecycle.gates.evolve import evolve
from lifecycle.gates.explain import slots
from lifecycle.gates.rulebook import Rulebook


class Aftermath(Value):
    """How the approvals of a gate that stays open would stand: which roles it gives, which would still be missing.

    `stuck` are those that nobody who is present could give any more. While one of `against` says no, no go is decided;
    `decider` is the role that decides once nothing is missing, none where the votes do.
    """

    given: Names
    missing: Names
    stuck: Names
    against: Names
    decider: str | None


def aftermath(
    book: Rulebook, state: ProjectState, gate: str, events: Iterable[Recorded], roster: Roster
) -> Aftermath | None:
    """What these events would leave at a gate; none where they decide it or take it away from its approvers."""
    after = reduce(evolve, events, state)
    before, round_ = state.rounds.get(gate), after.rounds.get(gate)
    if before is None or round_ is None or not round_.is_before_approvers or round_.number != before.number:
        return None
    then = slots(book, after, round_, roster)
    already = [slot.role for slot in slots(book, state, before, roster) if slot.filled_by]
    given = [slot.role for slot in then if slot.filled_by]
    for role in already:
        if role in given:
            given.remove(role)
    return Aftermath(
        given=tuple(given),
        missing=tuple(slot.role for slot in then if not slot.filled_by),
        stuck=tuple(slot.role for slot in then if not slot.filled_by and not slot.candidates),
        against=standing(book, after, round_).refused_by,
        decider=decider(book, round_)[0],
    )
