"""The whole product for a test: Temporal, worker and API, brought up by `lifecycle up` over a home of their own.

Processes are killed, frozen and restarted by their names, as their supervisor knows them.
"""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, Thread
from time import monotonic

from api.client import keep_sign_ins, sign_ins
from api.processes.keeper import LEASH
from api.processes.profile import environment_of
from lifecycle.persistence.migrate import migrate
from lifecycle.persistence.session import Database
from lifecycle.service.founding import found
from lifecycle.settings import Settings
from tests.e2e.people import Person

DEADLINE = 90.0
"""Seconds until something that has to happen must have happened, on a machine that is busy with other tests."""
TAIL_LINES = 60
LIFECYCLE = Path(sys.executable).with_name("lifecycle")


class Product:
    """A running product. What it says is in `said`, what its processes print in the log."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.said: list[str] = []
        self._heard = Condition()
        self._people: dict[tuple[str, str | None], Person] = {}
        self._up: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """Where the API is."""
        return f"http://{self.settings.api_host}:{self.settings.api_port}"

    @property
    def log(self) -> Path:
        """The file with everything that the processes print."""
        return self.settings.home / "logs" / "lifecycle.log"

    def person(self, name: str, acting_for: str | None = None) -> Person:
        """Somebody of the sample office, signed in, perhaps acting for somebody else."""
        if (name, acting_for) not in self._people:
            self._people[name, acting_for] = Person(self.address, self.token(name), acting_for)
        return self._people[name, acting_for]

    def token(self, name: str) -> str:
        """The sign-in of somebody of the sample office."""
        return sign_ins(self.settings.home)[name]

    def types(self, *words: str, folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Type a command beside the running product, in a folder, perhaps with other settings."""
        given = {f"LIFECYCLE_{name.upper()}": value for name, value in settings.items()}
        return subprocess.run(
            (LIFECYCLE, *words),
            env={**_own_environment(), **environment_of(self.settings), **given},
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=2 * DEADLINE,
            check=False,
        )

    def start(self, *arguments: str) -> None:
        """Run `lifecycle up` and return when everything is ready."""
        since = len(self.said)
        self._up = subprocess.Popen(
            (*LEASH, str(os.getpid()), sys.executable, "-P", "-m", "api.cli", "up", *arguments),
            env={**_own_environment(), **environment_of(self.settings)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        self._listener = Thread(target=self._listen, args=(self._up,))
        self._listener.start()
        self._until(lambda: any("The product is up" in line for line in self.said[since:]), "the product is up")

    def stop(self) -> None:
        """Press Ctrl-C and return when everything has ended; what lives on is killed, and said."""
        while self._people:
            self._people.popitem()[1].close()
        up, self._up = self._up, None
        if up is None:
            return
        up.send_signal(signal.SIGINT)
        try:
            code = up.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            os.killpg(up.pid, signal.SIGKILL)
            code = up.wait()
        self._listener.join(DEADLINE)
        assert code == 0, f"The product ended with exit code {code}.\n{self.tail()}"

    def pid(self, name: str) -> int:
        """The process that goes by this name now: `temporal`, `worker` or `api`."""
        lives = re.findall(rf"^{name}: started \(process (\d+)\)$", "\n".join(self.said), re.MULTILINE)
        return int(lives[-1])

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
        """Kill a process, or send it another signal; the function that is given back waits for its next life."""
        since = len(self.said)
        os.kill(self.pid(name), number)

        def until_back() -> None:
            self._until(lambda: any(line.startswith(f"{name}: ready") for line in self.said[since:]), f"{name} is back")

        return until_back

    def restart(self, name: str) -> None:
        """Ask a process to end, and wait for its next life."""
        self.kill(name, signal.SIGTERM)()

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """A process that stands still for as long as the block runs, unless it is killed in it."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def tail(self) -> str:
        """The last lines of what was said and logged, for whoever has to find out what went wrong."""
        logged = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        lines = ["-- said --", *self.said[-TAIL_LINES:], "-- logged --", *logged[-TAIL_LINES:]]
        return "\n".join(lines)

    def _listen(self, up: "subprocess.Popen[str]") -> None:
        assert up.stdout
        with up.stdout:
            for line in up.stdout:
                with self._heard:
                    self.said.append(line.rstrip())
                    self._heard.notify_all()

    def _until(self, happened: Callable[[], bool], what: str) -> None:
        """Wait until something was said; it never will be once the product has ended."""
        up, ends = self._up, monotonic() + DEADLINE
        with self._heard:
            while not happened():
                left = ends - monotonic()
                ended = up is None or up.poll() is not None
                if left <= 0 or ended:
                    raise AssertionError(f"Waiting in vain until {what}.\n{self.tail()}")
                self._heard.wait(min(left, 1.0))


@contextmanager
def running(home: Path, *, portfolio: bool = False, update_seconds: float = 5.0) -> Iterator[Product]:
    """A product for as long as the block runs: an empty home, the sample office, its portfolio if asked for.

    `update_seconds` is how long a request waits for the engine before its outcome is called unknown.
    """
    temporal, api, worker = _free_ports(3)
    settings = Settings(
        home=home,
        temporal_address=f"127.0.0.1:{temporal}",
        api_port=api,
        worker_health_port=worker,
        update_seconds=update_seconds,
        writes_per_minute=0,
    )
    _found(settings)
    product = Product(settings)
    try:
        product.start(*(["--sample"] if portfolio else []))
        yield product
    finally:
        product.stop()


def _found(settings: Settings) -> None:
    """What `lifecycle migrate --sample` does: `up` alone founds an office without the sample people."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    migrate(settings.sql_url)
    with Database(settings.sql_url) as database:
        tokens = database.write_now(lambda connection: found(connection, datetime.now(UTC), sample=True))
    keep_sign_ins(settings.home, tokens)


def _own_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("LIFECYCLE_")}


def _free_ports(count: int) -> list[int]:
    """Ports that nobody uses, below those that the system gives to clients.

    A client that keeps calling a dead server on a port that the system hands out may be given that very port, and then
    keeps the server from coming back.
    """
    found: list[int] = []
    while len(found) < count:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found
