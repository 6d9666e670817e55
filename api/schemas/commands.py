"""What becomes of a request, as its sender is told."""

from datetime import datetime
from typing import Literal

from api.schemas.problems import Problem
from api.schemas.projects import ProjectView
from api.schemas.words import View


class HappenedView(View):
    """An event in a few words."""

    seq: int
    at: datetime
    type: str
    gate: str | None


class Accepted(View):
    """It was carried out: what happened, the version after it, and the project as it stands now."""

    command: str
    version: int
    events: tuple[HappenedView, ...]
    project: ProjectView


class NotKnownYet(View):
    """It was received, and its outcome is not known yet; its status address will tell."""

    command: str
    status: Literal["sent"] = "sent"
    detail: str
    remedy: str


class CommandStatus(View):
    """What is known of a request: nothing yet (`sent`), `done`, or `refused` and why."""

    command: str
    type: str
    project: str | None
    status: Literal["sent", "done", "refused"]
    sent_at: datetime
    settled_at: datetime | None
    version: int | None
    events: tuple[HappenedView, ...]
    problem: Problem | None
