"""Whatever stops in the middle, nothing acknowledged is lost or doubled, and every outcome is known in the end."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from sqlalchemy import func, select
from temporalio.testing import WorkflowEnvironment

from lifecycle.persistence.failures import StoreUnavailableError
from lifecycle.persistence.tables import audit, events, journal
from lifecycle.service.office import Office
from lifecycle.service.sweeper import KEPT, Sweeper
from lifecycle.workflows.messages import workflow_id
from tests.api.conftest import Build, opened
from tests.api.desk import CHEAP, Answer, Desk, Project, Worker, fresh_key

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOLD = {"reason": "The budget is frozen."}
DEADLINE = 60.0
HELD = "person:project:held"
NOWHERE = "127.0.0.1:1"
Hire = Callable[[], Worker]


def sweeper(office: Office, later: timedelta = timedelta(seconds=10)) -> Sweeper:
    """A sweeper that comes by after a while."""
    return Sweeper(
        office.database, office.commands, office.registration, office.settling, lambda: datetime.now(UTC) + later
    )


async def swept(office: Office) -> int:
    """How many commands a sweeper settles, once whoever is at work again has found its way to them."""
    ends = monotonic() + DEADLINE
    settled = await sweeper(office).sweep()
    while not settled and monotonic() < ends:
        settled = await sweeper(office).sweep()
    return settled


def happened(office: Office, project: str, kind: str) -> int:
    """How often something was recorded of a project."""
    of = select(func.count()).select_from(events).where(events.c.project == project, events.c.type == kind)
    return office.database.read_now(lambda connection: connection.scalar(of)) or 0


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, office: Office, error: Exception) -> Iterator[None]:
    """Let every settling fail for a while, after the engine has accepted the command."""

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(office.settling, "_settle", fail)
        yield


async def settled(desk: Desk, person: str, answer: Answer) -> str:
    """The status of a command at the address that its answer named."""
    status = await desk.http.get(
        answer.response.headers["location"], headers={"Authorization": f"Bearer {desk.tokens[person]}"}
    )
    return str(status.json()["status"])


async def held(project: Project) -> Answer:
    """The hold, asked for under its key until it is known; a new worker finds a gone one's tasks some seconds late."""
    for _ in range(5):
        answer = await project.ask("director", "/hold", HOLD, key="h")
        if answer.status != 202:
            break
    return answer


async def test_nobody_at_work_is_no_answer_until_somebody_is(desk: Desk, build: Build, hire: Hire) -> None:
    async with hire():
        project = await desk.register()
    async with opened(await build(seconds=0.5), desk.tokens) as hasty:
        asked = Project(hasty, project.key)
        answer = await asked.ask("director", "/hold", HOLD, key="h")
        assert answer.status == 202
        assert answer.json["status"] == await settled(hasty, "director", answer) == "sent"
        assert await sweeper(hasty.office).sweep() == 0
        assert (await project.read())["status"] == "active"
    async with hire():
        assert await swept(desk.office) == 1
        assert await settled(desk, "director", answer) == "done"
        again = await project.ask("director", "/hold", HOLD, key="h")
    assert (again.status, again.json["command"]) == (200, answer.json["command"])
    assert happened(desk.office, project.key, HELD) == 1


async def test_to_repeat_the_request_settles_it_too(desk: Desk, build: Build, hire: Hire) -> None:
    async with hire():
        project = await desk.register()
    async with opened(await build(seconds=0.5), desk.tokens) as hasty:
        assert (await Project(hasty, project.key).ask("director", "/hold", HOLD, key="h")).status == 202
    async with hire():
        assert (await held(project)).status == 200
        assert await sweeper(desk.office).sweep() == 0
    assert happened(desk.office, project.key, HELD) == 1


