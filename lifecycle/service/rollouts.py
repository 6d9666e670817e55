"""Roll-outs: an edition is brought to running projects slice by slice, by plan, and back if it is told to."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.domain.project import PolicyRef, ProjectState
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.whatif import Effect, Foreseen, Trial
from lifecycle.persistence import rollouts, what_ifs
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.pages import Cursor, Page
from lifecycle.persistence.reach import UNLIMITED
from lifecycle.persistence.rollouts import Bound as Bound
from lifecycle.persistence.rollouts import Rollout as Rollout
from lifecycle.persistence.rollouts import RolloutLine as RolloutLine
from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_of
from lifecycle.service.deeds import Deeds, RefusedError, not_permitted
from lifecycle.service.directory import Directory
from lifecycle.service.envelopes import Envelope
from lifecycle.service.policies import UnknownEditionError
from lifecycle.service.rosters import rosters
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf
from lifecycle.workflows.failures import refusal_of
from lifecycle.workflows.rollout_messages import ROLLOUT_WORKFLOW, STEER, StartRollout, Steer, rollout_workflow_id
from lifecycle.workflows.rollout_messages import Move as Move
from lifecycle.workflows.rollout_messages import Phase as Phase

COMPATIBLE: Final = "compatible"
VOTES_VOIDED: Final = "votes_voided"
NEEDS_MAPPING: Final = "needs_mapping"
GRANDFATHERED: Final = "grandfathered"
_PAGE: Final = 200


class UnknownRolloutError(LifecycleError):
    """There is no such roll-out (HTTP 404; code `unknown_rollout`)."""

    def __init__(self) -> None:
        super().__init__("unknown_rollout", "There is no such roll-out.", "See the list of roll-outs.")


class EngineAwayError(LifecycleError):
    """The engine cannot be reached (HTTP 503; code `engine_away`)."""

    def __init__(self) -> None:
        super().__init__("engine_away", "The engine cannot be reached just now.", "Try again in a moment.")


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants rolled out: an edition, why, how many projects first and how many at a time.

    `leave_out` are the keys of projects that stay under their edition until their next stage.
    """

    policy: str
    version: int
    reason: str
    canary: int = 5
    slice: int = 50
    leave_out: tuple[str, ...] = ()


