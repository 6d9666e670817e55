"""Who opens a gate: quorums as sets of ways, vetoes, exclusions, the chair, and who waives."""

from collections import Counter
from collections.abc import Iterator, Sequence

from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.differences.pairs import Context, Pair
from lifecycle.gates.policy_gates import Gate
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
    bodies = pair.before.policy.bodies == pair.after.policy.bodies
    if old.approvals != new.approvals or not bodies or not pair.is_same_ground:
        yield from pair.compare("approvals", texts[0], texts[1], more, said)

    def stop(first: Context, second: Context) -> tuple[bool, bool]:
        was, will = (vetoes(panels(book, gate, seen)) for book, seen in ((pair.before, first), (pair.after, second)))
        return bool(will - was), bool(was - will)

    said = "Further roles can stop it by a veto.", "Roles lose their veto."
    if old.approvals.veto != new.approvals.veto or not bodies:
        yield from pair.compare("approvals.veto", texts[0], texts[1], stop, said)
    if old.approvals.rejection != new.approvals.rejection:
        direction = Direction.STRICTER if new.approvals.rejection == "any" else Direction.LOOSER
        yield pair.told("approvals.rejection", direction, f"A rejection now counts from: {new.approvals.rejection}.")
    yield from _exclusions(pair, old, new)
    yield from _deciding(pair, gate, old, new)


def _approval_texts(book: Rulebook, gate: str) -> tuple[str | None, ...]:
    return tuple(
        written.text
        for written in conditions_of(book.policy)
        if written.path[0] == "bodies" or (written.gate == gate and "approvals" in written.path)
    )


def _needs(book: Rulebook, gate: str, context: Context) -> list[Needs]:
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


def _exclusions(pair: Pair, old: Gate, new: Gate) -> Iterator[Difference]:
    was, will = set(old.approvals.exclude), set(new.approvals.exclude)
    if will - was:
        yield pair.told("approvals.exclude", Direction.STRICTER, "More of those who took part may not approve.")
    if was - will:
        yield pair.told("approvals.exclude", Direction.LOOSER, "Some of those who took part may now approve.")


def _deciding(pair: Pair, gate: str, old: Gate, new: Gate) -> Iterator[Difference]:
    tiers = dict.fromkeys(tier.id for book in (pair.before, pair.after) for tier in book.policy.tiers)
    changes: dict[tuple[str | None, str | None], list[str]] = {}
    for tier in tiers:
        change = pair.before.policy.chair_of(gate, tier), pair.after.policy.chair_of(gate, tier)
        changes.setdefault(change, []).append(tier)
    for (was, will), within in changes.items():
        if was == will:
            continue
        direction = Direction.STRICTER if was is None else Direction.LOOSER if will is None else Direction.BOTH
        said = f"The {will.replace('_', ' ')} decides" if will else "The votes decide"
        before = f"it was the {was.replace('_', ' ')}" if was else "it was the votes"
        where = f" in the tier {' and '.join(within)}" if len(changes) > 1 else ""
        yield pair.told("chair", direction, f"{said}{where}; {before}.")
    if (old.waivers_by or pair.before.policy.pmo_role) != (new.waivers_by or pair.after.policy.pmo_role):
        yield pair.told("waivers_by", Direction.BOTH, "Somebody else may waive its requirements.")
