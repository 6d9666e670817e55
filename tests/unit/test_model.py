"""The judgement held against a small independent model of the domain, on random walks under random policies.

After every step the product must have granted what the model grants, say the same of the project, and be what anybody
rebuilds from its events. More walks: MODEL_RUNS=5000 MODEL_STEPS=50.
"""

import os

import pytest

from lifecycle.domain.events import Recorded
from lifecycle.domain.project import Outcome, ProjectState
from lifecycle.gates.evolve import evolve, replay
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_gates import GateKind
from tests.unit.house import Doc
from tests.unit.walks import Walk, view_of_product, view_of_reference

RUNS, STEPS = int(os.environ.get("MODEL_RUNS", "420")), int(os.environ.get("MODEL_STEPS", "36"))
BLOCKS = 12
LARGEST_STATE = 32_000
"""Bytes of a state as it travels."""


class Rebuilt:
    """The project as somebody rebuilds it who hears of every event by wire."""

    def __init__(self) -> None:
        self.state: ProjectState | None = None
        self.heard = 0

    def hear(self, history: list[Recorded]) -> None:
        for recorded in history[self.heard :]:
            self.state = evolve(self.state, Recorded.model_validate_json(recorded.model_dump_json()))
        self.heard = len(history)


def what_went_wrong(seed: int, lucks: list[int], charter: Doc | None = None) -> str | None:
    """The first thing on a walk that the model does not allow; none if all is well."""
    walk, rebuilt = Walk(seed, charter), Rebuilt()
    for luck in lucks:
        before = len(walk.desk.history)
        step, granted, should_be = walk.take(luck)
        if granted != should_be:
            return f"{step}: granted {granted}, should be {should_be}"
        product, model = view_of_product(walk.desk), view_of_reference(walk.reference)
        if differing := [
            f"{key}: {product[key]} should be {model[key]}" for key in model if product[key] != model[key]
        ]:
            return f"{step}: " + "; ".join(differing)
        rebuilt.hear(walk.desk.history)
        if rebuilt.state != walk.desk.state:
            return f"{step}: the events tell another state"
        text = walk.desk.state.model_dump_json(exclude_defaults=True)
        if ProjectState.model_validate_json(text) != walk.desk.state or len(text) > LARGEST_STATE:
            return f"{step}: the state does not travel ({len(text)} bytes)"
        if not moves_by_decision(walk.desk.book.policy, walk.desk.history[before:]):
            return f"{step}: a stage was entered without a decision"
    return None if replay(walk.desk.history) == walk.desk.state else "replay tells another state"


def moves_by_decision(policy: Policy, happened: list[Recorded]) -> bool:
    """Whether every stage that is entered was opened by a go of a stage gate before, in the same judgement."""
    opened = 0
    for recorded in happened:
        event = recorded.event
        if event.type in ("person:gate:decided", "clock:gate:decided"):
            is_stage = policy.gates[event.gate].kind is GateKind.STAGE
            opened += is_stage and event.outcome in (Outcome.GO, Outcome.CONDITIONAL_GO)
        elif event.type == "policy:stage:entered":
            opened -= 1
    return opened >= 0


def shortest(seed: int, lucks: list[int]) -> list[int]:
    """A walk that goes wrong still when no single step can be left out."""
    for luck in reversed(lucks):
        rest = [other for other in lucks if other != luck]
        if what_went_wrong(seed, rest):
            lucks = rest
    return lucks


def lucks_of(seed: int, steps: int = STEPS) -> list[int]:
    return [seed * 1_000 + number for number in range(steps)]


@pytest.mark.parametrize("block", range(BLOCKS))
def test_the_judgement_and_the_model_agree_on_every_step(block: int) -> None:
    for seed in range(block, RUNS, BLOCKS):
        if what_went_wrong(seed, lucks_of(seed)):
            lucks = shortest(seed, lucks_of(seed))
            pytest.fail(f"seed {seed}, lucks {lucks}: {what_went_wrong(seed, lucks)}")
