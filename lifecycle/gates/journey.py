"""A project on its way: actions are judged one after the other, as if they were asked for, and the state follows."""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime
from functools import reduce
from typing import Any, NamedTuple

from lifecycle.domain.commands import COMMANDS, FallDue, PersonCommand
from lifecycle.domain.people import Actor, Roster
from lifecycle.domain.project import OPENING, Outcome, ProjectState
from lifecycle.domain.values import FactValue, Instant, Names, Value
from lifecycle.domain.verdicts import Accepted, Refusal
from lifecycle.domain.worktime import WorkCalendar, is_working, next_opening
from lifecycle.gates.case import Rulebooks
from lifecycle.gates.clocks import openings, with_clocks
from lifecycle.gates.decide import decide, decide_due
from lifecycle.gates.evolve import evolve
from lifecycle.gates.obligations import Obligation, obligations
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.separation import roles_held


class Leg(Value):
    """One action: who does it and what, in words and as the command that does it; `at` is the earliest moment.

    `by` is nobody where only time passes until an obligation falls due; any of `others` could do it as well. `subject`
    is what it concerns (an item of evidence, a role, an outcome, a condition), `values` what is recorded or answered.
    """

    by: str | None
    others: Names = ()
    action: str
    gate: str | None
    subject: str = ""
    values: Mapping[str, FactValue] = {}
    sentence: str
    at: Instant
    command: PersonCommand | FallDue


class Said(NamedTuple):
    """What an action is, in words and in parts."""

    sentence: str
    gate: str | None = None
    subject: str = ""
    values: Mapping[str, FactValue] = {}


class StuckError(Exception):
    """Nothing that anybody may do leads on."""


class Mark(NamedTuple):
    """Where a journey was, to come back to."""

    state: ProjectState
    now: datetime
    legs: tuple[Leg, ...]
    before: tuple[tuple[ProjectState, datetime], ...]


class Journey:
    """A project as it would be after every action so far, with everything that fell due on the way."""

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

    def is_passed(self, gate: str, since: ProjectState, outcomes: Container[Outcome] = OPENING) -> bool:
        """Whether a gate has decided go, in one of these ways, since the project was in an earlier state."""
        past = self.state.decisions.get(gate)
        return past is not None and past != since.decisions.get(gate) and past.outcome in outcomes

    def refusal_of(self, command: PersonCommand | FallDue, at: datetime) -> Refusal | None:
        """Why it is refused at an instant, after what came before; if it is not, it happens."""
        self.wait_until(at)
        if isinstance(command, FallDue):
            return None
        ready = with_clocks(command, self.book.policy, self.state, self.calendar, self.now)
        verdict = decide(self.books, self.state, ready, self.now)
        if not isinstance(verdict, Accepted):
            return verdict.refusal
        self.state = reduce(evolve, verdict.events, self.state)
        return None

    def may(self, command: PersonCommand) -> bool:
        """Whether it would be granted now; nothing happens."""
        ready = with_clocks(command, self.book.policy, self.state, self.calendar, self.now)
        return isinstance(decide(self.books, self.state, ready, self.now), Accepted)

    def wait_until(self, instant: datetime) -> None:
        """Let time pass; whatever falls due on the way happens."""
        while (owed := next(iter(obligations(self.book.policy, self.state)), None)) and owed.at <= instant:
            self.now = max(self.now, owed.at)
            opened = openings(self.book.policy, self.state.tier, self.calendar, self.now)
            due = FallDue(obligation=owed.id, at=owed.at, openings=opened)
            verdict = decide_due(self.books, self.state, due, self.now)
            if not isinstance(verdict, Accepted):
                break
            self.state = reduce(evolve, verdict.events, self.state)
        self.now = max(self.now, instant)

    def wait(self, owed: Obligation) -> None:
        """Let time pass until an obligation falls due, as a leg of the journey."""
        before = self.state, self.now
        due = FallDue(obligation=owed.id, at=owed.at)
        self.wait_until(owed.at)
        said = f"Wait until {owed.at:%Y-%m-%d}."
        self._go(before, Leg(by=None, action=due.type, gate=owed.opens, sentence=said, at=self.now, command=due))

    def mark(self) -> Mark:
        """Where the journey is, so that what does not lead on can be undone."""
        return Mark(self.state, self.now, tuple(self.legs), tuple(self._before))

    def back_to(self, mark: Mark) -> None:
        """Be where the journey was."""
        self.state, self.now = mark.state, mark.now
        self.legs, self._before = list(mark.legs), list(mark.before)

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

    def ask(self, people: Iterable[str], action: str, said: "Said", **what: Any) -> None:
        """Have the first of these people do it who may; the rest are kept as `others`. Raises StuckError if nobody may.

        It is done now, or when the office next opens.
        """
        at = self.now if is_working(self.calendar, self.now) else next_opening(self.calendar, self.now)
        before = self.state, self.now
        why: str | None = None
        asked = dict.fromkeys(people)
        for person in asked:
            command = self.command(person, {"type": action, "id": f"leg-{len(self.legs) + 1}", **what})
            refusal = self.refusal_of(command, at)
            if refusal is None:
                others = tuple(other for other in asked if other != person)
                leg = Leg(by=person, others=others, action=action, at=self.now, command=command, **said._asdict())
                self._go(before, leg)
                return
            why = why or refusal.sentence
        self.state, self.now = before
        raise StuckError(f"{said.sentence} {why or 'Nobody is there who could.'}")

    def command(self, person: str, asked: Mapping[str, Any]) -> PersonCommand:
        """What somebody asks, in their own name and with all their roles."""
        roles = sorted({*roles_held(self.roster, person), *self.state.posts_of(person)})
        version = self.state.directory_version
        actor = Actor(person=person, roles=tuple(roles), directory_version=version, proved_at=self.now)
        return COMMANDS.validate_python({**asked, "actor": actor})

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
