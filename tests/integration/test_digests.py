"""A person is told in one message an hour, on their clock and in their language; what is urgent does not wait."""

import asyncio
from typing import Any

import pytest

from lifecycle.domain.gate_events import LadderAction
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.preferences import choose
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.persistence.tables import notices
from lifecycle.service.shelf import Shelf
from lifecycle.service.telling.gathering import Gatherer
from lifecycle.service.telling.outlets import MailServer, Outlets
from tests.integration.hands import Hands
from tests.integration.histories import History
from tests.integration.mail import MailServer as Received
from tests.integration.mail import mail_server
from tests.integration.rows import NOW
from tests.integration.telling import ADDRESS, EACH_BY_ITSELF, Teller, mail_to, rows, submit_gates, unsent


def wish(office: Database, person: str, **changes: Any) -> None:
    office.write_now(lambda connection: choose(connection, person, changes, Signature(person, NOW)))


def escalate(office: Database, key: str, action: LadderAction, role: str | None = None) -> None:
    """The ladder of a project's gate takes a step."""
    life = History(key)
    life.open()
    life.submit()
    life.step(0, action, role)
    office.write_now(lambda connection: project(connection, key, life.told, NOW))


def subjects(server: Received, person: str) -> list[str]:
    """What was mailed to a person, in order."""
    return [str(mail["Subject"]) for mail in server.accepted if mail["To"] == f"{person}@example.org"]


async def test_a_mail_says_what_is_asked_and_where(office: Database) -> None:
    submit_gates(office)
    async with mail_server() as server:
        await Teller(office, mail_to(office, server.port)).tell()
    mail = next(mail for mail in server.accepted if mail["To"] == "finance-1@example.org")
    assert mail["Subject"] == "Project P0: Your vote is asked at gate charter"
    assert mail.get_content_type() == "multipart/alternative"
    for part in (mail.get_body(["plain"]), mail.get_body(["html"])):
        content = part.get_content() if part else ""
        assert "vote by Saturday 7 March 2026, 12:00 UTC." in content
        assert f"{ADDRESS}/projects/P0/gates/charter" in content
    assert mail["Auto-Submitted"] == "auto-generated"
    assert unsent(office) == 0


async def test_the_first_news_comes_at_once_and_the_rest_of_the_hour_in_one_message(office: Database) -> None:
    submit_gates(office)
    async with mail_server() as server:
        teller = Teller(office, mail_to(office, server.port))
        await teller.tell()
        submit_gates(office, 3, first=1)
        await teller.tell_after(minutes=10)
        assert subjects(server, "sponsor") == ["Project P0: Your vote is asked at gate charter"]
        await teller.tell_after(minutes=50)
        assert subjects(server, "sponsor")[1:] == ["3 notices for you: Project P1, Project P2, Project P3"]
        await teller.tell_after(hours=5)
    assert len(subjects(server, "sponsor")) == 2
    assert unsent(office) == 0


async def test_an_escalation_waits_for_no_hour_and_takes_along_what_waits(office: Database) -> None:
    submit_gates(office)
    async with mail_server() as server:
        teller = Teller(office, mail_to(office, server.port))
        await teller.tell()
        submit_gates(office, 1, first=1)
        escalate(office, "P2", LadderAction.RAISE, "finance")
        await teller.tell_after(minutes=1)
        assert subjects(server, "finance-1")[1:] == ["3 notices for you: Project P1, Project P2"]
        assert len(subjects(server, "manager")) == 1


async def test_never_twice_for_the_same_step_however_often_it_is_recorded_and_gathered(office: Database) -> None:
    async with mail_server() as server:
        teller = Teller(office, mail_to(office, server.port))
        for _ in range(3):
            escalate(office, "P1", LadderAction.RAISE, "finance")
            await teller.tell_after(hours=2)
    said = "".join(str(mail) for mail in server.accepted if mail["To"] == "finance-1@example.org")
    assert len(subjects(server, "finance-1")) == 1
    assert said.count("was raised to you") == 2  # once in each of the two bodies


