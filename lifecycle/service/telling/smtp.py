"""Mail, handed over by SMTP."""

import asyncio
from email.message import EmailMessage
from functools import partial
from typing import Final

import aiosmtplib

from lifecycle.domain.preferences import Preferences
from lifecycle.persistence.outbox import Message
from lifecycle.persistence.session import Database
from lifecycle.service.telling.channels import RejectedError, UndeliveredError, UnreachableError
from lifecycle.service.telling.mails import mail_of
from lifecycle.service.telling.opening import opened
from lifecycle.service.telling.outlets import MAIL, MailServer

_PATIENCE_SECONDS: Final = 10.0
"""How long a mail server may take for one answer."""


class MailChannel:
    """Mails each message over one connection, kept while there is something to send.

    `address` is where people find the product; `office` holds for whoever chose no language or time zone.
    """

    name = MAIL

    def __init__(self, database: Database, server: MailServer, address: str, office: Preferences) -> None:
        self._database = database
        self._postman = Postman(server)
        self._address = address.rstrip("/")
        self._office = office

    def lane(self, message: Message) -> str:
        """One for all: there is one server."""
        return self.name

    async def send(self, message: Message) -> None:
        """Hand one mail to the server. A 5xx about the recipient or the mail itself is for good, all else passes."""
        letter = await self._database.read(partial(opened, message=message, office=self._office))
        if not letter.mail:
            raise RejectedError("The recipient has no mail address.")
        try:
            mail = mail_of(message, letter, self._postman.sender, self._address)
        except ValueError as error:
            raise RejectedError("The recipient's mail address is not one.") from error
        await self._postman.hand_over(mail, letter.mail)

    async def rest(self) -> None:
        """Take leave of the server."""
        await self._postman.leave()


class Postman:
    """Hands mails to a server over one connection, made when it is first needed."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._client: aiosmtplib.SMTP | None = None

    @property
    def sender(self) -> str:
        """As whom."""
        return self._server.sender

    async def hand_over(self, mail: EmailMessage, to: str) -> str:
        """Hand one mail over; what the server said. Raises `UndeliveredError`."""
        client = await self._connected()
        try:
            _, answer = await client.send_message(mail, sender=self._server.sender, recipients=[to])
            return answer
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0]) from error
        except aiosmtplib.SMTPDataError as error:
            raise _refusal(error) from error
        except aiosmtplib.SMTPResponseException as error:
            raise UndeliveredError(f"The mail server said {error.code}: {error.message}") from error
        except ValueError as error:
            raise RejectedError("The recipient's mail address is not one.") from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self._drop()
            raise UndeliveredError(f"The mail server broke off: {error}") from error

    async def leave(self) -> None:
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


def _refusal(error: aiosmtplib.SMTPResponseException) -> UndeliveredError:
    kind = RejectedError if 500 <= error.code < 600 else UndeliveredError
    return kind(f"The mail server said {error.code}: {error.message}")
