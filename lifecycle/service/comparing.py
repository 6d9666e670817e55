"""Compares what the records say of each project with what its workflow says: a backup put back shows here alone."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence.verifier import Finding, Standing
from lifecycle.service.decider import Decider, DeciderError, DeciderGoneError

AT_ONCE: Final = 8
TRIES: Final = 4
PAUSE_SECONDS: Final = 1.0
"""What is on its way from a workflow to the records arrives within `TRIES` such pauses."""


async def differences(read: Callable[[], Mapping[str, Standing]], decider: Decider) -> tuple[Finding, ...]:
    """Where records and workflows differ, by project; `read` gives the records as they are when it is called.

    Raises LifecycleError `engine_away` when the workflows cannot be asked.
    """
    standing = await asyncio.to_thread(read)
    found = await _compared(standing, decider)
    for _ in range(TRIES):
        if not found:
            break
        await asyncio.sleep(PAUSE_SECONDS)
        now = await asyncio.to_thread(read)
        found = await _compared({project: now[project] for project in found if project in now}, decider)
    return tuple(Finding(project, None, sentence) for project, sentence in sorted(found.items()))


async def _compared(standing: Mapping[str, Standing], decider: Decider) -> dict[str, str]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def take(project: str, recorded: Standing) -> str | None:
        async with turns:
            return await _difference(project, recorded, decider)

    asked = [take(project, recorded) for project, recorded in standing.items()]
    said = await asyncio.gather(*asked)
    return {project: sentence for project, sentence in zip(standing, said, strict=True) if sentence}


async def _difference(project: str, recorded: Standing, decider: Decider) -> str | None:
    try:
        answer = await decider.standing(project)
    except DeciderGoneError:
        return None if recorded.over else "The project goes on by the records, but has no workflow."
    except DeciderError:
        remedy = "Start Temporal and the worker, then try again."
        raise LifecycleError("engine_away", "The workflows cannot be asked.", remedy) from None
    if answer.version != recorded.seq:
        return f"The records end at event {recorded.seq}, the workflow at event {answer.version}."
    return None if answer.state_digest == recorded.digest else "The workflow holds another state than the records."
