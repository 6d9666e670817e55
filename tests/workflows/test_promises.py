"""Promises are kept track of, for months if need be; the workflow ends after the last thing that can happen."""

import asyncio
from datetime import timedelta

import pytest

from lifecycle.domain.commands import ResumeProject
from lifecycle.domain.gate_events import ConditionMissed, RoundOpened
from lifecycle.domain.project import OnMiss, Promise, Status
from lifecycle.domain.verdicts import Reason
from tests.workflows.office import FIN, SAM, Office, fresh

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

DAY = timedelta(days=1)


async def test_a_missed_condition_does_what_was_agreed(office: Office) -> None:
    project = await office.register()
    now = await project.now()
    await project.submit("plan", "plan")
    agreed = {OnMiss.NOTIFY: 10, OnMiss.REOPEN: 12, OnMiss.HOLD: 14}
    promises = tuple(
        Promise(text=f"Owed: {on_miss}", owner="mia", due=now + days * DAY, on_miss=on_miss)
        for on_miss, days in agreed.items()
    )
    await project.approve("plan", FIN)
    await project.approve("plan", SAM, promises=promises)
    assert (await project.state()).stage == "delivery"

    await project.wait(11 * DAY)
    assert len(await project.happened(ConditionMissed)) == 1
    assert (await project.state()).rounds["plan"].number == 1, "to notify changes nothing"

    await project.wait(2 * DAY)
    assert (await project.happened(RoundOpened))[-1].gate == "plan"
    await project.submit("handover", "report")
    await project.approve("handover", SAM)
    shut = await project.refused(await project.decision("handover"))
    assert shut.refusal.reason is Reason.REOPENED_GATE_OPEN

    await project.wait(2 * DAY)
    assert len(await project.happened(ConditionMissed)) == 3
    assert (await project.state()).status is Status.ON_HOLD
    await project.ask(ResumeProject(id=fresh(), actor=SAM, reason="It has been delivered after all."))
    assert (await project.state()).status is Status.ACTIVE
    await project.check()


async def test_benefits_come_due_after_closing_and_the_last_one_ends_the_workflow(office: Office) -> None:
    project = await office.register(stage="delivery")
    await project.submit("handover", "report")
    await project.approve("handover", SAM)
    await project.ask(await project.decision("handover"))
    assert (await project.state()).status is Status.CLOSED

    for number in (1, 2):
        await project.wait(93 * DAY)
        assert (await project.state()).rounds["benefits"].number == number
        await project.submit("benefits", "review")
        await project.approve("benefits", SAM)
    await asyncio.wait_for(project.handle.result(), 20)
    await project.check()


async def test_a_closed_project_with_a_benefits_gate_open_lives_on(office: Office) -> None:
    project = await office.register(stage="delivery")
    await project.submit("handover", "report")
    await project.approve("handover", SAM)
    await project.ask(await project.decision("handover"))
    await project.wait(186 * DAY)
    state = await project.state()
    assert (state.recurrences["benefits"].fired, state.rounds["benefits"].number) == (2, 1)
    description = await project.handle.describe()
    assert description.status
    assert description.status.name == "RUNNING"
