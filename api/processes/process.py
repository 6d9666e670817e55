"""What a supervisor is told about each program, and how patient it is with them."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lifecycle.domain.errors import LifecycleError

PORT_SECONDS = 2.0
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Port:
    """A port that a program will listen on, and the setting (environment variable) by which it can be moved."""

    number: int
    setting: str
    host: str = "127.0.0.1"


@dataclass(frozen=True)
class Process:
    """A program to keep running.

    `env` is added to the supervisor's own. `after` names processes, listed earlier, that must be ready before this one
    starts. `ready` returns when the program answers; without it, a program is ready once started. A `once` program is
    ready when it has ended with exit code 0, and is not restarted. Times are in seconds: within `ready_within` it must
    be ready, and `stop_grace` lies between the request to stop and the kill.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], Awaitable[None]] | None = None
    after: Sequence[str] = ()
    once: bool = False
    port: Port | None = None
    ready_within: float = 60.0
    stop_grace: float = 10.0


@dataclass(frozen=True)
class Patience:
    """How a program that dies is restarted: after `first` seconds, then twice as long each time, at most `longest`.

    A life of `healthy` seconds starts the count again. A program that died `attempts` times and was never ready is
    given up; one that was ready before never is, but `attempts` deaths in a row are reported as a crash loop.
    """

    first: float = 0.2
    longest: float = 10.0
    healthy: float = 60.0
    attempts: int = 5

    def pause(self, deaths: int) -> float:
        """Seconds to wait after so many deaths in a row (at least one)."""
        return float(min(self.first * 2 ** (deaths - 1), self.longest))


async def claim(process: Process) -> None:
    """Raise LifecycleError `port_in_use` when the process could not listen on its port.

    A program that is just ending gets two seconds to leave.
    """
    if not (port := process.port):
        return
    clock = asyncio.get_running_loop().time
    deadline = clock() + PORT_SECONDS
    while obstacle := _obstacle(port):
        if clock() > deadline:
            raise LifecycleError(
                "port_in_use",
                f"{process.name} cannot listen on port {port.number} of {port.host}: {obstacle}.",
                f"Stop the program that uses it, or choose another port with {port.setting}.",
            )
        await asyncio.sleep(POLL_SECONDS)


def _obstacle(port: Port) -> str | None:
    with socket.socket(socket.AF_INET6 if ":" in port.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
        except OSError as error:
            return error.strerror
    return None
