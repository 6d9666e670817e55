"""A project that lives for years goes on in run after run, and nobody notices."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.service import RPCError

from lifecycle.domain.commands import AdoptPolicy, AmendFacts, PersonCommand
from lifecycle.domain.verdicts import Reason
from lifecycle.workflows.failures import refusal_of
from lifecycle.workflows.memory import Memory
from lifecycle.workflows.messages import ASK, PROJECT_WORKFLOW, Answer, Ask, CarriedProject, workflow_id
from tests.policies import policy
from tests.workflows.office import DORA, FIN, SAM, Office, Project, fresh

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]


async def runs_of(project: Project) -> int:
    """How many runs the project has lived in."""
    found = [run async for run in project.office.temporal.client.list_workflows(f"WorkflowId = '{project.handle.id}'")]
    return len(found)


async def thrice(project: Project, command: PersonCommand) -> list[Answer]:
    """Send a command three times, twice at once, each until it is answered."""

    async def once() -> Answer:
        while True:
            try:
                answer: Answer = await project.handle.execute_update(ASK, Ask(command=command), result_type=Answer)
            except RPCError:
                continue
            return answer

    answers = [*await asyncio.gather(once(), once()), await once()]
    for answer in answers:
        project.office.books.take(project.key, answer.events)
    return answers


async def test_every_command_sent_three_times_over_many_runs_happens_once(office: Office) -> None:
    project = await office.register(carry_after=3)
    for number in range(20):
        sealed = len(await project.story()) if number % 3 == 0 else 0
        command = AmendFacts(id=fresh(), actor=DORA, facts={"cost": 9_000_000 - number}, sealed_seq=sealed)
        answers = await thrice(project, command)
        assert sorted(answer.repeated for answer in answers) == [False, True, True]
    commands = [recorded.command for recorded in await project.story() if recorded.command]
    assert len([command for command in commands if command != office.commands[project.key].id]) == 20
    await project.check()
    assert await runs_of(project) >= 6


async def test_clocks_and_votes_survive_from_run_to_run(office: Office) -> None:
    project = await office.register(carry_after=2)
    await project.submit("plan", "plan")
    await project.approve("plan", FIN)
    before = (await project.state()).rounds["plan"]
    assert before.clock
    await project.wait_until(before.clock.steps[1] + timedelta(seconds=1))
    after = (await project.state()).rounds["plan"]
    assert after.votes == before.votes
    assert after.clock
    assert after.clock.taken == 2
    await project.check()
    await project.approve("plan", SAM)
    assert (await project.state()).stage == "delivery"
    await project.check()


async def test_only_the_editions_that_are_needed_are_carried(office: Office) -> None:
    project = await office.register(carry_after=1)
    for version in (2, 3):
        newer = policy(version=version)
        command = AdoptPolicy(id=fresh(), actor=DORA, policy=newer.ref, at_once=True, reason="It is better.")
        await project.ask(command, edition=newer)
    await project.ask(AmendFacts(id=fresh(), actor=DORA, facts={"cost": 9_000_000}))
    history = await project.handle.fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    carried = CarriedProject.model_validate_json(started.input.payloads[0].data)
    assert len(carried.policies) == 1
    assert len(started.input.payloads[0].data) < 32 * 1024
    await project.check()


async def test_a_project_cannot_begin_as_if_it_were_carried(office: Office) -> None:
    real = await office.register()
    forged = CarriedProject(state=await real.state(), memory=Memory(), policies=())
    handle = await office.temporal.client.start_workflow(
        PROJECT_WORKFLOW, forged, id=workflow_id(f"forged-{real.key}"), task_queue=office.queue
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    refusal = refusal_of(failed.value)
    assert refusal
    assert refusal.refusal.reason is Reason.WRONG_VALUE
