"""Webhooks as pages: added, tried, renewed and switched off by who manages notices; a secret is shown once."""

import re
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from lifecycle.persistence.outbox import put_out, undelivered
from lifecycle.persistence.session import Database
from lifecycle.service.decider import connect
from lifecycle.service.office import Office
from lifecycle.service.telling.outlets import Outlets
from tests.integration.sink import Sink, sink
from tests.unit.test_signing import accepts
from tests.web.conftest import Clock
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOME = "/administration/webhooks"


@pytest_asyncio.fixture(loop_scope="session")
async def receiver() -> AsyncIterator[Sink]:
    async with sink(lambda number: 204 if number != 2 else 500) as receiver:
        yield receiver


@pytest_asyncio.fixture
async def office(database: Database, tmp_path: Path, clock: Clock) -> Office:
    """An office that may call programs on this machine."""
    client = await connect("127.0.0.1:1", "default")
    outlets = Outlets(networks=(ip_network("127.0.0.0/8"),), webhook_key=SecretStr("of this test"))
    return Office(database, client, "nobody", tmp_path / "evidence", now=clock, outlets=outlets)


def shown_in(page: str) -> str:
    return re.search(r">(whsec_[^<]+)<", page)[1]  # type: ignore[index] # it is there, or the story fails


async def add(visitor: Visitor, receiver: Sink, **more: str) -> tuple[str, str]:
    """The path of the page of a new webhook, and its secret."""
    fields = {"key": "add", "label": "A register <b>", "url": f"http://127.0.0.1:{receiver.port}/hook", **more}
    page = (await visitor.post(HOME, fields)).text
    assert "A register &lt;b&gt;" in page
    return re.search(rf'action="({HOME}/[^"/]+)/trial"', page)[1], shown_in(page)  # type: ignore[index] # as above


async def test_a_webhook_is_added_tried_and_switched_off(visitor: Visitor, receiver: Sink, clock: Clock) -> None:
    await visitor.sign_in("administrator")
    assert "No program is told yet" in (await visitor.get(HOME)).text
    path, secret = await add(visitor, receiver, kinds="vote_asked")
    assert secret not in (await visitor.get(path)).text
    assert "Vote asked" in (await visitor.get(HOME)).text
    assert "It was received." in (await visitor.post(f"{path}/trial")).text
    call = receiver.calls[0]
    assert accepts(call.headers, call.body, clock.now, secret)
    assert "The receiver answered 500." in (await visitor.post(f"{path}/trial")).text
    ended = await visitor.post(f"{path}/end", {"key": "end"})
    assert "It is told nothing any more." in (await visitor.get(ended.headers["location"])).text
    assert (await visitor.get(path)).status_code == 404


async def test_a_new_secret_is_shown_once(visitor: Visitor, receiver: Sink) -> None:
    await visitor.sign_in("administrator")
    path, first = await add(visitor, receiver)
    page = (await visitor.post(f"{path}/secret", {"key": "renew"})).text
    assert shown_in(page) != first
    assert "For a day" in page
    again = (await visitor.post(f"{path}/secret", {"key": "renew"})).text
    assert "whsec_" not in again
    assert "was shown before" in again


async def test_what_became_of_the_last_deliveries_is_seen(
    visitor: Visitor, receiver: Sink, database: Database, clock: Clock
) -> None:
    await visitor.sign_in("administrator")
    path, _ = await add(visitor, receiver)
    id_ = path.rpartition("/")[2]
    database.write_now(lambda connection: put_out(connection, [("m-1", "webhook", id_, "{}")], clock.now))
    assert "1 waits" in (await visitor.get(HOME)).text
    key = ("m-1", "webhook", id_)
    database.write_now(lambda connection: undelivered(connection, key, "The receiver answered <i>.", None))
    page = (await visitor.get(path)).text
    assert "The receiver answered &lt;i&gt;." in page
    assert "given up" in page
    assert "failing" in (await visitor.get(HOME)).text


@pytest.mark.parametrize(
    "wrong",
    [{"url": "http://10.0.0.1/hook"}, {"url": "nowhere"}, {"label": " "}, {"kinds": "gossip"}, {"url": "file:///x"}],
)
async def test_what_was_mistyped_is_said_and_kept(visitor: Visitor, wrong: dict[str, str]) -> None:
    await visitor.sign_in("administrator")
    fields = {"key": "k", "label": "A register", "url": "https://register.example.org", **wrong}
    answer = await visitor.post(HOME, fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f'value="{fields["url"]}"' in answer.text
