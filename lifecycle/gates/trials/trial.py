"""One story in play: a project under a policy, and a clock that moves only when the story says so."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lifecycle.domain import commands as asked
from lifecycle.domain.duration import Duration, Unit
from lifecycle.domain.events import Recorded
from lifecycle.domain.gate_events import VoteCast
from lifecycle.domain.people import Actor
from lifecycle.domain.project import ProjectState, Round
from lifecycle.domain.values import FactValue
from lifecycle.domain.verdicts import Accepted, Refusal, Verdict
from lifecycle.domain.worktime import WorkCalendar, after
from lifecycle.gates.case import Case
from lifecycle.gates.clocks import openings, with_clocks
from lifecycle.gates.conditions import Kind
from lifecycle.gates.decide import decide, decide_due
from lifecycle.gates.evolve import evolve
from lifecycle.gates.obligations import later, obligations
from lifecycle.gates.policy import Fact
from lifecycle.gates.policy_derived import Derived
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.trials.cast import Cast, ImpossibleError
from lifecycle.gates.trials.marks import Mark
from lifecycle.gates.trials.reaching import reached, refused
from lifecycle.gates.trials.scenario import Given

_MOST_DUE = 2_000
_YEARS = range(1990, 2101)
"""The years in which stories are told; the longest deadlines then still lie in the calendar."""


class Trial:
    """A project that lives by what is asked of it; into `marks`, if given, go the rules of the policy it exercises."""

    def __init__(
        self, book: Rulebook, calendar: WorkCalendar, cast: Cast, given: Given, marks: set[Mark] | None = None
    ) -> None:
        self.book = book
        self.calendar = calendar
        self.cast = cast
        self.given = given
        self.now = self.instant(given.start)
        self.history: list[Recorded] = []
        self._marks = marks
        self._state: ProjectState | None = None
        self._asked = 0

    @property
    def state(self) -> ProjectState:
        """The project as it stands."""
        if self._state is None:
            raise ImpossibleError("The project is not registered.")
        return self._state

    def register(self) -> Refusal | None:
        """The project enters governance as it is given; the refusal if it may not."""
        self.cast.check()
        self._check_answers()
        given, policy = self.given, self.book.policy
        facts = {name: self.fact(name, value) for name, value in given.facts.items() if value is not None}
        posts = {"manager": given.manager, "sponsor": given.sponsor}
        named = {post: self.cast.person(who, None) for post, who in posts.items() if who}
        tier = self.book.tier_of(facts, {**named, "portfolio": given.portfolio})
        command = asked.RegisterProject.model_validate(
            {
                "id": self._next(),
                "actor": Actor(person="pmo_analyst", roles=("pmo_analyst",)),
                "project": "TRIAL",
                "name": "A project",
                "portfolio": given.portfolio,
                **named,
                "policy": policy.ref,
                "facts": facts,
                "stage": given.stage,
                "attested": "Passed before, as the register says." if given.stage else "",
                "openings": openings(policy, tier, self.calendar, self.now),
            }
        )
        return self._take(decide({self.book.digest: self.book}, None, command, self.now))

    def ask(self, kind: type[asked.PersonCommand], who: str, **what: Any) -> Refusal | None:
        """Somebody asks for something: it happens, or it is refused."""
        actor = self.cast.actor(who, self._state, self.now)
        content = {"id": self._next(), "actor": actor, "expected_version": self.state.seq, **what}
        command = with_clocks(kind.model_validate(content), self.book.policy, self.state, self.calendar, self.now)
        books = {self.book.digest: self.book}
        refusal = self._take(decide(books, self.state, command, self.now))
        if refusal and self._marks is not None:
            self._marks |= set(refused(Case(self.book, books, self.state, command, self.now), refusal))
        return refusal

    def wait(self, until: datetime) -> None:
        """Time passes until an instant; whatever falls due on the way happens."""
        if until < self.now:
            raise ImpossibleError("Time does not go back: this moment has passed.")
        if until.year not in _YEARS:
            raise ImpossibleError(f"Stories are told between {_YEARS.start} and {_YEARS.stop - 1}.")
        for _ in range(_MOST_DUE):
            owed = next(iter(obligations(self.book.policy, self.state)), None)
            if owed is None or owed.at > until:
                self.now = until
                self._watch(())
                return
            self.now = max(self.now, owed.at)
            opened = openings(self.book.policy, self.state.tier, self.calendar, self.now)
            due = asked.FallDue(obligation=owed.id, at=owed.at, openings=opened)
            if refusal := self._take(decide_due({self.book.digest: self.book}, self.state, due, self.now)):
                raise ImpossibleError(refusal.sentence)
        raise ImpossibleError(f"More than {_MOST_DUE} things fall due in this time: wait for a shorter one.")

    def round(self, gate: str) -> Round | None:
        """The latest round of a gate, if there is one; the policy knows the gate."""
        if gate not in self.book.policy.gates:
            raise ImpossibleError(
                f"The policy has no gate '{gate}'; it has: {', '.join(sorted(self.book.policy.gates))}."
            )
        return self.state.rounds.get(gate)

    def ends(self, length: Duration) -> datetime:
        """When a length of time from now is over on every clock that counts it."""
        ends = self.due(length, self.now)
        working = length.unit in (Unit.WORKING_DAYS, Unit.WORKING_HOURS)
        # Ladders count months by the local clock, freshness and recurrence in UTC: an hour apart in summer.
        return ends if working else max(ends, later(self.now, length))

    def due(self, length: Duration, start: datetime) -> datetime:
        """When a clock ends that started at an instant."""
        try:
            return after(self.calendar, start, length)
        except (ValueError, OverflowError):
            raise ImpossibleError(f"{length} from {start:%Y-%m-%d} leads out of the calendar.") from None

    def instant(self, written: str) -> datetime:
        """The moment that is written as a day, or a day and a time, on the policy's own clock unless it says UTC."""
        moment = written.removesuffix(" UTC")
        zone = UTC if moment != written else self.calendar.zone
        try:
            # The zone is given in the next step: what is written is a time on that zone's clock.
            local = datetime.strptime(moment, "%Y-%m-%d %H:%M" if " " in moment else "%Y-%m-%d")  # noqa: DTZ007
        except ValueError:
            raise ImpossibleError(f"There is no day {written}.") from None
        if local.year not in _YEARS:
            raise ImpossibleError(f"Stories are told between {_YEARS.start} and {_YEARS.stop - 1}.")
        return local.replace(tzinfo=zone).astimezone(UTC)

    def fact(self, name: str, value: FactValue) -> FactValue:
        """A fact as it travels: money in minor units."""
        declared = self.book.policy.facts.get(name)
        return in_minor_units(value) if declared and declared.type is Kind.MONEY else value

    def written(
        self, known: Mapping[str, Fact] | Mapping[str, Derived], facts: Mapping[str, FactValue], name: str
    ) -> FactValue | None:
        """A fact, known by its declaration, as people write it: money in major units."""
        if name not in known:
            raise ImpossibleError(f"The policy has no fact '{name}'; it has: {', '.join(sorted(known))}.")
        declared, value = known[name], facts.get(name)
        if declared.type is Kind.MONEY and isinstance(value, int):
            return value / 100
        return value

    def _check_answers(self) -> None:
        """Every answer that is given is one to a question of some form."""
        rules = (rule for gate in self.book.policy.gates.values() for rule in gate.evidence.values())
        asked_for = {question for rule in rules for question in rule.fields}
        if unasked := sorted(set(self.given.answers) - asked_for):
            raise ImpossibleError(f"No form of the policy asks '{unasked[0]}'.")

    def _next(self) -> str:
        self._asked += 1
        return f"trial-{self._asked}"

    def _take(self, verdict: Verdict) -> Refusal | None:
        if not isinstance(verdict, Accepted):
            return verdict.refusal
        for recorded in verdict.events:
            self._state = evolve(self._state, recorded)
            if isinstance(recorded.event, VoteCast):
                self._watch((recorded,))  # a decision that follows may change what the vote was given under
        self.history += verdict.events
        self._watch(verdict.events)
        return None

    def _watch(self, news: Sequence[Recorded]) -> None:
        if self._marks is not None:
            self._marks |= set(reached(self.book, self.state, news, self.now))


def in_minor_units(value: FactValue) -> FactValue:
    """An amount in the currency's smallest unit; what is no number stays as it is, for the rules to refuse."""
    if isinstance(value, bool | str):
        return value
    minor = Decimal(str(value)) * 100
    return int(minor) if minor == minor.to_integral_value() else float(minor)
