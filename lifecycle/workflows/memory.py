"""What a project's workflow remembers beside the state: events that SQL may lack, and the commands it has answered."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final

from lifecycle.domain.events import Recorded
from lifecycle.domain.values import Value

MOST_COMMANDS: Final = 500
"""So many commands can be told from a repetition; Temporal's own memory of update ids ends with each run."""
_MARK_BYTES: Final = 9


class Memory(Value):
    """`unsealed` events, oldest first, none missing in between; `answered` marks the latest accepted commands."""

    unsealed: tuple[Recorded, ...] = ()
    answered: tuple[str, ...] = ()

    def took(self, events: Sequence[Recorded], command: str | None) -> "Memory":
        """The memory after these events, and after the command (by id) that caused them."""
        marks = (*self.answered, _mark(command))[-MOST_COMMANDS:] if command else self.answered
        return Memory(unsealed=(*self.unsealed, *events), answered=marks)

    def sealed(self, seq: int) -> "Memory":
        """The memory when SQL is known to hold every event up to number `seq`."""
        if not self.unsealed or self.unsealed[0].seq > seq:
            return self
        return Memory(unsealed=self.after(seq), answered=self.answered)

    def knows(self, command: str) -> bool:
        """Whether the command was accepted before."""
        return _mark(command) in self.answered

    def after(self, seq: int) -> tuple[Recorded, ...]:
        """The unsealed events after number `seq`."""
        return tuple(recorded for recorded in self.unsealed if recorded.seq > seq)

    def caused_by(self, command: str) -> tuple[Recorded, ...]:
        """The unsealed events of one command."""
        return tuple(recorded for recorded in self.unsealed if recorded.command == command)

    def fits(self, limit: int) -> bool:
        """Whether the unsealed events fit into so many bytes of JSON."""
        return len(first(self.unsealed, limit)) == len(self.unsealed)


def first(events: Sequence[Recorded], limit: int) -> tuple[Recorded, ...]:
    """As many of the first events as fit into `limit` bytes of JSON; at least one, if there is any."""
    return tuple(_fitting(events, limit))


def _fitting(events: Sequence[Recorded], limit: int) -> Iterator[Recorded]:
    size = 0
    for number, recorded in enumerate(events):
        size += len(recorded.model_dump_json())
        if number and size > limit:
            return
        yield recorded


def _mark(command: str) -> str:
    return urlsafe_b64encode(
        blake2b(command.encode("utf-8", "surrogatepass"), digest_size=_MARK_BYTES).digest()
    ).decode()
