"""Two versions of a policy compared: what every gate asks, and what holds for the policy as a whole."""

from collections.abc import Iterator
from dataclasses import replace

from lifecycle.domain.project import PolicyRef
from lifecycle.domain.values import Value
from lifecycle.gates.conditions import Truth
from lifecycle.gates.differences.decisions import decisions
from lifecycle.gates.differences.difference import Difference, Direction, together
from lifecycle.gates.differences.pairs import Context, Pair, tier_texts
from lifecycle.gates.differences.panels import approvals
from lifecycle.gates.differences.requirements import requirements
from lifecycle.gates.differences.times import times
from lifecycle.gates.policy import Pmo, Tolerance
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.rulebook import Rulebook

_PMO = (Pmo.SUPPORTIVE, Pmo.CONTROLLING)


class Comparison(Value):
    """Two versions, how each gate of either stands now to what it was, and every difference in the policy's order."""

    before: PolicyRef
    after: PolicyRef
    gates: dict[str, Direction]
    differences: tuple[Difference, ...]

    @property
    def loosened(self) -> tuple[Difference, ...]:
        """What lets more pass than before, or could."""
        return tuple(each for each in self.differences if each.direction in (Direction.LOOSER, Direction.BOTH))


def compare(before: Rulebook, after: Rulebook) -> Comparison:
    """Everything in which a later version differs from an earlier one."""
    pair = Pair(before, after)
    found: list[Difference] = list(_whole(pair))
    gates: dict[str, Direction] = {}
    for name in dict.fromkeys((*before.policy.gates, *after.policy.gates)):
        here = tuple(_gate(replace(pair, gate=name), name))
        gates[name] = together(each.direction for each in here)
        found += here
    return Comparison(before=before.policy.ref, after=after.policy.ref, gates=gates, differences=tuple(found))


def _gate(pair: Pair, name: str) -> Iterator[Difference]:
    old, new = pair.before.policy.gates.get(name), pair.after.policy.gates.get(name)
    if old is None or new is None:
        yield _come_or_gone(name, old, new)
        return
    if (old.kind, old.from_, old.to) != (new.kind, new.from_, new.to):
        yield pair.told("kind", Direction.BOTH, "It is a gate of another kind, or leads elsewhere.")
    asked = [*requirements(pair, name), *approvals(pair, name), *decisions(pair, name)]
    found = [*asked, *times(pair, name), *_rest(pair, old, new)]
    yield from found
    if not found and old != new:
        yield pair.told("wording", Direction.OTHER, "It is worded or written otherwise, and asks for the same.")


def _come_or_gone(name: str, old: Gate | None, new: Gate | None) -> Difference:
    gate = old or new
    on_the_way = gate is not None and gate.kind is GateKind.STAGE
    verb, direction = ("new", Direction.STRICTER) if old is None else ("gone", Direction.LOOSER)
    sentence = (
        f"The gate is {verb}, and the ways from stage to stage with it." if on_the_way else f"The gate is {verb}."
    )
    return Difference(
        gate=name, aspect="gate", direction=Direction.BOTH if on_the_way else direction, sentence=sentence
    )


def _rest(pair: Pair, old: Gate, new: Gate) -> Iterator[Difference]:
    if old.submit_when != new.submit_when:
        direction = Direction.STRICTER if new.submit_when == "criteria_met" else Direction.LOOSER
        said = "every criterion" if direction is Direction.STRICTER else "no criterion any more"
        yield pair.told("submit_when", direction, f"A submission needs all evidence and {said}.")
    for key, more, less in (
        ("during", "It stands in further stages.", "It no longer stands in some stages."),
        ("on_breach_of", "Further breaches open it.", "Some breaches open it no longer."),
    ):
        was, will = set(getattr(old, key)), set(getattr(new, key))
        if will - was:
            yield pair.told(key, Direction.STRICTER, more)
        if was - will:
            yield pair.told(key, Direction.LOOSER, less)
    for key in ("blocks", "on_reject", "on_missed_condition", "takes_baseline"):
        if getattr(old, key) != getattr(new, key):
            yield pair.told(key, Direction.OTHER, f"What follows is another: {key.replace('_', ' ')}.")