class Rollouts:
    """Plans, starts and steers roll-outs."""

    def __init__(
        self, database: Database, deeds: Deeds, directory: Directory, shelf: Shelf, engine: Client, queue: str, now: Now
    ) -> None:
        self._database = database
        self._deeds = deeds
        self._directory = directory
        self._shelf = shelf
        self._engine = engine
        self._queue = queue
        self._now = now

    async def plan(self, envelope: Envelope, order: Order) -> Rollout:
        """A verdict for every running project of the policy; nothing is bound yet.

        Raises `UnknownEditionError`, and `RefusedError` for somebody who may not bind projects.
        """
        rights = await self._directory.rights(envelope.person)
        if not rights.may(Permission.POLICY_ADOPT):
            raise RefusedError(not_permitted(Permission.POLICY_ADOPT))
        edition = await self._shelf.named(order.policy, order.version, self._now())
        if edition is None:
            raise UnknownEditionError(order.policy)
        lines = await self._foreseen(edition.book, edition.ref, frozenset(order.leave_out))
        now = self._now()
        begun = Rollout(
            id=envelope.id,
            person=envelope.person,
            policy=edition.ref,
            reason=order.reason,
            canary=order.canary,
            slice=order.slice,
            phase=Phase.PLANNED.value,
            planned_at=now,
            moved_at=now,
        )

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            rollouts.plan(connection, begun, lines, by)
            return {"id": begun.id}

        asked = {"policy": order.policy, "version": order.version, "leave_out": sorted(order.leave_out)}
        await self._deeds.do(envelope, "plan_rollout", asked, work)
        return await self.get(envelope.id)

    async def start(self, id_: str) -> Rollout:
        """Begin a planned roll-out with its canary. To ask again changes nothing."""
        planned = await self.get(id_)
        given = StartRollout(rollout=id_, canary=planned.canary, slice=planned.slice)
        try:
            await self._engine.start_workflow(
                ROLLOUT_WORKFLOW,
                given,
                id=rollout_workflow_id(id_),
                task_queue=self._queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            )
        except WorkflowAlreadyStartedError:
            pass
        except (RPCError, RuntimeError) as error:
            raise EngineAwayError from error
        return await self.get(id_)

    async def steer(self, id_: str, move: Move) -> Phase:
        """Go on, pause or roll back: the phase that follows. Raises `RefusedError` where it cannot be."""
        at = (await self.get(id_)).phase
        handle = self._engine.get_workflow_handle(rollout_workflow_id(id_))
        try:
            phase: Phase = await handle.execute_update(STEER, Steer(move=move), result_type=Phase)
        except WorkflowUpdateFailedError as error:
            found = refusal_of(error)
            raise RefusedError(found.refusal if found else _not_steered(at)) from error
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise RefusedError(_not_steered(at)) from error
            raise EngineAwayError from error
        except RuntimeError as error:
            raise EngineAwayError from error
        return phase

    async def get(self, id_: str) -> Rollout:
        """How far a roll-out has come. Raises `UnknownRolloutError`."""
        found = await self._database.read(lambda connection: rollouts.find(connection, id_))
        if found is None:
            raise UnknownRolloutError
        return found

    async def latest(self) -> tuple[Rollout, ...]:
        """The roll-outs, the newest first."""
        return await self._database.read(rollouts.latest)

    async def projects(
        self, id_: str, status: str | None = None, after: Cursor | None = None, limit: int = 100
    ) -> Page[RolloutLine]:
        """A page of a roll-out's projects, by key, each with its verdict and what became of it."""
        await self.get(id_)
        return await self._database.read(lambda c: rollouts.lines_of(c, id_, status, after=after, limit=limit))

    async def _foreseen(self, draft: Rulebook, ref: PolicyRef, leave_out: Collection[str]) -> list[RolloutLine]:
        now = self._now()
        trial = Trial(draft, lambda rule: calendar_of(rule, now.year), now)
        people = await self._database.read(partial(rosters, now=now))
        lines: list[RolloutLine] = []
        reached = ""
        while page := await self._database.read(partial(_open_after, reached)):
            reached = page[-1].project
            mine = [state for state in page if state.policy.id == ref.id and state.policy.digest != ref.digest]
            books = {state.policy.digest: await self._shelf.by_digest(state.policy.digest) for state in mine}
            for state in mine:
                shelved = books[state.policy.digest]
                if shelved is not None:
                    roster = people.of(state.project, state.portfolio)
                    seen = await asyncio.to_thread(trial.on, shelved.book, state, roster)
                    lines.append(_line(state, seen, leave_out))
        return lines


def _not_steered(phase: str) -> Refusal:
    sentence = f"The roll-out is {phase.replace('_', ' ')}; nobody steers it now."
    remedy = "Start it." if phase == Phase.PLANNED else "Plan another one."
    return Refusal(reason=Reason.NOTHING_CHANGED, sentence=sentence, remedy=remedy)


def _open_after(reached: str, connection: Connection) -> tuple[ProjectState, ...]:
    return what_ifs.open_after(connection, UNLIMITED, reached, _PAGE)


def _line(state: ProjectState, seen: Foreseen, leave_out: Collection[str]) -> RolloutLine:
    if state.project in leave_out:
        sentence = "Left under its edition until its next stage, as was asked for."
        return RolloutLine(state.project, GRANDFATHERED, Bound.LEFT, state.policy, sentence)
    if seen.effect is Effect.NEEDS_MAPPING:
        return RolloutLine(state.project, NEEDS_MAPPING, Bound.LEFT, state.policy, seen.why)
    voided = any(shift.voided for shift in seen.gates)
    return RolloutLine(state.project, VOTES_VOIDED if voided else COMPATIBLE, Bound.WAITING, state.policy)
