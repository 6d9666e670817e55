"""The path of a command on PostgreSQL: carried out, refused, repeated, unknown and settled."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lifecycle.persistence.migrate import upgrade
from lifecycle.persistence.session import Database
from lifecycle.service.founding import found
from tests.api.conftest import Build, opened
from tests.api.desk import Desk, Project, Worker
from tests.api.test_unknown_outcomes import HELD, HOLD, happened, settled, sweeper
from tests.postgres import fresh_database, postgres_server

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    given = os.environ.get("LIFECYCLE_TEST_POSTGRES")
    if given:
        yield given
    else:
        with postgres_server() as server:
            yield server.url


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with fresh_database(postgres_url) as url, Database(url) as database:
        database.write_now(upgrade)
        yield database


@pytest.fixture
def founded(database: Database) -> tuple[Path, Mapping[str, str]]:
    return Path(), database.write_now(lambda connection: found(connection, datetime.now(UTC), sample=True))


async def test_a_charter_goes_its_way(desk: Desk, hire: Callable[[], Worker]) -> None:
    async with hire():
        project = await desk.register()
        await project.submit()
        ballot = await project.ballot()
        assert (await project.ask("auditor", "/gates/charter/votes", ballot)).refused == (403, "not_permitted")
        votes = [project.ask("sponsor", "/gates/charter/votes", ballot, key="v") for _ in range(6)]
        answers = await asyncio.gather(*votes)
        assert {answer.status for answer in answers} == {200}
        assert len({answer.json["version"] for answer in answers}) == 1
        assert (await project.ask("sponsor", "/gates/charter/votes", ballot)).refused == (409, "already_decided")
        assert (await project.ask("sponsor", "/hold", HOLD, key="v")).refused == (409, "key_reused")
        assert (await project.read())["stage"] == "planning"


async def test_two_people_at_once_have_one_decision(desk: Desk, hire: Callable[[], Worker]) -> None:
    async with hire():
        project = await desk.register()
        answers = await asyncio.gather(*(project.ask("director", "/hold", HOLD) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7


async def test_what_is_unknown_is_settled(desk: Desk, build: Build, hire: Callable[[], Worker]) -> None:
    async with hire():
        project = await desk.register()
    async with opened(await build(seconds=0.5), desk.tokens) as hasty:
        answer = await Project(hasty, project.key).ask("director", "/hold", HOLD)
        assert answer.status == 202
    async with hire():
        await asyncio.gather(*(sweeper(desk.office).sweep() for _ in range(3)))
        assert await settled(desk, "director", answer) == "done"
    assert happened(desk.office, project.key, HELD) == 1


async def test_changes_of_the_office_at_once_are_each_done_once(desk: Desk) -> None:
    body = {"id": "newcomer", "name": "Newcomer"}
    answers = await asyncio.gather(*(desk.post("director", "/people", body, key="add") for _ in range(6)))
    assert [answer.status for answer in answers] == [201] * 6
    others = await asyncio.gather(*(desk.post("director", "/people", body) for _ in range(3)))
    assert [answer.refused for answer in others] == [(409, "person_exists")] * 3
