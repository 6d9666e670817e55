"""`PolicyRollout`: one durable workflow per roll-out of an edition, slice by slice, and back if it is told to."""

from datetime import timedelta
from typing import Final

from temporalio import workflow

from lifecycle.domain.verdicts import Reason
from lifecycle.workflows import options
from lifecycle.workflows.failures import denied, nothing_freezes
from lifecycle.workflows.ports import Rolling, ToRoll
from lifecycle.workflows.rollout_messages import ROLLOUT_WORKFLOW, STEER, Move, Phase, StartRollout, Steer

KEPT: Final = timedelta(days=14)
"""For so long after its end a roll-out can still be rolled back."""

_MAY: Final = {
    Phase.CANARY: (Move.PAUSE, Move.ROLL_BACK),
    Phase.WATCHING: (Move.GO_ON, Move.ROLL_BACK),
    Phase.ROLLING: (Move.PAUSE, Move.ROLL_BACK),
    Phase.PAUSED: (Move.GO_ON, Move.ROLL_BACK),
    Phase.DONE: (Move.ROLL_BACK,),
}


@workflow.defn(name=ROLLOUT_WORKFLOW)
class PolicyRollout:
    """Has projects bound slice by slice: first a canary, then, when somebody has looked, the others."""

    @workflow.init
    def __init__(self, given: StartRollout) -> None:
        """Nothing is bound yet."""
        self._given = given
        self._phase = Phase.CANARY

    @workflow.run
    async def run(self, given: StartRollout) -> None:
        """Roll out, and back if told to; ends when nobody can steer any more."""
        left = await self._roll(self._given.canary)
        if left and not self._turns_back():
            await self._stand(Phase.WATCHING)
            await workflow.wait_condition(lambda: self._phase not in (Phase.WATCHING, Phase.PAUSED))
        while left and not self._turns_back():
            await workflow.wait_condition(lambda: self._phase is not Phase.PAUSED)
            left = 0 if self._turns_back() else await self._roll(self._given.slice)
        if not self._turns_back():
            await self._stand(Phase.DONE)
            try:
                await workflow.wait_condition(self._turns_back, timeout=KEPT)
            except TimeoutError:
                return
        while await self._roll(self._given.slice):
            pass
        await self._stand(Phase.ROLLED_BACK)

    @workflow.update(name=STEER)
    def steer(self, asked: Steer) -> Phase:
        """Go on, pause or roll back; the slice in hand is finished first."""
        after = {Move.GO_ON: Phase.ROLLING, Move.PAUSE: Phase.PAUSED, Move.ROLL_BACK: Phase.ROLLING_BACK}
        self._phase = after[asked.move]
        return self._phase

    @steer.validator
    def _may_steer(self, asked: Steer) -> None:
        with nothing_freezes():
            allowed = _MAY.get(self._phase, ())
            if asked.move not in allowed:
                sentence = f"The roll-out is {self._phase.replace('_', ' ')} and cannot {asked.move.replace('_', ' ')}."
                what = ", ".join(move.replace("_", " ") for move in allowed) or "nothing any more"
                raise denied(Reason.NOTHING_CHANGED, sentence, f"What can be asked of it now: {what}.")

    def _turns_back(self) -> bool:
        return self._phase is Phase.ROLLING_BACK

    async def _stand(self, phase: Phase) -> None:
        """The roll-out stands at a phase, unless it was steered elsewhere meanwhile; the records say so."""
        self._phase = self._phase if self._turns_back() and phase is not Phase.ROLLED_BACK else phase
        await self._roll(0)

    async def _roll(self, count: int) -> int:
        """Have so many further projects bound, or set back; how many are left."""
        asked = ToRoll(rollout=self._given.rollout, count=count, phase=self._phase)
        return await workflow.execute_activity_method(Rolling.roll, asked, **options.ROLLING)
