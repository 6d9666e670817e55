"""A receiver of webhooks for tests, on a free port, that can be told to fail."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

Mood = Callable[[int], int | None]
"""From the number of a call, counted from 1, to the status of the answer; none hangs up."""


@dataclass(frozen=True, slots=True)
class Call:
    """What was posted: the path, the headers by lower-case name, the body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        return json.loads(self.body)


class Sink:
    """Keeps every call; `seen` are those that it took, without repetitions."""

    def __init__(self, mood: Mood, headers: str, seconds: float) -> None:
        self.calls: list[Call] = []
        self.taken: list[Call] = []
        self.port = 0
        self._mood = mood
        self._headers = headers
        self._seconds = seconds

    @property
    def url(self) -> str:
        return f"http://hook.example.org:{self.port}/hook"

    @property
    def seen(self) -> dict[str, Call]:
        return {call.headers["webhook-id"]: call for call in self.taken}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            call = Call(head[0].split()[1], headers, body)
            self.calls.append(call)
            status = self._mood(len(self.calls))
            if status is None or 200 <= status < 300:
                self.taken.append(call)
            await asyncio.sleep(self._seconds)
            if status is not None:
                writer.write(f"HTTP/1.1 {status} X\r\n{self._headers}Content-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def sink(mood: Mood = lambda _: 204, headers: str = "", seconds: float = 0.0) -> AsyncIterator[Sink]:
    """A running receiver; one that hangs up has taken the call all the same. `seconds` is how long it thinks."""
    receiver = Sink(mood, headers, seconds)
    listening = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    async with listening:
        receiver.port = listening.sockets[0].getsockname()[1]
        yield receiver
