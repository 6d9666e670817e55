"""Telling people: gates that are submitted, notices that are gathered, mails that are sent, on a clock set by hand."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from lifecycle.domain.preferences import AS_SHIPPED, Preferences
from lifecycle.persistence.notice_tables import messages
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.persistence.tables import notices
from lifecycle.service.shelf import Shelf
from lifecycle.service.telling.channels import Channel
from lifecycle.service.telling.dispatcher import Dispatcher
from lifecycle.service.telling.gathering import Gatherer
from lifecycle.service.telling.outlets import MailServer, Outlets
from lifecycle.service.telling.smtp import MailChannel
from tests.integration.hands import Hands
from tests.integration.histories import History
from tests.integration.rows import NOW

ADDRESS = "https://office.example.org"
EACH_BY_ITSELF = Preferences(digest=False)
"""For an office that sends every notice in a message of its own."""


def submit_gates(office: Database, count: int = 1, first: int = 0) -> int:
    """So many projects submit their gate; how many notices there are now."""

    def work(connection: Connection) -> None:
        for number in range(first, first + count):
            life = History(f"P{number}")
            life.open()
            life.submit()
            project(connection, life.key, life.told, NOW)

    office.write_now(work)
    return len(rows(office, notices))


def rows(office: Database, table: Table = messages) -> list[Row[Any]]:
    """Every row of a table."""
    return list(office.read_now(lambda connection: connection.execute(select(table)).all()))


def unsent(office: Database) -> int:
    """How many messages are neither sent nor given up, or still to be made."""
    waiting = sum(row.waits_until is not None for row in rows(office, notices))
    return waiting + sum(row.next_try_at is not None for row in rows(office))


def mail_to(office: Database, port: int, wishes: Preferences = AS_SHIPPED) -> MailChannel:
    """Mail by the server on a port of this machine."""
    return MailChannel(office, MailServer("127.0.0.1", port, "office@example.org"), f"{ADDRESS}/", wishes)


class Teller:
    """Gathers what is due and sends it over channels, at the time that its hands show."""

    def __init__(self, office: Database, *channels: Channel, wishes: Preferences = AS_SHIPPED) -> None:
        self.hands = Hands()
        server = MailServer("127.0.0.1", 25, "office@example.org")
        mail = server if "mail" in [channel.name for channel in channels] else None
        outlets = Outlets(address=ADDRESS, mail=mail, preferences=wishes)
        self._gatherer = Gatherer(office, Shelf(office), outlets, self.hands)
        self._dispatchers = [Dispatcher(office, channel, self.hands) for channel in channels]

    async def tell(self) -> None:
        """Make and send everything that is due now."""
        while await self._gatherer.gather_due():
            pass
        for dispatcher in self._dispatchers:
            while await dispatcher.send_due():
                pass

    async def tell_after(self, **time: float) -> None:
        """Let time pass, then tell."""
        self.hands.time += timedelta(**time)
        await self.tell()
