"""One Temporal server for all tests of the API; each test has a database, an office and a worker of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
import structlog
from temporalio.testing import WorkflowEnvironment

from api.app import create_app
from lifecycle.persistence.migrate import upgrade
from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_of
from lifecycle.service.decider import connect
from lifecycle.service.founding import found
from lifecycle.service.office import Limits, Office
from lifecycle.service.sweeper import Sweeper
from lifecycle.service.telling.outlets import IN_THE_INBOX, Outlets
from tests.api.desk import Desk, Worker
from tests.temporal import temporal
from worker.main import new_worker
from worker.registry import activities

structlog.configure([structlog.processors.format_exc_info, structlog.processors.LogfmtRenderer()])

LIMIT_BYTES = 20_000
Build = Callable[..., Awaitable[Office]]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The API and the worker share this process, and on a busy machine their turns can look like a deadlock."""
    monkeypatch.setenv("TEMPORAL_DEBUG", "1")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    async with temporal() as environment:
        yield environment


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, str]]:
    """A database file with the sample office, to be copied, and its tokens."""
    path = tmp_path_factory.mktemp("founded") / "lifecycle.db"
    with Database(f"sqlite:///{path}") as database:
        database.write_now(upgrade)
        tokens = database.write_now(lambda connection: found(connection, datetime.now(UTC), sample=True))
    return path, tokens


@pytest.fixture
def database(founded: tuple[Path, Mapping[str, str]], tmp_path: Path) -> Iterator[Database]:
    """A database of this test's own, in which the sample office was founded."""
    copy = tmp_path / "lifecycle.db"
    shutil.copy(founded[0], copy)
    with Database(f"sqlite:///{copy}") as database:
        yield database


@pytest.fixture
def limit_bytes() -> int:
    """The size of the largest file; a module that needs larger ones says so."""
    return LIMIT_BYTES


@pytest.fixture
def build(
    database: Database, server: WorkflowEnvironment, tmp_path: Path, request: pytest.FixtureRequest, limit_bytes: int
) -> Build:
    """Composes an office on this test's database: how many seconds it waits, and where it looks for Temporal."""

    async def build(seconds: float = 5.0, address: str | None = None, outlets: Outlets = IN_THE_INBOX) -> Office:
        client = await connect(address or server.client.service_client.config.target_host, server.client.namespace)
        limits = Limits(update_seconds=seconds, evidence_bytes=limit_bytes)
        return Office(database, client, request.node.name, tmp_path / "evidence", limits, outlets=outlets)

    return build


@pytest_asyncio.fixture(loop_scope="session")
async def office(build: Build) -> Office:
    return await build()


@asynccontextmanager
async def opened(office: Office, tokens: Mapping[str, str]) -> AsyncIterator[Desk]:
    """The application over an office, and its people before it."""
    app = create_app(nullcontext(office), office.limits.evidence_bytes)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as http,
    ):
        yield Desk(http, tokens, office)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(office: Office, founded: tuple[Path, Mapping[str, str]]) -> AsyncIterator[Desk]:
    """The application, and the people of the sample office before it."""
    async with opened(office, founded[1]) as desk:
        yield desk


@pytest.fixture
def hire(office: Office, server: WorkflowEnvironment, request: pytest.FixtureRequest) -> Callable[[], Worker]:
    """A new worker each time it is called; it works as long as its context lasts."""
    run = activities(office.database, calendar_of, office.rollout_work.roll)
    return lambda: new_worker(server.client, request.node.name, run)


@pytest_asyncio.fixture(loop_scope="session")
async def at_work(hire: Callable[[], Worker]) -> AsyncIterator[None]:
    """A worker for the whole test."""
    async with hire():
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def swept(at_work: None, office: Office) -> AsyncIterator[None]:
    """A worker for the whole test, and the sweeper that settles what became unknown on the way."""
    sweeper = Sweeper(office.database, office.commands, office.registration, office.settling, lambda: datetime.now(UTC))
    stop = asyncio.Event()
    sweeping = asyncio.create_task(sweeper.run(stop))
    yield
    stop.set()
    await sweeping
