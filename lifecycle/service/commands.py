"""The path of a command: journal, decide, project."""

from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from lifecycle.domain.commands import COMMANDS, AdoptPolicy, AmendFacts, PersonCommand
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import ProjectState
from lifecycle.domain.verdicts import Accepted, Reason, Refusal
from lifecycle.gates.clocks import with_clocks
from lifecycle.gates.decide import decide
from lifecycle.persistence.audit import Attempt
from lifecycle.persistence.failures import StoreUnavailableError
from lifecycle.persistence.footing import Footing, footing_of
from lifecycle.persistence.journal import JournalEntry, find, settle_refused, write_sent
from lifecycle.persistence.session import Database
from lifecycle.service.admission import UNKNOWN_PROJECT, actor_of, at_the_door, attempt_of, request_of
from lifecycle.service.calendars import calendar_of
from lifecycle.service.decider import Decider, DeciderAwayError, DeciderError, DeciderGoneError
from lifecycle.service.envelopes import body_of
from lifecycle.service.foresight import books_of, gaps_at, tell_what_is_lost
from lifecycle.service.lanes import Lanes
from lifecycle.service.meters import measured
from lifecycle.service.outcomes import Done, Outcome, Unknown
from lifecycle.service.settling import Now, Settling
from lifecycle.service.shelf import Shelf
from lifecycle.workflows.messages import Answer, Ask

SENT_WITHIN: Final = timedelta(seconds=4)
"""A command that its sender has held back for longer is left to the sweeper, which takes it after five seconds."""

_log = structlog.get_logger("commands")


