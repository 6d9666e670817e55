"""What the writing side needs to read: one project, a rehearsal of its gate, and what became of a command."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from lifecycle.domain.commands import SubmitGate
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Actor
from lifecycle.domain.project import ProjectState
from lifecycle.domain.verdicts import Accepted, Reason, Refusal
from lifecycle.gates.criteria import Finding, findings_of, missing
from lifecycle.gates.decide import decide
from lifecycle.persistence.footing import Request, footing_of
from lifecycle.persistence.journal import JournalEntry, find
from lifecycle.persistence.projects import state_of
from lifecycle.persistence.session import Database
from lifecycle.service.admission import UNKNOWN_PROJECT, actor_of
from lifecycle.service.deeds import RefusedError
from lifecycle.service.directory import Directory
from lifecycle.service.envelopes import Envelope
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf


class UnknownCommandError(LifecycleError):
    """The asker has sent no such command (HTTP 404; code `unknown_command`)."""

    def __init__(self) -> None:
        super().__init__("unknown_command", "You have sent no such request.", "Check its address.")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would be found if the gate were submitted now, and why it would be refused, if it would."""

    version: int
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    refusal: Refusal | None


class Reading:
    """Reads within the asker's reach."""

    def __init__(self, database: Database, directory: Directory, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._directory = directory
        self._shelf = shelf
        self._now = now

    async def project(self, person: str, key: str) -> ProjectState:
        """A project as it stands. Raises `RefusedError` for one that is not there or not within reach."""
        reach = (await self._directory.rights(person)).reach
        state = await self._database.read(lambda connection: state_of(connection, reach, key))
        if state is None:
            raise RefusedError(UNKNOWN_PROJECT)
        return state

    async def command(self, person: str, id_: str) -> JournalEntry:
        """What became of a command that the person has sent. Raises `UnknownCommandError`."""
        entry = await self._database.read(lambda connection: find(connection, id_))
        if entry is None or entry.attempt.person != person:
            raise UnknownCommandError
        return entry

    async def rehearse(self, envelope: Envelope, key: str, gate: str) -> Rehearsal:
        """Judge a submission without submitting. Raises `RefusedError` for an unknown project or gate."""
        state, now = await self.project(envelope.person, key), self._now()
        shelved = await self._shelf.by_digest(state.policy.digest)
        if shelved is None or gate not in shelved.book.policy.gates:
            sentence = "The policy has no such gate."
            known = ", ".join(sorted(shelved.book.policy.gates)) if shelved else ""
            raise RefusedError(Refusal(reason=Reason.UNKNOWN_GATE, sentence=sentence, remedy=f"Use one of: {known}."))
        actor = await self._database.read(lambda connection: self._actor(connection, envelope, key, now))
        command = envelope.around(SubmitGate, gate=gate).model_copy(update={"actor": actor})
        verdict = decide({shelved.ref.digest: shelved.book}, state, command, now)
        round_ = state.rounds.get(gate)
        findings = findings_of(shelved.book, state, round_, now) if round_ else ()
        return Rehearsal(
            version=state.seq,
            findings=findings,
            missing=tuple(finding.requirement for finding in missing(findings)),
            refusal=None if isinstance(verdict, Accepted) else verdict.refusal,
        )

    @staticmethod
    def _actor(connection: Connection, envelope: Envelope, key: str, now: datetime) -> Actor:
        asked = Request(key, envelope.person, envelope.acting_for)
        return actor_of(envelope.actor, footing_of(connection, asked, now))
