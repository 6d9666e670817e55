"""What happens while nobody asks is recorded by the workflow itself, for as long as that takes."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from temporalio.worker import WorkflowRunner

from lifecycle.domain.commands import AmendFacts, SubmitGate
from lifecycle.domain.gate_events import LadderStepped
from lifecycle.persistence.migrate import migrate
from lifecycle.persistence.session import Database
from lifecycle.persistence.tables import states
from lifecycle.service.calendars import calendar_of
from lifecycle.workflows import options
from lifecycle.workflows.messages import ASK, DIGEST, EVENTS_AFTER, Answer, Ask
from tests.workflows.office import DORA, MIA, Office, eventually, fresh, nobody_rolls
from worker.main import new_worker
from worker.registry import activities

pytestmark = pytest.mark.asyncio(loop_scope="session")

Hire = Callable[[], AbstractAsyncContextManager[object]]


async def test_escalation_goes_on_while_sql_is_away(office: Office, hire: Hire) -> None:
    async with hire():
        project = await office.register()
        supplied = await project.supply("plan", "plan")
        office.books.is_away = True
        command = await project.timed(SubmitGate(id=fresh(), actor=MIA, gate="plan"))
        clock = command.clocks["plan"]
        soon = [clock.started_at + timedelta(seconds=seconds) for seconds in (1, 1.5)]
        hurried = clock.model_copy(update={"steps": (*soon, *clock.steps[2:])})
        command = command.model_copy(update={"clocks": {"plan": hurried}})
        await project.handle.execute_update(ASK, Ask(command=command), result_type=Answer)

        async def has_escalated() -> bool:
            clock = (await project.state()).rounds["plan"].clock
            return clock is not None and clock.taken == 2

        await eventually(has_escalated)
        assert office.books.calls > 0
        assert len(office.books.projects[project.key]) == supplied.version, "nothing could be recorded"
        office.books.is_away = False
        assert len(await project.happened(LadderStepped)) == 2
        await project.check()


async def test_sql_has_what_the_workflow_has(office: Office, runner: WorkflowRunner, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'lifecycle.db'}"
    migrate(url)
    with Database(url) as database:
        run = activities(database, calendar_of, nobody_rolls)
        async with new_worker(office.temporal.client, office.queue, run, runner):
            project = await office.register(stage="delivery")
            await project.wait(timedelta(days=32))
            seen: Answer = await project.handle.query(DIGEST, result_type=Answer)

            async def is_recorded() -> bool:
                found = await database.read(lambda connection: connection.execute(select(states)).one_or_none())
                return found is not None and (found.seq, found.digest) == (seen.version, seen.state_digest)

            await eventually(is_recorded)


async def test_events_that_nobody_seals_are_drained(office: Office, hire: Hire) -> None:
    async with hire():
        project = await office.register()
        for number in range(options.MOST_UNSEALED):
            command = AmendFacts(id=fresh(), actor=DORA, facts={"cost": 9_000_000 - number})
            await project.handle.execute_update(ASK, Ask(command=command), result_type=Answer)

        async def is_drained() -> bool:
            unsealed: Answer = await project.handle.query(EVENTS_AFTER, 0, result_type=Answer)
            return len(unsealed.events) <= options.MOST_UNSEALED

        await eventually(is_drained)
        assert office.books.calls > 0
        history = await project.handle.fetch_history()
        payloads = [
            payload
            for event in history.events
            for payload in event.activity_task_scheduled_event_attributes.input.payloads
        ]
        assert max(len(payload.data) for payload in payloads) < 32 * 1024
        await project.hear()
        await project.check()
