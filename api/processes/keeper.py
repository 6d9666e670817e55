"""Keeps one program running, life after life."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from api.processes.log import ProcessLog
from api.processes.process import Patience, Process
from lifecycle.domain.errors import LifecycleError

LEASH = (sys.executable, "-I", "-S", str(Path(__file__).with_name("leash.py")))


class Keeper:
    """One process of a supervisor. `ready` is set once it was ready for the first time."""

    def __init__(self, process: Process, log: ProcessLog, say: Callable[[str], None], patience: Patience) -> None:
        self.process = process
        self.ready = asyncio.Event()
        self._log = log
        self._tell = say
        self._patience = patience
        self._child: asyncio.subprocess.Process | None = None
        self._silent = False

    async def keep(self, needed: Sequence["Keeper"]) -> None:
        """Start the process when all `needed` are ready, and again whenever it dies; when cancelled, stop it first.

        Returns when a `once` process has done its work. Raises LifecycleError `process_failed` when it is given up.
        """
        for other in needed:
            await other.ready.wait()
        deaths = 0
        while True:
            began = _now()
            end = await self._live(began, loud=deaths < self._patience.attempts)
            if self.process.once and end == 0:
                self._is_ready(began)
                return
            deaths = 1 if _now() - began >= self._patience.healthy else deaths + 1
            await self._mourn(end, deaths)

    @property
    def running(self) -> bool:
        """True while the process lives."""
        return self._child is not None

    def kill(self) -> None:
        """End the process and all that it started, at once."""
        if self._child:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)

    def say(self, text: str) -> None:
        """Report a change of state."""
        self._log.write(self.process.name, f"[{text}]")
        self._tell(f"{self.process.name}: {text}")

    async def _live(self, began: float, loud: bool) -> int:
        """One life; the exit code (negative: the signal that killed it)."""
        async with self._log.collect(self.process.name) as sink, asyncio.TaskGroup() as beside:
            self._child = child = await asyncio.create_subprocess_exec(
                *(*LEASH, str(os.getpid()), *self.process.command),
                env={**os.environ, **self.process.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                process_group=0,
            )
            self._silent = False
            if loud:
                self.say(f"started (process {child.pid})")
            watching = beside.create_task(self._watch(began))
            try:
                return await child.wait()
            finally:
                watching.cancel()
                await self._end(child)
                self._child = None

    async def _watch(self, began: float) -> None:
        """Announce that the process is ready; kill it when it does not answer in time."""
        if self.process.once:
            return
        try:
            async with asyncio.timeout(self.process.ready_within):
                if self.process.ready:
                    await self.process.ready()
        except TimeoutError:
            self._silent = True
            self.kill()
        else:
            self._is_ready(began)

    def _is_ready(self, began: float) -> None:
        self.ready.set()
        self.say(f"ready after {_now() - began:.1f} s")

    async def _end(self, child: asyncio.subprocess.Process) -> None:
        """Ask the process to stop, grant its grace, then kill it, and in any case what else it had started."""
        if child.returncode is None:
            child.terminate()
            try:
                await asyncio.wait_for(child.wait(), self.process.stop_grace)
            except TimeoutError:
                self.say(f"did not stop within {self.process.stop_grace:g} s and is killed")
        self.kill()
        await child.wait()

    async def _mourn(self, end: int, deaths: int) -> None:
        """Report the death, and wait before the next life; give the process up when it never got anywhere."""
        how = f"exit code {end}" if end >= 0 else f"killed by {signal.Signals(-end).name}"
        if self._silent:
            how = f"no answer within {self.process.ready_within:g} s"
        hopeless = self.process.once or self._silent or deaths >= self._patience.attempts
        if hopeless and not self.ready.is_set():
            raise LifecycleError(
                "process_failed",
                f"{self.process.name} could not be started ({how}); its last lines are:{self._last_lines()}",
                f"Mend what they name and start again; the whole log is {self._log.path}.",
            )
        pause = self._patience.pause(deaths)
        if deaths < self._patience.attempts:
            self.say(f"stopped unexpectedly ({how}), starting again in {pause:g} s")
        elif deaths == self._patience.attempts:
            self.say(
                f"stopped {deaths} times in a row ({how}) and is tried again every {self._patience.longest:g} s; "
                f"the whole log is {self._log.path}, its last lines are:{self._last_lines()}"
            )
        await asyncio.sleep(pause)

    def _last_lines(self) -> str:
        return "".join(f"\n  | {line}" for line in self._log.tail(self.process.name))


def _now() -> float:
    return asyncio.get_running_loop().time()
