"""The ways in which a notice reaches somebody: a line in the log, a mail."""

import asyncio
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from typing import Final, Protocol

import aiosmtplib
import structlog
from pydantic import SecretStr

from lifecycle.persistence.mailbox import Letter
from lifecycle.service.wording import headline, text

_PATIENCE_SECONDS: Final = 10.0
"""How long a mail server may take for one answer."""


class UndeliveredError(Exception):
    """A letter did not get through, and why; `for_good` when trying again is in vain."""

    for_good = False


class RefusedError(UndeliveredError):
    """The mail server knows no such recipient, or will never take this letter."""

    for_good = True


class UnreachableError(UndeliveredError):
    """Nothing gets through now, this letter or another."""


class Channel(Protocol):
    """A way to reach people."""

    async def send(self, letter: Letter) -> None:
        """Return when the letter is handed over; raise `UndeliveredError` when it is not."""

    async def rest(self) -> None:
        """There is nothing more to send for now."""


class LogChannel:
    """Writes each notice to the log, and thereby counts it as sent."""

    async def send(self, letter: Letter) -> None:
        """One line, by ids: what was written and who the people are stays out of the log."""
        structlog.get_logger().info(
            "notice",
            key=letter.key,
            kind=letter.kind,
            project=letter.project,
            gate=letter.gate,
            recipient=letter.recipient,
        )

    async def rest(self) -> None:
        """Nothing to put down."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: SecretStr | None = None
    starttls: bool = False


class MailChannel:
    """Mails each notice by SMTP over one connection, kept while there is something to send.

    `address` is where people find the product. Every attempt at a letter carries the same Message-ID.
    """

    def __init__(self, server: MailServer, address: str) -> None:
        self._server = server
        self._address = address.rstrip("/")
        self._client: aiosmtplib.SMTP | None = None

    async def send(self, letter: Letter) -> None:
        """Hand one mail to the server. A 5xx about the recipient or the mail itself is for good, all else passes."""
        if not letter.mail:
            raise RefusedError("The recipient has no mail address.")
        client = await self._connected()
        try:
            await client.send_message(self._mail(letter), sender=self._server.sender, recipients=[letter.mail])
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0]) from error
        except aiosmtplib.SMTPDataError as error:
            raise _refusal(error) from error
        except aiosmtplib.SMTPResponseException as error:
            raise UndeliveredError(f"The mail server said {error.code}: {error.message}") from error
        except ValueError as error:
            raise RefusedError("The recipient's mail address is not one.") from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self._drop()
            raise UndeliveredError(f"The mail server broke off: {error}") from error

    async def rest(self) -> None:
        """Take leave of the server."""
        client, self._client = self._client, None
        if client:
            try:
                await client.quit(timeout=_PATIENCE_SECONDS)
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client and self._client.is_connected:
            return self._client
        client = aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.user,
            password=self._server.password.get_secret_value() if self._server.password else None,
            start_tls=self._server.starttls,
            timeout=_PATIENCE_SECONDS,
        )
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await client.connect()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            client.close()
            raise UnreachableError(f"The mail server cannot be reached: {error}") from error
        self._client = client
        return client

    def _drop(self) -> None:
        if self._client:
            self._client.close()
        self._client = None

    def _mail(self, letter: Letter) -> EmailMessage:
        mail = EmailMessage()
        mail["Message-ID"] = f"<{sha256(letter.key.encode()).hexdigest()[:40]}@{self._domain}>"
        mail["Date"] = format_datetime(letter.created_at)
        mail["From"] = self._server.sender
        mail["To"] = letter.mail
        mail["Subject"] = headline(letter)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text(letter, self._address))
        return mail

    @property
    def _domain(self) -> str:
        return Address(addr_spec=self._server.sender).domain or "localhost"


def _refusal(error: aiosmtplib.SMTPResponseException) -> UndeliveredError:
    kind = RefusedError if 500 <= error.code < 600 else UndeliveredError
    return kind(f"The mail server said {error.code}: {error.message}")
