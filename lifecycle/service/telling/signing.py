"""What a webhook is sent: a CloudEvent in JSON, signed as the Standard Webhooks specification says."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from lifecycle.domain.values import canonical
from lifecycle.persistence.outbox import Message
from lifecycle.service.telling.wording import page_of

SECRET_PREFIX: Final = "whsec_"  # noqa: S105  (the prefix of every secret)
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


def signed(message: str, secret: str, body: bytes, now: datetime) -> Mapping[str, str]:
    """The headers that prove who sent a body and when; `secret` is `whsec_` and the key in base64."""
    sent_at = str(int(now.timestamp()))
    key = b64decode(secret.removeprefix(SECRET_PREFIX))
    signature = hmac.new(key, f"{message}.{sent_at}.".encode() + body, sha256).digest()
    return {
        "Content-Type": "application/cloudevents+json",
        "User-Agent": "lifecycle-governance",
        "webhook-id": message,
        "webhook-timestamp": sent_at,
        "webhook-signature": f"v1,{b64encode(signature).decode()}",
    }
