"""`python -m tests.replay.record [STORY ...]`: lives stories, or all, on a real server and keeps the histories."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from lifecycle.activities.planning import CalendarPlanning
from lifecycle.service.calendars import calendar_of
from tests.replay.stories import STORIES, Story
from tests.temporal import temporal
from tests.workflows.office import Books, Office
from worker.main import new_worker

HISTORIES: Final = Path(__file__).parent / "histories"
_MACHINE: Final = {"identity", "stackTrace", "buildId"}
"""What a history says about the machine it was recorded on, and no replay reads."""


async def record(wanted: Sequence[str]) -> None:
    """Write one file a run, after removing those of the last time."""
    HISTORIES.mkdir(exist_ok=True)
    async with temporal() as server:
        for story in STORIES:
            if not wanted or story.__name__ in wanted:
                for old in HISTORIES.glob(f"{story.__name__}-*.json"):
                    old.unlink()
                await _live(server, story)


async def _live(server: WorkflowEnvironment, story: Story) -> None:
    name = story.__name__
    office = Office(server, name, Books())
    planning = CalendarPlanning(calendar_of)
    async with new_worker(server.client, name, (office.books.record, planning.plan_openings)):
        project = await story(office)
        await project.check()
        for number, run in enumerate(await _runs(server.client, project.handle), start=1):
            history = await run.fetch_history()
            content = _without_machine(json.loads(history.to_json()))
            text = json.dumps({"id": project.handle.id, "history": content}, separators=(",", ":"), sort_keys=True)
            (HISTORIES / f"{name}-{number}.json").write_text(text + "\n", encoding="utf-8")


async def _runs(client: Client, handle: WorkflowHandle[Any, Any]) -> list[WorkflowHandle[Any, Any]]:
    """The runs of a workflow, first one first."""
    found: list[WorkflowHandle[Any, Any]] = []
    run_id: str | None = (await handle.describe()).run_id
    while run_id:
        run = client.get_workflow_handle(handle.id, run_id=run_id)
        found.insert(0, run)
        history = await run.fetch_history()
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return found


def _without_machine(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _without_machine(value) for key, value in content.items() if key not in _MACHINE}
    return [_without_machine(value) for value in content] if isinstance(content, list) else content


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)  # Temporal's client may abort an interpreter that ends in the ordinary way
