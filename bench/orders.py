"""Measuring processes: each takes orders as lines of JSON and answers each with a line, so that runs can alternate."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Self

Order = dict[str, Any]
_LONGEST_LINE = 64 * 1024 * 1024


async def obey(do: Callable[[Order], Awaitable[Order]]) -> None:
    """Carry out the orders that come by standard input until there are no more."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        answer = await do(json.loads(line))
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


def leave() -> None:
    """End this process at once: Temporal's client may abort an interpreter that ends in the ordinary way."""
    sys.stdout.flush()
    os._exit(0)


class Hand:
    """A measuring process, run for as long as the block lasts: `async with Hand("bench.load") as hand`."""

    def __init__(self, *command: str) -> None:
        """`command` is a module of Python with its arguments."""
        self._command = command
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *self._command), stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._running.terminate()
        await self._running.wait()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._running.pid

    async def ask(self, do: str, **order: Any) -> Order:
        """Give an order and wait for its answer; RuntimeError if the process ends instead."""
        orders, answers = self._running.stdin, self._running.stdout
        assert orders is not None
        assert answers is not None
        orders.write(f"{json.dumps({'do': do, **order})}\n".encode())
        if not (line := await answers.readline()):
            raise RuntimeError(f"{' '.join(self._command)} ended before it had answered")
        answer: Order = json.loads(line)
        return answer

    @property
    def _running(self) -> Process:
        assert self._process is not None, "a hand works inside its block"
        return self._process
