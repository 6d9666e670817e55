"""Approvals: a quorum is a matching of distinct people to slots, after exclusions, and never a count."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

from lifecycle.domain.project import ProjectState, Round, Vote, VoteVerdict
from lifecycle.domain.values import Names, Value
from lifecycle.gates.policy_approvals import AllOf, AnyOf, Approval, Participation, Slot
from lifecycle.gates.policy_gates import Gate
from lifecycle.gates.rulebook import Context, Rulebook, context_of

MOST_WAYS = 256
"""So many alternative sets of slots are looked at; the check refuses policies that have more."""


class SlotStanding(Value):
    """One slot of the quorum: the role it asks for, and whose approval fills it."""

    role: str
    roles: Names
    filled_by: str | None = None


class Standing(Value):
    """How a round's approvals stand: the best way to a quorum, its slots, and whether somebody said no."""

    approved: bool
    slots: tuple[SlotStanding, ...]
    rejected_by: Names = ()
    vetoed_by: Names = ()

    @property
    def open_slots(self) -> tuple[SlotStanding, ...]:
        """The slots that nobody fills yet."""
        return tuple(slot for slot in self.slots if slot.filled_by is None)

    @property
    def pending_roles(self) -> Names:
        """The roles whose people can fill what is open."""
        return tuple(sorted({role for slot in self.open_slots for role in slot.roles}))


def ways(book: Rulebook, round_: Round, context: Context) -> tuple[tuple[Slot, ...], ...]:
    """The alternative sets of single slots, each of which is a quorum; empty slots or no way never approve."""
    if round_.raised_to:
        return ((Slot(role=round_.raised_to),),)
    gate = book.policy.gates[round_.gate]
    found = _all_ways(book, gate.approvals.all, context, round_.gate)
    return tuple(dict.fromkeys(way for way in found if way))


def _all_ways(book: Rulebook, parts: Iterable[Approval], context: Context, gate: str) -> Iterator[tuple[Slot, ...]]:
    each = [tuple(_part_ways(book, part, context, gate)) for part in parts]
    for number, chosen in enumerate(product(*each)):
        if number >= MOST_WAYS:
            return
        yield tuple(slot for way in chosen for slot in way)


def _part_ways(book: Rulebook, part: Approval, context: Context, gate: str) -> Iterator[tuple[Slot, ...]]:
    if isinstance(part, Slot):
        single = part.model_copy(update={"count": 1, "when": None})
        yield (single,) * part.count if book.applies(part.when, context, gate) else ()
    elif isinstance(part, AllOf):
        yield from _all_ways(book, part.all, context, gate)
    elif isinstance(part, AnyOf):
        for choice in part.any:
            yield from _standing_ways(book, choice, context, gate)
    else:
        for chosen in combinations(part.of, part.at_least):
            yield from (way for way in _all_ways(book, chosen, context, gate) if way)


def _standing_ways(book: Rulebook, choice: Approval, context: Context, gate: str) -> Iterator[tuple[Slot, ...]]:
    """The ways of one alternative; an alternative that asks for nobody is no alternative."""
    return (way for way in _part_ways(book, choice, context, gate) if way)


def named_roles(gate: Gate) -> Names:
    """Every role that a gate's approvals, vetoes and chair name, whether called now or not."""
    named: set[str] = {*gate.approvals.veto, *([gate.chair] if gate.chair else ())}
    parts: list[Approval] = list(gate.approvals.all)
    while parts:
        part = parts.pop()
        if isinstance(part, Slot):
            named.add(part.role)
        else:
            parts += part.all if isinstance(part, AllOf) else part.any if isinstance(part, AnyOf) else part.of
    return tuple(sorted(named))


def slot_roles(slot: Slot, round_: Round) -> Names:
    """Whose approval fills a slot: its role's, and the roles that the ladder widened the call to."""
    return tuple(sorted({slot.role, *round_.widened_to}))


def called_roles(book: Rulebook, state: ProjectState, round_: Round) -> Names:
    """Every role whose people may vote on this round now, vetoes included."""
    gate = book.policy.gates[round_.gate]
    slots = {
        role
        for way in ways(book, round_, context_of(state, round_))
        for slot in way
        for role in slot_roles(slot, round_)
    }
    return tuple(sorted(slots | set(gate.approvals.veto)))


def excluded(gate: Gate, round_: Round) -> Names:
    """Who may not approve this round, because of what they did in it; giving up a role since does not help."""
    took_part = {
        Participation.SUBMITTER: round_.submitters,
        Participation.MANAGER: round_.managers,
        Participation.EVIDENCE_AUTHORS: round_.evidence_authors,
    }
    return tuple(sorted({person for kind in gate.approvals.exclude for person in took_part[kind]}))


def relied_on(book: Rulebook, state: ProjectState, round_: Round, roles: Sequence[str]) -> Names:
    """The evidence items that a vote with these roles relies on: what its slots read, or else all of it."""
    items: set[str] = set()
    for slot in {slot for way in ways(book, round_, context_of(state, round_)) for slot in way}:
        if set(slot_roles(slot, round_)) & set(roles):
            items |= set(slot.reads or round_.evidence)
    return tuple(sorted(items or round_.evidence))


def standing(book: Rulebook, state: ProjectState, round_: Round) -> Standing:
    """How the approvals stand: excluded people count for nothing, one person fills one slot."""
    gate = book.policy.gates[round_.gate]
    barred = set(excluded(gate, round_))
    votes = [vote for vote in round_.standing_votes if not barred & set(vote.people)]
    approvals = _one_vote_a_person(vote for vote in votes if vote.verdict is VoteVerdict.APPROVE)
    found = [_fill(way, approvals, round_) for way in ways(book, round_, context_of(state, round_))]
    best = min(found, key=lambda slots: sum(slot.filled_by is None for slot in slots), default=())
    rejections = [vote for vote in votes if vote.verdict is VoteVerdict.REJECT]
    vetoes = [vote.voter for vote in rejections if set(vote.roles) & set(gate.approvals.veto)]
    return Standing(
        approved=bool(best) and all(slot.filled_by for slot in best),
        slots=best,
        rejected_by=tuple(vote.voter for vote in rejections),
        vetoed_by=tuple(vetoes),
    )


def _one_vote_a_person(votes: Iterable[Vote]) -> list[Vote]:
    """The votes without any that would use a person twice, whoever they acted for."""
    used: set[str] = set()
    kept: list[Vote] = []
    for vote in votes:
        if not used & set(vote.people):
            used |= set(vote.people)
            kept.append(vote)
    return kept


def _fill(way: tuple[Slot, ...], approvals: Sequence[Vote], round_: Round) -> tuple[SlotStanding, ...]:
    """The largest matching of approvals to slots, by augmenting paths; each approval fills at most one slot."""
    holder: dict[int, int] = {}
    fits = [
        [number for number, slot in enumerate(way) if set(slot_roles(slot, round_)) & set(v.roles)] for v in approvals
    ]

    def place(vote: int, seen: set[int]) -> bool:
        for slot in fits[vote]:
            if slot not in seen:
                seen.add(slot)
                if slot not in holder or place(holder[slot], seen):
                    holder[slot] = vote
                    return True
        return False

    for vote in range(len(approvals)):
        place(vote, set())
    return tuple(
        SlotStanding(
            role=slot.role,
            roles=slot_roles(slot, round_),
            filled_by=approvals[holder[number]].voter if number in holder else None,
        )
        for number, slot in enumerate(way)
    )
