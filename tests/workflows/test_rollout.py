"""Roll-outs: a canary first, then the others in slices; paused, gone on with, and taken back."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.worker import WorkflowRunner

from lifecycle.activities.planning import CalendarPlanning
from lifecycle.activities.rolling import PortfolioRolling
from lifecycle.domain.verdicts import Reason
from lifecycle.service.calendars import calendar_of
from lifecycle.workflows.failures import refusal_of
from lifecycle.workflows.rollout_messages import ROLLOUT_WORKFLOW, STEER, Move, Phase, StartRollout, Steer
from tests.workflows.office import Office, eventually
from worker.main import new_worker

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Portfolio:
    """Ten projects, each bound by the old edition or by the new one."""

    def __init__(self) -> None:
        self.bound = 0
        self.phases: list[str] = []

    async def roll(self, _rollout: str, count: int, phase: str) -> int:
        self.phases.append(phase)
        if phase == Phase.ROLLING_BACK:
            self.bound = max(0, self.bound - count)
            return self.bound
        self.bound = min(10, self.bound + count)
        return 10 - self.bound


Steering = Callable[[Move], Awaitable[Phase]]


async def begun(office: Office, name: str) -> tuple[WorkflowHandle[object, None], Steering]:
    handle: WorkflowHandle[object, None] = await office.temporal.client.start_workflow(
        ROLLOUT_WORKFLOW, StartRollout(rollout=name, canary=2, slice=3), id=f"rollout/{name}", task_queue=office.queue
    )

    async def steer(move: Move) -> Phase:
        phase: Phase = await handle.execute_update(STEER, Steer(move=move), result_type=Phase)
        return phase

    return handle, steer


async def test_the_others_wait_until_somebody_has_looked_at_the_canary(office: Office, runner: WorkflowRunner) -> None:
    portfolio = Portfolio()
    run = (CalendarPlanning(calendar_of).plan_openings, PortfolioRolling(portfolio.roll).roll)
    async with new_worker(office.temporal.client, office.queue, run, runner):
        handle, steer = await begun(office, f"{office.queue}-forward")

        async def is_watched() -> bool:
            return Phase.WATCHING in portfolio.phases

        async def is_done() -> bool:
            return Phase.DONE in portfolio.phases

        await eventually(is_watched)
        assert portfolio.bound == 2
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await steer(Move.PAUSE)
        verdict = refusal_of(refused.value)
        assert verdict is not None
        assert verdict.refusal.reason is Reason.NOTHING_CHANGED
        assert await steer(Move.GO_ON) is Phase.ROLLING
        await eventually(is_done)
        await office.temporal.fast_forward(handle, timedelta(days=15))
        await handle.result()
    assert portfolio.bound == 10
    assert portfolio.phases[-1] == Phase.DONE


async def test_what_was_rolled_out_can_be_taken_back(office: Office, runner: WorkflowRunner) -> None:
    portfolio = Portfolio()
    run = (CalendarPlanning(calendar_of).plan_openings, PortfolioRolling(portfolio.roll).roll)
    async with new_worker(office.temporal.client, office.queue, run, runner):
        handle, steer = await begun(office, f"{office.queue}-back")

        async def is_done() -> bool:
            return Phase.DONE in portfolio.phases

        async def is_watched() -> bool:
            return Phase.WATCHING in portfolio.phases

        await eventually(is_watched)
        await steer(Move.GO_ON)
        await eventually(is_done)
        assert await steer(Move.ROLL_BACK) is Phase.ROLLING_BACK
        await handle.result()
    assert portfolio.bound == 0
    assert portfolio.phases[-1] == Phase.ROLLED_BACK
