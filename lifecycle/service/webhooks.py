"""The office's business with webhooks: which programs are told of what, and how that goes."""

import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

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
from lifecycle.service.telling.signing import SECRET_PREFIX

_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Added:
    """A new webhook; its receiver checks signatures with `secret`, none when the request was answered before."""

    webhook: Webhook
    secret: str | None


class Webhooks:
    """Adds, removes and lists webhooks."""

    def __init__(self, database: Database, deeds: Deeds, outlets: Outlets, now: Now) -> None:
        self._database = database
        self._deeds = deeds
        self._channel = WebhookChannel(database, outlets.address, outlets.networks, now)

    async def add(self, envelope: Envelope, label: str, url: str, kinds: Sequence[NoticeKind]) -> Added:
        """Tell a program of these kinds of news from now on, or of all. Raises `ForbiddenAddressError`."""
        try:
            await self._channel.caller.check(url)
        except TimeoutError:
            raise ForbiddenAddressError("The name of the host leads to no address.") from None
        secret = SECRET_PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        wanted = tuple(sorted(kind.value for kind in set(kinds)))
        added: list[Webhook] = []

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            webhook = Webhook(secrets.token_hex(8), label, url, wanted, by.at, by.person)
            webhooks.subscribe(connection, webhook, secret, by)
            added[:] = [webhook]
            return {"id": webhook.id}

        asked = {"label": label, "url": url, "kinds": list(wanted)}
        told = await self._deeds.do(envelope, "add_webhook", asked, work)
        if added:
            return Added(added[0], secret)
        return Added(await self.one(told["id"]), None)

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
        return found[0]
