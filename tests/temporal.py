"""The embedded Temporal server for tests, with clocks of its own for each workflow."""

import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from api.processes.embedded import find_temporal

CONFIGURATION = ("frontend.WorkflowTimeSkippingEnabled=true", 'history.workflowIdReuseMinimalInterval="0s"')
"""Clocks can be fast-forwarded, and a run that is carried over at once does not have to rest for a second."""


@asynccontextmanager
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """A server in memory, on a port of its own; a workflow's clock runs as usual until it is fast-forwarded."""
    environment = await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        data_converter=pydantic_data_converter,
        identity="tests",
        dev_server_existing_path=str(find_temporal()),
        dev_server_log_level="error",
        dev_server_extra_args=[argument for value in CONFIGURATION for argument in ("--dynamic-config-value", value)],
    )
    async with environment:
        yield environment
    del environment
    gc.collect()
    time.sleep(0.2)  # noqa: ASYNC251 (what is left of the client ends on threads that nobody can await)
