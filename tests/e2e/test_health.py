"""A process of ours is well when it says so, and in no other case."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from api.processes.health import is_well, wait_until_well


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[int]:
    """A server that gives these answers one after the other, the last one for ever; its port."""
    waiting = list(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(waiting.pop(0) if len(waiting) > 1 else waiting[0])
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("answer", "well"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
        (b"SSH-2.0-OpenSSH\r\n", False),
        (b"x" * 100_000, False),
        (b"", False),
    ],
)
async def test_only_a_200_is_well(answer: bytes, well: bool) -> None:
    async with answering(answer) as port:
        assert await is_well(port, "/healthz") is well


async def test_waiting_ends_with_the_first_good_answer() -> None:
    async with answering(b"HTTP/1.1 503 Wait\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n\r\n") as port:
        await asyncio.wait_for(wait_until_well(port, "/readyz"), 10)


async def test_a_container_asks_by_exit_code() -> None:
    async def exit_code(port: int) -> int:
        asking = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "api.processes.health", str(port), "/readyz"
        )
        return await asking.wait()

    async with answering(b"HTTP/1.1 200 OK\r\n\r\n") as port:
        assert await exit_code(port) == 0
    with socket.socket() as bound_but_silent:
        bound_but_silent.bind(("127.0.0.1", 0))
        assert await exit_code(bound_but_silent.getsockname()[1]) == 1
