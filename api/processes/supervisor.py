"""Runs several programs as one: starts them in order, restarts one that dies, stops all of them, leaves none behind."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from api.processes.keeper import Keeper
from api.processes.log import ProcessLog
from api.processes.process import Patience, Process, claim

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Keeps processes running. Changes of state go to `say`, one short line each; all that they print goes to `log`."""

    def __init__(
        self,
        processes: Sequence[Process],
        log: ProcessLog,
        say: Callable[[str], None],
        patience: Patience | None = None,
    ) -> None:
        """Raises ValueError when a process is not listed after all those it needs."""
        self._keepers: dict[str, Keeper] = {}
        for process in processes:
            if missing := set(process.after) - set(self._keepers):
                raise ValueError(f"{process.name} must be listed after {', '.join(sorted(missing))}")
            self._keepers[process.name] = Keeper(process, log, say, patience or Patience())
        self._over: asyncio.Future[None] | None = None

    async def run(self, when_ready: Callable[[], Awaitable[None]] | None = None) -> None:
        """Run everything until `stop`, Ctrl-C or SIGTERM, and return when all has ended, the last listed first.

        `when_ready` is called once, when every process is ready. Raises LifecycleError `port_in_use` before anything
        is started, `process_failed` when a process cannot be brought up (all others are stopped first).
        """
        keepers = list(self._keepers.values())
        for keeper in keepers:
            await claim(keeper.process)
        self._over = asyncio.get_running_loop().create_future()
        tasks = [asyncio.create_task(keeper.keep(self._needed(keeper))) for keeper in keepers]
        opening = asyncio.create_task(self._open(when_ready))
        for task in (*tasks, opening):
            task.add_done_callback(self._fail_with)
        with _signals(self.stop):
            try:
                await self._over
            finally:
                await _cancelled(opening)
                for keeper, task in zip(reversed(keepers), reversed(tasks), strict=True):
                    was_running = keeper.running
                    await _cancelled(task)
                    if was_running:
                        keeper.say("stopped")

    def stop(self) -> None:
        """Ask everything to stop; asked again, kill what is left. Before `run` it does nothing."""
        if self._over is None:
            return
        if self._over.done():
            for keeper in self._keepers.values():
                keeper.kill()
        else:
            self._over.set_result(None)

    def _needed(self, keeper: Keeper) -> list[Keeper]:
        return [self._keepers[name] for name in keeper.process.after]

    async def _open(self, when_ready: Callable[[], Awaitable[None]] | None) -> None:
        for keeper in self._keepers.values():
            await keeper.ready.wait()
        if when_ready:
            await when_ready()

    def _fail_with(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error and self._over and not self._over.done():
            self._over.set_exception(error)


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


async def _cancelled(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it has cleaned up; what it raised has been reported already."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
