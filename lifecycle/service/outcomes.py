"""What becomes of a request: done, refused, or not known yet; the last is an answer too."""

from collections.abc import Iterable
from dataclasses import dataclass

from lifecycle.domain.events import Recorded
from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import Instant, Value
from lifecycle.domain.verdicts import Refusal
from lifecycle.persistence.changes import gate_of


class Happened(Value):
    """An event in a few words: its number, when it happened, its tag, and the gate that it is about."""

    seq: int
    at: Instant
    type: str
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """It was carried out: by these events, to this version; `state` is the project as it stands now."""

    command: str
    version: int
    events: tuple[Happened, ...]
    state: ProjectState


@dataclass(frozen=True, slots=True)
class Refused:
    """It was refused, and nothing has changed."""

    command: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Unknown:
    """Whether it was carried out is not known yet; the journal will say. `away`: the engine cannot be reached."""

    command: str
    away: bool = False


Outcome = Done | Refused | Unknown


def happened(events: Iterable[Recorded], state: ProjectState) -> tuple[Happened, ...]:
    """Events in a few words; `state` is the project's at any time after them."""
    return tuple(
        Happened(seq=recorded.seq, at=recorded.at, type=recorded.event.type, gate=gate_of(recorded.event, state))
        for recorded in events
    )
