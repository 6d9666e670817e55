"""Processes die in the middle of their work: nothing acknowledged is lost or doubled, nothing stays unknown."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest

from lifecycle.persistence.verifier import verify
from tests.e2e.governed import Project
from tests.e2e.product import Product, running
from tests.e2e.records import closed_to_writers, in_sql, in_the_engine, rows
from tests.e2e.storm import Burst, Request, burst, errands, until

pytestmark = pytest.mark.xdist_group("faults")
log = logging.getLogger(__name__)

FAULTS = (
    ("worker", False),
    ("temporal", False),
    ("api", False),
    ("worker", True),
    ("temporal", True),
    ("api", False),
)
"""Which process is killed, and whether it first stands still until somebody is left without an outcome."""
LANES = 20
"""Projects on which somebody sends one request after another."""
LEAST_EACH = 10
"""Requests on each of them."""
LEAST_ANSWERED = 15
"""Requests that are carried out between two faults."""
LEAST_DOUBTS = LANES * LEAST_EACH // 20
"""So many outcomes at least have to be unknown for a while; if there are fewer, nothing was proved."""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("faults")) as product:
        yield product


async def test_an_api_that_dies_between_decision_and_record_loses_nothing(product: Product) -> None:
    keys = [Project.register(product).key for _ in range(4)]
    amended = {"facts": {"forecast": 4711}, "reason": "A new estimate."}
    asked = [Request("pm", f"late-{key}", key, "PATCH", f"/projects/{key}/facts", amended) for key in keys]
    before = in_sql(product)

    async def decided() -> bool:
        now = await in_the_engine(product, keys)
        return all(now[key] != before[key] for key in keys)

    async with burst(product) as people:
        with ExitStack() as closed:
            with product.frozen("worker"):
                sending = asyncio.gather(*(people.send(request) for request in asked))
                await until(lambda: _noted(product, asked), "every request is in the journal")
                closed.enter_context(closed_to_writers(product))
            await until(decided, "every request is decided")
            is_back = product.kill("api")
        await sending
        assert people.told("cut") == asked, "nobody was told anything"
        await asyncio.to_thread(is_back)
        assert set((await people.settled()).values()) == {"done"}
        await _check(product, people)


async def test_nothing_is_lost_or_doubled_while_everything_dies(product: Product) -> None:
    keys = [Project.register(product).key for _ in range(LANES)]
    async with burst(product) as people:
        storm = asyncio.create_task(_storm(product, people))
        lanes = [_lane(people, key, storm, again=number % 2 == 0) for number, key in enumerate(keys)]
        await asyncio.gather(storm, *lanes)
        settled = await people.settled()
        await _check(product, people)
    told = Counter(request.told for request in people.sent)
    log.info("told %s, doubts %d, settled later %s", dict(told), people.doubts, dict(Counter(settled.values())))
    assert told["done"] + told["refused"] >= LANES * LEAST_EACH / 2
    assert people.doubts >= LEAST_DOUBTS, f"Only {people.doubts} outcomes were in doubt: the faults did not bite."


async def _lane(people: Burst, project: str, storm: "asyncio.Task[None]", *, again: bool) -> None:
    """One request after another until the storm is over; who asks `again` leaves nothing to the sweeper."""
    next_errand = errands(project)
    number = 0
    while number < LEAST_EACH or not storm.done():
        await people.send(next_errand(), again=again)
        number += 1


async def _storm(product: Product, people: Burst) -> None:
    for name, stands_still in FAULTS:
        enough = len(people.told("done")) + LEAST_ANSWERED
        await until(partial(_have_done, people, enough), f"work goes on before {name} dies")
        if stands_still:
            with product.frozen(name):
                await until(partial(_are_in_doubt, people, people.doubts), f"somebody misses {name}")
                is_back = product.kill(name)
        else:
            is_back = product.kill(name)
        await asyncio.to_thread(is_back)


def _have_done(people: Burst, enough: int) -> bool:
    return len(people.told("done")) >= enough


def _are_in_doubt(people: Burst, doubts: int) -> bool:
    return people.doubts > doubts


async def _check(product: Product, people: Burst) -> None:
    """What has to be true of every request that was ever sent, whatever its sender was told."""
    journal = {command: (status, count) for command, status, count in rows(product, _JOURNAL)}
    caused: dict[str, list[int]] = {}
    for command, seq in rows(product, _EVENTS):
        caused.setdefault(command, []).append(seq)
    for request in people.sent:
        status, count = journal.get(request.command, ("unheard", None))
        seqs = tuple(caused.get(request.command, ()))
        assert status != "sent", request
        assert len(seqs) == (count or 0), request
        match request.told:
            case "done":
                assert (status, seqs) == ("done", request.seqs), request
            case "refused":
                assert (status, seqs) == ("refused", ()), request
            case _:
                assert bool(seqs) == (status == "done"), request
    report = verify(product.settings.sql_url)
    assert report.ok, report.findings
    recorded = in_sql(product)
    assert await in_the_engine(product, list(recorded)) == recorded


_JOURNAL = "SELECT id, status, events FROM journal"
_EVENTS = "SELECT command, seq FROM events WHERE command IS NOT NULL ORDER BY project, seq"


def _noted(product: Product, asked: list[Request]) -> bool:
    noted = {command for (command,) in rows(product, "SELECT id FROM journal WHERE status = 'sent'")}
    return noted >= {request.command for request in asked}
