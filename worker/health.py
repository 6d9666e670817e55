"""Tells whoever watches the worker whether it is at work: `GET /healthz` on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

PATH: Final = "/healthz"
_PATIENCE_SECONDS: Final = 5.0


@asynccontextmanager
async def health(port: int, is_well: Callable[[], bool], host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Answer 200 while `is_well`, else 503, and 404 for any other path; gives the port, chosen freely for 0."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                request = (await reader.readline()).split()
                writer.write(_response(request, is_well()))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, host, port)
    async with server:
        yield server.sockets[0].getsockname()[1]


def _response(request: list[bytes], is_well: bool) -> bytes:
    if request[:2] != [b"GET", PATH.encode()]:
        status, text = "404 Not Found", "not found"
    else:
        status, text = ("200 OK", "at work") if is_well else ("503 Service Unavailable", "not at work")
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
    return (head + text).encode()
