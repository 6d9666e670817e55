"""Stories of projects: each was lived once through the pure core, and is told of as many projects as are wanted.

A story is the way through the gates of a ready policy, as the product itself proposes it, gone as far as chance has
it, so that projects stand in every stage, before every kind of gate, on time and late. Names and keys stand in it as
tokens, which each telling replaces.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from pydantic import TypeAdapter

from lifecycle.domain.commands import COMMANDS, FallDue, PersonCommand
from lifecycle.domain.events import FactsAmended, Recorded
from lifecycle.domain.people import Actor, Roster
from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import FactValue
from lifecycle.domain.verdicts import Accepted, Verdict
from lifecycle.gates.clocks import openings, with_clocks
from lifecycle.gates.decide import decide, decide_due
from lifecycle.gates.evolve import evolve
from lifecycle.gates.itinerary import itinerary
from lifecycle.gates.obligations import obligations
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.quorums import named_roles
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.vocabulary import Kind
from lifecycle.service.calendars import calendar_of

KEY, NAME, PORTFOLIO = "K~KEY~K", "K~NAME~K", "K~PORTFOLIO~K"
HOLDERS: Final = 6
"""So many people hold each role on one project."""
HOLDER: Final = re.compile(r"([a-z][a-z_]*)~([0-9])")
"""The token of somebody: a role, and which of its holders."""
COSTS: Final = (20_000_000, 180_000_000, 90_000_000_000)
"""What projects cost, in minor units: some of each tier."""
PARTS: Final = 8
"""At so many places of its way a story may end."""
DAYS_AGO: Final = (1, 7, 40)
_TOLD: Final = TypeAdapter(tuple[Recorded, ...])
_STEP: Final = timedelta(days=1)


def roles_of(policy: Policy) -> tuple[str, ...]:
    """Every role that somebody needs to hold for a project to get through."""
    named = {role for gate in policy.gates for role in named_roles(policy, gate)}
    suppliers = {item.by for gate in policy.gates.values() for item in gate.evidence.values() if item.by}
    return tuple(sorted({*named, *suppliers, policy.pmo_role, "pmo_director", "project_manager", "sponsor"}))


def stories(policy: Policy, now: datetime, events: int, chance: Random) -> Iterator[str]:
    """Stories of about so many events that end at different places, the last deed at most some weeks before `now`."""
    book, began = Rulebook(policy), now - timedelta(days=150)
    for cost in COSTS:
        born = _Life(book, now)
        born.register(dict(_facts(policy, cost, chance)), began)
        way = born.way(began)
        for part in range(1, PARTS + 1):
            for days in DAYS_AGO:
                life = born.twin()
                life.live(way[: round(part / (PARTS + 1) * len(way))], timedelta(days=days), events)
                yield _TOLD.dump_json(tuple(life.told)).decode()


def retold(story: str, replaced: dict[str, str]) -> tuple[Recorded, ...]:
    """A story of another project, by the tokens that it replaces."""
    return _TOLD.validate_json(re.sub(r"[A-Za-z_]+~[A-Z0-9]+(~K)?", lambda found: replaced[found.group()], story))


def _facts(policy: Policy, cost: int, chance: Random) -> Iterator[tuple[str, FactValue]]:
    for name, fact in policy.facts.items():
        if fact.by_gates:
            continue
        if fact.type is Kind.MONEY:
            yield name, cost
        if fact.type is Kind.CHOICE:
            yield name, chance.choice(fact.of)


class _Life:
    """One project, living by the core."""

    def __init__(self, book: Rulebook, now: datetime) -> None:
        self._book, self._books = book, {book.digest: book}
        self._calendar = calendar_of(book.policy.calendar, now.year)
        self._end = now
        self._state: ProjectState | None = None
        self.told: list[Recorded] = []

    def twin(self) -> "_Life":
        """Another project to which the same has happened."""
        twin = _Life(self._book, self._end)
        twin._state, twin.told = self._state, list(self.told)
        return twin

    def way(self, at: datetime) -> list[PersonCommand]:
        """What people may do to lead it through its last gate."""
        policy = self._book.policy
        roster = Roster(holders={role: tuple(f"{role}~{n}" for n in range(HOLDERS)) for role in roles_of(policy)})
        last = [gate for gate, rule in policy.gates.items() if rule.kind is GateKind.STAGE][-1]
        found = itinerary(self._books, self.state, last, roster, self._calendar, at)
        return [leg.command for leg in found.legs if not isinstance(leg.command, FallDue)]

    def live(self, way: list[PersonCommand], ago: timedelta, events: int) -> None:
        """Be amended for a while, then go a way, the last step so long ago."""
        self._amend(self.told[-1].at, max(0, events - len(way) - 12))
        start = self._end - ago - len(way) * _STEP
        for number, command in enumerate(way):
            if not self._ask(command, start + number * _STEP):
                break
        self._until(self._end)

    @property
    def state(self) -> ProjectState:
        """The project after the last event."""
        assert self._state is not None, "the project is registered first"
        return self._state

    def register(self, facts: dict[str, FactValue], at: datetime) -> None:
        """Be registered, with these facts."""
        actor = Actor(person="pmo_director~0", roles=("pmo_director",))
        named = {"project": KEY, "name": NAME, "portfolio": PORTFOLIO, "policy": self._book.policy.ref}
        posts = {"manager": "project_manager~0", "sponsor": "sponsor~0", "facts": facts}
        asked: dict[str, Any] = {"type": "register_project", "id": f"{KEY}-1", "actor": actor, **named, **posts}
        self._follow(decide(self._books, None, COMMANDS.validate_python(asked), at))

    def _ask(self, command: PersonCommand, at: datetime) -> bool:
        """Have it done, as things stand by then; whether it was."""
        self._until(at)
        news: dict[str, Any] = {"id": f"{KEY}-{len(self.told) + 1}"}
        gate = getattr(command, "gate", None)
        if gate in self.state.rounds and hasattr(command, "round"):
            shown = self.state.rounds[gate]
            news |= {"round": shown.number, "evidence_digest": shown.evidence_digest or ""}
        ready = with_clocks(command.model_copy(update=news), self._book.policy, self.state, self._calendar, at)
        return self._follow(decide(self._books, self.state, ready, at))

    def _amend(self, at: datetime, times: int) -> None:
        """So many small amendments, one an hour."""
        for count in range(times):
            report = FactsAmended(facts={"forecast": 1_000_000 + count}, reason="The forecast of the week.")
            self._take(
                Recorded(
                    seq=self.state.seq + 1,
                    at=at + timedelta(hours=count),
                    actor=Actor(person="project_manager~0"),
                    command=f"{KEY}-{self.state.seq + 1}",
                    policy=self._book.digest,
                    event=report,
                )
            )

    def _until(self, instant: datetime) -> None:
        """Time passes; what falls due until then happens at its instant."""
        while owed := [due for due in obligations(self._book.policy, self.state) if due.at <= instant]:
            now = max(self.told[-1].at, owed[0].at)
            opened = openings(self._book.policy, self.state.tier, self._calendar, now)
            due = FallDue(obligation=owed[0].id, at=owed[0].at, openings=opened)
            if not self._follow(decide_due(self._books, self.state, due, now)):
                return

    def _follow(self, verdict: Verdict) -> bool:
        if isinstance(verdict, Accepted):
            for recorded in verdict.events:
                self._take(recorded)
        return isinstance(verdict, Accepted)

    def _take(self, recorded: Recorded) -> None:
        self._state = evolve(self._state, recorded)
        self.told.append(recorded)