class Commands:
    """Carries out what people ask of registered projects."""

    def __init__(
        self, database: Database, decider: Decider, shelf: Shelf, settling: Settling, lanes: Lanes, now: Now
    ) -> None:
        self._database = database
        self._decider = decider
        self._shelf = shelf
        self._settling = settling
        self._lanes = lanes
        self._now = now

    @measured
    async def carry_out(self, project: str, command: PersonCommand) -> Outcome:
        """What becomes of a command in its envelope; asking again gives the same answer and has no second effect.

        Raises `KeyReusedError`, `ProjectBusyError`, and `StoreUnavailableError` when nothing was sent.
        """
        async with self._lanes.turn(project):
            attempt = attempt_of(project, command, self._now())
            footing, entry = await self._database.write(partial(_admit, attempt, command))
            if earlier := await self._settling.earlier(entry):
                return earlier
            if self._now() - attempt.at > SENT_WITHIN:
                return Unknown(command.id)
            if isinstance(command, AmendFacts) and _moves_people(command, footing.state):
                return await self._send_watching(attempt, command, footing)
            return await self._send(attempt, command, footing)

    async def rehearse(self, project: str, command: PersonCommand) -> tuple[Recorded, ...] | Refusal:
        """What a command would make happen now, or why it would be refused; nothing is noted."""
        footing = await self._footing(project, command)
        if refusal := at_the_door(command, footing):
            return refusal
        shelved = await self._shelf.by_digest(footing.state.policy.digest) if footing.state else None
        ready = command.model_copy(update={"actor": actor_of(command.actor, footing)})
        verdict = decide({shelved.ref.digest: shelved.book} if shelved else {}, footing.state, ready, self._now())
        return verdict.events if isinstance(verdict, Accepted) else verdict.refusal

    async def turned_away(self, project: str, command: PersonCommand) -> Outcome | None:
        """The refusal of a command that would not be let in, before what it brings is taken; none if it would be."""

        def look(connection: Connection) -> Refusal | None:
            if find(connection, command.id):
                return None
            return at_the_door(command, footing_of(connection, request_of(project, command), self._now()))

        refusal = await self._database.read(look)
        return await self.turn_away(project, command, refusal) if refusal else None

    async def turn_away(self, project: str, command: PersonCommand, refusal: Refusal) -> Outcome:
        """Refuse a command without sending it; the attempt is on record."""
        attempt = attempt_of(project, command, self._now())
        return await self._settling.turned_away(attempt, body_of(command), refusal)

    async def send_again(self, entry: JournalEntry) -> Outcome:
        """What becomes of a command that was sent before and whose outcome is not known."""
        project, command = entry.attempt.project or "", COMMANDS.validate_python(entry.body)
        async with self._lanes.turn(project):
            return await self._send(entry.attempt, command, await self._footing(project, command))

    async def _footing(self, project: str, command: PersonCommand) -> Footing:
        def read(connection: Connection) -> Footing:
            return footing_of(connection, request_of(project, command), self._now())

        return await self._database.read(read)

    async def _send_watching(self, attempt: Attempt, command: PersonCommand, footing: Footing) -> Outcome:
        """As `_send`; the PMO hears which gates of the project lose their last approver by it."""
        project, books = attempt.project or "", await books_of(self._database, self._shelf)
        before = await self._database.read(partial(gaps_at, books=books, project=project, now=attempt.at))
        outcome = await self._send(attempt, command, footing)
        if isinstance(outcome, Done):
            told = partial(tell_what_is_lost, books=books, project=project, before=before, now=attempt.at)
            try:
                await self._database.write(partial(told, occasion=attempt.id))
            except StoreUnavailableError as error:
                _log.warning("what a gate has lost is not told", command=attempt.id, reason=error.sentence)
        return outcome

    async def _send(self, attempt: Attempt, command: PersonCommand, footing: Footing) -> Outcome:
        project = attempt.project or ""
        try:
            answer = await self._ask(project, command, footing)
            if isinstance(answer, Refusal) and answer.reason is Reason.STALE_DIRECTORY:
                answer = await self._ask(project, command, await self._footing(project, command))
            if isinstance(answer, Refusal):
                return await self._settling.refused(attempt, answer)
            return await self._settling.done(attempt, answer.events, repeated=answer.repeated)
        except DeciderGoneError:
            return await self._settling.refused(attempt, await self._gone(project))
        except (DeciderError, StoreUnavailableError) as error:
            _log.warning("outcome not known yet", command=attempt.id, project=project, reason=repr(error))
            return Unknown(attempt.id, away=isinstance(error, DeciderAwayError))

    async def _ask(self, project: str, command: PersonCommand, footing: Footing) -> Answer | Refusal:
        if footing.state is None:
            return UNKNOWN_PROJECT
        now = self._now()
        shelved = await self._shelf.by_digest(footing.state.policy.digest)
        brought = await self._shelf.by_digest(command.policy.digest) if isinstance(command, AdoptPolicy) else None
        if shelved is None or (isinstance(command, AdoptPolicy) and brought is None):
            sentence = "This edition of the policy is not at hand."
            return Refusal(reason=Reason.POLICY_UNKNOWN, sentence=sentence, remedy="Publish it, then try again.")
        calendar = calendar_of(shelved.book.policy.calendar, now.year)
        timed = with_clocks(command, shelved.book.policy, footing.state, calendar, now)
        sealed = {"actor": actor_of(command.actor, footing), "sealed_seq": footing.state.seq}
        ready = timed.model_copy(update=sealed)
        return await self._decider.ask(project, Ask(command=ready, policy=brought.packed if brought else None))

    async def _gone(self, project: str) -> Refusal:
        """Why a project takes no more commands; it is an alarm unless the project is over."""
        state = await self._settling.state(project)
        if state and state.is_over:
            sentence = f"The project is {state.status}."
            return Refusal(reason=Reason.PROJECT_OVER, sentence=sentence, remedy="Register a new project to go on.")
        _log.error("the engine has lost a project", project=project)
        sentence = "The engine has lost this project; its records are safe."
        return Refusal(reason=Reason.UNEXPECTED, sentence=sentence, remedy="Tell the operators of the service.")


def _moves_people(command: AmendFacts, state: ProjectState | None) -> bool:
    """Whether other people, or those of another portfolio, stand at the project's gates afterwards."""
    posts = {name: getattr(command, name) for name in ("manager", "sponsor", "portfolio")}
    return state is not None and any(to is not None and to != getattr(state, name) for name, to in posts.items())


def _admit(attempt: Attempt, command: PersonCommand, connection: Connection) -> tuple[Footing, JournalEntry]:
    """Note a command before it is sent, or with its refusal if it is turned away; its earlier entry if there is one."""
    footing = footing_of(connection, request_of(attempt.project or "", command), attempt.at)
    entry, is_new = write_sent(connection, attempt, body_of(command))
    if is_new and (refusal := at_the_door(command, footing)):
        entry = settle_refused(connection, attempt.id, refusal, attempt.at)
    return footing, entry
