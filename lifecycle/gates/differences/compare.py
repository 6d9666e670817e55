"""Two versions of a policy compared: what every gate asks, and what holds for the policy as a whole."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lifecycle.domain.project import PolicyRef
from lifecycle.domain.values import Value
from lifecycle.gates.conditions import Truth
from lifecycle.gates.differences.decisions import decisions
from lifecycle.gates.differences.difference import Difference, Direction, together
from lifecycle.gates.differences.fields import by_fields
from lifecycle.gates.differences.ladders import ladders
from lifecycle.gates.differences.pairs import Context, Pair, tier_texts
from lifecycle.gates.differences.panels import approvals, called
from lifecycle.gates.differences.requirements import requirements
from lifecycle.gates.differences.times import times
from lifecycle.gates.policy import Pmo, Policy, Tolerance
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.policy_words import Part
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
    bodies = {name: tuple(_body(pair, name)) for name in after.policy.bodies.keys() & before.policy.bodies.keys()}
    found: list[Difference] = [*_whole(pair), *(each for name in sorted(bodies) for each in bodies[name])]
    gates: dict[str, Direction] = {}
    for name in dict.fromkeys((*before.policy.gates, *after.policy.gates)):
        here = tuple(_gate(replace(pair, gate=name), name))
        books = [book for book in (before, after) if name in book.policy.gates]
        asked = {body for book in books for body in called(book.policy, name)}
        of_bodies = [each for body in sorted(asked & bodies.keys()) for each in bodies[body]]
        gates[name] = together(each.direction for each in (*here, *of_bodies))
        found += here
    return Comparison(before=before.policy.ref, after=after.policy.ref, gates=gates, differences=tuple(found))


def _body(pair: Pair, name: str) -> Iterator[Difference]:
    """What a body asks otherwise of all gates that call it; its members and vetoes are compared at each of them."""
    old, new = (book.policy.bodies[name] for book in (pair.before, pair.after))
    yield from by_fields(pair, f"bodies.{name}.", old, new)


def _gate(pair: Pair, name: str) -> Iterator[Difference]:
    old, new = pair.before.policy.gates.get(name), pair.after.policy.gates.get(name)
    if old is None or new is None:
        yield _come_or_gone(name, old, new)
        return
    found = [
        *by_fields(pair, "", old, new),
        *requirements(pair, name),
        *approvals(pair, name),
        *decisions(pair, name),
        *times(pair, name),
        *ladders(pair, name),
        *_standing(pair, old, new),
    ]
    yield from found
    if not found and old != new:
        yield pair.told("wording", Direction.OTHER, "It is worded or written otherwise, and asks for the same.")


def _come_or_gone(name: str, old: Gate | None, new: Gate | None) -> Difference:
    """A further gate is stricter, unless it moves projects on, or sets by its decisions by what others judge."""
    gate = old or new
    verb, direction = ("new", Direction.STRICTER) if old is None else ("gone", Direction.LOOSER)
    sentence = f"The gate is {verb}."
    if gate is not None and gate.kind is GateKind.STAGE:
        direction, sentence = Direction.BOTH, f"The gate is {verb}, and the ways from stage to stage with it."
    elif gate is not None and _moves(gate):
        said = "with it decisions that take a baseline, set facts or lead to a stage"
        direction, sentence = Direction.BOTH, f"The gate is {verb}, and {said}."
    return Difference(gate=name, aspect="gate", direction=direction, sentence=sentence)


def _moves(gate: Gate) -> bool:
    rules = [gate.decision(outcome) for outcome in gate.decisions]
    return gate.takes_baseline or any(rule.set or rule.to for rule in rules)


def _standing(pair: Pair, old: Gate, new: Gate) -> Iterator[Difference]:
    """When a gate may be submitted, where it stands, and what it keeps shut."""
    if old.submit_when != new.submit_when:
        direction = Direction.STRICTER if new.submit_when == "criteria_met" else Direction.LOOSER
        said = "every criterion" if direction is Direction.STRICTER else "no criterion any more"
        yield pair.told("submit_when", direction, f"A submission needs all evidence and {said}.")
    was, will = (_stages(book.policy, gate) for book, gate in ((pair.before, old), (pair.after, new)))
    on_request = new.kind is GateKind.CHANGE
    for stages, direction, sentence in (
        (will - was, Direction.STRICTER, "It stands in further stages."),
        (was - will, Direction.LOOSER, "It no longer stands in some stages."),
    ):
        if stages:
            yield pair.told("during", Direction.BOTH if on_request else direction, sentence)
    shut = [_blocked(book.policy, gate) for book, gate in ((pair.before, old), (pair.after, new))]
    if shut[1] - shut[0]:
        yield pair.told("blocks", Direction.STRICTER, "While a round is open, further gates cannot pass.")
    if shut[0] - shut[1]:
        yield pair.told("blocks", Direction.LOOSER, "While a round is open, gates can pass that could not.")


def _stages(policy: Policy, gate: Gate) -> set[str]:
    return set() if gate.kind is GateKind.STAGE else set(policy.stages_of(gate))


def _blocked(policy: Policy, gate: Gate) -> set[str]:
    """The stage gates that an open round keeps shut."""
    if gate.blocks is None and gate.kind is GateKind.EXCEPTION:
        return {name for name, other in policy.gates.items() if other.kind is GateKind.STAGE}
    return set(gate.blocks or ())


def _whole(pair: Pair) -> Iterator[Difference]:
    old, new = pair.before.policy, pair.after.policy
    if old.pmo != new.pmo:
        ordered = old.pmo in _PMO and new.pmo in _PMO
        stricter = Direction.STRICTER if new.pmo is Pmo.CONTROLLING else Direction.LOOSER
        sentence = f"The PMO is {new.pmo.value}; it was {old.pmo.value}."
        yield pair.told("pmo", stricter if ordered else Direction.BOTH, sentence)
    if old.stages != new.stages:
        yield pair.told("stages", Direction.BOTH, f"The stages are {', '.join(new.stages)}.")
    yield from by_fields(pair, "", old, new)
    for key in ("facts", "derived"):
        yield from _facts(pair, key, getattr(old, key), getattr(new, key))
    yield from _tiers(pair)
    for name in dict.fromkeys((*old.tolerances, *new.tolerances)):
        yield from _tolerance(pair, name, old.tolerances.get(name), new.tolerances.get(name))


def _facts(pair: Pair, key: str, old: Mapping[str, Part], new: Mapping[str, Part]) -> Iterator[Difference]:
    for name in dict.fromkeys((*old, *new)):
        if name in old and name in new:
            yield from by_fields(pair, f"{key}.{name}.", old[name], new[name])
        else:
            verb = "new" if name in new else "gone"
            yield pair.told(f"{key}.{name}", Direction.OTHER, f"The fact '{name}' is {verb}.")


def _tiers(pair: Pair) -> Iterator[Difference]:
    ids = tuple(tuple(tier.id for tier in book.policy.tiers) for book in (pair.before, pair.after))
    if ids[0] != ids[1]:
        yield pair.told("tiers", Direction.BOTH, f"The tiers are {', '.join(ids[1])}; what they ask, the gates say.")
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
