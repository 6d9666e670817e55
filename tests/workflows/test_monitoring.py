"""During delivery the health gate comes round every month, and a breach opens the exception gate by itself."""

from datetime import timedelta

import pytest

from lifecycle.domain.commands import AmendFacts
from lifecycle.domain.events import BreachCleared, BreachFound
from lifecycle.domain.gate_events import LadderStepped, RecurrenceCame, RoundOpened
from lifecycle.domain.project import Status
from lifecycle.domain.verdicts import Reason, Waiting
from lifecycle.domain.worktime import is_working
from lifecycle.service.calendars import calendar_of
from tests.policies import policy
from tests.workflows.office import DORA, SAM, Office, fresh

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

MONTH = timedelta(days=31)


async def test_health_comes_round_every_month_and_waits_for_its_decision(office: Office) -> None:
    project = await office.register(stage="delivery")
    await project.wait(MONTH)
    opened = (await project.happened(RoundOpened))[-1]
    assert (opened.gate, opened.round) == ("health", 1)
    calendar = calendar_of(policy().calendar, opened.clock.due.year)
    assert opened.clock.due > opened.clock.started_at
    assert is_working(calendar, opened.clock.due - timedelta(microseconds=1)), "the manager's time is working time"

    await project.wait(MONTH)
    assert [came.opened for came in await project.happened(RecurrenceCame)] == [True, False]
    assert [step.action for step in await project.happened(LadderStepped)] == ["remind", "notify"]

    await project.submit("health", "status")
    await project.approve("health", DORA)
    await project.wait(MONTH)
    assert [came.opened for came in await project.happened(RecurrenceCame)] == [True, False, True]
    assert (await project.state()).rounds["health"].number == 2
    await project.check()


async def test_a_breach_shuts_every_stage_gate_until_it_is_decided(office: Office) -> None:
    project = await office.register(stage="delivery")
    await project.submit("handover", "report")
    await project.approve("handover", SAM)
    answer = await project.ask(AmendFacts(id=fresh(), actor=DORA, facts={"cost": 11_500_000}))
    assert [type(recorded.event) for recorded in answer.events][1:] == [BreachFound, RoundOpened]

    shut = await project.refused(await project.decision("handover"))
    assert isinstance(shut, Waiting)
    assert (shut.refusal.reason, shut.refusal.missing) == (Reason.EXCEPTION_OPEN, ("exception",))

    await project.submit("exception", "report")
    accepted = await project.approve("exception", SAM)
    assert BreachCleared in [type(recorded.event) for recorded in accepted.events]
    await project.ask(await project.decision("handover"))
    assert (await project.state()).status is Status.CLOSED
    await project.check()
