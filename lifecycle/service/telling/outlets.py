"""Where notices go out: the office's mail server, its chat, the networks that its webhooks may lie in."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from pydantic import SecretStr

from lifecycle.domain.preferences import AS_SHIPPED, Preferences


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: SecretStr | None = None
    starttls: bool = False


@dataclass(frozen=True, slots=True)
class Outlets:
    """What the settings say about telling people.

    `address` is where people find the product, an URL without a final slash. `chat` is an address of apprise, in which
    `{person}` and `{mail}` stand for the recipient. Webhooks lie in public networks, or in `networks`; their secrets
    follow from `webhook_key`. `preferences` hold for whoever chose none.
    """

    address: str = ""
    mail: MailServer | None = None
    chat: SecretStr | None = None
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    webhook_key: SecretStr | None = None
    preferences: Preferences = AS_SHIPPED


MAIL: Final = "mail"
CHAT: Final = "chat"
LOG: Final = "log"
"""The channels to people; the log is for an office that has neither of the others."""


def channels_for(outlets: Outlets, reader: Preferences, urgent: bool) -> tuple[str, ...]:
    """Over which channels somebody is told something; none if it stands in their inbox alone."""
    if outlets.mail is None and outlets.chat is None:
        return (LOG,)
    by_mail = outlets.mail is not None and (reader.mail or urgent)
    by_chat = outlets.chat is not None and reader.chat
    return (*((MAIL,) if by_mail else ()), *((CHAT,) if by_chat else ()))


IN_THE_INBOX: Final = Outlets()
"""People are told in their inbox alone."""
