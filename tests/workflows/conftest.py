"""One Temporal server for all tests of workflows; each test has its own queue, worker and books, under both runners."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker, WorkflowRunner

from lifecycle.activities.planning import CalendarPlanning
from lifecycle.service.calendars import calendar_of
from tests.temporal import temporal
from tests.workflows.office import Books, Office
from worker.main import new_worker
from worker.sandbox import production, strict

Hire = Callable[[], Worker]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    async with temporal() as environment:
        yield environment


@pytest.fixture(params=["production", "strict"])
def runner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> WorkflowRunner:
    """Each runner in turn; the strict one loads our modules for each workflow, which can look like a deadlock."""
    if request.param == "strict":
        monkeypatch.setenv("TEMPORAL_DEBUG", "1")
        return strict()
    return production()


@pytest.fixture
def office(server: WorkflowEnvironment, request: pytest.FixtureRequest) -> Office:
    return Office(server, request.node.name, Books())


@pytest.fixture
def hire(office: Office, runner: WorkflowRunner) -> Hire:
    """A new worker each time it is called; it works as long as its context lasts."""
    activities = (office.books.record, CalendarPlanning(calendar_of).plan_openings)
    return lambda: new_worker(office.temporal.client, office.queue, activities, runner)


@pytest_asyncio.fixture(loop_scope="session")
async def at_work(hire: Callable[[], AbstractAsyncContextManager[object]]) -> AsyncIterator[None]:
    """A worker for the whole test."""
    async with hire():
        yield
