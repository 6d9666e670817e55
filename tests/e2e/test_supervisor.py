"""Processes are started in order, restarted, stopped in order, and never left behind."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from api.processes.homelock import locked
from api.processes.log import ProcessLog
from api.processes.process import Patience, Port, Process
from api.processes.supervisor import Supervisor
from lifecycle.domain.errors import LifecycleError

ROOT = Path(__file__).parents[2]
QUICK = Patience(first=0.01, longest=0.05, healthy=60.0, attempts=3)
FOR_EVER = "import threading; threading.Event().wait()"
DEADLINE = 20.0


class Scene:
    """A supervisor over small Python programs, with what it said."""

    def __init__(self, log: ProcessLog, *processes: Process, patience: Patience = QUICK) -> None:
        self.log = log
        self.said: list[str] = []
        self.supervisor = Supervisor(processes, self.log, self.said.append, patience)

    async def until(self, told: str, times: int = 1) -> None:
        """Wait until a line with `told` was said so many times."""
        await eventually(lambda: sum(told in line for line in self.said) >= times)

    def told(self, *words: str) -> list[str]:
        return [line for line in self.said if any(word in line for word in words)]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ProcessLog]:
    with closing(ProcessLog(tmp_path / "logs" / "lifecycle.log")) as open_log:
        yield open_log


def program(name: str, code: str, after: Sequence[str] = (), **more: object) -> Process:
    return Process(name, (sys.executable, "-c", code), after=after, **more)  # type: ignore[arg-type] # forwards options


async def eventually(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not happened():  # noqa: ASYNC110 (what is awaited is another process)
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def pid_of(line: str) -> int:
    return int(line.partition("(process ")[2].rstrip(")"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_process_starts_when_what_it_needs_is_ready(log: ProcessLog) -> None:
    answers = asyncio.Event()
    scene = Scene(
        log,
        program("server", FOR_EVER, ready=answers.wait),
        program("schema", "print('made')", once=True),
        program("client", FOR_EVER, after=("server", "schema")),
    )
    opened = asyncio.Event()

    async def open_door() -> None:
        opened.set()

    running = asyncio.create_task(scene.supervisor.run(open_door))
    await scene.until("schema: ready")
    assert not scene.told("client")
    answers.set()
    await asyncio.wait_for(opened.wait(), DEADLINE)
    assert scene.told("server: ready", "client: started", "client: ready") == scene.told("server: r", "client")
    scene.supervisor.stop()
    await running


async def test_the_last_one_started_is_the_first_one_stopped(log: ProcessLog) -> None:
    scene = Scene(
        log, program("first", FOR_EVER), program("second", FOR_EVER), program("third", FOR_EVER, after=("second",))
    )
    running = asyncio.create_task(scene.supervisor.run())
    await scene.until("ready", 3)
    pids = [pid_of(line) for line in scene.told("started")]
    scene.supervisor.stop()
    await running
    assert scene.said[-3:] == ["third: stopped", "second: stopped", "first: stopped"]
    assert not [pid for pid in pids if alive(pid)]


async def test_a_process_that_dies_is_started_again(log: ProcessLog) -> None:
    scene = Scene(log, program("worker", FOR_EVER))
    running = asyncio.create_task(scene.supervisor.run())
    await scene.until("ready")
    os.kill(pid_of(scene.told("started")[0]), signal.SIGKILL)
    await scene.until("ready", 2)
    assert len(scene.told("stopped unexpectedly (killed by SIGKILL), starting again in")) == 1
    scene.supervisor.stop()
    await running


async def test_a_process_that_never_comes_up_is_given_up_with_its_last_words(log: ProcessLog) -> None:
    scene = Scene(
        log,
        program("bystander", FOR_EVER),
        program("broken", "print('the disk is full'); raise SystemExit(3)", ready=asyncio.Event().wait),
    )
    with pytest.raises(LifecycleError, match="could not be started") as failure:
        await scene.supervisor.run()
    assert failure.value.code == "process_failed"
    assert "(exit code 3)" in failure.value.sentence
    assert "the disk is full" in failure.value.sentence
    assert str(scene.log.path) in failure.value.remedy
    assert len(scene.told("broken: started")) == QUICK.attempts
    assert scene.said[-1] == "bystander: stopped"


async def test_a_step_that_fails_ends_the_start_at_once(log: ProcessLog) -> None:
    scene = Scene(
        log, program("migrate", "raise SystemExit('no such column')", once=True), program("api", "", ("migrate",))
    )
    with pytest.raises(LifecycleError, match="no such column"):
        await scene.supervisor.run()
    assert not scene.told("api")


async def test_a_process_that_never_answers_is_given_up(log: ProcessLog) -> None:
    scene = Scene(log, program("mute", FOR_EVER, ready=asyncio.Event().wait, ready_within=0.05))
    with pytest.raises(LifecycleError, match=r"mute could not be started \(no answer within 0.05 s\)"):
        await scene.supervisor.run()


async def test_a_restarted_process_that_does_not_answer_is_killed_and_tried_again(log: ProcessLog) -> None:
    answers = asyncio.Event()
    answers.set()
    scene = Scene(log, program("server", FOR_EVER, ready=answers.wait, ready_within=0.5))
    running = asyncio.create_task(scene.supervisor.run())
    await scene.until("ready")
    answers.clear()
    os.kill(pid_of(scene.told("started")[0]), signal.SIGKILL)
    await scene.until("stopped unexpectedly (no answer within 0.5 s)")
    answers.set()
    await scene.until("ready", 2)
    scene.supervisor.stop()
    await running


async def test_a_crash_loop_is_reported_once_and_tried_on(log: ProcessLog, tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    code = f"open({str(lives)!r}, 'a').write('.'); print('out of memory'); raise SystemExit(1)"
    scene = Scene(log, program("worker", code))
    running = asyncio.create_task(scene.supervisor.run())
    await eventually(lambda: lives.exists() and len(lives.read_text()) > QUICK.attempts + 2)
    (report,) = scene.told("in a row")
    assert "stopped 3 times in a row (exit code 1)" in report
    assert report.endswith("\n  | out of memory" * 3)
    assert len(scene.told("started")) == QUICK.attempts
    scene.supervisor.stop()
    await running


async def test_a_process_that_ignores_the_request_to_stop_is_killed(log: ProcessLog) -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {FOR_EVER}"
    scene = Scene(log, program("deaf", deaf, stop_grace=0.05))
    running = asyncio.create_task(scene.supervisor.run())
    await eventually(lambda: "deaf" in scene.log.tail("deaf"))
    scene.supervisor.stop()
    await asyncio.wait_for(running, DEADLINE)
    assert scene.said[-2:] == ["deaf: did not stop within 0.05 s and is killed", "deaf: stopped"]


async def test_asked_twice_to_stop_it_does_not_wait(log: ProcessLog) -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {FOR_EVER}"
    scene = Scene(log, program("deaf", deaf, stop_grace=3600))
    running = asyncio.create_task(scene.supervisor.run())
    await eventually(lambda: "deaf" in scene.log.tail("deaf"))
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait_for(running, DEADLINE)
    assert scene.said[-1] == "deaf: stopped"


async def test_what_a_dead_process_had_started_dies_with_it(log: ProcessLog) -> None:
    code = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {FOR_EVER!r}]).pid, flush=True)"
    scene = Scene(log, program("parent", f"{code}; {FOR_EVER}"))
    running = asyncio.create_task(scene.supervisor.run())
    await eventually(lambda: any(line.isdecimal() for line in scene.log.tail("parent")))
    (grandchild,) = (int(line) for line in scene.log.tail("parent") if line.isdecimal())
    assert alive(grandchild)
    os.kill(pid_of(scene.told("started")[0]), signal.SIGKILL)
    await scene.until("ready", 2)
    await eventually(lambda: not alive(grandchild))
    scene.supervisor.stop()
    await running


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_nothing_lives_longer_than_the_supervisor(tmp_path: Path, number: signal.Signals) -> None:
    script = f"""
