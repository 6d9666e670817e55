"""Roll-outs at work: the next projects are bound by an edition, or set back, each by a command that can be repeated."""

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from lifecycle.domain.commands import AdoptPolicy
from lifecycle.domain.project import PolicyRef
from lifecycle.domain.verdicts import Reason
from lifecycle.persistence import rollouts
from lifecycle.persistence.rollouts import Bound, Rollout, RolloutLine
from lifecycle.persistence.session import Database
from lifecycle.service.commands import Commands
from lifecycle.service.envelopes import Envelope
from lifecycle.service.outcomes import Outcome, Refused, Unknown
from lifecycle.service.settling import Now, Settling
from lifecycle.workflows.rollout_messages import Phase


class NotReachedError(Exception):
    """What became of a project is not known yet; the slice is to be asked for again."""


class RolloutWork:
    """Binds and sets back projects of a roll-out, in the name of who ordered it."""

    def __init__(self, database: Database, commands: Commands, settling: Settling, now: Now) -> None:
        self._database = database
        self._commands = commands
        self._settling = settling
        self._now = now

    async def roll(self, id_: str, count: int, phase: str) -> int:
        """Do a slice and note the phase; how many projects are left. Raises `NotReachedError`."""
        await self._database.write(partial(rollouts.move, id_=id_, phase=phase, now=self._now()))
        rollout = await self._database.read(lambda connection: rollouts.find(connection, id_))
        if rollout is None:
            return 0
        is_back = phase == Phase.ROLLING_BACK.value
        standing = Bound.BOUND if is_back else Bound.WAITING
        for line in await self._database.read(partial(rollouts.next_lines, id_=id_, status=standing, limit=count)):
            became = await (self._set_back(rollout, line) if is_back else self._bind(rollout, line))
            await self._database.write(partial(_settle, id_, became))
        return await self._database.read(partial(rollouts.count, id_=id_, status=standing))

    async def _bind(self, rollout: Rollout, line: RolloutLine) -> RolloutLine:
        state = await self._settling.state(line.project)
        if state is None or state.is_over:
            return replace(line, status=Bound.LEFT, sentence="The project is over.")
        former = line.former if state.policy.digest == rollout.policy.digest else state.policy
        outcome = await self._adopt(rollout, line.project, rollout.policy, "rollout")
        if isinstance(outcome, Refused) and outcome.refusal.reason is not Reason.NOTHING_CHANGED:
            return replace(line, status=Bound.REFUSED, former=former, sentence=outcome.refusal.sentence)
        return replace(line, status=Bound.BOUND, former=former)

    async def _set_back(self, rollout: Rollout, line: RolloutLine) -> RolloutLine:
        outcome = await self._adopt(rollout, line.project, line.former, "rollback")
        if isinstance(outcome, Refused) and outcome.refusal.reason is not Reason.NOTHING_CHANGED:
            return replace(line, status=Bound.KEPT, sentence=outcome.refusal.sentence)
        return replace(line, status=Bound.SET_BACK)

    async def _adopt(self, rollout: Rollout, project: str, policy: PolicyRef, why: str) -> Outcome:
        envelope = Envelope(rollout.person, f"{why}/{rollout.id}/{project}")
        reason = f"{rollout.reason} ({why} {rollout.id})"
        command = envelope.around(AdoptPolicy, policy=policy, at_once=True, reason=reason)
        outcome = await self._commands.carry_out(project, command)
        if isinstance(outcome, Unknown):
            raise NotReachedError(project)
        return outcome


def _settle(id_: str, line: RolloutLine, connection: Connection) -> None:
    rollouts.settle(connection, id_, line)
