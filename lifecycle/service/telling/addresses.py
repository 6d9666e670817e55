"""Which addresses on the network may be called in the office's name: public ones, and those it was told to trust."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from lifecycle.domain.errors import LifecycleError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, as text; OSError if it has none."""

_PUBLIC_6: Final = IPv6Network("2000::/3")
_REFUSED: Final = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; also a cloud's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's own service
        "169.254.0.0/16",  # link-local; also clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; also a cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_ISATAP: Final = (0x00005EFE, 0x02005EFE)
"""The middle of an IPv6 address that carries an IPv4 address behind it."""


class ForbiddenAddressError(LifecycleError):
    """The address may not be called (HTTP 422; code `forbidden_address`)."""

    def __init__(self, sentence: str) -> None:
        remedy = "Name an https address in a public network, or let the operators allow the network."
        super().__init__("forbidden_address", sentence, remedy)


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet, and carries no other address within it.

    Of IPv6 only global unicast is: that leaves out loopback, unique local, link- and site-local, multicast, NAT64 and
    IPv4 addresses written as IPv6.
    """
    if isinstance(address, IPv6Address) and (
        address.scope_id or address not in _PUBLIC_6 or int(address) >> 32 & 0xFFFFFFFF in _ISATAP
    ):
        return False
    return not _lies_in(address, _REFUSED)


def _lies_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host by the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


async def checked(
    host: str, port: int, *, encrypted: bool, trusted: Sequence[Network] = (), resolve: Resolve = resolve
) -> str:
    """The one address of a host to connect to. Raises `ForbiddenAddressError` unless every address of it may be called.

    Unencrypted only what is `trusted` may be called.
    """
    try:
        found = [ip_address(text) for text in await resolve(host, port)]
    except (OSError, ValueError):
        raise ForbiddenAddressError("The name of the host leads to no address.") from None
    if not found:
        raise ForbiddenAddressError("The name of the host leads to no address.")
    for address in found:
        is_trusted = _lies_in(address, trusted)
        if not is_trusted and not encrypted:
            raise ForbiddenAddressError("Only https addresses are called.")
        if not is_trusted and not is_public(address):
            raise ForbiddenAddressError("The host is not in a public network.")
    return str(found[0])
