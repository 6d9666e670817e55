"""A client of HTTP that costs next to nothing, so that it is not what gets measured: keep-alive, JSON, no more."""

import asyncio
import json
from typing import Any, NamedTuple

Json = dict[str, Any]
_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Answer(NamedTuple):
    """The status of an answer, and its body."""

    status: int
    body: Json


class Http:
    """Connections to one address, as many as are used at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._idle: list[_Connection] = []

    async def send(self, token: str, key: str, method: str, path: str, body: Json | None = None) -> Answer:
        """Send a request under `/api/v1`, with `key` as its Idempotency-Key, and wait for the answer."""
        content = json.dumps(body).encode() if body is not None else b""
        kind = "Content-Type: application/json\r\n" if body is not None else ""
        head = (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
            f"Idempotency-Key: {key}\r\n{kind}Content-Length: {len(content)}\r\n\r\n"
        )
        status, answered = await self._exchange(head.encode() + content)
        return Answer(status, json.loads(answered))

    async def look(self, secret: str, path: str) -> tuple[int, bytes]:
        """Ask for a page, as a browser that holds a secret: the status and the page."""
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: lifecycle={secret}\r\n\r\n"
        return await self._exchange(head.encode())

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        reader, writer = await self._connection()
        writer.write(request)
        status, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        length = next(int(field[15:]) for field in fields if field.lower().startswith("content-length:"))
        answered = await reader.readexactly(length)
        self._idle.append((reader, writer))
        return int(status.split()[1]), answered

    async def _connection(self) -> _Connection:
        """One that nobody uses; the server closes those that have been idle for some seconds."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
        return await asyncio.open_connection(*self._address)
