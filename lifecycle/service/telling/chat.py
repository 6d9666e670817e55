"""Chat, by way of apprise, which knows some hundred services; only the operators name the address."""

import logging
from functools import partial
from typing import Final
from urllib.parse import quote

from pydantic import SecretStr

from lifecycle.domain.preferences import Preferences
from lifecycle.persistence.outbox import Message
from lifecycle.persistence.session import Database
from lifecycle.service.telling.channels import RejectedError, UndeliveredError, UnreachableError
from lifecycle.service.telling.mails import AT_MOST, subject
from lifecycle.service.telling.opening import opened
from lifecycle.service.telling.outlets import CHAT
from lifecycle.service.telling.wording import said

_SHOWN_ERRORS: Final = logging.CRITICAL
"""Apprise writes addresses, with their secrets, into its lesser messages."""


class ChatChannel:
    """Says headlines and links in a chat, and nothing of what people wrote: others may read it there too.

    `target` is an address of apprise in which `{person}` and `{mail}` stand for the recipient; without either all are
    told in one place.
    """

    name = CHAT

    def __init__(self, database: Database, target: SecretStr, address: str, office: Preferences) -> None:
        self._database = database
        self._target = target
        self._address = address.rstrip("/")
        self._office = office

    def lane(self, message: Message) -> str:
        """One for all: there is one service."""
        return self.name

    async def send(self, message: Message) -> None:
        """Say one message."""
        try:
            import apprise
        except ModuleNotFoundError as error:
            raise UnreachableError("Chat needs the extra `chat`, which is not installed.") from error
        logging.getLogger("apprise").setLevel(_SHOWN_ERRORS)
        letter = await self._database.read(partial(opened, message=message, office=self._office))
        target = self._target.get_secret_value().replace("{person}", quote(letter.person, safe=""))
        chat = apprise.Apprise()
        if not chat.add(target.replace("{mail}", quote(letter.mail or "", safe=""))):
            raise RejectedError("The address of the chat is not one that apprise knows.")
        told = [said(each, letter.preferences) for each in letter.letters[:AT_MOST]]
        lines = "\n".join(f"{each.headline}\n{self._address}{each.page}" for each in told)
        if not await chat.async_notify(title=subject(letter), body=lines, body_format=apprise.NotifyFormat.TEXT):
            raise UndeliveredError("The chat did not take it.")

    async def rest(self) -> None:
        """No connection is kept."""
