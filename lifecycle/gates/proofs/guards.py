"""What a gate asks before it takes a decision: criteria, preconditions, its own `when` and the decision's."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from lifecycle.domain.project import OPENING, Outcome
from lifecycle.gates.conditions import Condition, Truth
from lifecycle.gates.policy_decisions import Precondition
from lifecycle.gates.proofs.demand import Demand, demands_of
from lifecycle.gates.proofs.prover import NOTHING_GIVEN, Context, Given, Prover, Shown
from lifecycle.gates.rulebook import Rulebook

IsDecided = Callable[[Precondition], bool]
"""Whether what a precondition says of one gate has been decided so."""

Passes = Callable[[Context, frozenset[str]], bool | None]
"""Whether such a project is let pass; none while undecided facts may turn it."""


class Need(NamedTuple):
    """Any other thing that has to hold before a decision, by its name."""

    name: str
    conditions: tuple[Condition, ...]
    lets_pass: Passes


Guard = Demand | Need
AnyGuard = TypeVar("AnyGuard", bound=Guard)


def guards_of(book: Rulebook, gate: str, outcome: Outcome, is_decided: IsDecided) -> Iterator[Guard]:
    """What keeps a gate from a decision; what does not open it needs what a submission needs."""
    rule = book.policy.gates[gate]
    if rule.when:
        there = book.condition(rule.when, gate)
        yield Need("when", (there,), partial(_stands, there))
    if available := rule.decision(outcome).when:
        yield Demand(outcome.value, None, book.condition(available, gate))
    if outcome in OPENING or rule.submit_when == "criteria_met":
        yield from demands_of(book, gate)
        for number, asked in enumerate(rule.requires, start=1):
            whens = {text: book.condition(text, gate) for text in whens_of(asked)}
            yield Need(f"requires.{number}", tuple(whens.values()), partial(is_met, asked, whens, is_decided))


def unanswered(book: Rulebook, gate: str, field: str) -> tuple[Guard, ...] | None:
    """What lets a question of a gate's forms stay without an answer; none where it always has one."""
    for item, rule in book.policy.gates[gate].evidence.items():
        if field in rule.fields and not rule.fields[field].optional:
            when, unless = (book.condition(text, gate) if text else None for text in (rule.when, rule.unless))
            conditions = tuple(condition for condition in (when, unless) if condition)
            return (Need(item, conditions, partial(_is_excused, when, unless)),) if conditions else None
    return ()


def sharing(prover: Prover, guards: Sequence[AnyGuard], given: Given = NOTHING_GIVEN) -> list[list[AnyGuard]]:
    """The guards in groups that come down to the same facts; what shares no fact cannot contradict."""
    groups: list[tuple[frozenset[str], list[AnyGuard]]] = []
    for guard in guards:
        facts = prover.facts_behind(guard.conditions) - given.keys()
        touching = [group for group in groups if group[0] & facts]
        joined = (facts.union(*(g[0] for g in touching)), [d for g in touching for d in g[1]] + [guard])
        groups = [group for group in groups if group not in touching] + [joined]
    return [members for _, members in groups]


def together(
    prover: Prover, guards: Sequence[Guard], given: Given = NOTHING_GIVEN, beside: Sequence[Condition] = ()
) -> Shown:
    """A project that all of the guards let pass, if there is one."""

    def goal(context: Context, undecided: frozenset[str]) -> bool | None:
        passes = [guard.lets_pass(context, undecided) for guard in guards]
        return False if False in passes else None if None in passes else True

    return prover.shown([condition for guard in guards for condition in guard.conditions], goal, given, beside)


def whens_of(asked: Precondition) -> Iterator[str]:
    """The conditions under which a precondition, or a part of it, is asked for."""
    if asked.when:
        yield asked.when
    for part in asked.parts:
        yield from whens_of(part)


def _stands(when: Condition | None, context: Context, undecided: frozenset[str]) -> bool | None:
    """Whether what has this `when` stands; an unknown answer never takes it away."""
    truth = when.judge(context, undecided).truth if when else Truth.MET
    return None if truth is Truth.UNKNOWN and undecided else truth is not Truth.NOT_MET


def is_met(
    asked: Precondition,
    whens: dict[str, Condition],
    is_decided: IsDecided,
    context: Context,
    undecided: frozenset[str],
) -> bool | None:
    """Whether a precondition is met, or not asked for; `whens` are its conditions by their text."""
    stands = _stands(whens.get(asked.when or ""), context, undecided)
    met = _was_decided(asked, whens, is_decided, context, undecided)
    return True if stands is False or met else None if stands is None or met is None else False


def _was_decided(
    asked: Precondition,
    whens: dict[str, Condition],
    is_decided: IsDecided,
    context: Context,
    undecided: frozenset[str],
) -> bool | None:
    if asked.gate is not None:
        return is_decided(asked)
    stand = [_stands(whens.get(part.when or ""), context, undecided) for part in asked.parts]
    if None in stand:
        return None
    parts = [part for part, stands in zip(asked.parts, stand, strict=True) if stands]
    found = [_was_decided(part, whens, is_decided, context, undecided) for part in parts]
    needed = len(found) if asked.all else asked.at_least or 1
    return True if found.count(True) >= needed else None if None in found else False


def _is_excused(
    when: Condition | None, unless: Condition | None, context: Context, undecided: frozenset[str]
) -> bool | None:
    """Whether evidence is not asked for."""
    if _stands(when, context, undecided) is False:
        return True
    if unless and unless.judge(context, undecided).truth is Truth.MET:
        return True
    return None if undecided else False
