"""Nobody makes the product call what is not meant for it: two hundred ways inside, and none is open."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from lifecycle.service.telling.addresses import ForbiddenAddressError, checked, is_public
from lifecycle.service.telling.calls import Caller

FORBIDDEN = Path(__file__).with_name("forbidden_addresses.txt").read_text(encoding="utf-8")
EVERY = [line for line in FORBIDDEN.splitlines() if line and not line.startswith(("#", "[inner", "[malformed"))]
URLS = [entry for entry in EVERY if any(mark in entry for mark in ("/", "(", "example"))]
ADDRESSES = [entry for entry in EVERY if entry not in URLS]
OUTER = ("8.8.8.8", "1.1.1.1", "93.184.215.14", "100.63.255.255", "172.32.0.1", "192.0.1.1", "223.255.255.255",
         "2606:2800:21f:cb07::1", "2a00:1450:4001::1", "2001:4860:4860::8888", "2400:cb00::1")  # fmt: skip

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


def leads_to(*found: str) -> Resolver:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return found

    return resolve


async def numeric(host: str, port: int) -> Sequence[str]:
    """What the system makes of a numeric host, and of its own name, without asking anybody."""
    if host.rstrip(".").lower() == "localhost":
        return ["127.0.0.1"]
    found = await asyncio.to_thread(
        socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
    )
    return [str(entry[4][0]) for entry in found]


def test_the_set_is_as_large_as_it_should_be() -> None:
    assert len(EVERY) == len(set(EVERY)) >= 200
    assert len(ADDRESSES) > 120


@pytest.mark.parametrize("address", ADDRESSES)
async def test_an_inner_address_is_never_called(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(ForbiddenAddressError):
        await checked("hook.example.org", 443, encrypted=True, resolve=leads_to(address))


@pytest.mark.parametrize("url", URLS)
async def test_however_it_is_spelled(url: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        await Caller(resolve=numeric).check(url)
    with pytest.raises(ForbiddenAddressError):
        await Caller(resolve=numeric).post(url, b"{}", {})


@pytest.mark.parametrize("address", OUTER)
async def test_an_outer_address_may_be_called(address: str) -> None:
    assert await checked("hook.example.org", 443, encrypted=True, resolve=leads_to(address)) == address


async def test_one_inner_address_among_others_is_one_too_many() -> None:
    for found in (("8.8.8.8", "10.0.0.1"), ("10.0.0.1", "8.8.8.8"), ("2400:cb00::1", "::1")):
        with pytest.raises(ForbiddenAddressError):
            await checked("hook.example.org", 443, encrypted=True, resolve=leads_to(*found))


async def test_a_name_that_leads_nowhere_is_refused() -> None:
    async def fails(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    for resolve in (fails, leads_to(), leads_to("not an address")):
        with pytest.raises(ForbiddenAddressError):
            await checked("hook.example.org", 443, encrypted=True, resolve=resolve)


async def test_a_network_that_the_operators_trust_is_called_also_without_encryption() -> None:
    trusted = [ip_network("10.1.0.0/16"), ip_network("fd12::/16")]
    for address in ("10.1.2.3", "fd12::5"):
        for encrypted in (True, False):
            found = await checked("hook", 80, encrypted=encrypted, trusted=trusted, resolve=leads_to(address))
            assert found == address
    for address in ("10.2.0.1", "fd13::1", "127.0.0.1"):
        with pytest.raises(ForbiddenAddressError):
            await checked("hook", 443, encrypted=True, trusted=trusted, resolve=leads_to(address))
    with pytest.raises(ForbiddenAddressError):
        await checked("hook", 80, encrypted=False, trusted=trusted, resolve=leads_to("8.8.8.8"))
