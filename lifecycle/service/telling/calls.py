"""Calls to programs outside: to checked addresses alone, without redirects, within limits of time and size."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import httpx2

from lifecycle.service.telling.addresses import ForbiddenAddressError, Network, Resolve, checked, resolve

SECONDS: Final = 10.0
"""How long a call may take altogether."""
_LONGEST_URL: Final = 2_000
_SCHEMES: Final = {"https": 443, "http": 80}


class Caller:
    """Posts to addresses that people named. `trusted` are networks that may be called although they are not public."""

    def __init__(self, trusted: Sequence[Network] = (), resolve: Resolve = resolve, seconds: float = SECONDS) -> None:
        self._transport = _Checked(trusted, resolve)
        self._seconds = seconds

    async def check(self, url: str) -> None:
        """Return if this may be called as things stand now; raise `ForbiddenAddressError` if not."""
        async with asyncio.timeout(self._seconds):
            await self._transport.address_of(_read(url))

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer, of which no more is read.

        Raises `ForbiddenAddressError`, httpx2.HTTPError, or TimeoutError.
        """
        async with asyncio.timeout(self._seconds):
            request = httpx2.Request("POST", _read(url), headers=dict(headers), content=body)
            response = await self._transport.handle_async_request(request)
            await response.aclose()
            return response.status_code

    async def close(self) -> None:
        """Let every connection go."""
        await self._transport.aclose()


class _Checked(httpx2.AsyncBaseTransport):
    """Resolves a host once, checks what it found, and connects to just that, whatever the name leads to by then.

    No connection is used twice: it was opened for one name, and its certificate was checked for that name alone.
    """

    def __init__(self, trusted: Sequence[Network], resolve: Resolve) -> None:
        self._trusted = trusted
        self._resolve = resolve
        limits = httpx2.Limits(max_keepalive_connections=0)
        self._wire = httpx2.AsyncHTTPTransport(trust_env=False, limits=limits)

    async def address_of(self, url: httpx2.URL) -> str:
        """The address to connect to."""
        port = url.port or _SCHEMES[url.scheme]
        encrypted = url.scheme == "https"
        return await checked(url.host, port, encrypted=encrypted, trusted=self._trusted, resolve=self._resolve)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request to the checked address, in the name of the host."""
        address = await self.address_of(request.url)
        pinned = httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return await self._wire.handle_async_request(pinned)

    async def aclose(self) -> None:
        """Let every connection go."""
        await self._wire.aclose()


def _read(url: str) -> httpx2.URL:
    try:
        read = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        raise ForbiddenAddressError("This is no address.") from None
    if len(url) > _LONGEST_URL or read.scheme not in _SCHEMES or not read.host:
        raise ForbiddenAddressError("This is no https address.")
    if read.userinfo or read.fragment:
        raise ForbiddenAddressError("The address has a name, a password or a fragment in it.")
    return read
