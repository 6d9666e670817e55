"""What a process counts of its own work."""

import time
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Final, ParamSpec

from prometheus_client import Histogram

from lifecycle.service.outcomes import Outcome

_COMMANDS: Final = Histogram(
    "lifecycle_command_seconds",
    "How long requests of projects took in this process, by outcome: done, refused, unknown, or failed.",
    ["outcome"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

Asked = ParamSpec("Asked")
Ask = Callable[Asked, Coroutine[Any, Any, Outcome]]


def measured(ask: Ask[Asked]) -> Ask[Asked]:
    """The same method, counted and timed by what became of the request."""

    @wraps(ask)
    async def asked(*args: Asked.args, **kwargs: Asked.kwargs) -> Outcome:
        began, known = time.perf_counter(), "failed"
        try:
            outcome = await ask(*args, **kwargs)
            known = type(outcome).__name__.lower()
            return outcome
        finally:
            _COMMANDS.labels(known).observe(time.perf_counter() - began)

    return asked
