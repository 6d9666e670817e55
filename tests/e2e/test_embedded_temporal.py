"""The embedded Temporal server: found, confined to this machine, and durable through kill -9."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from api.processes.embedded import find_temporal, retention_command, temporal_command, wait_for_temporal
from api.processes.log import ProcessLog
from api.processes.process import Port, Process
from api.processes.profile import environment_of, processes_of
from api.processes.supervisor import Supervisor
from lifecycle.domain.errors import LifecycleError
from lifecycle.settings import Settings

DEADLINE = 60.0
LISTENING = "0A"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ProcessLog]:
    with closing(ProcessLog(tmp_path / "logs" / "lifecycle.log")) as open_log:
        yield open_log


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening_addresses(pid: int) -> set[str]:
    """The IPv4 and IPv6 addresses on which a process listens, as the kernel writes them."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            inodes |= set(re.findall(r"^socket:\[(\d+)\]$", os.readlink(descriptor)))
    rows = [
        line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()
    ]
    return {row[1].partition(":")[0] for row in rows if row[3] == LISTENING and row[9] in inodes}


async def test_a_killed_server_is_back_on_its_port_with_its_workflows(log: ProcessLog, tmp_path: Path) -> None:
    binary, port = find_temporal(), free_port()
    address = f"127.0.0.1:{port}"
    server = Process(
        "temporal",
        temporal_command(binary, tmp_path / "temporal.db", port),
        ready=partial(wait_for_temporal, address, None, binary),
        port=Port(port, "LIFECYCLE_TEMPORAL_ADDRESS"),
    )
    said: list[str] = []
    supervisor = Supervisor([server], log, said.append)

    async def started(times: int) -> int:
        async with asyncio.timeout(DEADLINE):
            while len([line for line in said if "temporal: ready" in line]) < times:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return int(re.findall(r"started \(process (\d+)\)", "\n".join(said))[-1])

    running = asyncio.create_task(supervisor.run())
    first = await started(1)
    assert listening_addresses(first) == {"0100007F"}, "127.0.0.1 only"
    client = await Client.connect(address)
    await client.start_workflow("ProjectLifecycle", id="project/P-1", task_queue="nobody-listens")

    os.kill(first, signal.SIGKILL)
    second = await started(2)

    assert second != first
    description = await client.get_workflow_handle("project/P-1").describe()
    assert description.workflow_type == "ProjectLifecycle"
    supervisor.stop()
    await running
    assert said[-1] == "temporal: stopped"
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_ended_workflows_are_kept_for_ninety_days(log: ProcessLog, tmp_path: Path) -> None:
    binary, port = find_temporal(), free_port()
    address = f"127.0.0.1:{port}"
    server = temporal_command(binary, tmp_path / "temporal.db", port)
    supervisor = Supervisor(
        [
            Process("temporal", server, ready=partial(wait_for_temporal, address, None, binary)),
            Process("retention", retention_command(binary, address), after=("temporal",), once=True),
        ],
        log,
        say=lambda _: None,
    )
    kept: list[int] = []

    async def ask() -> None:
        client = await Client.connect(address)
        answer = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
        kept.append(answer.config.workflow_execution_retention_ttl.ToTimedelta().days)
        supervisor.stop()

    await asyncio.wait_for(supervisor.run(ask), DEADLINE)
    assert kept == [90]


async def test_a_server_that_is_not_there_is_reported_in_time() -> None:
    with pytest.raises(LifecycleError, match=r"did not answer within 0\.2 s") as silence:
        await wait_for_temporal(f"127.0.0.1:{free_port()}", timeout=0.2)
    assert silence.value.code == "temporal_silent"


@pytest.mark.parametrize("ip", ["0.0.0.0", "10.1.2.3", "::", "pmo.example", ""])
def test_the_embedded_server_listens_to_nobody_else(ip: str) -> None:
    with pytest.raises(LifecycleError, match="must not listen on") as refusal:
        temporal_command(Path("temporal"), Path("temporal.db"), 7733, ip)
    assert refusal.value.code == "not_loopback"


def test_temporal_is_the_one_that_is_named_or_the_installed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEMPORAL_CLI", raising=False)
    assert find_temporal().name == "temporal"
    own = tmp_path / "my-temporal"
    own.touch(mode=0o755)
    monkeypatch.setenv("TEMPORAL_CLI", str(own))
    assert find_temporal() == own
    monkeypatch.setenv("TEMPORAL_CLI", str(tmp_path / "absent"))
    with pytest.raises(LifecycleError, match="is not a program that can be run") as refusal:
        find_temporal()
    assert refusal.value.code == "temporal_missing"


def test_without_temporal_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEMPORAL_CLI", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("api.processes.embedded.files", lambda _: [])
    with pytest.raises(LifecycleError, match=r"Temporal's command line was not found\.") as missing:
        find_temporal()
    assert "TEMPORAL_CLI" in missing.value.remedy


def test_the_processes_of_the_embedded_profile_know_what_they_need(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, temporal_address="localhost:17733", api_port=18765, smtp_host="mail.example")
    processes = processes_of(settings, [sys.executable, "-c", ""])
    assert {process.name: tuple(process.after) for process in processes} == {
        "temporal": (),
        "retention": ("temporal",),
        "migrate": (),
        "worker": ("temporal", "migrate"),
        "api": ("migrate",),
    }
    assert [process.port.number for process in processes if process.port] == [17733, 8766, 18765]
    assert processes[-1].env["LIFECYCLE_API_PORT"] == "18765"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"api_host": "0.0.0.0"}, "not_loopback"),
        ({"temporal_address": "temporal:7233"}, "not_loopback"),
        ({"temporal_address": "127.0.0.1"}, "bad_address"),
        ({"temporal_address": "127.0.0.1:http"}, "bad_address"),
    ],
)
def test_the_embedded_profile_shows_nothing_to_the_network(given: dict[str, str], code: str) -> None:
    with pytest.raises(LifecycleError) as refusal:
        processes_of(Settings.model_validate(given), ["true"])
    assert refusal.value.code == code
    assert refusal.value.remedy


def test_the_settings_of_a_process_reach_its_children_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Settings(home=tmp_path, embedded=False, api_port=1, database_url="sqlite://", update_seconds=0.5)
    monkeypatch.setenv("LIFECYCLE_API_PORT", "2")
    for name, value in environment_of(given).items():
        monkeypatch.setenv(name, value)
    assert Settings() == given
