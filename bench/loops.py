"""How load is made: one after the other, by clients that each wait for an answer, or by a clock that waits for none."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

Subject = TypeVar("Subject")
Report = dict[str, Any]


async def serial(subject: Subject, times: int, ask: Callable[[Subject], Awaitable[object]]) -> Report:
    """Ask about one subject so many times, one after the other; `latencies` in seconds."""
    latencies = []
    for _ in range(times):
        began = time.perf_counter()
        await ask(subject)
        latencies.append(time.perf_counter() - began)
    return {"latencies": latencies, "seconds": sum(latencies)}


async def closed_loop(
    subjects: Iterable[Subject], clients: int, ask: Callable[[Subject], Awaitable[object]], seconds: float | None = None
) -> Report:
    """Ask with so many clients, nobody about a subject that another is asking about; `latencies` in seconds.

    With `seconds` the subjects take turns until time is up, without it each is asked about once. `seconds` in the
    report is the time until the last answer.
    """
    idle = deque(subjects)
    latencies: list[float] = []
    began = time.perf_counter()

    async def client() -> None:
        while idle and (seconds is None or time.perf_counter() - began < seconds):
            subject = idle.popleft()
            at = time.perf_counter()
            await ask(subject)
            latencies.append(time.perf_counter() - at)
            if seconds is not None:
                idle.append(subject)

    await asyncio.gather(*(client() for _ in range(clients)))
    return {"latencies": latencies, "seconds": time.perf_counter() - began}


async def open_loop(rate: float, seconds: float, ask: Callable[[int], Awaitable[object]]) -> Report:
    """Ask so many times a second, whether or not there was an answer; each latency counts from when it was due."""

    async def one(number: int) -> float:
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await ask(number)
        return time.perf_counter() - due

    began = time.perf_counter()
    latencies = await asyncio.gather(*(one(number) for number in range(round(rate * seconds))))
    return {"latencies": latencies, "seconds": time.perf_counter() - began}
