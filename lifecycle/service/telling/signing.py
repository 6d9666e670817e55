"""What a webhook is sent: a CloudEvent in JSON, signed as the Standard Webhooks specification says."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from lifecycle.domain.values import canonical
from lifecycle.persistence.outbox import Message
from lifecycle.persistence.webhooks import Webhook
from lifecycle.service.telling.wording import page_of

SECRET_PREFIX: Final = "whsec_"  # noqa: S105  (the prefix of every secret)
OVERLAP: Final = timedelta(days=1)
"""For so long after a secret was renewed the one before signs as well, so that a receiver can change over in peace."""
PING: Final = "ping"
"""The kind of a message that only tries whether a webhook answers."""


def event_of(message: Message, address: str) -> bytes:
    """A message as a CloudEvent in JSON; `address` is where people find the product."""
    data: dict[str, Any] = json.loads(message.body or "{}")
    about = {"page": address + page_of(data["project"], data.get("gate"))} if "project" in data else {}
    event = {
        "specversion": "1.0",
        "id": message.id,
        "source": address or "/",
        "type": f"lifecycle.notice.{data.get('kind', PING)}",
        "time": message.created_at.isoformat(),
        "datacontenttype": "application/json",
        "data": data | about,
    }
    if "project" in data:
        event["subject"] = page_of(data["project"], data.get("gate"))
    return canonical(event).encode()


def secret_of(office_key: str, webhook: str, generation: int) -> str:
    """The secret of a webhook: nothing that is stored, but what the office's key makes of its id and generation."""
    made = hmac.new(office_key.encode(), f"webhook/{webhook}/{generation}".encode(), sha256).digest()
    return SECRET_PREFIX + b64encode(made).decode()


def secrets_of(office_key: str, webhook: Webhook, now: datetime) -> tuple[str, ...]:
    """The secrets that sign for a webhook now: the latest, and for a while the one before."""
    changing = webhook.renewed_at is not None and now < webhook.renewed_at + OVERLAP
    generations = (webhook.generation, webhook.generation - 1) if changing else (webhook.generation,)
    return tuple(secret_of(office_key, webhook.id, generation) for generation in generations)


def signed(message: str, secrets: Sequence[str], body: bytes, now: datetime) -> Mapping[str, str]:
    """The headers that prove who sent a body and when; a secret is `whsec_` and the key in base64."""
    sent_at = str(int(now.timestamp()))
    content = f"{message}.{sent_at}.".encode() + body
    keys = (b64decode(secret.removeprefix(SECRET_PREFIX)) for secret in secrets)
    signatures = (b64encode(hmac.new(key, content, sha256).digest()).decode() for key in keys)
    return {
        "Content-Type": "application/cloudevents+json",
        "User-Agent": "lifecycle-governance",
        "webhook-id": message,
        "webhook-timestamp": sent_at,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
