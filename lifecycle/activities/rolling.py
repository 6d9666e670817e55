"""Has editions bind projects, slice by slice."""

from collections.abc import Awaitable, Callable

from temporalio import activity

from lifecycle.workflows.ports import ROLL, Rolling, ToRoll

Roll = Callable[[str, int, str], Awaitable[int]]
"""Does a slice of a roll-out: its id, how many projects, the phase; gives how many are left."""


class PortfolioRolling(Rolling):
    """Has the office do it, by the same commands that people send."""

    def __init__(self, roll: Roll) -> None:
        self._roll = roll

    @activity.defn(name=ROLL)
    async def roll(self, given: ToRoll) -> int:
        """Do a slice; how many projects are left. To ask again changes nothing that was done."""
        return await self._roll(given.rollout, given.count, given.phase.value)
