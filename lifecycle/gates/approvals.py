"""Approvals: a quorum is a matching of distinct people to slots, after exclusions, and never a count."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

from lifecycle.domain.project import ProjectState, Round, Vote, VoteVerdict
from lifecycle.domain.values import Names, Value
from lifecycle.gates.policy_approvals import AllOf, AnyOf, Approval, Participation, Slot
from lifecycle.gates.policy_gates import Gate
from lifecycle.gates.rulebook import Context, Rulebook, context_of

Way = tuple[Slot, ...]
"""Single slots that together are a quorum."""

MOST_WAYS = 256
"""So many alternative sets of slots are looked at; the check refuses policies that have more."""


class SlotStanding(Value):
    """One slot of the quorum: the role it asks for, and whose approval fills it."""

    role: str
    roles: Names
    filled_by: str | None = None


class Standing(Value):
    """How a round's approvals stand: the best way to a quorum, its slots, and whether somebody said no.

    `approved_by` are all whose approval counts, needed or not; `refused_by` those whose rejection keeps the gate shut.
    """

    approved: bool
    slots: tuple[SlotStanding, ...]
    approved_by: Names = ()
    rejected_by: Names = ()
    vetoed_by: Names = ()
    refused_by: Names = ()

    @property
    def open_slots(self) -> tuple[SlotStanding, ...]:
        """The slots that nobody fills yet."""
        return tuple(slot for slot in self.slots if slot.filled_by is None)

    @property
    def pending_roles(self) -> Names:
        """The roles whose people can fill what is open."""
        return tuple(sorted({role for slot in self.open_slots for role in slot.roles}))


def ways(book: Rulebook, round_: Round, context: Context) -> tuple[Way, ...]:
    """The alternative sets of single slots, each of which is a quorum; empty slots or no way never approve.

    Each slot names the evidence that its approval relies on, supplied already or not.
    """
    gate = book.policy.gates[round_.gate]
    everything = tuple(sorted({*gate.evidence, *round_.evidence}))
    if round_.raised_to:
        return ((Slot(role=round_.raised_to, reads=everything),),)
    asked = _Asked(book, round_.gate, context, everything)
    return tuple(dict.fromkeys(way for way in asked.all_of(gate.approvals.all) if way))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the approvals of a gate ask for in a context; slots that say nothing else read everything."""

    book: Rulebook
    gate: str
    context: Context
    everything: Names

    def all_of(self, parts: Iterable[Approval]) -> Iterator[Way]:
        """Every choice of one way from each part, as one way."""
        return _together(self.of(part) for part in parts)

    def of(self, part: Approval) -> Iterator[Way]:
        """The ways of one part."""
        if isinstance(part, Slot):
            single = Slot(role=part.role, reads=part.reads or self.everything)
            yield (single,) * part.count if self.book.applies(part.when, self.context, self.gate) else ()
        elif isinstance(part, AllOf):
            yield from self.all_of(part.all)
        elif isinstance(part, AnyOf):
            yield from (way for choice in part.any for way in self.standing(choice))
        else:
            for chosen in combinations(part.of, part.at_least):
                yield from _together(self.standing(choice) for choice in chosen)

    def standing(self, part: Approval) -> Iterator[Way]:
        """The ways of one alternative; an alternative that asks for nobody is no alternative."""
        return (way for way in self.of(part) if way)


def _together(each: Iterable[Iterator[Way]]) -> Iterator[Way]:
    looked_at = [tuple(islice(found, MOST_WAYS)) for found in each]
    return (tuple(slot for way in chosen for slot in way) for chosen in islice(product(*looked_at), MOST_WAYS))


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
    return _called(book, round_, ways(book, round_, context_of(book, state, round_)))


def _called(book: Rulebook, round_: Round, found: Iterable[Way]) -> Names:
    slots = {role for way in found for slot in way for role in slot_roles(slot, round_)}
    return tuple(sorted(slots | set(book.policy.gates[round_.gate].approvals.veto)))


def excluded(gate: Gate, round_: Round) -> Names:
    """Who may not approve this round, because of what they did in it; giving up a role since does not help."""
    took_part = {
        Participation.SUBMITTER: round_.submitters,
        Participation.MANAGER: round_.managers,
        Participation.EVIDENCE_AUTHORS: round_.evidence_authors,
    }
    return tuple(sorted({person for kind in gate.approvals.exclude for person in took_part[kind]}))


def relied_on(book: Rulebook, state: ProjectState, round_: Round, roles: Sequence[str]) -> Names:
    """The evidence that a vote with these roles relies on: what its slots read; a mere veto relies on all of it."""
    slots = {slot for way in ways(book, round_, context_of(book, state, round_)) for slot in way}
    reads = [slot.reads for slot in slots if set(slot_roles(slot, round_)) & set(roles)]
    everything = {*book.policy.gates[round_.gate].evidence, *round_.evidence}
    return tuple(sorted(set().union(*reads) if reads else everything))


def standing(book: Rulebook, state: ProjectState, round_: Round) -> Standing:
    """How the approvals stand: excluded people count for nothing, one person fills one slot."""
    gate = book.policy.gates[round_.gate]
    found = ways(book, round_, context_of(book, state, round_))
    barred, called = set(excluded(gate, round_)), set(_called(book, round_, found))
    votes = [v for v in round_.standing_votes if not barred & set(v.people) and called & set(v.roles)]
    approvals = _one_vote_a_person(vote for vote in votes if vote.verdict is VoteVerdict.APPROVE)
    best = min((_fill(way, approvals, round_) for way in found), key=_how_far, default=())
    rejections = [vote for vote in votes if vote.verdict is VoteVerdict.REJECT]
    vetoes = [vote for vote in rejections if set(vote.roles) & set(gate.approvals.veto)]
    only_vetoes_count = gate.approvals.rejection == "veto" and not round_.raised_to
    return Standing(
        approved=bool(best) and all(slot.filled_by for slot in best),
        slots=best,
        approved_by=_voters(approvals),
        rejected_by=_voters(rejections),
        vetoed_by=_voters(vetoes),
        refused_by=_voters(vetoes if only_vetoes_count else rejections),
    )


def _how_far(slots: tuple[SlotStanding, ...]) -> tuple[int, int]:
    """The fewest open slots come first, then the most that are filled."""
    still_open = sum(slot.filled_by is None for slot in slots)
    return still_open, still_open - len(slots)


def _voters(votes: Iterable[Vote]) -> Names:
    return tuple(sorted(vote.voter for vote in votes))


def _fits(vote: Vote, slot: Slot, round_: Round) -> bool:
    """Whether a vote may fill a slot: it has the role, and relied on all that the slot reads."""
    has_the_role = not set(slot_roles(slot, round_)).isdisjoint(vote.roles)
    return has_the_role and set(slot.reads) <= set(vote.relied_on)


def _one_vote_a_person(votes: Iterable[Vote]) -> list[Vote]:
    """The votes without any that would use a person twice, whoever they acted for."""
    used: set[str] = set()
    kept: list[Vote] = []
    for vote in votes:
        if not used & set(vote.people):
            used |= set(vote.people)
            kept.append(vote)
    return kept


def _fill(way: Way, approvals: Sequence[Vote], round_: Round) -> tuple[SlotStanding, ...]:
    """The largest matching of approvals to slots, by augmenting paths; each approval fills at most one slot."""
    holder: dict[int, int] = {}
    fits = [[number for number, slot in enumerate(way) if _fits(vote, slot, round_)] for vote in approvals]

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
