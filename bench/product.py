"""The product as `lifecycle up` runs it: in a home of its own, on free ports, with the sample office."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from api.client import sign_ins
from api.processes.health import wait_until_well
from bench.processes import command_of, tree
from lifecycle.settings import Settings

FIRST_PAGE: Final = "/docs"
READY_SECONDS: Final = 60.0
LIFECYCLE: Final = (sys.executable, "-P", "-m", "api.cli")


class Product:
    """Runs for as long as the block lasts; its home is left as it is, so that it can be started again."""

    def __init__(self, home: Path) -> None:
        """Found the sample office in `home`, unless that was done before."""
        temporal, self.port, self._worker_port = _free_ports(3)
        self.settings = Settings(
            home=home,
            temporal_address=f"127.0.0.1:{temporal}",
            api_port=self.port,
            worker_health_port=self._worker_port,
            writes_per_minute=0,
        )
        self._environment = {
            **os.environ,
            "LIFECYCLE_HOME": str(home),
            "LIFECYCLE_TEMPORAL_ADDRESS": self.settings.temporal_address,
            "LIFECYCLE_API_PORT": str(self.port),
            "LIFECYCLE_WORKER_HEALTH_PORT": str(self._worker_port),
            "LIFECYCLE_WRITES_PER_MINUTE": "0",
        }
        subprocess.run(
            (*LIFECYCLE, "migrate", "--sample"), env=self._environment, check=True, stdout=subprocess.DEVNULL
        )
        self.tokens = sign_ins(home)
        self.first_page_seconds = 0.0
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        began = time.perf_counter()
        self._process = await asyncio.create_subprocess_exec(
            *(*LIFECYCLE, "up"), env=self._environment, stdin=DEVNULL, stdout=DEVNULL
        )
        try:
            async with asyncio.timeout(READY_SECONDS):
                await wait_until_well(self.port, FIRST_PAGE)
                self.first_page_seconds = time.perf_counter() - began
                await wait_until_well(self._worker_port, "/healthz")
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._stop()

    @property
    def pids(self) -> frozenset[int]:
        """All its processes, the Temporal server and the supervisor included."""
        assert self._process is not None, "the product runs inside its block"
        return tree(self._process.pid)

    @property
    def temporal_pids(self) -> frozenset[int]:
        """Its Temporal server."""
        return frozenset(pid for pid in self.pids if " start-dev " in command_of(pid))

    async def _stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
            await self._process.wait()


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now; held all at once, so that they differ."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in held]
    finally:
        for one in held:
            one.close()
