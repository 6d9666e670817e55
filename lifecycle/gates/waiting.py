"""On which side each open round waits, noted as it changes, so that the time to a decision can be told apart."""

from datetime import datetime

from lifecycle.domain.project import ProjectState, Round, RoundStatus, Status
from lifecycle.domain.waits import Side, Wait


def side_of(state: ProjectState, round_: Round) -> Side | None:
    """On whom a round waits; on nobody when it is over."""
    if not round_.is_open:
        return None
    if state.status is Status.ON_HOLD:
        return Side.HOLD
    return Side.GATEKEEPERS if round_.status is RoundStatus.SUBMITTED else Side.SUBMITTER


def with_waits(state: ProjectState, at: datetime) -> ProjectState:
    """The state after an event of this instant, with the waits that began with it."""
    begun = {}
    for gate, round_ in state.rounds.items():
        side = side_of(state, round_)
        if side and not (round_.waits and round_.waits[-1].on is side):
            begun[gate] = round_.model_copy(update={"waits": (*round_.waits, Wait(on=side, since=at))})
    return state.model_copy(update={"rounds": {**state.rounds, **begun}}) if begun else state
