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
        reader, writer = await self._connection()
        content = json.dumps(body).encode() if body is not None else b""
        kind = "Content-Type: application/json\r\n" if body is not None else ""
        head = (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
            f"Idempotency-Key: {key}\r\n{kind}Content-Length: {len(content)}\r\n\r\n"
        )
        writer.write(head.encode() + content)
        status, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        length = next(int(field[15:]) for field in fields if field.lower().startswith("content-length:"))
        answer = Answer(int(status.split()[1]), json.loads(await reader.readexactly(length)))
        self._idle.append((reader, writer))
        return answer

    async def _connection(self) -> _Connection:
        """One that nobody uses; the server closes those that have been idle for some seconds."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
        return await asyncio.open_connection(*self._address)
