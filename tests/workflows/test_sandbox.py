"""The two runners: the product's shares our modules, the tests' guards them."""

from dataclasses import replace

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests.workflows.careless_workflow import Careless
from worker.sandbox import production, strict

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def run_under(server: WorkflowEnvironment, runner: SandboxedWorkflowRunner, name: str) -> str:
    async with Worker(server.client, task_queue=name, workflows=[Careless], workflow_runner=runner):
        told: str = await server.client.execute_workflow(Careless.run, id=name, task_queue=name)
    return told


async def test_the_strict_runner_catches_a_module_that_asks_the_time(server: WorkflowEnvironment) -> None:
    with pytest.raises(WorkflowFailureError) as failed:
        await run_under(server, strict(), "careless-under-guard")
    assert "caught" in str(failed.value.__cause__)


async def test_a_shared_module_is_not_guarded_which_is_why_there_are_two(server: WorkflowEnvironment) -> None:
    shared = replace(production(), restrictions=production().restrictions.with_passthrough_modules("tests"))
    assert await run_under(server, shared, "careless-unseen")
