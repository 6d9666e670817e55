"""The database cannot be reached: everybody is told to come back, and nothing is half done."""

from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from lifecycle.persistence.session import Database
from lifecycle.service.office import Office
from tests.api.conftest import opened
from tests.api.desk import CHEAP

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOWHERE = "postgresql+psycopg://lifecycle@127.0.0.1:1/lifecycle"
NEW = {"key": "P-away", "name": "Footbridge", "portfolio": "rail", "facts": CHEAP}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/me", None),
        ("GET", "/inbox", None),
        ("GET", "/projects/P-away", None),
        ("POST", "/projects", NEW),
        ("POST", "/projects/P-away/hold", {"reason": "The budget is frozen."}),
        ("POST", "/people", {"id": "newcomer", "name": "Newcomer"}),
    ],
)
async def test_who_asks_is_told_to_come_back(
    server: WorkflowEnvironment, tmp_path: Path, method: str, path: str, body: object
) -> None:
    with Database(NOWHERE) as database:
        office = Office(database, server.client, "away", tmp_path / "evidence")
        async with opened(office, {"director": "a-token"}) as desk:
            answer = await desk.send("director", method, path, body)
            assert answer.refused == (503, "store_unavailable")
            assert int(answer.response.headers["retry-after"]) > 0
            assert "127.0.0.1" not in answer.response.text
            ready = await desk.http.get("/readyz")
            assert (ready.status_code, ready.json()["engine"]) == (503, "ok")
            assert ready.json()["records"] != "ok"
            assert (await desk.http.get("/healthz")).status_code == 200
