"""A mail server for tests, on a free port, that can be told to fail."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

Mood = Callable[[int], str]
"""From the number of a mail, counted from 1, to the server's answer: `250 OK`, another status, or `` to hang up."""


class MailServer:
    """Keeps every mail it accepted; `seen` are those that a receiver sees who drops repetitions."""

    def __init__(self, mood: Mood, unknown: frozenset[str]) -> None:
        self.accepted: list[EmailMessage] = []
        self.asked = 0
        self.port = 0
        self._mood = mood
        self._unknown = unknown

    @property
    def seen(self) -> dict[str, EmailMessage]:
        """The accepted mails by Message-ID."""
        return {str(mail["Message-ID"]): mail for mail in self.accepted}

    async def handle_RCPT(  # noqa: N802 -- the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self._unknown:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.asked += 1
        answer = self._mood(self.asked)
        if not answer.startswith("4") and isinstance(envelope.content, bytes):
            self.accepted.append(BytesParser(EmailMessage, policy=default).parsebytes(envelope.content))
        if not answer and server.transport:
            server.transport.close()
        return answer or "250 OK"


@asynccontextmanager
async def mail_server(
    mood: Mood = lambda _: "250 OK", unknown: frozenset[str] = frozenset(), port: int = 0
) -> AsyncIterator[MailServer]:
    """A running server; one that hangs up after the mail has accepted it all the same."""
    server = MailServer(mood, unknown)
    listening = await asyncio.get_running_loop().create_server(
        lambda: SMTP(server, hostname="mail.example.org"), "127.0.0.1", port
    )
    async with listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server
