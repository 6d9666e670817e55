"""The ledger of one judgement: events are added one by one, and the state follows each."""

from collections.abc import Mapping
from datetime import datetime

from lifecycle.domain.events import Event, Recorded
from lifecycle.domain.people import Actor
from lifecycle.domain.project import Clock, ProjectState
from lifecycle.gates.case import Rulebooks
from lifecycle.gates.evolve import evolve
from lifecycle.gates.rulebook import Rulebook


class Ledger:
    """What happens because of one command, in order; nothing outside sees it before the judgement is complete."""

    def __init__(
        self,
        books: Rulebooks,
        state: ProjectState | None,
        now: datetime,
        *,
        digest: str,
        actor: Actor | None = None,
        command: str | None = None,
        openings: Mapping[str, Clock] | None = None,
    ) -> None:
        self.books = books
        self.now = now
        self.openings = openings or {}
        self.events: list[Recorded] = []
        self._state = state
        self._digest = digest
        self._actor = actor
        self._command = command

    @property
    def state(self) -> ProjectState:
        """The state after the last event."""
        if self._state is None:
            raise ValueError("the project is not registered yet")
        return self._state

    @property
    def book(self) -> Rulebook:
        """The rulebook that binds the project now."""
        return self.books[self._digest]

    def add(self, event: Event) -> None:
        """Something happened; the state changes with it."""
        recorded = self._recorded(event)
        self._state = evolve(self._state, recorded)
        self._digest = self._state.policy.digest
        self.events.append(recorded)

    def foresee(self, event: Event) -> tuple[Rulebook, ProjectState]:
        """The rulebook and the state as they would be, should this happen."""
        state = evolve(self._state, self._recorded(event))
        return self.books[state.policy.digest], state

    def _recorded(self, event: Event) -> Recorded:
        return Recorded(
            seq=(self._state.seq if self._state else 0) + 1,
            at=self.now,
            actor=self._actor,
            command=self._command,
            policy=self._digest,
            event=event,
        )
