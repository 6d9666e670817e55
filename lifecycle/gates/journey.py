"""A project on its way: actions are judged one after the other, as if they were asked for, and the state follows."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import reduce
from typing import Any

from lifecycle.domain.commands import COMMANDS, FallDue, PersonCommand
from lifecycle.domain.people import Actor, Roster
from lifecycle.domain.project import OPENING, ProjectState
from lifecycle.domain.values import Instant, Names, Value
from lifecycle.domain.verdicts import Accepted, Refusal
from lifecycle.domain.worktime import WorkCalendar, is_working, next_opening
from lifecycle.gates.case import Rulebooks
from lifecycle.gates.clocks import openings, with_clocks
from lifecycle.gates.decide import decide, decide_due
from lifecycle.gates.evolve import evolve
from lifecycle.gates.obligations import Obligation
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.separation import roles_held


class Leg(Value):
    """One action: who does it, in words, and as the command that does it; `at` is the earliest moment.

    `by` is nobody where only time passes until an obligation falls due.
    """

    by: str | None
    action: str
    gate: str | None
    sentence: str
    at: Instant
    command: PersonCommand | FallDue


class StuckError(Exception):
    """Nothing that anybody may do leads on."""


class Journey:
    """A project as it would be after every action so far."""

    def __init__(
        self, books: Rulebooks, state: ProjectState, roster: Roster, calendar: WorkCalendar, now: datetime
    ) -> None:
        self.books, self.state, self.roster, self.calendar, self.now = books, state, roster, calendar, now
        self.legs: list[Leg] = []
        self._before: list[tuple[ProjectState, datetime]] = []

    @property
    def book(self) -> Rulebook:
        """The rulebook that binds the project now."""
        return self.books[self.state.policy.digest]

    def is_passed(self, gate: str, since: ProjectState) -> bool:
        """Whether a gate has decided go since the project was in an earlier state."""
        past = self.state.decisions.get(gate)
        return past is not None and past != since.decisions.get(gate) and past.outcome in OPENING

    def refusal_of(self, command: PersonCommand | FallDue, at: datetime) -> Refusal | None:
        """Why it is refused at an instant, after what came before; if it is not, it happens."""
        now = max(self.now, at)
        if isinstance(command, FallDue):
            opened = openings(self.book.policy, self.state.tier, self.calendar, now)
            verdict = decide_due(self.books, self.state, command.model_copy(update={"openings": opened}), now)
        else:
            ready = with_clocks(command, self.book.policy, self.state, self.calendar, now)
            verdict = decide(self.books, self.state, ready, now)
        if not isinstance(verdict, Accepted):
            return verdict.refusal
        self.now = now
        self.state = reduce(evolve, verdict.events, self.state)
        return None

    def wait(self, owed: Obligation) -> None:
        """Let time pass until an obligation falls due. Raises StuckError if nothing follows from it."""
        due = FallDue(obligation=owed.id, at=owed.at)
        before = self.state, self.now
        if refusal := self.refusal_of(due, owed.at):
            raise StuckError(refusal.sentence)
        said = f"Wait until {owed.at:%Y-%m-%d}."
        self._go(before, Leg(by=None, action=due.type, gate=owed.opens, sentence=said, at=self.now, command=due))

    def turn_back(self, number: int) -> list[Leg]:
        """Take every leg from a number on back; gives them."""
        taken_back = self.legs[number:]
        if taken_back:
            self.state, self.now = self._before[number]
            del self.legs[number:], self._before[number:]
        return taken_back

    def again(self, legs: Iterable[Leg]) -> None:
        """Go legs that were taken back once more, as far as they lead."""
        for leg in legs:
            before = self.state, self.now
            if self.refusal_of(leg.command, leg.at):
                return
            self._go(before, leg)

    def _go(self, before: tuple[ProjectState, datetime], leg: Leg) -> None:
        self.legs.append(leg)
        self._before.append(before)

    def ask(self, people: Iterable[str], action: str, at_gate: str | None, sentence: str, **what: Any) -> None:
        """Have the first of these people do it who may. Raises StuckError if nobody may."""
        at = self.now if is_working(self.calendar, self.now) else next_opening(self.calendar, self.now)
        why: str | None = None
        for person in dict.fromkeys(people):
            roles = sorted({*roles_held(self.roster, person), *self.state.posts_of(person)})
            actor = Actor(person=person, roles=tuple(roles), directory_version=self.state.directory_version)
            asked = {"type": action, "id": f"leg-{len(self.legs) + 1}", "actor": actor, **what}
            command = COMMANDS.validate_python(asked)
            before = self.state, self.now
            refusal = self.refusal_of(command, at)
            if refusal is None:
                leg = Leg(by=person, action=action, gate=at_gate, sentence=sentence, at=self.now, command=command)
                self._go(before, leg)
                return
            why = why or refusal.sentence
        raise StuckError(f"{sentence} {why or 'Nobody is there who could.'}")

    @property
    def managers(self) -> Names:
        """Who moves a project: its manager, else whoever may in the office."""
        mine = (self.state.manager,) if self.state.manager else ()
        office = (*self.holders("project_manager"), *self.holders("pmo_director"), *self.holders("sponsor"))
        return (*mine, *office)

    @property
    def everybody(self) -> Iterator[str]:
        """Everybody who is there, in whatever role."""
        return (person for role in self.roster.holders for person in self.holders(role))

    def holders(self, role: str) -> Names:
        """Who could act in a role: who holds the post on the project, then who holds the role and is not absent."""
        posts = {"project_manager": self.state.manager, "sponsor": self.state.sponsor}
        post = posts.get(role)
        return (*((post,) if post and post not in self.roster.absent else ()), *self.roster.present(role))

    def is_open(self, gate: str) -> bool:
        """Whether a round of a gate awaits its decision."""
        round_ = self.state.rounds.get(gate)
        return round_ is not None and round_.is_open

    def named(self, gate: str) -> str:
        """A gate as people call it."""
        return self.book.policy.gates[gate].called(gate)
