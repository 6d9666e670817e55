"""What a gate loses when somebody goes: whether the others could still open it."""

from lifecycle.domain.people import Roster
from lifecycle.domain.project import ProjectState, Round
from lifecycle.gates.deciding import decider
from lifecycle.gates.explain import slots
from lifecycle.gates.matching import all_are_served
from lifecycle.gates.rulebook import Rulebook


def lost_without(book: Rulebook, state: ProjectState, round_: Round, roster: Roster, person: str) -> tuple[str, ...]:
    """The roles at a submitted round that nobody else could fill; nothing if it is as open without the person."""
    still_open = [slot for slot in slots(book, state, round_, roster) if slot.filled_by is None]
    with_them = [slot.candidates for slot in still_open]
    without = [[one for one in slot.candidates if one != person] for slot in still_open]
    lost = []
    if all_are_served(with_them) and not all_are_served(without):
        lost = [slot.role for slot, others in zip(still_open, without, strict=True) if not others]
        lost = lost or [slot.role for slot in still_open]  # each has somebody, but together they have too few
    role, _ = decider(book, round_)
    if role and roster.present(role) == (person,):
        lost.append(role)
    return tuple(dict.fromkeys(lost))
