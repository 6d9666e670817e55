"""Approvals: a quorum is a matching of distinct people to slots, after exclusions, and never a count."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lifecycle.domain.project import ProjectState, Round, Vote, VoteVerdict
from lifecycle.domain.values import Names, Value
from lifecycle.gates.matching import matching
from lifecycle.gates.memory import once_a_state
from lifecycle.gates.quorums import Seat, Way, advisers, panels, vetoes, ways
from lifecycle.gates.rulebook import Rulebook, context_of
from lifecycle.gates.separation import clashing, excluded, personal


class SlotStanding(Value):
    """One slot of the quorum: the role it asks for, whose people can fill it now, and whose word fills it.

    It may be for nobody's delegate, and it may be enough that somebody is heard.
    """

    role: str
    roles: Names
    filled_by: str | None = None
    in_person: bool = False
    heard: bool = False


class Standing(Value):
    """How a round's approvals stand: the best way to a quorum, its slots, and whether somebody said no.

    `approved_by` are all whose approval counts, needed or not; `refused_by` those whose rejection keeps the gate shut,
    `objected` those whose rejection is heard and does not.
    """

    approved: bool
    slots: tuple[SlotStanding, ...]
    approved_by: Names = ()
    rejected_by: Names = ()
    vetoed_by: Names = ()
    refused_by: Names = ()

    @property
    def objected(self) -> Names:
        """Who said no without being able to stop the gate."""
        return tuple(person for person in self.rejected_by if person not in self.refused_by)

    @property
    def decisive(self) -> Names:
        """Whose approvals fill the slots that need one."""
        return tuple(slot.filled_by for slot in self.slots if slot.filled_by and not slot.heard)

    @property
    def open_slots(self) -> tuple[SlotStanding, ...]:
        """The slots that nobody fills yet."""
        return tuple(slot for slot in self.slots if slot.filled_by is None)

    @property
    def pending_roles(self) -> Names:
        """The roles whose people can fill what is open."""
        return tuple(sorted({role for slot in self.open_slots for role in slot.roles}))


@dataclass(frozen=True, slots=True)
class _Call:
    """Whom a round calls: the seats of every way to its quorum, and the roles that are heard besides."""

    round: Round
    ways: tuple[Way, ...]
    vetoing: frozenset[str]
    advising: frozenset[str]

    def of(self, seat: Seat, votes: int | None = None) -> frozenset[str]:
        """Whose word fills a seat: now, or of somebody who voted after so many votes."""
        role, widened = seat.role, self.round.widened_to
        for passed in reversed(self.round.passed_on):
            if votes is None or votes >= passed.votes:
                role = passed.role
                break
            widened = passed.widened
        return frozenset((role,) if seat.in_person else (role, *widened))

    def roles(self, votes: int | None = None) -> frozenset[str]:
        """Every role that is called: now, or was when there were so many votes."""
        seats = {seat for way in self.ways for seat in way}
        return self.vetoing.union(self.advising, *(self.of(seat, votes) for seat in seats))

    def stopping(self, votes: int) -> frozenset[str]:
        """The roles whose rejection keeps the gate shut."""
        seats = {seat for way in self.ways for seat in way if seat.stops}
        return self.vetoing.union(*(self.of(seat, votes) for seat in seats))


@once_a_state
def _call(book: Rulebook, state: ProjectState, round_: Round) -> _Call:
    context = context_of(book, state, round_)
    asked = panels(book, round_.gate, context)
    return _Call(round_, ways(book, round_, context), vetoes(asked), advisers(asked))


@dataclass(frozen=True, slots=True)
class _Counted:
    """A vote that counts: the roles under which it does, and how many votes there were before it."""

    vote: Vote
    roles: frozenset[str]
    before: int


def called_roles(book: Rulebook, state: ProjectState, round_: Round) -> Names:
    """Every role whose people may vote on this round now, vetoes and advice included."""
    return tuple(sorted(_call(book, state, round_).roles()))


def heard_besides(book: Rulebook, state: ProjectState, round_: Round) -> frozenset[str]:
    """The roles that are called without filling a slot: who may veto, and who advises."""
    call = _call(book, state, round_)
    return call.vetoing | call.advising


def roles_in_person(book: Rulebook, state: ProjectState, round_: Round) -> frozenset[str]:
    """The roles whose holders nobody can stand in for in this round."""
    return personal(_call(book, state, round_).ways)


def relied_on(book: Rulebook, state: ProjectState, round_: Round, roles: Sequence[str]) -> Names:
    """The evidence that a vote with these roles relies on: what its slots read; a mere veto relies on all of it."""
    call = _call(book, state, round_)
    seats = {seat for way in call.ways for seat in way}
    reads = [seat.reads for seat in seats if not call.of(seat).isdisjoint(roles)]
    everything = {*book.policy.gates[round_.gate].evidence, *round_.evidence}
    return tuple(sorted(set().union(*reads) if reads else everything))


@once_a_state
def standing(book: Rulebook, state: ProjectState, round_: Round) -> Standing:
    """How the approvals stand: excluded people count for nothing, one person fills one slot."""
    call = _call(book, state, round_)
    votes = list(_counted(book, state, call))
    distinct = _one_vote_a_person(votes)
    approvals = [counted for counted in distinct if counted.vote.verdict is VoteVerdict.APPROVE]
    best = min((_fill(way, distinct, call) for way in call.ways), key=_how_far, default=())
    rejections = [counted for counted in votes if counted.vote.verdict is VoteVerdict.REJECT]
    return Standing(
        approved=bool(best) and all(slot.filled_by for slot in best),
        slots=best,
        approved_by=_voters(approvals),
        rejected_by=_voters(rejections),
        vetoed_by=_voters(counted for counted in rejections if counted.roles & call.vetoing),
        refused_by=_voters(counted for counted in rejections if counted.roles & call.stopping(counted.before)),
    )


def _counted(book: Rulebook, state: ProjectState, call: _Call) -> Iterator[_Counted]:
    """The votes that count, approvals first: of people whom nothing excludes, under roles that were called."""
    barred, in_person = set(excluded(book, state, call.round)), personal(call.ways)
    for before, vote in sorted(enumerate(call.round.votes), key=_approvals_first):
        lent = in_person if vote.voter != vote.principal else frozenset()
        ill = clashing(book.policy, call.round, vote.people, vote.roles)
        roles = (call.roles(before) & set(vote.roles)) - ill - lent
        if roles and not vote.void and not barred & set(vote.people):
            yield _Counted(vote, roles, before)


def _approvals_first(numbered: tuple[int, Vote]) -> tuple[bool, int]:
    number, vote = numbered
    return vote.verdict is not VoteVerdict.APPROVE, number


def _how_far(slots: tuple[SlotStanding, ...]) -> tuple[int, int]:
    """The fewest open slots come first, then the most that are filled."""
    still_open = sum(slot.filled_by is None for slot in slots)
    return still_open, still_open - len(slots)


def _voters(votes: Iterable[_Counted]) -> Names:
    return tuple(sorted(counted.vote.voter for counted in votes))


def _fits(counted: _Counted, seat: Seat, call: _Call) -> bool:
    """Whether a vote may fill a seat: it says what is waited for, has the role, and relied on all that it reads."""
    vote = counted.vote
    says = vote.verdict is VoteVerdict.APPROVE or (seat.heard and vote.verdict is not VoteVerdict.RECUSE)
    has_the_role = not call.of(seat, counted.before).isdisjoint(counted.roles)
    return says and has_the_role and set(seat.reads) <= set(vote.relied_on)


def _one_vote_a_person(votes: Iterable[_Counted]) -> list[_Counted]:
    """The votes without any that would use a person twice, whoever they acted for."""
    used: set[str] = set()
    kept: list[_Counted] = []
    for counted in votes:
        if not used & set(counted.vote.people):
            used |= set(counted.vote.people)
            kept.append(counted)
    return kept


def _fill(way: Way, votes: Sequence[_Counted], call: _Call) -> tuple[SlotStanding, ...]:
    """The largest matching of votes to seats; each vote fills at most one seat."""
    fits = [[number for number, seat in enumerate(way) if _fits(counted, seat, call)] for counted in votes]
    holder = matching(fits)
    return tuple(
        SlotStanding(
            role=seat.role,
            roles=tuple(sorted(call.of(seat))),
            filled_by=votes[holder[number]].vote.voter if number in holder else None,
            in_person=seat.in_person,
            heard=seat.heard,
        )
        for number, seat in enumerate(way)
    )
