"""What a gate loses when somebody goes: whether those who are there could still open it."""

from lifecycle.domain.people import Roster
from lifecycle.domain.project import ProjectState, Round
from lifecycle.domain.values import Names
from lifecycle.gates.deciding import decider
from lifecycle.gates.explain import slots
from lifecycle.gates.matching import all_are_served
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.separation import amount_of


def unfilled(book: Rulebook, state: ProjectState, round_: Round, roster: Roster) -> Names:
    """The roles at a submitted round that nobody of a roster can fill; none if the round can be decided."""
    there = roster.for_amount(amount_of(book.policy, state))
    still_open = [slot for slot in slots(book, state, round_, there) if slot.filled_by is None]
    found = [slot.role for slot in still_open if not slot.candidates]
    if not found and not all_are_served([slot.candidates for slot in still_open]):
        found = [slot.role for slot in still_open]  # each has somebody, but together they have too few
    role, _ = decider(book, round_)
    if role and not (there.present(role) or there.stand_ins(role)):
        found.append(role)
    return tuple(dict.fromkeys(found))


def lost_without(book: Rulebook, state: ProjectState, round_: Round, roster: Roster, person: str) -> Names:
    """The roles at a submitted round that nobody but a person can fill; none if it is as open without them.

    Whether the roster has them away already does not matter.
    """
    there = roster.model_copy(update={"absent": tuple(one for one in roster.absent if one != person)})
    before = unfilled(book, state, round_, there)
    return tuple(role for role in unfilled(book, state, round_, there.without(person)) if role not in before)


def hangs_on(book: Rulebook, state: ProjectState, round_: Round, roster: Roster) -> dict[str | None, Names]:
    """Each person without whom a submitted round could not be decided, and in which roles; none where it cannot now."""
    if missing := unfilled(book, state, round_, roster):
        return {None: missing}
    there = roster.for_amount(amount_of(book.policy, state))
    asked = {person for slot in slots(book, state, round_, there) for person in slot.candidates}
    role, _ = decider(book, round_)
    asked |= {*there.present(role), *(deputy for deputy, _ in there.stand_ins(role))} if role else set()
    losses = {person: lost_without(book, state, round_, there, person) for person in sorted(asked)}
    return {person: roles for person, roles in losses.items() if roles}