async def test_what_the_engine_accepted_and_the_records_lost_is_recorded_later(
    desk: Desk, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hire():
        project = await desk.register()
        with failing(monkeypatch, desk.office, StoreUnavailableError("The records are busy.")):
            answer = await project.ask("director", "/hold", HOLD)
        assert answer.status == 202
        assert await asyncio.gather(*(sweeper(desk.office).sweep() for _ in range(3))) != [0, 0, 0]
        assert await settled(desk, "director", answer) == "done"
    assert happened(desk.office, project.key, HELD) == 1
    assert (await project.read())["status"] == "on_hold"


async def test_a_crash_after_the_decision_loses_nothing(
    desk: Desk, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hire():
        project = await desk.register()
        with failing(monkeypatch, desk.office, MemoryError()):
            assert (await project.ask("director", "/hold", HOLD, key="h")).refused == (500, "incident")
        assert await swept(desk.office) == 1
        assert (await project.ask("director", "/hold", HOLD, key="h")).status == 200
    assert happened(desk.office, project.key, HELD) == 1


async def test_who_comes_next_brings_what_the_one_before_left_behind(
    desk: Desk, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hire():
        project = await desk.register()
        with failing(monkeypatch, desk.office, StoreUnavailableError("The records are busy.")):
            left = await project.ask("director", "/hold", HOLD)
        assert left.status == 202
        await project.done("director", "/resume", HOLD)
        assert await swept(desk.office) == 1
        assert await settled(desk, "director", left) == "done"
    kinds = select(events.c.type).where(events.c.project == project.key).order_by(events.c.seq)
    told = desk.office.database.read_now(lambda connection: connection.scalars(kinds).all())
    assert told[-2:] == [HELD, "person:project:resumed"]


async def test_a_registration_that_lost_its_answer_is_settled(
    desk: Desk, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = fresh_key()
    body = {"key": key, "name": "Footbridge", "portfolio": "rail", "facts": CHEAP}
    async with hire():
        with failing(monkeypatch, desk.office, StoreUnavailableError("The records are busy.")):
            answer = await desk.post("director", "/projects", body, key="r")
        assert answer.status == 202
        assert await swept(desk.office) == 1
        again = await desk.post("director", "/projects", body, key="r")
    assert (again.status, again.json["command"]) == (201, answer.json["command"])
    assert happened(desk.office, key, "person:project:registered") == 1


async def test_while_the_engine_is_away_writes_wait_and_reads_go_on(desk: Desk, build: Build, hire: Hire) -> None:
    async with hire():
        project = await desk.register()
    async with opened(await build(address=NOWHERE), desk.tokens) as cut_off:
        asked = Project(cut_off, project.key)
        answer = await asked.ask("director", "/hold", HOLD, key="h")
        assert answer.refused == (503, "engine_away")
        assert int(answer.response.headers["retry-after"]) > 0
        assert await settled(cut_off, "director", answer) == "sent"
        assert (await asked.read())["status"] == "active"
        body = {"key": fresh_key(), "name": "Footbridge", "portfolio": "rail", "facts": CHEAP}
        assert (await cut_off.post("director", "/projects", body)).refused == (503, "engine_away")
        ready = await cut_off.http.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"records": "ok", "engine": "away"})
    async with hire():
        assert (await held(project)).status == 200
    assert happened(desk.office, project.key, HELD) == 1


async def test_what_nobody_expects_any_more_is_not_carried_out(desk: Desk, build: Build, hire: Hire) -> None:
    async with hire():
        project = await desk.register()
    async with opened(await build(address=NOWHERE), desk.tokens) as cut_off:
        answer = await Project(cut_off, project.key).ask("director", "/hold", HOLD)
        assert answer.status == 503
    async with hire():
        assert await sweeper(desk.office, KEPT + timedelta(minutes=1)).sweep() == 1
        told = (await desk.get("director", f"/commands/{answer.json['command']}")).json
    assert (told["status"], told["problem"]["reason"]) == ("refused", "stale")
    assert (await project.read())["status"] == "active"


async def test_what_somebody_may_no_longer_do_is_not_done_for_them(desk: Desk, build: Build, hire: Hire) -> None:
    async with hire():
        project = await desk.register()
    async with opened(await build(address=NOWHERE), desk.tokens) as cut_off:
        answer = await Project(cut_off, project.key).ask("director", "/hold", HOLD)
    grant = {"person": "analyst", "role": "pmo_director"}
    await desk.post("director", "/roles", grant)
    assert (await desk.send("analyst", "DELETE", "/roles?person=director&role=pmo_director&scope=everywhere")).json
    async with hire():
        assert await swept(desk.office) == 1
    told = (await desk.get("director", f"/commands/{answer.json['command']}")).json
    assert (told["status"], told["problem"]["reason"]) == ("refused", "not_permitted")


async def test_a_project_that_the_engine_has_lost_says_so(desk: Desk, hire: Hire, server: WorkflowEnvironment) -> None:
    async with hire():
        project, other = await desk.register(), await desk.register()
        for lost in (project, other):
            await server.client.get_workflow_handle(workflow_id(lost.key)).terminate()
        answer = await project.ask("director", "/hold", HOLD, key="h")
        assert answer.refused == (503, "unexpected")
        assert "lost" in answer.json["detail"]
        assert (await project.ask("director", "/hold", HOLD, key="h")).json == answer.json
    assert (await project.read())["status"] == "active"


async def test_every_outcome_stands_in_the_records_once(desk: Desk, hire: Hire) -> None:
    async with hire():
        project = await desk.register()
        answers = await asyncio.gather(
            *(project.ask("director", f"/{what}", HOLD) for what in ("hold", "resume") for _ in range(10))
        )
    commands = {answer.json["command"]: answer.status for answer in answers}
    database = desk.office.database
    statuses = select(journal.c.id, journal.c.status).where(journal.c.project == project.key)
    noted = {row.id: row.status for row in database.read_now(lambda c: c.execute(statuses).all())}
    caused = select(events.c.command).where(events.c.project == project.key)
    refused = select(audit.c.command).where(audit.c.chain == project.key, audit.c.kind == "refused")
    done = {command for command, status in commands.items() if status == 200}
    assert {command for command, status in noted.items() if status == "done"} >= done
    assert set(database.read_now(lambda c: c.scalars(caused).all())) >= done
    assert sorted(database.read_now(lambda c: c.scalars(refused).all())) == sorted(commands.keys() - done)
