"""How people want to be told: everybody chooses for themselves, and the office for whoever does not."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from lifecycle.domain.preferences import Preferences
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.preferences import choose, chosen
from lifecycle.persistence.session import Database
from lifecycle.service.deeds import Deeds
from lifecycle.service.envelopes import Envelope


class Preferring:
    """Reads and changes preferences; `office` is what holds where nobody chose."""

    def __init__(self, database: Database, deeds: Deeds, office: Preferences) -> None:
        self._database = database
        self._deeds = deeds
        self.office = office

    async def of(self, person: str) -> Preferences:
        """Somebody's preferences."""
        return await self._database.read(lambda connection: preferences_of(connection, [person], self.office)[person])

    async def change(self, envelope: Envelope, changes: Mapping[str, Any]) -> Preferences:
        """Change the sender's own; a field that comes as none is left to the office again."""

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            choose(connection, envelope.person, changes, by)
            return preferences_of(connection, [envelope.person], self.office)[envelope.person].model_dump(mode="json")

        asked = dict(changes)
        return Preferences.model_validate(await self._deeds.do(envelope, "change_preferences", asked, work))


def preferences_of(connection: Connection, people: Sequence[str], office: Preferences) -> dict[str, Preferences]:
    """The preferences of each of these people."""
    known = chosen(connection, people)
    return {person: office.model_copy(update=_typed(known.get(person, {}))) for person in people}


def _typed(choice: Mapping[str, Any]) -> dict[str, Any]:
    known = Preferences.model_validate(choice)
    return {name: getattr(known, name) for name in choice}
