"""Pages over the real application and real SQL; nobody decides here, so no Temporal is needed."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
import structlog
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.app import create_app
from api.web.entrance import Entrance
from lifecycle.persistence.migrate import upgrade
from lifecycle.persistence.session import Database
from lifecycle.service.decider import connect
from lifecycle.service.founding import found
from lifecycle.service.office import Office
from tests.web.visitor import HOME, Visitor

structlog.configure([structlog.processors.format_exc_info, structlog.processors.LogfmtRenderer()])

Arrive = Callable[[], Visitor]


class Clock:
    """The office's time, which passes only when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **much: float) -> None:
        self.now += timedelta(**much)


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are kept with less effort than usual, which tests would wait for."""
    hasty = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr("lifecycle.service.accounts._hasher", lambda: hasty)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the sample office, to be copied."""
    path = tmp_path_factory.mktemp("founded") / "lifecycle.db"
    with Database(f"sqlite:///{path}") as database:
        database.write_now(upgrade)
        database.write_now(lambda connection: found(connection, Clock().now, sample=True))
    return path


@pytest.fixture
def database(founded: Path, tmp_path: Path) -> Iterator[Database]:
    """A database of this test's own, in which the sample office was founded."""
    copy = tmp_path / "lifecycle.db"
    shutil.copy(founded, copy)
    with Database(f"sqlite:///{copy}") as database:
        yield database


@pytest.fixture
def entrance() -> Entrance:
    """How people get in; a module with another entrance says so."""
    return Entrance(sample=True)


@pytest_asyncio.fixture
async def office(database: Database, tmp_path: Path, clock: Clock) -> Office:
    """An office whose engine is away."""
    client = await connect("127.0.0.1:1", "default")
    return Office(database, client, "nobody", tmp_path / "evidence", now=clock)


@pytest.fixture
def app(office: Office, entrance: Entrance) -> FastAPI:
    """The application over that office."""
    return create_app(nullcontext(office), office.limits.evidence_bytes, entrance)


@pytest_asyncio.fixture
async def arrive(app: FastAPI, office: Office) -> AsyncIterator[Arrive]:
    """Opens another browser each time it is called."""
    async with AsyncExitStack() as open_:
        await open_.enter_async_context(app.router.lifespan_context(app))
        transport = httpx2.ASGITransport(app)

        def another() -> Visitor:
            http = httpx2.AsyncClient(transport=transport, base_url=HOME)
            open_.push_async_callback(http.aclose)
            return Visitor(http, office)

        yield another


@pytest_asyncio.fixture
async def visitor(arrive: Arrive) -> Visitor:
    """One browser."""
    return arrive()