async def test_a_mail_that_bounces_counts_as_not_delivered_and_the_ladder_goes_on(office: Database) -> None:
    life = History("P0")
    life.open()
    life.submit()
    async with mail_server(unknown=frozenset({"finance-1@example.org"})) as server:
        teller = Teller(office, mail_to(office, server.port))
        for number, (action, role) in enumerate(((LadderAction.REMIND, None), (LadderAction.RAISE, "pmo_director"))):
            life.step(number, action, role)
            office.write_now(lambda connection: project(connection, "P0", life.told, NOW))
            await teller.tell_after(hours=2)
    assert subjects(server, "finance-1") == []
    bounced = [row for row in rows(office) if row.recipient == "finance-1"]
    assert bounced
    assert all(row.given_up and row.sent_at is None and "550" in row.failure for row in bounced)
    assert subjects(server, "office") == ["Project P0: Gate charter was raised to you"]
    assert unsent(office) == 0


async def test_quiet_hours_are_kept_on_each_ones_own_clock(office: Database) -> None:
    wish(office, "sponsor", quiet_hours="20:00-07:00", timezone="Asia/Tokyo")
    wish(office, "finance-1", quiet_hours="20:00-07:00", timezone="America/New_York")
    submit_gates(office)
    async with mail_server() as server:
        teller = Teller(office, mail_to(office, server.port))
        await teller.tell()  # 12:00 UTC: 21:00 in Tokyo, 08:00 in New York
        assert (len(subjects(server, "sponsor")), len(subjects(server, "finance-1"))) == (0, 1)
        await teller.tell_after(hours=9, minutes=59)
        assert subjects(server, "sponsor") == []
        await teller.tell_after(minutes=1)
        assert len(subjects(server, "sponsor")) == 1


async def test_each_one_reads_their_own_language(office: Database) -> None:
    wish(office, "sponsor", language="de", timezone="Europe/Berlin")
    submit_gates(office)
    async with mail_server() as server:
        await Teller(office, mail_to(office, server.port)).tell()
    assert subjects(server, "sponsor") == ["Project P0: Ihre Stimme ist gefragt: Gate charter"]
    assert subjects(server, "finance-1") == ["Project P0: Your vote is asked at gate charter"]


async def test_who_wants_no_digest_gets_each_by_itself_and_who_wants_no_mail_only_what_is_urgent(
    office: Database,
) -> None:
    wish(office, "sponsor", digest=False)
    wish(office, "finance-1", mail=False)
    submit_gates(office, 3)
    async with mail_server() as server:
        teller = Teller(office, mail_to(office, server.port))
        await teller.tell()
        assert len(subjects(server, "sponsor")) == 3
        assert subjects(server, "finance-1") == []
        escalate(office, "P9", LadderAction.RAISE, "finance")
        await teller.tell()
        assert subjects(server, "finance-1") == ["2 notices for you: Project P9"]


async def test_while_the_server_is_away_messages_do_not_heap_up(office: Database) -> None:
    async with mail_server() as server:
        port = server.port
    teller = Teller(office, mail_to(office, port))
    for number in range(6):
        submit_gates(office, 1, first=number)
        await teller.tell_after(hours=1)
    assert len([row for row in rows(office) if row.recipient == "sponsor"]) == 1
    async with mail_server(port=port) as server:
        for _ in range(6):
            await teller.tell_after(hours=1)
    assert len(subjects(server, "sponsor")) == 2
    assert unsent(office) == 0


async def test_several_gatherers_at_once_make_each_message_once(office: Database) -> None:
    count = submit_gates(office, 20)
    outlets = Outlets(mail=MailServer("127.0.0.1", 25, "office@example.org"), preferences=EACH_BY_ITSELF)
    gatherers = [Gatherer(office, Shelf(office), outlets, Hands()) for _ in range(4)]
    for _ in range(3):
        await asyncio.gather(*(gatherer.gather_due() for gatherer in gatherers))
    assert len(rows(office)) == count
    assert all(row.message for row in rows(office, notices))


@pytest.mark.parametrize("answer", ["451 4.3.0 Try later", ""])
async def test_with_a_server_that_fails_half_the_time_every_escalation_is_seen_once(
    office: Database, answer: str
) -> None:
    for number in range(25):
        escalate(office, f"P{number}", LadderAction.RAISE, "finance")
    async with mail_server(lambda number: answer if number % 2 else "250 OK") as server:
        teller = Teller(office, mail_to(office, server.port), wishes=EACH_BY_ITSELF)
        for _ in range(60):
            await teller.tell_after(minutes=20)
            if not unsent(office):
                break
    assert unsent(office) == 0
    raised = [(mail["To"], mail["Subject"]) for mail in server.seen.values() if "raised to you" in mail["Subject"]]
    assert len(raised) == len(set(raised)) == 50
