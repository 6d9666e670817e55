"""The way to a go: the actions that open a gate, who owes each, and the earliest day.

It is found by going it: each action is judged by `decide` as if it were asked for, on the state that the one before
left. So what is proposed gets through as long as nobody does anything else meanwhile.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cached_property, partial
from typing import Final

from lifecycle.domain.gate_events import Basis
from lifecycle.domain.people import Roster
from lifecycle.domain.project import OPENING, Outcome, ProjectState, Round, RoundStatus, Status
from lifecycle.domain.values import FactValue, Instant, Value
from lifecycle.domain.worktime import WorkCalendar
from lifecycle.gates.case import Rulebooks
from lifecycle.gates.changes import Changes, Patience
from lifecycle.gates.criteria import Findings, findings_of, missing, missing_evidence
from lifecycle.gates.deciding import decider, passage_blocked
from lifecycle.gates.errands import Errands, Wish
from lifecycle.gates.findings import Finding
from lifecycle.gates.gate_rules import ON_REQUEST
from lifecycle.gates.journey import Journey, Leg, StuckError
from lifecycle.gates.mending import changes_for, changes_for_a_decision, changes_for_a_route, grants
from lifecycle.gates.obligations import obligations
from lifecycle.gates.policy_decisions import Precondition
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.preconditions import is_met, sentence
from lifecycle.gates.quorums import named_roles
from lifecycle.gates.routes import distances, places
from lifecycle.gates.rulebook import context_of
from lifecycle.gates.trimming import trimmed, with_peers
from lifecycle.gates.waiving import Waivable, waivable_now

MOST_LEGS: Final = 80
DEEPEST: Final = 6
"""So many gates may wait for each other."""
MOST_TIMES: Final = 4
"""So many times a gate is gone through again for a fact that each of its decisions changes."""
AN_ACTION: Final = 10
"""To try an action costs as much as to try so many changes."""
A_GO: Final = Wish()

Errand = Callable[[], None]


class Itinerary(Value):
    """The actions that lead a gate to a go, in order; where they do not reach it, what is in the way.

    `waivable` is what somebody could ask a waiver of instead of mending it.
    """

    gate: str
    legs: tuple[Leg, ...] = ()
    waivable: tuple[Waivable, ...] = ()
    reaches: bool = False
    obstacle: str = ""
    earliest: Instant | None = None


def itinerary(
    books: Rulebooks, state: ProjectState, gate: str, roster: Roster, calendar: WorkCalendar, now: datetime
) -> Itinerary:
    """The smallest way found to a go of a gate from here, taking into account who is there."""
    start = partial(Journey, books, state, roster, calendar, now)
    journey = _Way(books, state, roster, calendar, now)
    try:
        journey.pass_gate(gate, ())
    except StuckError as stuck:
        found = Itinerary(gate=gate, legs=with_peers(journey.legs, start), obstacle=str(stuck))
    else:
        legs = with_peers(trimmed(journey.legs, start, gate), start)
        found = Itinerary(gate=gate, legs=legs, reaches=True, earliest=legs[-1].at if legs else now)
    return found.model_copy(update={"waivable": waivable_now(start(), gate)})


class _Way(Errands):
    """Finds the next action, again and again, as long as there is patience."""

    @cached_property
    def patience(self) -> Patience:
        """What is left of it."""
        return Patience()

    def pass_gate(self, gate: str, waiting: tuple[str, ...], wish: Wish = A_GO) -> None:
        """Bring a gate to a go as it is wished for. Raises StuckError."""
        if gate in waiting or len(waiting) > DEEPEST:
            raise StuckError(f"The gates wait for each other: {' for '.join([*waiting, gate])}.")
        since = self.state
        while not self.is_passed(gate, since, wish.outcomes):
            if len(self.legs) >= MOST_LEGS or not self.patience.spend(AN_ACTION):
                raise StuckError(f"More than {MOST_LEGS} actions would be needed, or it is too intricate to say.")
            self._go_on(gate, (*waiting, gate), wish)

    def _go_on(self, gate: str, waiting: tuple[str, ...], wish: Wish) -> None:
        """Do the next thing."""
        round_ = self.state.rounds.get(gate)
        if self.state.status is Status.ON_HOLD:
            self.resume()
        elif round_ is None or not round_.is_open:
            self._open(gate, waiting)
        elif round_.status is RoundStatus.INFORMATION_REQUESTED:
            self.answer(round_)
        elif lacking := self._lacking(round_):
            self._mend(round_, lacking[0], waiting)
        elif not any(grants(self.book, self.state, round_, outcome, wish.facts) for outcome in wish.outcomes):
            wanted = changes_for_a_decision(
                self.book, self.state, round_, wish.outcomes, wish.facts, self.now, self.patience
            )
            self._bring_about(gate, wanted, f"As the facts are, {self.named(gate)} cannot decide go.", waiting)
        elif round_.status is RoundStatus.PREPARING:
            self.submit(gate)
        elif blocked := passage_blocked(self.book, self.state, round_):
            self.pass_gate(blocked.missing[0], waiting)
        else:
            self.decide(round_, wish.outcomes)

    def _lacking(self, round_: Round) -> Findings:
        """What keeps a round from its go; where the PMO only advises, criteria do not."""
        found = findings_of(self.book, self.state, round_, self.now)
        _, basis = decider(self.book, round_)
        return missing_evidence(found) if basis is Basis.MANAGER else missing(found)

    def _open(self, gate: str, waiting: tuple[str, ...]) -> None:
        """Have a round of a gate opened: by request, by time, by other facts, by another gate's decision."""
        rule, policy = self.book.policy.gates[gate], self.book.policy
        if self.state.is_over and rule.kind is not GateKind.BENEFITS:
            raise StuckError(f"The project is {self.state.status}.")
        if not self.book.applies(rule.when, context_of(self.book, self.state, self.state.rounds.get(gate)), gate):
            wanted = changes_for_a_route(self.book, self.state, gate, self.patience)
            self._bring_about(gate, wanted, f"{self.named(gate)} is not there for this project: {rule.when}.", waiting)
            return
        if rule.kind in ON_REQUEST and (not rule.during or self.state.stage in rule.during):
            self.open(gate)
            return
        due = next((owed for owed in obligations(policy, self.state) if owed.opens == gate), None)
        if due is not None:
            self.wait(due)
            return
        self._first_of(self._openers(gate, waiting), f"Nothing opens {self.named(gate)} from where the project stands.")

    def _openers(self, gate: str, waiting: tuple[str, ...]) -> Iterator[Errand]:
        """What may open a gate: a decision that says so, a passage to its stage."""
        rule, policy = self.book.policy.gates[gate], self.book.policy
        for name, other in policy.gates.items():
            for outcome in OPENING:
                if outcome in other.decisions and gate in other.decision(outcome).opens and self._is_near(name):
                    yield partial(self.pass_gate, name, waiting, Wish((outcome,)))
        length = distances(policy, places(policy, rule))
        here = length.get(self.state.stage, 0)
        onward = [name for name in policy.gates_from(self.state.stage) if policy.gates[name].to in length]
        for name in sorted(onward, key=lambda name: (length[policy.gates[name].to or ""], name)):
            is_nearer = length[policy.gates[name].to or ""] < here
            if name not in waiting and (is_nearer or (here == 0 and self.is_open(name) and not self._has_passed(name))):
                yield partial(self.pass_gate, name, waiting)

    def _has_passed(self, gate: str) -> bool:
        """Whether the journey has gone through a gate already."""
        return any(leg.gate == gate for leg in self.legs)

    def _is_near(self, gate: str) -> bool:
        """Whether a gate is open, or could be opened in the project's stage."""
        rule = self.book.policy.gates[gate]
        return self.is_open(gate) or (rule.kind in ON_REQUEST and self.book.policy.belongs(gate, self.state.stage))

    def _first_of(self, errands: Iterable[Errand], otherwise: str) -> None:
        """Do the first of these that can be done. Raises StuckError with what kept the first, or with what is said."""
        why: StuckError | None = None
        for errand in errands:
            mark = self.mark()
            try:
                errand()
            except StuckError as stuck:
                self.back_to(mark)
                why = why or stuck
            else:
                return
        raise why or StuckError(otherwise)

    def _mend(self, round_: Round, finding: Finding, waiting: tuple[str, ...]) -> None:
        kind, _, name = finding.requirement.partition(".")
        if kind == "evidence":
            self.supply(round_, name, {})
        elif kind == "requires":
            self._fulfil(self.book.policy.gates[round_.gate].requires[int(name) - 1], round_, waiting)
        elif not (kind == "criteria" and self.keep_promises(round_, name)):
            wanted = changes_for(self.book, self.state, round_, finding, self.now, self.patience)
            unmet = f"No change was found after which this is met: {finding.label}."
            self._bring_about(round_.gate, wanted, unmet, waiting)

    def _bring_about(self, gate: str, wanted: Iterable[Changes], otherwise: str, waiting: tuple[str, ...]) -> None:
        """Bring the first of these changes about that can be."""
        self._first_of((partial(self._change, gate, changes, waiting) for changes in wanted), otherwise)

    def _change(self, gate: str, changes: Changes, waiting: tuple[str, ...]) -> None:
        for fact, value in changes.of("decided").items():
            self._have_set(fact, value, waiting)
        for other in changes.of("passed"):
            self.pass_gate(other, waiting)
        for other, outcome in changes.of("outcome").items():
            self.pass_gate(other, waiting, Wish((Outcome(str(outcome)),)))
        facts = {name: value for name, value in changes.of("project").items() if self.state.facts.get(name) != value}
        if facts:
            self.record(facts)
        if changes.of("baseline"):
            takers = (name for name, rule in self.book.policy.gates.items() if rule.takes_baseline)
            errands = (partial(self.pass_gate, taker, waiting) for taker in takers if self._is_near(taker))
            self._first_of(errands, "No gate that is at hand takes a baseline.")
        if answers := changes.of("answers"):
            self.answer_forms(gate, answers)

    def _have_set(self, fact: str, value: FactValue, waiting: tuple[str, ...]) -> None:
        """Have a fact that only gates set become a value, by the decision that sets it."""
        givers = [
            (name, outcome)
            for name, gate in self.book.policy.gates.items()
            for outcome in gate.decisions
            if fact in gate.decision(outcome).set
        ]
        errands = [
            partial(how, name, outcome, fact, value, waiting)
            for how in (self._set_at_once, self._set_in_steps)
            for name, outcome in givers
            if outcome in OPENING
        ]
        named = fact.replace("_", " ")
        if not givers:
            raise StuckError(f"{named.capitalize()} is a gate's to set, and no gate of the policy does.")
        try:
            self._first_of(errands, "That is no go, and nothing to plan for.")
        except StuckError as stuck:
            by = " or ".join(self._decision(name, outcome) for name, outcome in givers)
            raise StuckError(f"Only {by} sets {named}. {stuck}") from stuck

    def _set_at_once(self, gate: str, outcome: Outcome, fact: str, value: FactValue, waiting: tuple[str, ...]) -> None:
        self.pass_gate(gate, waiting, Wish((outcome,), {fact: value}))

    def _set_in_steps(self, gate: str, outcome: Outcome, fact: str, value: FactValue, waiting: tuple[str, ...]) -> None:
        """By a decision that each time changes the fact a little, as one that counts."""
        for _ in range(MOST_TIMES):
            before = self.state.facts.get(fact)
            self.pass_gate(gate, waiting, Wish((outcome,)))
            if self.state.facts.get(fact) in (value, before):
                break
        if self.state.facts.get(fact) != value:
            raise StuckError(f"{self._decision(gate, outcome)} makes it something else.")

    def _decision(self, gate: str, outcome: Outcome) -> str:
        """A decision of a gate, and whose it is."""
        roles = ", ".join(role.replace("_", " ") for role in named_roles(self.book.policy, gate))
        said = f"the decision {self.book.policy.gates[gate].named(outcome)} of {self.named(gate)}"
        return f"{said} ({roles})" if roles else said

    def _fulfil(self, asked: Precondition, round_: Round, waiting: tuple[str, ...]) -> None:
        """Have the first part decided that is not; of alternatives the first that can be."""
        if asked.gate is not None:
            outcomes = tuple(outcome for outcome in OPENING if outcome in asked.outcome)
            if not outcomes:
                raise StuckError(f"{sentence(self.book.policy, asked)}: that is no go, and nothing to plan for.")
            self.pass_gate(asked.gate, waiting, Wish(outcomes))
            return
        context = context_of(self.book, self.state, round_)
        parts = [part for part in asked.parts if self.book.applies(part.when, context, round_.gate)]
        still = [p for p in parts if not is_met(self.book, self.state, p, context, round_.gate, self.now)]
        tried = still[:1] if asked.all else still
        errands = (partial(self._fulfil, part, round_, waiting) for part in tried)
        self._first_of(errands, "No part of what must be decided before can be.")
