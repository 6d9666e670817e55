"""A flood of requests from one person takes nobody else's turn."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from lifecycle.persistence.session import Database
from lifecycle.service.office import Limits, Office
from tests.api.conftest import opened

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOKEN = {"label": "For a script"}


async def test_who_asks_too_fast_is_told_when_to_go_on(
    database: Database, server: WorkflowEnvironment, tmp_path: Path, founded: tuple[Path, Mapping[str, str]]
) -> None:
    passed = timedelta()
    began = datetime.now(UTC)
    limits = Limits(writes_per_minute=3)
    office = Office(database, server.client, "pace", tmp_path / "evidence", limits, lambda: began + passed)
    async with opened(office, founded[1]) as desk:
        for _ in range(3):
            assert (await desk.post("pm", "/tokens", TOKEN)).status == 201
        early = await desk.post("pm", "/tokens", TOKEN, key="later")
        assert early.refused == (429, "too_many_requests")
        assert early.response.headers["retry-after"] == "20"
        assert (await desk.post("director", "/people", TOKEN)).refused == (422, "malformed")
        assert (await desk.get("pm", "/inbox")).status == 200, "who only reads is not counted"
        assert len((await desk.get("pm", "/tokens")).json["items"]) == 4
        assert (await desk.post("sponsor", "/tokens", TOKEN)).status == 201, "others are not held up"

        passed = timedelta(seconds=19)
        assert (await desk.post("pm", "/tokens", TOKEN, key="later")).status == 429
        passed = timedelta(seconds=20)
        assert (await desk.post("pm", "/tokens", TOKEN, key="later")).status == 201
        assert (await desk.post("pm", "/tokens", TOKEN)).status == 429
