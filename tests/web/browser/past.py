"""A portfolio with a past, for pictures: projects that went their way through the default policy, told by the core."""

from datetime import datetime, timedelta
from functools import partial
from random import Random

from lifecycle.domain.commands import COMMANDS, FallDue, PersonCommand
from lifecycle.domain.events import Recorded
from lifecycle.domain.people import Actor, Roster
from lifecycle.domain.project import ProjectState, VoteVerdict
from lifecycle.domain.verdicts import Accepted, Verdict
from lifecycle.gates.clocks import openings, with_clocks
from lifecycle.gates.decide import decide, decide_due
from lifecycle.gates.evolve import evolve
from lifecycle.gates.itinerary import itinerary
from lifecycle.gates.obligations import obligations
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.rulebook import Rulebook
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_of
from lifecycle.service.founding import SAMPLE
from lifecycle.service.policy_files import DEFAULT, library_text, read_policy

WORKS = (
    "Footbridge",
    "Tram line",
    "Ticket machines",
    "Station roof",
    "Depot",
    "Signal box",
    "Data centre",
    "Harbour wall",
)
PLACES = ("north", "south", "east", "west", "centre", "airport")
ROSTER = Roster(
    holders={role: tuple(each.id for each in SAMPLE if each.role == role) for role in {p.role for p in SAMPLE}}
)
REJECTS, HOLDS, KILLS = 0.06, 0.04, 0.01
"""How often somebody does so instead of what leads on."""


class Past:
    """What happened to one project until now."""

    def __init__(self, book: Rulebook, key: str, name: str, chance: Random, now: datetime) -> None:
        self.key, self.name = key, name
        self.told: list[Recorded] = []
        self._book, self._books, self._chance, self._end = book, {book.digest: book}, chance, now
        self._calendar = calendar_of(book.policy.calendar, now.year - 1)
        self._now = now - timedelta(days=chance.randint(10, 420))
        self._state: ProjectState | None = None

    @property
    def state(self) -> ProjectState:
        assert self._state is not None
        return self._state

    def live(self) -> None:
        """Be registered, and go from gate to gate until now, at a project's own pace."""
        chance = self._chance
        cost = chance.choice([18, 40, 120, 300, 900]) * 10_000_00
        facts = {
            "whole_life_cost": cost,
            "budget": cost // 3,
            "forecast": cost // 3 + cost // chance.choice([30, 60, -80]),
            "benefits": cost * 2,
            "risk": chance.choice(["low", "low", "medium", "high"]),
            "start": "2026-01-05",
            "finish": "2029-03-30",
            "delivery_confidence": chance.choice(["green", "amber_green", "amber", "amber_red"]),
        }
        about = {"project": self.key, "name": self.name, "portfolio": "transport", "policy": self._book.policy.ref}
        posts = {"manager": "pm", "sponsor": "sponsor", "facts": facts}
        self._ask(
            COMMANDS.validate_python({"type": "register_project", "id": "r", "actor": _of("analyst"), **about, **posts})
        )
        pace = chance.uniform(0.4, 6)
        for gate in [name for name, rule in self._book.policy.gates.items() if rule.kind is GateKind.STAGE]:
            while not self.state.is_over and self._is_ahead(gate):
                if not self._go(gate, pace):
                    return

    def _is_ahead(self, gate: str) -> bool:
        return self._book.policy.gates[gate].from_ == self.state.stage

    def _go(self, gate: str, pace: float) -> bool:
        """The way to one decision; whether there is time for more."""
        found = itinerary(self._books, self.state, gate, ROSTER, self._calendar, self._now)
        for leg in found.legs:
            if isinstance(leg.command, FallDue):
                continue
            if not self._pass(timedelta(days=self._chance.expovariate(1 / pace))):
                return False
            if not self._ask(self._as_it_happens(leg.command)):
                break
            if self._chance.random() < HOLDS and not self.state.is_over:
                self._rest()
        return bool(found.legs) and self._now < self._end

    def _as_it_happens(self, command: PersonCommand) -> PersonCommand:
        if command.type == "cast_vote" and self._chance.random() < REJECTS:
            return command.model_copy(update={"verdict": VoteVerdict.REJECT, "rationale": "Not yet."})
        return command

    def _rest(self) -> None:
        hold = {"type": "hold_project", "id": "h", "actor": _of("director"), "reason": "Staff are needed elsewhere."}
        self._ask(COMMANDS.validate_python(hold))
        if self._pass(timedelta(days=self._chance.randint(3, 30))):
            self._ask(COMMANDS.validate_python({**hold, "type": "resume_project"}))

    def _pass(self, length: timedelta) -> bool:
        """Time passes, with what falls due; whether it is still before now."""
        until = min(self._now + length, self._end)
        while owed := [due for due in obligations(self._book.policy, self.state) if due.at <= until]:
            self._now = max(self._now, owed[0].at)
            opened = openings(self._book.policy, self.state.tier, self._calendar, self._now)
            due = FallDue(obligation=owed[0].id, at=owed[0].at, openings=opened)
            if not self._follow(decide_due(self._books, self.state, due, self._now)):
                break
        self._now = until
        return until < self._end

    def _ask(self, command: PersonCommand) -> bool:
        news: dict[str, object] = {"id": f"{self.key}-{len(self.told) + 1}"}
        gate = getattr(command, "gate", None)
        if self._state and gate in self.state.rounds and hasattr(command, "round"):
            shown = self.state.rounds[gate]
            news |= {"round": shown.number, "evidence_digest": shown.evidence_digest or ""}
        ready = command.model_copy(update=news)
        if self._state:
            ready = with_clocks(ready, self._book.policy, self.state, self._calendar, self._now)
        return self._follow(decide(self._books, self._state, ready, self._now))

    def _follow(self, verdict: Verdict) -> bool:
        if isinstance(verdict, Accepted):
            for recorded in verdict.events:
                self._state = evolve(self._state, recorded)
                self.told.append(recorded)
        return isinstance(verdict, Accepted)


def _of(person: str) -> Actor:
    return Actor(person=person, roles=tuple(post.role for post in SAMPLE if post.id == person))


def remember(database: Database, now: datetime, projects: int = 40) -> None:
    """Record a portfolio with a past, in the office that was founded with the sample people."""
    book = Rulebook(read_policy(library_text(DEFAULT), f"{DEFAULT}.yaml"))
    chance = Random(7)
    for number in range(projects):
        name = f"{WORKS[number % len(WORKS)]}, {PLACES[number % len(PLACES)]}"
        past = Past(book, f"T-{number + 1:03}", name, chance, now)
        past.live()
        database.write_now(partial(project, key=past.key, happened=past.told, now=now))