import asyncio, sys
from pathlib import Path
from api.processes.process import Process
from api.processes.log import ProcessLog
from api.processes.supervisor import Supervisor
forever = [sys.executable, "-c", {FOR_EVER!r}]
pair = [Process("one", forever), Process("two", forever, after=("one",))]
say = lambda line: print(line, flush=True)
asyncio.run(Supervisor(pair, ProcessLog(Path({str(tmp_path / "l.log")!r})), say).run())
"""
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert supervisor.stdout
    said: list[str] = []
    async with asyncio.timeout(DEADLINE):
        while not (said and said[-1].startswith("two: ready")):
            said.append((await supervisor.stdout.readline()).decode().strip())
        supervisor.send_signal(number)
        said += (await supervisor.stdout.read()).decode().splitlines()
        end = await supervisor.wait()
    pids = [pid_of(line) for line in said if "started" in line]
    assert len(pids) == 2
    await eventually(lambda: not any(alive(pid) for pid in pids))
    if number != signal.SIGKILL:
        assert end == 0
        assert said[-2:] == ["two: stopped", "one: stopped"]


async def test_a_port_in_use_is_found_before_anything_starts(log: ProcessLog) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        scene = Scene(log, program("db", FOR_EVER), program("api", FOR_EVER, port=Port(port, "LIFECYCLE_API_PORT")))
        with pytest.raises(LifecycleError, match=f"api cannot listen on port {port} of 127.0.0.1: ") as failure:
            await scene.supervisor.run()
    assert failure.value.code == "port_in_use"
    assert "LIFECYCLE_API_PORT" in failure.value.remedy
    assert not scene.said


async def test_a_port_that_is_just_being_left_is_waited_for(log: ProcessLog) -> None:
    leaving = socket.create_server(("127.0.0.1", 0))
    asyncio.get_running_loop().call_later(0.2, leaving.close)
    port = Port(leaving.getsockname()[1], "LIFECYCLE_API_PORT")
    scene = Scene(log, program("api", FOR_EVER, port=port))
    running = asyncio.create_task(scene.supervisor.run())
    await scene.until("ready")
    scene.supervisor.stop()
    await running


def test_one_home_has_one_running_product(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with locked(home):
        with (
            pytest.raises(LifecycleError, match=f"already in use by process {os.getpid()} since 20") as refusal,
            locked(home),
        ):
            pass
        assert refusal.value.code == "home_in_use"
        assert refusal.value.remedy
    with locked(home):
        pass


async def test_a_killed_product_lets_go_of_its_home(tmp_path: Path) -> None:
    script = f"""
