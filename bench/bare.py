"""The bare Temporal workflow that figures are compared with: its synchronous update handler appends to a list."""

from typing import Final

from temporalio import workflow

BARE_WORKFLOW: Final = "Bare"
APPEND: Final = "append"


@workflow.defn(name=BARE_WORKFLOW)
class Bare:
    """Does the least that a durable workflow can do with an update."""

    def __init__(self) -> None:
        self._taken: list[str] = []

    @workflow.run
    async def run(self) -> None:
        """Live until nobody asks any more."""
        await workflow.wait_condition(lambda: False)

    @workflow.update(name=APPEND)
    def append(self, what: str) -> int:
        """Append and answer how many there are."""
        self._taken.append(what)
        return len(self._taken)
