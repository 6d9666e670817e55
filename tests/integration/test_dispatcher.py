"""Notices reach people at least once, with patience, and whoever cannot be reached is known."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, Row, select, update

from lifecycle.persistence.audit import OFFICE
from lifecycle.persistence.mailbox import claim
from lifecycle.persistence.office_tables import people
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.persistence.tables import audit, notices
from lifecycle.service.channels import LogChannel, MailChannel
from lifecycle.service.channels import MailServer as Server
from lifecycle.service.dispatcher import FIRST_PAUSE, LONGEST_PAUSE, PATIENCE, Dispatcher, next_try
from tests.integration.histories import History
from tests.integration.mail import mail_server
from tests.integration.rows import NOW

PATIENT_SECONDS = 20


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time


def submit_gates(office: Database, count: int = 1) -> int:
    """So many projects submit their gate; how many notices that makes."""

    def work(connection: Connection) -> None:
        for number in range(count):
            life = History(f"P{number}")
            life.open()
            life.submit()
            project(connection, life.key, life.told, NOW)

    office.write_now(work)
    return len(rows(office))


def rows(office: Database) -> list[Row[tuple[object, ...]]]:
    query = select(notices).order_by(notices.c.key)
    return list(office.read_now(lambda connection: connection.execute(query).all()))


def unsent(office: Database) -> int:
    return sum(row.sent_at is None for row in rows(office))


def mail_to(port: int) -> MailChannel:
    return MailChannel(Server("127.0.0.1", port, "office@example.org"), "https://office.example.org/")


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


async def test_a_mail_says_what_is_asked_and_where(office: Database) -> None:
    submit_gates(office)
    async with mail_server() as server:
        await Dispatcher(office, [mail_to(server.port)], Hands()).send_due()
    mails = {str(mail["To"]): mail for mail in server.accepted}
    mail = mails["finance-1@example.org"]
    assert mail["Subject"] == "Project P0: Your vote is asked at gate charter"
    body = mail.get_payload()
    assert "vote by Saturday 07 March 2026, 12:00 UTC." in body
    assert "https://office.example.org/projects/P0" in body
    assert mail["Auto-Submitted"] == "auto-generated"
    assert unsent(office) == 0


async def test_what_is_sent_is_not_sent_again(office: Database) -> None:
    count = submit_gates(office)
    async with mail_server() as server:
        dispatcher = Dispatcher(office, [mail_to(server.port)], Hands())
        await dispatcher.send_due()
        await dispatcher.send_due()
    assert len(server.accepted) == count


@pytest.mark.parametrize("answer", ["451 4.3.0 Try later", ""])
async def test_a_server_that_fails_half_the_time_gets_every_notice_once(office: Database, answer: str) -> None:
    count = submit_gates(office, 10)
    hands = Hands()
    async with mail_server(lambda number: answer if number % 2 else "250 OK") as server:
        dispatcher = Dispatcher(office, [mail_to(server.port)], hands)
        for _ in range(100):
            while await dispatcher.send_due():
                pass
            hands.time += FIRST_PAUSE * 8
            if not unsent(office):
                break
    assert unsent(office) == 0
    assert len(server.seen) == count
    assert not any(row.given_up for row in rows(office))


async def test_an_unknown_recipient_is_given_up_at_once_and_on_record(office: Database) -> None:
    count = submit_gates(office)
    async with mail_server(unknown=frozenset({"finance-1@example.org"})) as server:
        await Dispatcher(office, [mail_to(server.port)], Hands()).send_due()
    lost = [row for row in rows(office) if row.given_up]
    assert [(row.recipient, row.next_try_at) for row in lost] == [("finance-1", None)]
    assert "550" in lost[0].failure
    assert len(server.accepted) == count - 1
    query = select(audit.c.type, audit.c.body).where(audit.c.chain == OFFICE)
    recorded = office.read_now(lambda connection: connection.execute(query).all())
    assert [type_ for type_, _ in recorded] == ["clock:notice:given_up"]
    assert '"recipient":"finance-1"' in recorded[0][1]


async def test_somebody_without_a_mail_address_is_given_up_too(office: Database) -> None:
    office.write_now(lambda connection: connection.execute(update(people).values(mail=None)).close())
    count = submit_gates(office)
    async with mail_server() as server:
        await Dispatcher(office, [mail_to(server.port)], Hands()).send_due()
    assert [row.given_up for row in rows(office)] == [True] * count


async def test_an_absent_server_is_tried_again_later_and_later(office: Database) -> None:
    submit_gates(office)
    async with mail_server() as server:
        port = server.port
    hands = Hands()
    dispatcher = Dispatcher(office, [mail_to(port)], hands)
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
    await Dispatcher(office, [LogChannel()], Hands()).send_due()
    assert unsent(office) == 0


async def test_a_dispatcher_that_dies_leaves_its_notices_to_the_next(office: Database) -> None:
    count = submit_gates(office)
    office.write_now(lambda connection: claim(connection, NOW, timedelta(minutes=10)))
    hands = Hands()
    async with mail_server() as server:
        dispatcher = Dispatcher(office, [mail_to(server.port)], hands)
        await dispatcher.send_due()
        assert server.accepted == []
        hands.time += timedelta(minutes=11)
        await dispatcher.send_due()
    assert len(server.accepted) == count


async def test_two_dispatchers_share_the_work(office: Database) -> None:
    count = submit_gates(office, 30)
    async with mail_server() as server:
        first, second = (Dispatcher(office, [mail_to(server.port)], Hands(), 0.01) for _ in range(2))
        async with dispatching(first), dispatching(second):
            await until(lambda: unsent(office) == 0)
    assert len(server.accepted) == len(server.seen) == count


async def test_who_is_told_to_stop_puts_back_what_it_did_not_try(office: Database) -> None:
    count = submit_gates(office, 5)
    stop = asyncio.Event()

    def mood(number: int) -> str:
        if number == 2:
            stop.set()
        return "250 OK"

    async with mail_server(mood) as server:
        await Dispatcher(office, [mail_to(server.port)], Hands()).send_due(stop)
        assert len(server.accepted) == 2
        await Dispatcher(office, [mail_to(server.port)], Hands()).send_due()
    assert len(server.seen) == count
    assert {row.tries for row in rows(office)} == {1}


async def test_while_the_mail_server_hangs_a_decision_is_recorded_at_once(office: Database) -> None:
    submit_gates(office)
    held, reached = asyncio.Event(), asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await held.wait()
        writer.close()

    silent = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with silent:
        sending = asyncio.create_task(
            Dispatcher(office, [mail_to(silent.sockets[0].getsockname()[1])], Hands()).send_due()
        )
        await asyncio.wait_for(reached.wait(), PATIENT_SECONDS)
        life = History("Q")
        began = time.monotonic()
        await office.write(lambda connection: project(connection, "Q", life.told, NOW))
        assert time.monotonic() - began < 5
        assert not sending.done()
        held.set()
        await sending
    assert unsent(office) > 0
