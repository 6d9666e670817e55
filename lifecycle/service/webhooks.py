"""The office's business with webhooks: which programs are told of what, and how that goes."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.gates.notices import NoticeKind
from lifecycle.persistence import webhooks
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.session import Database
from lifecycle.persistence.webhooks import Standing, Webhook
from lifecycle.service.deeds import Deeds
from lifecycle.service.deputising import UnknownEntryError
from lifecycle.service.envelopes import Envelope
from lifecycle.service.settling import Now
from lifecycle.service.telling.addresses import ForbiddenAddressError
from lifecycle.service.telling.hooks import WebhookChannel
from lifecycle.service.telling.outlets import Outlets
from lifecycle.service.telling.signing import secret_of


class NoWebhookKeyError(LifecycleError):
    """The office has no key from which secrets could follow (HTTP 409; code `no_webhook_key`)."""

    def __init__(self) -> None:
        sentence = "Webhooks cannot be signed: the office has no key for them."
        super().__init__("no_webhook_key", sentence, "Have the operators set LIFECYCLE_WEBHOOK_KEY.")


@dataclass(frozen=True, slots=True)
class Shown:
    """A webhook with a new secret, by which its receiver checks; none when the request was answered before."""

    webhook: Webhook
    secret: str | None


class Webhooks:
    """Adds, renews, removes and lists webhooks."""

    def __init__(self, database: Database, deeds: Deeds, outlets: Outlets, now: Now) -> None:
        self._database = database
        self._deeds = deeds
        self._key = outlets.webhook_key
        self._channel = WebhookChannel(database, outlets, now)

    async def add(self, envelope: Envelope, label: str, url: str, kinds: Sequence[NoticeKind]) -> Shown:
        """Tell a program of these kinds of news from now on, or of all.

        Raises `ForbiddenAddressError`, `NoWebhookKeyError`.
        """
        key = self._office_key()
        try:
            await self._channel.caller.check(url)
        except TimeoutError:
            raise ForbiddenAddressError("The name of the host leads to no address.") from None
        wanted = tuple(sorted(kind.value for kind in set(kinds)))
        added: list[Webhook] = []

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            webhook = Webhook(secrets.token_hex(8), label, url, wanted, by.at, by.person)
            webhooks.subscribe(connection, webhook, by)
            added[:] = [webhook]
            return {"id": webhook.id}

        asked = {"label": label, "url": url, "kinds": list(wanted)}
        told = await self._deeds.do(envelope, "add_webhook", asked, work)
        if added:
            return Shown(added[0], secret_of(key, added[0].id, added[0].generation))
        return Shown(await self.one(told["id"]), None)

    async def renew(self, envelope: Envelope, id_: str) -> Shown:
        """Sign with another secret from now on, and for a day with the one before too.

        Raises `UnknownEntryError`, `NoWebhookKeyError`.
        """
        key = self._office_key()
        renewed: list[Webhook] = []

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            webhook = webhooks.renew(connection, id_, by)
            if webhook is None:
                raise UnknownEntryError("webhook")
            renewed[:] = [webhook]
            return {"generation": webhook.generation}

        await self._deeds.do(envelope, "renew_webhook", {"id": id_}, work)
        if renewed:
            return Shown(renewed[0], secret_of(key, id_, renewed[0].generation))
        return Shown(await self.one(id_), None)

    async def remove(self, envelope: Envelope, id_: str) -> bool:
        """Tell a webhook nothing any more; whether it was told until now."""

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            return {"changed": webhooks.end(connection, id_, by)}

        return bool((await self._deeds.do(envelope, "remove_webhook", {"id": id_}, work))["changed"])

    async def known(self) -> tuple[tuple[Webhook, Standing], ...]:
        """Every webhook that is told, and how it gets on."""

        def read(connection: Connection) -> tuple[tuple[Webhook, Standing], ...]:
            standings = webhooks.standings(connection)
            return tuple((each, standings.get(each.id, Standing())) for each in webhooks.known(connection))

        return await self._database.read(read)

    async def one(self, id_: str) -> Webhook:
        """A webhook that is told. Raises `UnknownEntryError`."""
        found = await self._database.read(lambda connection: webhooks.find(connection, id_))
        if found is None:
            raise UnknownEntryError("webhook")
        return found

    def _office_key(self) -> str:
        if self._key is None:
            raise NoWebhookKeyError
        return self._key.get_secret_value()