def _whole(pair: Pair) -> Iterator[Difference]:
    old, new = pair.before.policy, pair.after.policy
    if old.pmo != new.pmo:
        ordered = old.pmo in _PMO and new.pmo in _PMO
        stricter = Direction.STRICTER if new.pmo is Pmo.CONTROLLING else Direction.LOOSER
        sentence = f"The PMO is {new.pmo.value}; it was {old.pmo.value}."
        yield pair.told("pmo", stricter if ordered else Direction.BOTH, sentence)
    if old.stages != new.stages:
        yield pair.told("stages", Direction.BOTH, f"The stages are {', '.join(new.stages)}.")
    yield from _tiers(pair)
    for name in dict.fromkeys((*old.tolerances, *new.tolerances)):
        yield from _tolerance(pair, name, old.tolerances.get(name), new.tolerances.get(name))
    apart = set(old.incompatible), set(new.incompatible)
    if apart[1] - apart[0]:
        yield pair.told("incompatible", Direction.STRICTER, "Further roles are kept apart.")
    if apart[0] - apart[1]:
        yield pair.told("incompatible", Direction.LOOSER, "Roles that were kept apart no longer are.")
    for key in ("calendar", "amount", "hold_review_after", "pmo_role", "facts"):
        if getattr(old, key) != getattr(new, key):
            yield pair.told(key, Direction.OTHER, f"The policy says otherwise under '{key}'.")


def _tiers(pair: Pair) -> Iterator[Difference]:
    ids = tuple(tuple(tier.id for tier in book.policy.tiers) for book in (pair.before, pair.after))
    if ids[0] != ids[1]:
        yield pair.told("tiers", Direction.OTHER, f"The tiers are {', '.join(ids[1])}; what they ask, the gates say.")
        return
    if pair.is_same_ground:
        return
    weight = pair.after.policy.weight_of

    def judge(first: Context, second: Context) -> tuple[bool, bool]:
        was, will = weight(first["tier"]), weight(second["tier"])
        return will > was, will < was

    said = "Projects come into a heavier tier.", "Projects come into a lighter tier."
    yield from pair.compare("tiers", tier_texts(pair.before), tier_texts(pair.after), judge, said)


def _tolerance(pair: Pair, name: str, old: Tolerance | None, new: Tolerance | None) -> Iterator[Difference]:
    aspect = f"tolerances.{name}"
    if old is None or new is None:
        direction, verb = (Direction.STRICTER, "new") if old is None else (Direction.LOOSER, "gone")
        yield pair.told(aspect, direction, f"The tolerance '{name}' is {verb}.")
    elif old.when and new.when:
        before, after = old.when, new.when

        def judge(first: Context, second: Context) -> tuple[bool, bool]:
            was = pair.before.holds(before, first).truth is Truth.MET
            will = pair.after.holds(after, second).truth is Truth.MET
            return will and not was, was and not will

        said = f"The tolerance '{name}' is breached sooner.", f"The tolerance '{name}' is breached later."
        yield from pair.compare(aspect, (before,), (after,), judge, said)
    elif (old.fact, old.when) != (new.fact, new.when):
        yield pair.told(aspect, Direction.BOTH, f"The tolerance '{name}' measures something else.")
    else:
        for side in ("over", "under"):
            yield from _margin(pair, aspect, name, getattr(old, side), getattr(new, side))


def _margin(pair: Pair, aspect: str, name: str, old: str | None, new: str | None) -> Iterator[Difference]:
    if old == new:
        return
    sentence = f"The tolerance '{name}' is {new or 'without a limit'}; it was {old or 'without a limit'}."
    measured_otherwise = old and new and old.lstrip("0123456789.") != new.lstrip("0123456789.")
    yield pair.told(aspect, Direction.BOTH if measured_otherwise else _narrower(old, new), sentence)


def _narrower(old: str | None, new: str | None) -> Direction:
    if old is None or new is None:
        return Direction.LOOSER if new is None else Direction.STRICTER
    return Direction.STRICTER if float(new.rstrip("%d")) < float(old.rstrip("%d")) else Direction.LOOSER
