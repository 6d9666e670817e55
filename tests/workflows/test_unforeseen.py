"""What should not happen, and does: the project goes on with everything else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NoReturn

import pytest
from temporalio.testing import WorkflowEnvironment

from lifecycle.activities.planning import CalendarPlanning
from lifecycle.domain.commands import AmendFacts
from lifecycle.domain.gate_events import RoundOpened
from lifecycle.domain.verdicts import Denied, Reason
from lifecycle.service.calendars import calendar_of
from lifecycle.workflows import project as workflow
from tests.workflows.office import DORA, Books, Office, fresh
from worker.main import new_worker

pytestmark = pytest.mark.asyncio(loop_scope="session")

MONTH = timedelta(days=31)


def broken(*_: object) -> NoReturn:
    raise ZeroDivisionError("a fault in the product")


@contextmanager
def fault_in(function: str) -> Iterator[None]:
    """While it lasts, a function of the workflow's module is at fault (which the strict runner would load anew)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workflow, function, broken)
        yield


@pytest.fixture
def office(server: WorkflowEnvironment, request: pytest.FixtureRequest) -> Office:
    return Office(server, request.node.name, Books())


async def test_an_obligation_that_cannot_be_judged_waits_and_blocks_nothing(office: Office) -> None:
    planning = CalendarPlanning(calendar_of)
    async with new_worker(office.temporal.client, office.queue, (office.books.record, planning.plan_openings)):
        project = await office.register(stage="delivery")
        with fault_in("judge_due"):
            await project.leap(MONTH)
            state = await project.state()
            assert "health" not in state.rounds
            await project.ask(AmendFacts(id=fresh(), actor=DORA, facts={"cost": 9_000_000}))
        await project.ask(AmendFacts(id=fresh(), actor=DORA, facts={"cost": 8_000_000}))
        assert [opened.gate for opened in await project.happened(RoundOpened)] == ["handover", "health"]
        await project.check()


async def test_a_command_that_cannot_be_judged_is_refused_and_changes_nothing(office: Office) -> None:
    async with new_worker(office.temporal.client, office.queue, (office.books.record,)):
        project = await office.register()
        before = await project.state()
        with fault_in("judge"):
            refused = await project.refused(AmendFacts(id=fresh(), actor=DORA, facts={"cost": 1}))
        assert isinstance(refused, Denied)
        assert refused.refusal.reason is Reason.UNEXPECTED
        assert await project.state() == before
        await project.ask(AmendFacts(id=fresh(), actor=DORA, facts={"cost": 1}))
        await project.check()


async def test_a_round_opens_without_a_deadline_when_no_calendar_gives_one(office: Office) -> None:
    def no_calendar(*_: object) -> NoReturn:
        raise ValueError("no public holidays are known")

    planning = CalendarPlanning(no_calendar)
    async with new_worker(office.temporal.client, office.queue, (office.books.record, planning.plan_openings)):
        project = await office.register(stage="delivery")
        await project.wait(MONTH)
        opened = (await project.happened(RoundOpened))[-1]
        assert (opened.gate, opened.clock) == ("health", None)
        await project.check()
