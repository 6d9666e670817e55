"""Webhooks: messages to programs, each signed with the secret that its receiver was shown."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from lifecycle.persistence.outbox import WEBHOOK, Message
from lifecycle.persistence.session import Database
from lifecycle.persistence.webhooks import find
from lifecycle.service.settling import Now
from lifecycle.service.telling.addresses import ForbiddenAddressError, Resolve, resolve
from lifecycle.service.telling.channels import RejectedError, UndeliveredError, UnreachableError
from lifecycle.service.telling.outlets import Outlets
from lifecycle.service.telling.signing import event_of, secrets_of, signed

if TYPE_CHECKING:
    from lifecycle.service.telling.calls import Caller  # slow to load: an office without webhooks does not wait for it

_GONE = 410


class WebhookChannel:
    """Posts each message to its webhook. Only a receiver that says it is gone, or was removed, is given up at once."""

    name = WEBHOOK

    def __init__(self, database: Database, outlets: Outlets, now: Now, resolve: Resolve = resolve) -> None:
        self._database = database
        self._outlets = outlets
        self._now = now
        self._resolve = resolve
        self._made: Caller | None = None

    @property
    def caller(self) -> "Caller":
        """What calls out, made when it is first needed."""
        if self._made is None:
            from lifecycle.service.telling.calls import Caller

            self._made = Caller(self._outlets.networks, self._resolve)
        return self._made

    def lane(self, message: Message) -> str:
        """One for each webhook: a silent one keeps no other waiting."""
        return message.recipient

    async def send(self, message: Message) -> None:
        """Post one message, within ten seconds; any 2xx is a receipt."""
        webhook = await self._database.read(partial(find, id_=message.recipient))
        if webhook is None:
            raise RejectedError("The webhook was removed.")
        if self._outlets.webhook_key is None:
            raise UnreachableError("Nothing can be signed: LIFECYCLE_WEBHOOK_KEY is not set.")
        body, now = event_of(message, self._outlets.address), self._now()
        secrets = secrets_of(self._outlets.webhook_key.get_secret_value(), webhook, now)
        status = await self._post(webhook.url, body, signed(message.id, secrets, body, now))
        if status == _GONE:
            raise RejectedError("The receiver answered 410: it is gone.")
        if not 200 <= status < 300:
            redirected = ", and redirects are not followed" if 300 <= status < 400 else ""
            raise UndeliveredError(f"The receiver answered {status}{redirected}.")

    async def rest(self) -> None:
        """No connection is kept."""

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        import httpx2

        try:
            return await self.caller.post(url, body, headers)
        except ForbiddenAddressError as error:
            raise UnreachableError(error.sentence) from error
        except TimeoutError as error:
            raise UnreachableError("The receiver took too long.") from error
        except httpx2.ConnectError as error:
            raise UnreachableError("The receiver cannot be reached.") from error
        except httpx2.HTTPError as error:
            raise UndeliveredError(f"The receiver broke off: {type(error).__name__}.") from error
