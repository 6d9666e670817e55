"""Messages reach people at least once, with patience, and whoever cannot be reached is known."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from lifecycle.persistence.audit import OFFICE
from lifecycle.persistence.notice_tables import messages
from lifecycle.persistence.office_tables import people
from lifecycle.persistence.outbox import claim
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.persistence.tables import audit
from lifecycle.service.shelf import Shelf
from lifecycle.service.telling.channels import LogChannel
from lifecycle.service.telling.dispatcher import FIRST_PAUSE, LONGEST_PAUSE, PATIENCE, Dispatcher, next_try
from lifecycle.service.telling.gathering import Gatherer
from lifecycle.service.telling.outlets import MailServer, Outlets
from tests.integration.hands import Hands
from tests.integration.histories import History
from tests.integration.mail import mail_server
from tests.integration.rows import NOW
from tests.integration.telling import EACH_BY_ITSELF, Teller, mail_to, rows, submit_gates, unsent

PATIENT_SECONDS = 20


async def gathered(office: Database, count: int = 1) -> int:
    """So many projects submit, and each notice becomes a message; how many there are."""
    submit_gates(office, count)
    outlets = Outlets(mail=MailServer("127.0.0.1", 25, "office@example.org"), preferences=EACH_BY_ITSELF)
    while await Gatherer(office, Shelf(office), outlets, Hands()).gather_due():
        pass
    return len(rows(office))


@asynccontextmanager
async def dispatching(dispatcher: Dispatcher) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(dispatcher.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENT_SECONDS)


async def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENT_SECONDS
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_what_is_sent_is_not_sent_again(office: Database) -> None:
    count = await gathered(office)
    async with mail_server() as server:
        dispatcher = Dispatcher(office, mail_to(office, server.port), Hands())
        await dispatcher.send_due()
        await dispatcher.send_due()
    assert len(server.accepted) == count == 4


@pytest.mark.parametrize("answer", ["451 4.3.0 Try later", ""])
async def test_a_server_that_fails_half_the_time_gets_every_message_once(office: Database, answer: str) -> None:
    count = await gathered(office, 10)
    hands = Hands()
    async with mail_server(lambda number: answer if number % 2 else "250 OK") as server:
        dispatcher = Dispatcher(office, mail_to(office, server.port), hands)
        for _ in range(100):
            while await dispatcher.send_due():
                pass
            hands.time += FIRST_PAUSE * 8
            if not unsent(office):
                break
    assert unsent(office) == 0
    assert len(server.seen) == count == 40
    assert not any(row.given_up for row in rows(office))


async def test_an_unknown_recipient_is_given_up_at_once_and_on_record(office: Database) -> None:
    count = await gathered(office)
    async with mail_server(unknown=frozenset({"finance-1@example.org"})) as server:
        await Dispatcher(office, mail_to(office, server.port), Hands()).send_due()
    lost = [row for row in rows(office) if row.given_up]
    assert [(row.recipient, row.next_try_at) for row in lost] == [("finance-1", None)]
    assert "550" in lost[0].failure
    assert len(server.accepted) == count - 1
    query = select(audit.c.type, audit.c.body).where(audit.c.chain == OFFICE)
    recorded = office.read_now(lambda connection: connection.execute(query).all())
    assert [type_ for type_, _ in recorded] == ["clock:message:given_up"]
    assert '"recipient":"finance-1"' in recorded[0][1]


async def test_somebody_without_a_mail_address_or_who_left_is_given_up_too(office: Database) -> None:
    count = await gathered(office)
    office.write_now(lambda connection: connection.execute(update(people).values(mail=None)).close())
    gone = update(people).where(people.c.id == "sponsor").values(active=False, mail="sponsor@example.org")
    office.write_now(lambda connection: connection.execute(gone).close())
    async with mail_server() as server:
        await Dispatcher(office, mail_to(office, server.port), Hands()).send_due()
    assert [row.given_up for row in rows(office)] == [True] * count


async def test_an_absent_server_is_tried_again_later_and_later(office: Database) -> None:
    await gathered(office)
    async with mail_server() as server:
        port = server.port
    hands = Hands()
    dispatcher = Dispatcher(office, mail_to(office, port), hands)
    for pause in (FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4):
        await dispatcher.send_due()
        assert {row.next_try_at for row in rows(office)} == {hands.time + pause}
        hands.time += pause
    async with mail_server(port=port) as server:
        await dispatcher.send_due()
    assert unsent(office) == 0


def test_the_pauses_double_to_four_hours_and_end_after_a_week() -> None:
    spent, tries = timedelta(), 0
    while again := next_try(tries := tries + 1, NOW):
        assert again - NOW == min(FIRST_PAUSE * 2 ** min(tries - 1, 9), LONGEST_PAUSE)
        spent += again - NOW
    assert PATIENCE - LONGEST_PAUSE <= spent < PATIENCE


async def test_without_a_mail_server_the_log_tells(office: Database) -> None:
    submit_gates(office)
    await Teller(office, LogChannel()).tell()
    assert unsent(office) == 0
    assert {row.channel for row in rows(office)} == {"log"}


async def test_a_dispatcher_that_dies_leaves_its_messages_to_the_next(office: Database) -> None:
    count = await gathered(office)
    office.write_now(lambda connection: claim(connection, "mail", NOW, timedelta(minutes=10)))
    hands = Hands()
    async with mail_server() as server:
        dispatcher = Dispatcher(office, mail_to(office, server.port), hands)
        await dispatcher.send_due()
        assert server.accepted == []
        hands.time += timedelta(minutes=11)
        await dispatcher.send_due()
    assert len(server.accepted) == count


async def test_two_dispatchers_share_the_work(office: Database) -> None:
    count = await gathered(office, 30)
    async with mail_server() as server:
        first, second = (Dispatcher(office, mail_to(office, server.port), Hands(), 0.01) for _ in range(2))
        async with dispatching(first), dispatching(second):
            await until(lambda: unsent(office) == 0)
    assert len(server.accepted) == len(server.seen) == count


async def test_who_is_told_to_stop_puts_back_what_it_did_not_try(office: Database) -> None:
    count = await gathered(office, 5)
    stop = asyncio.Event()

    def mood(number: int) -> str:
        if number == 2:
            stop.set()
        return "250 OK"

    async with mail_server(mood) as server:
        await Dispatcher(office, mail_to(office, server.port), Hands()).send_due(stop)
        assert len(server.accepted) == 2
        await Dispatcher(office, mail_to(office, server.port), Hands()).send_due()
    assert len(server.seen) == count
    assert {row.tries for row in rows(office)} == {1}


async def test_a_message_that_cannot_be_written_keeps_no_other_waiting(office: Database) -> None:
    count = await gathered(office)
    broken = update(messages).where(messages.c.recipient == "sponsor").values(recipient="nobody")
    office.write_now(lambda connection: connection.execute(broken).close())
    async with mail_server() as server:
        await Dispatcher(office, mail_to(office, server.port), Hands()).send_due()
    assert len(server.accepted) == count - 1
    assert unsent(office) == 1


async def test_while_the_mail_server_hangs_a_decision_is_recorded_at_once(office: Database) -> None:
    await gathered(office)
    held, reached = asyncio.Event(), asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await held.wait()
        writer.close()

    silent = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with silent:
        channel = mail_to(office, silent.sockets[0].getsockname()[1])
        sending = asyncio.create_task(Dispatcher(office, channel, Hands()).send_due())
        await asyncio.wait_for(reached.wait(), PATIENT_SECONDS)
        life = History("Q")
        began = time.monotonic()
        await office.write(lambda connection: project(connection, "Q", life.told, NOW))
        assert time.monotonic() - began < 5
        assert not sending.done()
        held.set()
        await sending
    assert unsent(office) > 0
