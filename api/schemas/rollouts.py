"""Roll-outs: what is sent to plan and to steer one, and how one is shown."""

from typing import Annotated, Self

from pydantic import Field

from api.schemas.words import Body, Name, Prose, View
from lifecycle.domain.values import Instant
from lifecycle.service.rollouts import Bound, Rollout, RolloutLine
from lifecycle.workflows.rollout_messages import Move, Phase

ProjectKey = Annotated[str, Field(min_length=1, max_length=200)]


class RolloutOrder(Body):
    """An edition to bring to the running projects of its policy: why, how many first, and how many at a time.

    `leave_out` are the keys of projects that stay under their edition until their next stage.
    """

    policy: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    reason: Prose
    canary: Annotated[int, Field(ge=1, le=1_000)] = 5
    slice: Annotated[int, Field(ge=1, le=1_000)] = 50
    leave_out: Annotated[tuple[ProjectKey, ...], Field(max_length=10_000)] = ()


class MoveBody(Body):
    """Go on, pause or roll back."""

    move: Move


class RolloutView(View):
    """One roll-out: its phase, and its projects by what was foreseen and by what became of them."""

    id: str
    person: str
    policy: str
    version: int
    reason: str
    canary: int
    slice: int
    phase: Phase
    planned_at: Instant
    moved_at: Instant
    verdicts: dict[Name, int]
    counts: dict[Bound, int]

    @classmethod
    def of(cls, rollout: Rollout) -> Self:
        """As it is shown."""
        return cls(
            id=rollout.id,
            person=rollout.person,
            policy=rollout.policy.id,
            version=rollout.policy.version,
            reason=rollout.reason,
            canary=rollout.canary,
            slice=rollout.slice,
            phase=Phase(rollout.phase),
            planned_at=rollout.planned_at,
            moved_at=rollout.moved_at,
            verdicts=dict(rollout.verdicts),
            counts={Bound(status): number for status, number in rollout.counts.items()},
        )


class RolloutProject(View):
    """One project of a roll-out: what was foreseen, what became of it, and the version that bound it before."""

    project: str
    verdict: str
    status: Bound
    former_version: int
    sentence: str

    @classmethod
    def of(cls, line: RolloutLine) -> Self:
        """As it is shown."""
        return cls(
            project=line.project,
            verdict=line.verdict,
            status=line.status,
            former_version=line.former.version,
            sentence=line.sentence,
        )


class RolloutList(View):
    """The roll-outs, the newest first."""

    items: tuple[RolloutView, ...]
