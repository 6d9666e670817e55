"""The worker as it really runs: a process that is killed in the middle of its work, and one that is told to stop."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from temporalio.service import RPCError

from api.processes.health import is_well
from lifecycle.domain.commands import AmendFacts
from lifecycle.persistence.migrate import migrate
from lifecycle.workflows.messages import ASK, Answer, Ask
from tests.policies import without_ladders
from tests.workflows.office import DEADLINE, DORA, Office, Project, eventually, fresh

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Running:
    """A worker process at work, and the port of its health."""

    process: asyncio.subprocess.Process
    port: int


@asynccontextmanager
async def worker(office: Office, home: Path) -> AsyncIterator[Running]:
    """A worker process that works on the office's queue."""
    url = f"sqlite:///{home / 'lifecycle.db'}"
    migrate(url)
    settings = {
        "LIFECYCLE_TEMPORAL_ADDRESS": office.temporal.client.service_client.config.target_host,
        "LIFECYCLE_TASK_QUEUE": office.queue,
        "LIFECYCLE_DATABASE_URL": url,
        "LIFECYCLE_WORKER_HEALTH_PORT": "0",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker"), env={**os.environ, **settings}, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr
    try:
        async with asyncio.timeout(DEADLINE):
            while not (port := re.search(rb"event=\"at work\".* health=(\d+)", await process.stderr.readline())):
                assert process.returncode is None
        yield Running(process, int(port[1]))
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def amend(project: Project, cost: int) -> str:
    """Amend a fact, again and again until it is answered; the id of the command."""
    command = AmendFacts(id=fresh(), actor=DORA, facts={"cost": cost})
    while True:
        try:
            await project.handle.execute_update(ASK, Ask(command=command), id=command.id, result_type=Answer)
        except RPCError:
            continue
        return command.id


async def test_a_worker_killed_in_a_burst_loses_and_doubles_nothing(office: Office, tmp_path: Path) -> None:
    async with worker(office, tmp_path) as first:
        projects = [await office.register(without_ladders()) for _ in range(4)]

        async def burst(project: Project, start: int) -> list[str]:
            return [await amend(project, start + number) for number in range(25)]

        bursts = [asyncio.create_task(burst(project, 1_000_000 * turn)) for project in projects for turn in (1, 2)]

        async def is_under_way() -> bool:
            return (await projects[0].state()).seq >= 12

        await eventually(is_under_way)
        first.process.kill()
        await first.process.wait()
        assert not all(burst.done() for burst in bursts), "the kill came in the middle"
        async with worker(office, tmp_path):
            acknowledged = await asyncio.gather(*bursts)
            for number, project in enumerate(projects):
                await project.hear()
                happened = [recorded.command for recorded in await project.story()]
                mine = [*acknowledged[2 * number], *acknowledged[2 * number + 1]]
                assert sorted(command for command in happened if command in mine) == sorted(mine)
                await project.check()


async def test_a_worker_that_is_told_to_stop_stops_in_order(office: Office, tmp_path: Path) -> None:
    async with worker(office, tmp_path) as running:
        assert await is_well(running.port, "/healthz")
        assert not await is_well(running.port, "/")
        running.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE):
            _, said = await running.process.communicate()
        assert running.process.returncode == 0
        assert b"event=stopping" in said
