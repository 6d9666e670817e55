"""What figures are made of: how long projects stayed in stages that they left, and which deadlines were missed.

Each row is written once, with the event that ends what it tells of, and follows from the events like the read model.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table

from lifecycle.domain.events import Recorded, StageEntered
from lifecycle.domain.project import ProjectState
from lifecycle.gates.awaiting import late_since
from lifecycle.persistence.columns import Instant, Words, schema

stays = Table(
    "stays",
    schema,
    Column("project", Words),
    Column("seq", Integer),
    Column("stage", Words, nullable=False),
    Column("left_at", Instant, nullable=False),
    Column("days", Integer, nullable=False),
    PrimaryKeyConstraint("project", "seq"),
    Index(None, "left_at", "stage", "days"),
)
"""The stages that projects have left, by the event with which they did; `days` are whole days."""

lates = Table(
    "lates",
    schema,
    Column("project", Words),
    Column("gate", Words),
    Column("seq", Integer),
    Column("due", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    PrimaryKeyConstraint("project", "gate", "seq"),
    Index(None, "ended_at", "due"),
)
"""Deadlines that were missed, and when that ended: by a decision, a submission, a withdrawal."""


def stays_ended(before: ProjectState, recorded: Recorded) -> Iterator[dict[str, Any]]:
    """The stage that a project left with an event, if it did."""
    if isinstance(recorded.event, StageEntered) and recorded.event.before:
        yield {
            "project": before.project,
            "seq": recorded.seq,
            "stage": before.stage,
            "left_at": recorded.at,
            "days": (recorded.at - before.stage_since).days,
        }


def lates_ended(before: ProjectState, recorded: Recorded, after: ProjectState) -> Iterator[dict[str, Any]]:
    """The missed deadlines whose clock an event ended."""
    for gate, round_ in before.rounds.items():
        now = after.rounds[gate]
        if now is round_ or round_.clock is None:
            continue
        goes_on = now.number == round_.number and now.clock and now.clock.started_at == round_.clock.started_at
        due = None if goes_on else late_since(round_, recorded.at)
        if due:
            yield {"project": before.project, "gate": gate, "seq": recorded.seq, "due": due, "ended_at": recorded.at}