import threading
from pathlib import Path
from api.processes.homelock import locked
with locked(Path({str(tmp_path)!r})):
    print("held", flush=True)
    threading.Event().wait()
"""
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout
    assert await asyncio.wait_for(holder.stdout.readline(), DEADLINE) == b"held\n"
    with pytest.raises(LifecycleError, match=f"in use by process {holder.pid} since"), locked(tmp_path):
        pass
    holder.kill()
    await holder.wait()
    with locked(tmp_path):
        pass


async def test_the_log_is_one_line_for_each_line_and_rotates(tmp_path: Path) -> None:
    with closing(ProcessLog(tmp_path / "logs" / "lifecycle.log", limit_bytes=4096, keep=2)) as log:
        async with log.collect("api") as sink:
            await asyncio.to_thread(os.write, sink, b"one\ntwo \xff\n" + b"x" * 300_000 + b"\nlast")
        log.write("api", "[stopped]")
        tail = log.tail("api")
    assert tail[:2] == ["one", "two \N{REPLACEMENT CHARACTER}"]
    assert tail[-1] == "last"
    assert max(len(line) for line in tail) <= 128 * 1024
    newest, *older = sorted((tmp_path / "logs").iterdir())
    assert len(older) == 2
    assert re.search(r"\n20\S+Z api      \| last\n20\S+Z api      \| \[stopped\]\n$", "\n" + newest.read_text())


def test_a_process_is_listed_after_what_it_needs(log: ProcessLog) -> None:
    with pytest.raises(ValueError, match="client must be listed after server"):
        Scene(log, program("client", "", after=("server",)), program("server", ""))


def test_patience_doubles_up_to_its_limit() -> None:
    assert [Patience().pause(deaths) for deaths in (1, 2, 3, 6, 7, 60)] == [0.2, 0.4, 0.8, 6.4, 10.0, 10.0]
