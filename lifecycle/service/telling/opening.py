"""What a message to a person carries, and how they want it said."""

from dataclasses import dataclass

from sqlalchemy import Connection

from lifecycle.domain.preferences import Preferences
from lifecycle.persistence import people
from lifecycle.persistence.letters import Letter, letters_in
from lifecycle.persistence.outbox import Message
from lifecycle.service.preferences import preferences_of


@dataclass(frozen=True, slots=True)
class Opened:
    """Who is told what; `mail` is none for somebody without an address, or who has left."""

    person: str
    mail: str | None
    preferences: Preferences
    letters: tuple[Letter, ...]


def opened(connection: Connection, message: Message, office: Preferences) -> Opened:
    """A message to a person, with what it carries. Raises `UnknownPersonError`."""
    person = people.get(connection, message.recipient)
    wishes = preferences_of(connection, [person.id], office)[person.id]
    return Opened(person.id, person.mail if person.active else None, wishes, letters_in(connection, message.id))
