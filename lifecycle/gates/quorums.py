"""What a gate asks for in a round: the alternative sets of seats that are a quorum, and whose word counts besides."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice, product

from lifecycle.domain.project import Round
from lifecycle.domain.values import Names
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_approvals import AllOf, AnyOf, Approval, Body, BodySlot, Panel, Slot, leaves
from lifecycle.gates.rulebook import Context, Rulebook

MOST_WAYS = 256
"""So many alternative sets of seats are looked at; the check refuses policies that have more."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One person's place in a quorum: for a holder of the role, whose word relies on the evidence in `reads`.

    A seat `in_person` is for no delegate, one that is `heard` is filled by any vote; `stops` says that a rejection
    from it keeps the gate shut.
    """

    role: str
    reads: Names
    in_person: bool = False
    heard: bool = False
    stops: bool = True


Way = tuple[Seat, ...]
"""Seats that together are a quorum."""


def ways(book: Rulebook, round_: Round, context: Context) -> tuple[Way, ...]:
    """The alternative sets of seats, each of which is a quorum; empty ones, or ones that only hear, never approve.

    Each seat names the evidence that its approval relies on, supplied already or not.
    """
    gate = book.policy.gates[round_.gate]
    everything = tuple(sorted({*gate.evidence, *round_.evidence}))
    if round_.raised_to:
        return ((Seat(round_.raised_to, everything),),)
    asked = _Asked(book, round_.gate, context, Seat("", everything, stops=gate.approvals.rejection == "any"))
    found = asked.all_of(gate.approvals.all)
    return tuple(dict.fromkeys(way for way in found if any(not seat.heard for seat in way)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the approvals of a gate ask for in a context; slots are like `usual` in all that they do not say."""

    book: Rulebook
    gate: str
    context: Context
    usual: Seat

    def all_of(self, parts: Iterable[Approval]) -> Iterator[Way]:
        """Every choice of one way from each part, as one way."""
        return _together(self.of(part) for part in parts)

    def of(self, part: Approval) -> Iterator[Way]:
        """The ways of one part."""
        if isinstance(part, Slot):
            yield (self.seat(part),) * part.count if self.applies(part) else ()
        elif isinstance(part, BodySlot):
            yield from self.within(part).all_of(self.book.policy.bodies[part.body].all) if self.applies(part) else [()]
        elif isinstance(part, AllOf):
            yield from self.all_of(part.all)
        elif isinstance(part, AnyOf):
            yield from (way for choice in part.any for way in self.standing(choice))
        else:
            for chosen in combinations(part.of, part.at_least):
                yield from _together(self.standing(choice) for choice in chosen)

    def applies(self, part: Slot | BodySlot) -> bool:
        """Whether the part is asked for."""
        return self.book.applies(part.when, self.context, self.gate)

    def seat(self, slot: Slot) -> Seat:
        """The seat of one person in a slot."""
        reads, stops = slot.reads or self.usual.reads, self.usual.stops and not slot.heard
        return Seat(slot.role, reads, in_person=slot.in_person, heard=slot.heard, stops=stops)

    def within(self, called: BodySlot) -> "_Asked":
        """The same inside of a body, which has a rule of its own for rejections."""
        stops = self.book.policy.bodies[called.body].rejection == "any"
        return replace(self, usual=replace(self.usual, reads=called.reads or self.usual.reads, stops=stops))

    def standing(self, part: Approval) -> Iterator[Way]:
        """The ways of one alternative; an alternative that asks for nobody is no alternative."""
        return (way for way in self.of(part) if way)


def _together(each: Iterable[Iterator[Way]]) -> Iterator[Way]:
    looked_at = [tuple(islice(found, MOST_WAYS)) for found in each]
    return (tuple(seat for way in chosen for seat in way) for chosen in islice(product(*looked_at), MOST_WAYS))


def panels(book: Rulebook, gate: str, context: Context) -> tuple[Panel, ...]:
    """Who is asked at a gate in a context: the gate's own approvals, and the bodies that it calls."""
    approvals = book.policy.gates[gate].approvals
    called = [part for part in leaves(approvals.all) if isinstance(part, BodySlot)]
    bodies = [book.policy.bodies[part.body] for part in called if book.applies(part.when, context, gate)]
    return (approvals, *bodies)


def vetoes(asked: Iterable[Panel]) -> frozenset[str]:
    """The roles whose rejection always counts."""
    return frozenset(role for panel in asked for role in panel.veto)


def advisers(asked: Iterable[Panel]) -> frozenset[str]:
    """The roles whose word is recorded, and neither needed nor able to stop anything."""
    return frozenset(role for panel in asked for role in panel.advice)


def slots_of(policy: Policy, gate: str) -> Iterator[Slot]:
    """Every slot of a gate's approvals, at any depth and inside of the bodies that it calls, asked for now or not."""
    for part in leaves(policy.gates[gate].approvals.all):
        if isinstance(part, Slot):
            yield part
        elif part.body in policy.bodies:
            yield from (member for member in leaves(policy.bodies[part.body].all) if isinstance(member, Slot))


def named_roles(policy: Policy, gate: str) -> Names:
    """Every role that a gate's approvals, vetoes, advisers and chair name, whether called now or not."""
    named = {*(slot.role for slot in slots_of(policy, gate)), *policy.chairs_of(gate)}
    for panel in (policy.gates[gate].approvals, *_bodies_of(policy, gate)):
        named |= {*panel.veto, *panel.advice}
    return tuple(sorted(named))


def _bodies_of(policy: Policy, gate: str) -> Iterator[Body]:
    for part in leaves(policy.gates[gate].approvals.all):
        if isinstance(part, BodySlot) and part.body in policy.bodies:
            yield policy.bodies[part.body]
