"""Dead ends behind a route: a project that went around a gate for which everything ahead of it waits."""

from collections.abc import Iterator

from lifecycle.gates.policy import CLOSED, Policy
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.proofs.finding import ERROR, Finding, error, warning
from lifecycle.gates.proofs.waiting import is_met, leaves, waiting

MOST_STATES = 2_000
"""So many states of a project are told apart; more are not looked at."""

State = tuple[str, frozenset[str]]
"""A stage, and the gates that a project has passed, of those for which others wait."""


def preconditions(policy: Policy) -> Iterator[Finding]:
    """Gates that wait for ever; and where there are none, dead ends of whoever went around them."""
    found = list(waiting(policy))
    yield from found
    if not any(finding.severity == ERROR for finding in found):
        yield from dead_ends(policy)


def dead_ends(policy: Policy) -> Iterator[Finding]:
    """Every stage, however a project came to it, has a way to an end, as far as preconditions go."""
    awaited = frozenset(leaves(asked for gate in policy.gates.values() for asked in gate.requires))
    if not awaited:
        return
    came_from: dict[State, tuple[State, str] | None] = {(policy.stages[0], frozenset()): None}
    onward: dict[State, list[tuple[State, str]]] = {}
    ahead = list(came_from)
    while ahead:
        here = ahead.pop(0)
        onward[here] = list(_steps(policy, here, awaited))
        for state, gate in onward[here]:
            if state not in came_from:
                came_from[state] = (here, gate)
                ahead.append(state)
        if len(came_from) > MOST_STATES:
            return
    ending = _leading_to_an_end(policy, onward)
    told: set[str] = set()
    for state in came_from:
        if state not in ending and state[0] not in told:
            told.add(state[0])
            path = _path(came_from, state)
            named = {*path, *policy.gates_from(state[0])}
            severe = warning if any(policy.gates[name].when for name in named) else error
            sentence = f"A project can come to the stage '{state[0]}' without what every gate out of it waits for."
            remedy = "Let those gates wait only for what every route has passed, or say so under 'when'."
            way = f"It passes {', '.join(path)}." if path else "It begins there."
            yield severe(("stages", policy.stages.index(state[0])), sentence, remedy, way)


def _steps(policy: Policy, here: State, awaited: frozenset[str]) -> Iterator[tuple[State, str]]:
    """Where a project can come next, and by which gate, if all but its preconditions goes well."""
    stage, passed = here
    for name, gate in policy.gates.items():
        if stage == CLOSED or gate.kind is GateKind.BENEFITS or not policy.belongs(name, stage):
            continue
        for outcome in gate.decisions:
            if elsewhere := gate.decision(outcome).to:
                yield (elsewhere, passed), name
        if all(is_met(policy, asked, frozenset({stage}), passed, strict=False) for asked in gate.requires):
            yield (gate.to or stage, passed | ({name} & awaited)), name


def _leading_to_an_end(policy: Policy, onward: dict[State, list[tuple[State, str]]]) -> set[State]:
    ending = {state for state in onward if state[0] == CLOSED or not policy.gates_from(state[0])}
    while more := {s for s, steps in onward.items() if s not in ending and any(to in ending for to, _ in steps)}:
        ending |= more
    return ending


def _path(came_from: dict[State, tuple[State, str] | None], state: State) -> list[str]:
    """The gates that a project passes on its way to a state."""
    path: list[str] = []
    while (step := came_from[state]) is not None:
        state, gate = step
        path.insert(0, gate)
    return path
