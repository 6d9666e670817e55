"""Webhooks: every escalation reaches each program, seen once by one that drops repetitions, and never leads inside."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_network

import pytest
from pydantic import SecretStr

from lifecycle.domain.gate_events import LadderAction
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.outbox import claim
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.persistence.webhooks import Webhook, end, known, standings, subscribe
from lifecycle.service.telling.calls import Caller
from lifecycle.service.telling.channels import UnreachableError
from lifecycle.service.telling.dispatcher import Dispatcher
from lifecycle.service.telling.hooks import WebhookChannel
from lifecycle.service.telling.outlets import Outlets
from lifecycle.service.telling.signing import secret_of
from tests.integration.hands import Hands
from tests.integration.histories import History
from tests.integration.rows import NOW
from tests.integration.sink import Sink, sink
from tests.integration.telling import ADDRESS, rows, submit_gates
from tests.unit.test_signing import accepts

HERE = (ip_network("127.0.0.0/8"),)
KEY = "of this test"
SECRET = secret_of(KEY, "register", 1)


OUTLETS = Outlets(ADDRESS, networks=HERE, webhook_key=SecretStr(KEY))


async def here(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def channel(office: Database, hands: Hands) -> WebhookChannel:
    return WebhookChannel(office, OUTLETS, hands, here)


def listen(office: Database, receiver: Sink, *kinds: str, id_: str = "register") -> None:
    webhook = Webhook(id_, "A register", receiver.url, kinds, NOW, "administrator")
    office.write_now(lambda connection: subscribe(connection, webhook, Signature("administrator", NOW)))


def escalate(office: Database, count: int) -> None:
    """The gates of so many projects are raised."""
    for number in range(count):
        life = History(f"P{number}")
        life.open()
        life.submit()
        life.step(0, LadderAction.RAISE, "finance")
        office.write_now(partial(project, key=life.key, happened=life.told, now=NOW))


def waiting(office: Database) -> int:
    return sum(row.next_try_at is not None for row in rows(office))


async def test_a_call_says_what_happened_and_proves_who_says_it(office: Database) -> None:
    hands = Hands()
    async with sink() as receiver:
        listen(office, receiver, "ladder_raise")
        escalate(office, 1)
        await Dispatcher(office, channel(office, hands), hands).send_due()
    (call,) = receiver.calls
    assert (call.path, call.headers["content-type"]) == ("/hook", "application/cloudevents+json")
    assert call.headers["host"] == f"hook.example.org:{receiver.port}"
    assert accepts(call.headers, call.body, NOW, SECRET)
    assert not accepts(call.headers, call.body, NOW + timedelta(hours=1), SECRET)
    assert call.event["type"] == "lifecycle.notice.ladder_raise"
    assert call.event["data"]["page"] == f"{ADDRESS}/projects/P0/gates/charter"
    assert waiting(office) == 0


@pytest.mark.parametrize("failure", [500, 429, 302, None])
async def test_a_receiver_that_fails_half_the_time_sees_every_escalation_once(
    office: Database, failure: int | None
) -> None:
    hands = Hands()
    async with sink(lambda number: failure if number % 2 else 204) as receiver:
        listen(office, receiver, "ladder_raise")
        escalate(office, 25)
        dispatcher = Dispatcher(office, channel(office, hands), hands)
        for _ in range(60):
            while await dispatcher.send_due():
                pass
            hands.time += timedelta(minutes=20)
            if not waiting(office):
                break
    assert waiting(office) == 0
    assert len(receiver.calls) > 25
    assert sorted(call.event["data"]["project"] for call in receiver.seen.values()) == sorted(
        f"P{number}" for number in range(25)
    )
    assert not any(row.given_up for row in rows(office))


async def test_a_redirect_is_not_followed(office: Database) -> None:
    hands = Hands()
    async with sink() as inner, sink(lambda _: 307, headers=f"Location: http://127.0.0.1:{inner.port}/\r\n") as outer:
        listen(office, outer, "vote_asked")
        submit_gates(office)
        await Dispatcher(office, channel(office, hands), hands).send_due()
        assert (len(outer.calls), len(inner.calls)) == (1, 0)
    (row,) = rows(office)
    assert row.failure == "The receiver answered 307, and redirects are not followed."


async def test_a_receiver_that_is_gone_is_given_up_and_a_removed_one_hears_nothing(office: Database) -> None:
    hands = Hands()
    async with sink(lambda _: 410) as receiver:
        listen(office, receiver, "vote_asked")
        submit_gates(office)
        dispatcher = Dispatcher(office, channel(office, hands), hands)
        await dispatcher.send_due()
        assert [row.given_up for row in rows(office)] == [True]
        submit_gates(office, 1, first=1)
        office.write_now(lambda connection: end(connection, "register", Signature("administrator", NOW)))
        await dispatcher.send_due()
    assert len(receiver.calls) == 1
    assert office.read_now(known) == ()


async def test_a_silent_receiver_keeps_no_other_waiting_and_no_decision(office: Database) -> None:
    hands = Hands()
    async with sink(seconds=60) as silent, sink() as quick:
        listen(office, silent, "vote_asked", id_="a-silent")
        listen(office, quick, "vote_asked", id_="quick")
        submit_gates(office, 3)
        sending = asyncio.create_task(Dispatcher(office, channel(office, hands), hands).send_due())
        deadline = time.monotonic() + 20
        while len(quick.taken) < 3:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
        assert not sending.done()
        began = time.monotonic()
        await office.write(lambda connection: project(connection, "Q", History("Q").told, NOW))
        assert time.monotonic() - began < 5
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def test_how_a_receiver_gets_on_is_seen(office: Database) -> None:
    hands = Hands()
    async with sink(lambda number: 204 if number == 1 else 503) as receiver:
        listen(office, receiver, "vote_asked")
        submit_gates(office, 3)
        await Dispatcher(office, channel(office, hands), hands).send_due()
    standing = office.read_now(standings)["register"]
    assert (standing.waiting, standing.given_up, standing.last_sent_at) == (2, 0, NOW)
    assert standing.last_failure == "The receiver answered 503."


async def test_a_name_that_leads_inside_by_now_is_not_called(office: Database) -> None:
    hands = Hands()
    async with sink() as receiver:
        listen(office, receiver, "vote_asked")
        submit_gates(office)
        guarded = WebhookChannel(office, replace(OUTLETS, networks=()), hands, here)
        await Dispatcher(office, guarded, hands).send_due()
    assert receiver.calls == []
    (row,) = rows(office)
    assert row.failure == "Only https addresses are called."


async def test_the_name_is_looked_up_once_and_that_address_is_called(office: Database) -> None:
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async with sink() as receiver:
        caller = Caller(HERE, rebinding)
        assert await caller.post(receiver.url, b"{}", {}) == 204
        await caller.close()
    assert asked == ["hook.example.org"]


async def test_a_receiver_that_takes_its_time_or_is_away_counts_as_unreachable(office: Database) -> None:
    hands = Hands()
    async with sink(seconds=60) as receiver:
        caller = Caller(HERE, here, seconds=0.2)
        with pytest.raises(TimeoutError):
            await caller.post(receiver.url, b"{}", {})
        url = receiver.url
    webhook = Webhook("away", "Away", url, (), datetime.now(UTC), "administrator")
    office.write_now(lambda connection: subscribe(connection, webhook, Signature("administrator", NOW)))
    submit_gates(office)
    (message, *_) = office.write_now(lambda connection: claim(connection, "webhook", NOW, timedelta(minutes=1)))
    with pytest.raises(UnreachableError, match="cannot be reached"):
        await channel(office, hands).send(message)
