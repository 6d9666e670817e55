"""Who opens a gate: quorums as sets of ways, vetoes, and what approvals rely on."""

from collections import Counter
from collections.abc import Iterator, Sequence

from lifecycle.domain.values import Names
from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.differences.fields import by_fields
from lifecycle.gates.differences.pairs import Context, Pair
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_approvals import Body, BodySlot, Slot, leaves
from lifecycle.gates.proofs.prover import first_round
from lifecycle.gates.proofs.written import conditions_of
from lifecycle.gates.quorums import Way, panels, vetoes, ways
from lifecycle.gates.rulebook import Rulebook

Needs = Counter[tuple[str, str]]
"""How many people of each role a way needs, and how many of them in person."""


def approvals(pair: Pair, gate: str) -> Iterator[Difference]:
    """The differences in who opens a gate."""
    old, new = (book.policy.gates[gate] for book in (pair.before, pair.after))
    texts = tuple(_approval_texts(book, gate) for book in (pair.before, pair.after))

    def more(first: Context, second: Context) -> tuple[bool, bool]:
        was, will = _needs(pair.before, gate, first), _needs(pair.after, gate, second)
        stricter, looser = not _covers(was, will), not _covers(will, was)
        return stricter, looser

    said = (
        "Approvals that were enough are enough no longer.",
        "Approvals are enough that were not.",
    )
    bodies = called(pair.before.policy, gate) == called(pair.after.policy, gate)
    if old.approvals != new.approvals or not bodies or not pair.is_same_ground:
        yield from pair.compare("approvals", texts[0], texts[1], more, said)

    def stop(first: Context, second: Context) -> tuple[bool, bool]:
        was, will = (vetoes(panels(book, gate, seen)) for book, seen in ((pair.before, first), (pair.after, second)))
        return bool(will - was), bool(was - will)

    said = "Further roles can stop it by a veto.", "Roles lose their veto."
    if old.approvals.veto != new.approvals.veto or not bodies:
        yield from pair.compare("approvals.veto", texts[0], texts[1], stop, said)
    yield from _readings(pair, gate)
    yield from by_fields(pair, "approvals.", old.approvals, new.approvals)


def called(policy: Policy, gate: str) -> dict[str, Body]:
    """The bodies that a gate calls, by name."""
    names = [part.body for part in leaves(policy.gates[gate].approvals.all) if isinstance(part, BodySlot)]
    return {name: policy.bodies[name] for name in names}


def _readings(pair: Pair, gate: str) -> Iterator[Difference]:
    """What approvals rely on: a vote that relies on more is voided by more."""
    was, will = (_reads(book.policy, gate) for book in (pair.before, pair.after))
    for who in was.keys() & will.keys():
        for these, those, direction, sentence in (
            (will[who], was[who], Direction.STRICTER, "relies on further evidence"),
            (was[who], will[who], Direction.LOOSER, "relies on less evidence"),
        ):
            if any(not any(_relies(other, one) for other in those) for one in these):
                yield pair.told("approvals", direction, f"The approval of the {who.replace('_', ' ')} {sentence}.")


def _reads(policy: Policy, gate: str) -> dict[str, set[Names]]:
    found: dict[str, set[Names]] = {}
    for part in leaves(policy.gates[gate].approvals.all):
        found.setdefault(part.role if isinstance(part, Slot) else part.body, set()).add(part.reads)
    return found


def _relies(one: Names, other: Names) -> bool:
    """Whether the one relies on all on which the other relies; nothing named is everything."""
    return not one or (bool(other) and set(other) <= set(one))


def _approval_texts(book: Rulebook, gate: str) -> tuple[str | None, ...]:
    return tuple(
        written.text
        for written in conditions_of(book.policy)
        if written.path[0] == "bodies" or (written.gate == gate and "approvals" in written.path)
    )


def _needs(book: Rulebook, gate: str, context: Context) -> list[Needs]:
    """What each way to open the gate needs; a chair whom nobody advises needs nobody."""
    if book.policy.chair_of(gate, context["tier"]) and not book.policy.gates[gate].approvals.all:
        return [Counter()]
    return [_of(way) for way in ways(book, first_round(gate, context["tier"]), context)]


def _of(way: Way) -> Needs:
    """What a way needs; who approves is heard too, and who comes in person comes."""
    return Counter(
        (seat.role, kind)
        for seat in way
        for kind, holds in (("heard", True), ("approves", not seat.heard), ("in person", seat.in_person))
        if holds
    )


def _covers(one: Sequence[Needs], other: Sequence[Needs]) -> bool:
    """Whether every way of the one fulfils a way of the other; where there is no way, nothing ever passes."""
    return all(any(less <= way for less in other) for way in one)
