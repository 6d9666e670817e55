"""The embedded profile: which processes run on this machine, and what each of them needs."""

import json
import sys
from collections.abc import Sequence
from functools import partial

from pydantic import SecretStr

from api.processes.embedded import LOOPBACK, find_temporal, retention_command, temporal_command, wait_for_temporal
from api.processes.health import wait_until_well
from api.processes.process import Port, Process
from lifecycle.domain.errors import LifecycleError
from lifecycle.settings import Settings


def processes_of(settings: Settings, migrate: Sequence[str]) -> list[Process]:
    """The processes of the embedded profile, in the order in which they start.

    `migrate` is the command that brings the database up to date. Raises LifecycleError `temporal_missing`, or
    `not_loopback` when the settings would show the product to the network.
    """
    binary = find_temporal()
    address = settings.temporal_address
    ip, port = _host_and_port(address)
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
            ready=partial(wait_for_temporal, address, None, binary),
            port=Port(port, "LIFECYCLE_TEMPORAL_ADDRESS"),
        ),
        Process(
            "retention", retention_command(binary, address, settings.temporal_namespace), after=("temporal",), once=True
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
    return {f"LIFECYCLE_{name.upper()}": _text(value) for name, value in resolved if value is not None}


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not port.isdecimal():
        raise LifecycleError(
            "bad_address",
            f"LIFECYCLE_TEMPORAL_ADDRESS is {address}, which is not a host and a port.",
            "Write it as host:port, for example 127.0.0.1:7733.",
        )
    return host, int(port)
