"""The registration of a project: judged here, then begun as a workflow that judges the same again."""

import re
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

import structlog
from sqlalchemy import Connection

from lifecycle.domain.commands import COMMANDS, RegisterProject
from lifecycle.domain.events import Recorded
from lifecycle.domain.people import permissions_of
from lifecycle.domain.project import Clock, PolicyRef
from lifecycle.domain.values import FactValue, digest
from lifecycle.domain.verdicts import Accepted, Reason, Refusal
from lifecycle.gates.clocks import openings
from lifecycle.gates.decide import decide
from lifecycle.persistence.audit import Attempt
from lifecycle.persistence.failures import StoreUnavailableError
from lifecycle.persistence.footing import Footing, footing_of
from lifecycle.persistence.journal import JournalEntry, settle_refused, write_sent
from lifecycle.persistence.session import Database
from lifecycle.service.admission import actor_of, attempt_of, request_of, strangers_in
from lifecycle.service.calendars import calendar_of
from lifecycle.service.decider import Decider, DeciderAwayError, DeciderError
from lifecycle.service.envelopes import Envelope, body_of
from lifecycle.service.meters import measured
from lifecycle.service.outcomes import Outcome, Unknown
from lifecycle.service.policy_files import DEFAULT
from lifecycle.service.settling import Now, Settling
from lifecycle.service.shelf import Shelf, Shelved
from lifecycle.workflows.messages import StartProject

KEY: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
"""The key of a project: part of addresses, and never changed."""

_log = structlog.get_logger("registration")


@dataclass(frozen=True, slots=True)
class Draft:
    """A project as somebody wants it registered; without a version, under the edition that is in force now."""

    project: str
    name: str
    portfolio: str
    manager: str | None = None
    sponsor: str | None = None
    policy: str = DEFAULT
    version: int | None = None
    facts: dict[str, FactValue] = field(default_factory=dict)
    stage: str | None = None
    attested: str = ""


class Registration:
    """Takes projects into governance."""

    def __init__(self, database: Database, decider: Decider, shelf: Shelf, settling: Settling, now: Now) -> None:
        self._database = database
        self._decider = decider
        self._shelf = shelf
        self._settling = settling
        self._now = now

    @measured
    async def register(self, envelope: Envelope, draft: Draft) -> Outcome:
        """What becomes of a registration; raises as `Commands.carry_out` does."""
        now = self._now()
        shelved = await self._shelf.named(draft.policy, draft.version, now)
        command = _command(envelope, draft, shelved)
        asked = digest({**asdict(draft), "acting_for": envelope.acting_for})
        attempt = replace(attempt_of(draft.project, command, now), body_digest=asked)

        def admit(connection: Connection) -> tuple[JournalEntry, _Granted | Refusal]:
            footing = footing_of(connection, request_of(command.project, command), now)
            entry, is_noted = write_sent(connection, attempt, body_of(command))
            judged = _judge(command, footing, shelved, now, is_new=footing.state is None or not is_noted)
            if is_noted and isinstance(judged, Refusal):
                entry = settle_refused(connection, attempt.id, judged, now)
            return entry, judged

        entry, judged = await self._database.write(admit)
        return await self._settling.earlier(entry) or await self._begin(attempt, judged)

    async def rehearse(self, envelope: Envelope, draft: Draft) -> tuple[Recorded, ...] | Refusal:
        """What a registration would make happen now, or why it would be refused; nothing is noted."""
        now = self._now()
        shelved = await self._shelf.named(draft.policy, draft.version, now)
        command = _command(envelope, draft, shelved)
        footing = await self._footing(command)
        judged = _judge(command, footing, shelved, now, is_new=footing.state is None)
        return judged if isinstance(judged, Refusal) else judged.events

    async def send_again(self, entry: JournalEntry) -> Outcome:
        """What becomes of a registration that was sent before and whose outcome is not known."""
        command = COMMANDS.validate_python(entry.body)
        if not isinstance(command, RegisterProject):
            raise TypeError(f"{command.type} is no registration")
        now = self._now()
        shelved = await self._shelf.by_digest(command.policy.digest)
        judged = _judge(command, await self._footing(command), shelved, now, is_new=True)
        return await self._begin(entry.attempt, judged)

    async def _footing(self, command: RegisterProject) -> Footing:
        def read(connection: Connection) -> Footing:
            return footing_of(connection, request_of(command.project, command), self._now())

        return await self._database.read(read)

    async def _begin(self, attempt: Attempt, judged: "_Granted | Refusal") -> Outcome:
        try:
            if isinstance(judged, Refusal):
                return await self._settling.refused(attempt, judged)
            if await self._decider.start(StartProject(command=judged.command, at=judged.at, policy=judged.packed)):
                return await self._settling.done(attempt, judged.events)
            if done := await self._settling.caught_up(attempt):
                return done
            return await self._settling.refused(attempt, _already(judged.command))
        except (DeciderError, StoreUnavailableError) as error:
            _log.warning("outcome not known yet", command=attempt.id, project=attempt.project, reason=repr(error))
            return Unknown(attempt.id, away=isinstance(error, DeciderAwayError))


class _Granted(NamedTuple):
    command: RegisterProject
    at: datetime
    packed: str
    events: tuple[Recorded, ...]


def _command(envelope: Envelope, draft: Draft, shelved: Shelved | None) -> RegisterProject:
    unknown = PolicyRef(id=draft.policy, version=draft.version or 0, digest="")
    content = {name: value for name, value in asdict(draft).items() if name != "version"}
    return envelope.around(RegisterProject, **{**content, "policy": shelved.ref if shelved else unknown})


def _judge(
    command: RegisterProject, footing: Footing, shelved: Shelved | None, now: datetime, *, is_new: bool
) -> _Granted | Refusal:
    """The judgement on a registration, the same as the workflow's, after what only the records know."""
    actor = actor_of(command.actor, footing)
    if actor.acting_for is not None:
        sentence = "Projects are registered in one's own name."
        return Refusal(reason=Reason.DELEGATION_INVALID, sentence=sentence, remedy="Leave out for whom you act.")
    if not re.fullmatch(KEY, command.project):
        sentence = f"'{command.project}' is no key for a project."
        remedy = "Use letters, digits, dots, dashes and underscores, at most 100, a letter or digit first."
        return Refusal(reason=Reason.WRONG_VALUE, sentence=sentence, remedy=remedy)
    permitted = command.needs in permissions_of(actor.roles)
    if permitted and not is_new:
        return _already(command)
    if permitted and (refusal := strangers_in(footing)):
        return refusal
    ready = command.model_copy(update={"actor": actor, "openings": _openings(command, shelved, now)})
    verdict = decide({shelved.ref.digest: shelved.book} if shelved else {}, None, ready, now)
    if not isinstance(verdict, Accepted):
        return verdict.refusal
    return _Granted(ready, now, shelved.packed if shelved else "", verdict.events)


def _openings(command: RegisterProject, shelved: Shelved | None, now: datetime) -> dict[str, Clock]:
    if shelved is None:
        return {}
    policy = shelved.book.policy
    tier = shelved.book.tier_of(command.facts, command.posts)
    return openings(policy, tier, calendar_of(policy.calendar, now.year), now)


def _already(command: RegisterProject) -> Refusal:
    sentence = f"{command.project} is already registered."
    return Refusal(reason=Reason.ALREADY_REGISTERED, sentence=sentence, remedy="Amend its facts instead.")
