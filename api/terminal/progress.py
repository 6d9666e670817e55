"""Long work, followed on the terminal until it is over."""

import time
from typing import Any

from api.client import Client

POLL_SECONDS = 0.3


def follow(client: Client, path: str, title: str, counted: str) -> Any:
    """Show the progress of what stands at an address until it is over; what it came to.

    `counted` is what its progress counts: `rows` for `rows_done` of `rows_total`.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)
        while True:
            state = client.get(path)
            progress.update(task, completed=state[f"{counted}_done"], total=state[f"{counted}_total"] or None)
            if state["status"] not in ("queued", "running"):
                return state
            time.sleep(POLL_SECONDS)
