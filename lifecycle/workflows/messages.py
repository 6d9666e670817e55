"""What goes into a project's workflow and what comes out of it; the names are part of the contract."""

from typing import Final

from pydantic import Field

from lifecycle.domain.commands import AnyCommand, RegisterProject
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import Instant, Value
from lifecycle.workflows.memory import Memory

PROJECT_WORKFLOW: Final = "ProjectLifecycle"
ASK: Final = "ask"
"""Update: `Ask` -> `Answer`, or a failure that `failures.refusal_of` reads. The update id is the command's id."""
EVENTS_AFTER: Final = "events_after"
"""Query: a number -> `Answer` with the unsealed events after it, at most about a megabyte; the oldest come first."""
DIGEST: Final = "digest"
"""Query: nothing -> `Answer` without events: the version and the digest of the state."""
STATE: Final = "state"
"""Query: nothing -> `ProjectState`."""


def workflow_id(project: str) -> str:
    """The id of a project's only workflow."""
    return f"project/{project}"


class StartProject(Value):
    """The registration of a project, as it was judged and accepted at the instant `at`.

    `policy` is the packed edition that binds it (`rulebook.pack`). After `carry_after` events the workflow goes on in
    a new run; none leaves that to the server's advice.
    """

    command: RegisterProject
    at: Instant
    policy: str
    carry_after: int | None = Field(default=None, ge=1)


class CarriedProject(Value):
    """A project on its way from one run to the next; `policies` are the packed editions that bind or await it."""

    state: ProjectState
    memory: Memory
    policies: tuple[str, ...]
    carry_after: int | None = None


class Ask(Value):
    """A person's command; `policy` is the packed edition that an `AdoptPolicy` names, and only its."""

    command: AnyCommand
    policy: str | None = None


class Answer(Value):
    """What happened, and where the project stands now: its version and the digest of its state (`digest_of`).

    `repeated` says that the command was accepted before; then `events` are those of them that SQL may still lack.
    """

    events: tuple[Recorded, ...]
    version: int
    state_digest: str
    repeated: bool = False
