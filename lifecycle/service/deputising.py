"""Acting for others and being away: delegations and absences, one's own or arranged by who manages people."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import EVERYWHERE, Delegation
from lifecycle.persistence import absences, delegations, people
from lifecycle.persistence.absences import Absence
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.session import Database
from lifecycle.service.deeds import Deeds
from lifecycle.service.directory import Directory
from lifecycle.service.envelopes import Envelope
from lifecycle.service.foresight import books_of, watching
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf

LONGEST: Final = timedelta(days=180)
"""A delegation for longer is a role, and is granted as one."""


class WrongIntervalError(LifecycleError):
    """The interval of a delegation or an absence cannot be (HTTP 422; code `wrong_interval`)."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__("wrong_interval", sentence, remedy)


class UnknownEntryError(LifecycleError):
    """There is no such delegation, absence or token within the asker's sight (HTTP 404; code `unknown_entry`)."""

    def __init__(self, what: str) -> None:
        super().__init__("unknown_entry", f"There is no such {what}.", "Look at the list of those there are.")


class Deputising:
    """Delegations and absences."""

    def __init__(self, database: Database, deeds: Deeds, directory: Directory, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._deeds = deeds
        self._directory = directory
        self._shelf = shelf
        self._now = now

    async def delegate(
        self,
        envelope: Envelope,
        giver: str,
        receiver: str,
        *,
        ends: datetime,
        reason: str,
        starts: datetime | None = None,
        scope: str = EVERYWHERE,
        limit: int | None = None,
    ) -> Delegation:
        """Let somebody act for another; without `starts` from now on. `limit` in the currency's smallest unit.

        Raises `RefusedError` when the giver is somebody else and the sender does not manage people,
        `WrongIntervalError`, `UnknownPersonError`, and LifecycleError `wrong_value` for a delegation to oneself.
        """
        asked = {
            "giver": giver,
            "receiver": receiver,
            "scope": scope,
            "limit": limit,
            "starts": starts.isoformat() if starts else None,
            "ends": ends.isoformat(),
            "reason": reason,
        }
        await self._directory.require_own(envelope, giver, "give_delegation", asked)
        if giver == receiver:
            raise LifecycleError("wrong_value", "Nobody can delegate to themselves.", "Name somebody else.")

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            begins = starts or by.at
            _check(begins, ends, by.at)
            given = Delegation(
                id=envelope.id,
                giver=giver,
                receiver=receiver,
                scope=scope,
                limit=limit,
                starts=begins,
                ends=ends,
                reason=reason,
            )
            delegations.delegate(connection, given, by)
            return given.model_dump(mode="json")

        return Delegation.model_validate(await self._deeds.do(envelope, "give_delegation", asked, work))

    async def revoke(self, envelope: Envelope, id_: str) -> bool:
        """End a delegation at once; whether it was still to run. The PMO is told which gates lose their last approver.

        Raises `UnknownEntryError`.
        """
        books = await books_of(self._database, self._shelf)
        given = await self._database.read(lambda connection: delegations.find(connection, id_))
        if given is not None:
            if not await self._directory.sees(envelope.person, (given.giver, given.receiver)):
                raise UnknownEntryError("delegation")
            await self._directory.require_own(envelope, given.giver, "revoke_delegation", {"id": id_})

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            if given is None:
                raise UnknownEntryError("delegation")
            with watching(connection, books, given.giver, by):
                return {"changed": delegations.revoke(connection, id_, by)}

        return bool((await self._deeds.do(envelope, "revoke_delegation", {"id": id_}, work))["changed"])

    async def announce(self, envelope: Envelope, person: str, starts: datetime, ends: datetime, reason: str) -> Absence:
        """Note that somebody is away. Raises as `delegate` does, but an absence may begin in the past.

        The PMO is told which gates lose their last approver meanwhile.
        """
        absence = Absence(envelope.id, person, starts, ends, reason)
        asked = {**asdict(absence), "starts": starts.isoformat(), "ends": ends.isoformat()}
        await self._directory.require_own(envelope, person, "announce_absence", asked)
        if ends <= starts:
            raise WrongIntervalError("An absence ends after it begins.", "Give it a later end.")

        books = await books_of(self._database, self._shelf)

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            people.get(connection, person)
            with watching(connection, books, person, by, starts):
                absences.announce(connection, absence, by)
            return asked

        await self._deeds.do(envelope, "announce_absence", asked, work)
        return absence

    async def cancel(self, envelope: Envelope, id_: str) -> bool:
        """Take an absence back; whether it was still noted. Raises `UnknownEntryError`."""
        known = await self._database.read(lambda connection: absences.find(connection, id_))
        if known is not None:
            if not await self._directory.sees(envelope.person, (known.person,)):
                raise UnknownEntryError("absence")
            await self._directory.require_own(envelope, known.person, "cancel_absence", {"id": id_})

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            if known is None:
                raise UnknownEntryError("absence")
            return {"changed": absences.cancel(connection, id_, by)}

        return bool((await self._deeds.do(envelope, "cancel_absence", {"id": id_}, work))["changed"])

    async def delegations(self, person: str) -> tuple[Delegation, ...]:
        """The delegations that have not ended: one's own, given or received; everybody's for who reads people."""
        whose = None if await self._directory.sees(person, ()) else person
        return await self._database.read(lambda c: delegations.concerning(c, whose, self._now()))

    async def absences(self, person: str) -> tuple[Absence, ...]:
        """The absences that run or are to come: one's own; everybody's for who reads people."""
        ahead = await self._database.read(lambda connection: absences.ahead(connection, self._now()))
        everybodys = await self._directory.sees(person, ())
        return tuple(absence for absence in ahead if everybodys or absence.person == person)


def _check(starts: datetime, ends: datetime, now: datetime) -> None:
    if starts < now:
        raise WrongIntervalError("A delegation does not reach back.", "Leave out its start, or give a later one.")
    if ends <= starts:
        raise WrongIntervalError("A delegation ends after it begins.", "Give it a later end.")
    if ends - starts > LONGEST:
        sentence = f"A delegation lasts {LONGEST.days} days at most."
        raise WrongIntervalError(sentence, "Give it an earlier end, or have the role granted.")
