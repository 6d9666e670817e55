"""The state machines of governance, and the only file that knows the library `transitions`.

A policy's stages and the decisions that lead from one to the next are one machine; whether a project lives, and what
may be done to it, is another; how a round goes from preparation to its decision is a third.
"""

from typing import Any

from transitions import Machine  # noqa: TID251 -- this is the file that the rule names
from transitions.extensions.diagrams import GraphMachine  # noqa: TID251 -- likewise

from lifecycle.domain.project import OPENING, Outcome, RoundStatus, Status
from lifecycle.gates.policy import CLOSED, Policy
from lifecycle.gates.policy_gates import Gate, GateKind

KILLED = "killed"
_UNTITLED = " "


def _destination(stage: str, gate: Gate, outcome: Outcome) -> str | None:
    """Where a decision leads from a stage; none where it leaves the project as it is."""
    if to := gate.decision(outcome).to:
        return to if to != stage or gate.kind is GateKind.STAGE else None
    if gate.kind is not GateKind.STAGE or outcome is Outcome.HOLD:
        return None
    if outcome is Outcome.KILL:
        return KILLED
    return gate.to if outcome in OPENING else stage


class StageMachine:
    """Which decision leads from which stage to which: a machine without a model, asked but never moved."""

    def __init__(self, policy: Policy) -> None:
        self._states = (*policy.stages, CLOSED, KILLED)
        self._transitions = [
            {"trigger": f"{name}.{outcome}", "source": stage, "dest": destination}
            for name, gate in policy.gates.items()
            for outcome in gate.decisions
            for stage in policy.stages_of(gate)
            if (destination := _destination(stage, gate, outcome))
        ]
        self._machine = Machine(model=None, **self._drawing())

    def _drawing(self) -> dict[str, Any]:
        states = list(dict.fromkeys(self._states))
        moves = self._transitions
        return {"states": states, "transitions": moves, "initial": states[0], "auto_transitions": False}

    def after(self, stage: str, gate: str, outcome: Outcome) -> str | None:
        """The stage that a decision leads to; none when the machine knows no such move."""
        moves = self._machine.get_transitions(trigger=f"{gate}.{outcome}", source=stage)
        return str(moves[0].dest) if moves else None

    def diagram(self) -> str:
        """The stages and decisions drawn in Mermaid's state diagram language."""
        drawn = GraphMachine(graph_engine="mermaid", title=_UNTITLED, **self._drawing())
        return str(drawn.get_graph().source).removeprefix(f"---\n{_UNTITLED}\n---\n")


_LIFE = Machine(
    model=None,
    states=[status.value for status in Status],
    transitions=[
        {"trigger": "hold", "source": Status.ACTIVE.value, "dest": Status.ON_HOLD.value},
        {"trigger": "resume", "source": Status.ON_HOLD.value, "dest": Status.ACTIVE.value},
        {"trigger": "kill", "source": [Status.ACTIVE.value, Status.ON_HOLD.value], "dest": Status.KILLED.value},
        {"trigger": "close", "source": Status.ACTIVE.value, "dest": Status.CLOSED.value},
    ],
    initial=Status.ACTIVE.value,
    auto_transitions=False,
)

_ROUND = Machine(
    model=None,
    states=[status.value for status in RoundStatus],
    transitions=[
        {"trigger": "submit", "source": RoundStatus.PREPARING.value, "dest": RoundStatus.SUBMITTED.value},
        {"trigger": "ask", "source": RoundStatus.SUBMITTED.value, "dest": RoundStatus.INFORMATION_REQUESTED.value},
        {"trigger": "answer", "source": RoundStatus.INFORMATION_REQUESTED.value, "dest": RoundStatus.SUBMITTED.value},
        {
            "trigger": "withdraw",
            "source": [RoundStatus.SUBMITTED.value, RoundStatus.INFORMATION_REQUESTED.value],
            "dest": RoundStatus.WITHDRAWN.value,
        },
        {"trigger": "decide", "source": RoundStatus.SUBMITTED.value, "dest": RoundStatus.DECIDED.value},
    ],
    initial=RoundStatus.PREPARING.value,
    auto_transitions=False,
)


def project_may(trigger: str, status: Status) -> bool:
    """Whether a project in this status can be held, resumed, killed or closed."""
    return bool(_LIFE.get_transitions(trigger=trigger, source=status.value))


def round_may(trigger: str, status: RoundStatus) -> bool:
    """Whether a round in this status can be submitted, asked about, answered, withdrawn or decided."""
    return bool(_ROUND.get_transitions(trigger=trigger, source=status.value))
