"""Ladders: their steps follow each other in time, and the last of them ends the waiting."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from lifecycle.domain.project import LadderAction
from lifecycle.domain.worktime import WorkCalendar, after
from lifecycle.gates.clocks import for_tier
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.policy_ladders import LadderStep
from lifecycle.gates.policy_words import ByTier
from lifecycle.gates.proofs.finding import Finding, Path, error, warning

_MONDAY = datetime(2024, 1, 1, 9, tzinfo=UTC)
_WEEK = WorkCalendar.model_validate(
    {"timezone": "UTC", "weekdays": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "17:00", "holidays": []}
)
_WITHIN = {"submit_ladder": "submit_within", "ladder": "decide_within"}
_ENDING = (LadderAction.RAISE, LadderAction.HOLD, LadderAction.DECIDE)


def ladders(policy: Policy) -> Iterator[Finding]:
    """The steps of a ladder follow each other in time, in every tier, and the last of them ends the waiting."""
    for name, gate in policy.gates.items():
        for key, ladder in (("submit_ladder", gate.submit_ladder), ("ladder", gate.ladder)):
            yield from _ladder(policy, (("gates", name, key)), ladder)
            yield from _late(policy, ("gates", name, key), getattr(gate, _WITHIN[key]), ladder)
        if gate.ladder and gate.ladder[-1].action not in _ENDING:
            remedy = "End it with 'raise_to', 'hold' or 'decide' if silence must not last."
            yield warning(("gates", name, "ladder"), "After the last step nothing more happens.", remedy)
        if gate.decide_within is None and gate.kind is not GateKind.CHANGE:
            yield warning(("gates", name), "The gate has no deadline.", "Add 'decide_within'.")


def _late(policy: Policy, at: Path, within: ByTier | None, ladder: Sequence[LadderStep]) -> Iterator[Finding]:
    """A ladder does not sleep for as long again after the deadline."""
    for tier in policy.tiers if within and ladder else ():
        due, first = (after(_WEEK, _MONDAY, for_tier(span, tier.id)) for span in (within, ladder[0].after) if span)
        if first - _MONDAY > 2 * (due - _MONDAY):
            sentence = f"The deadline passes, and nothing follows for longer than it gave, in the tier '{tier.id}'."
            yield warning((*at, 0, "after"), sentence, "Begin the ladder by the deadline, with a reminder perhaps.")
            return


def _ladder(policy: Policy, at: tuple[str | int, ...], ladder: tuple[LadderStep, ...]) -> Iterator[Finding]:
    for tier in policy.tiers:
        instants = [after(_WEEK, _MONDAY, for_tier(step.after, tier.id)) for step in ladder]
        for number in range(1, len(instants)):
            if instants[number] <= instants[number - 1]:
                sentence = f"Step {number + 1} does not come after step {number} in the tier '{tier.id}'."
                yield error((*at, number, "after"), sentence, "Put the steps in the order of time.")
                return
