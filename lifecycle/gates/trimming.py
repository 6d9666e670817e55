"""A way that was found, trimmed to what is needed, and with everybody who could do each part of it."""

from collections.abc import Callable, Iterator, Sequence

from lifecycle.domain.commands import AmendFacts
from lifecycle.gates.errands import amendment
from lifecycle.gates.journey import Journey, Leg
from lifecycle.gates.policy import Policy

Start = Callable[[], Journey]
"""A journey that has not begun."""


def trimmed(legs: Sequence[Leg], start: Start, gate: str) -> tuple[Leg, ...]:
    """The legs without those at other gates, and without changes, that were not needed after all."""
    kept = tuple(legs)
    for fewer in _attempts(kept):
        if len(left := tuple(leg for leg in kept if leg not in fewer)) < len(kept) and _leads_there(left, start, gate):
            kept = left
    for number in range(len(kept) - 1, 0, -1):
        together = _together(kept, number, start().book.policy)
        if together and _leads_there(together, start, gate):
            kept = together
    return kept


def _attempts(legs: Sequence[Leg]) -> Iterator[tuple[Leg, ...]]:
    """What may turn out not to be needed: all at one gate, a change, a supply, a vote before a wait."""
    for gate in dict.fromkeys(leg.gate for leg in legs if leg.gate):
        yield tuple(leg for leg in legs if leg.gate == gate)
    waits = any(leg.by is None for leg in legs)
    optional = ("amend_facts", "supply_evidence", "resume_project", *(("cast_vote",) if waits else ()))
    yield from ((leg,) for leg in legs if leg.action in optional)


def _together(legs: Sequence[Leg], number: int, policy: Policy) -> tuple[Leg, ...]:
    """The legs with one change of facts joined to the one before it; none if those two are not changes of facts."""
    before, after = legs[number - 1], legs[number]
    if not (isinstance(before.command, AmendFacts) and isinstance(after.command, AmendFacts)):
        return ()
    command = before.command.model_copy(update={"facts": {**before.command.facts, **after.command.facts}})
    said = amendment(policy, {**before.values, **after.values})
    joined = before.model_copy(update={"command": command, **said._asdict()})
    return (*legs[: number - 1], joined, *legs[number + 1 :])


def _leads_there(legs: Sequence[Leg], start: Start, gate: str) -> bool:
    journey = start()
    since = journey.state
    return all(journey.refusal_of(leg.command, leg.at) is None for leg in legs) and journey.is_passed(gate, since)


def with_peers(legs: Sequence[Leg], start: Start) -> tuple[Leg, ...]:
    """The legs, each with those others who could really do it as well."""
    journey, told = start(), []
    for leg in legs:
        journey.wait_until(leg.at)
        asked = leg.command.model_dump(mode="json") if leg.others else {}
        others = tuple(other for other in leg.others if journey.may(journey.command(other, asked)))
        told.append(leg.model_copy(update={"others": others}))
        journey.refusal_of(leg.command, leg.at)
    return tuple(told)
