"""The way to a go: the actions that open a gate, who owes each, and the earliest day.

It is found by going it: each action is judged by `decide` as if it were asked for, on the state that the one before
left. So what is proposed gets through as long as nobody does anything else meanwhile.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from lifecycle.domain.commands import SupplyEvidence
from lifecycle.domain.evidence import EvidenceKind
from lifecycle.domain.people import Roster
from lifecycle.domain.project import (
    OPENING,
    ConditionStatus,
    Outcome,
    ProjectState,
    Round,
    RoundStatus,
    Status,
    VoteVerdict,
)
from lifecycle.domain.values import FactValue, Instant, Value
from lifecycle.domain.worktime import WorkCalendar
from lifecycle.gates.case import Rulebooks
from lifecycle.gates.criteria import findings_of, missing
from lifecycle.gates.deciding import decider, is_available, passage_blocked
from lifecycle.gates.explain import slots
from lifecycle.gates.findings import Finding
from lifecycle.gates.gate_rules import ON_REQUEST
from lifecycle.gates.journey import Journey, Leg, StuckError
from lifecycle.gates.mending import answers_to, changes_for, changes_for_a_go, questions
from lifecycle.gates.obligations import obligations
from lifecycle.gates.policy_decisions import Precondition
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.preconditions import is_met
from lifecycle.gates.rulebook import context_of

MOST_LEGS: Final = 80
DEEPEST: Final = 6
"""So many gates may wait for each other."""
_PROMISED: Final = timedelta(days=30)
_PUBLISHED: Final = "sha256:to-be-supplied"


class Itinerary(Value):
    """The actions that lead a gate to a go, in order; where they do not reach it, what is in the way."""

    gate: str
    legs: tuple[Leg, ...] = ()
    reaches: bool = False
    obstacle: str = ""
    earliest: Instant | None = None


def itinerary(
    books: Rulebooks, state: ProjectState, gate: str, roster: Roster, calendar: WorkCalendar, now: datetime
) -> Itinerary:
    """The smallest way found to a go of a gate from here, taking into account who is there."""
    journey = _Way(books, state, roster, calendar, now)
    try:
        journey.pass_gate(gate, ())
    except StuckError as stuck:
        return Itinerary(gate=gate, legs=tuple(journey.legs), obstacle=str(stuck))
    legs = _without_detours(books, state, gate, journey.legs, calendar, now)
    return Itinerary(gate=gate, legs=legs, reaches=True, earliest=legs[-1].at if legs else now)


def _without_detours(
    books: Rulebooks, state: ProjectState, gate: str, legs: list[Leg], calendar: WorkCalendar, now: datetime
) -> tuple[Leg, ...]:
    """The legs without changes of facts, and supplies of forms, that turn out not to have been needed."""
    kept = list(legs)
    for leg in [leg for leg in legs if leg.action in ("amend_facts", "supply_evidence")]:
        fewer = [other for other in kept if other is not leg]
        journey = Journey(books, state, Roster(), calendar, now)
        gets_through = all(journey.refusal_of(other.command, other.at) is None for other in fewer)
        if gets_through and journey.is_passed(gate, state):
            kept = fewer
    return tuple(kept)


class _Way(Journey):
    """Finds the next action, again and again."""

    def pass_gate(self, gate: str, waiting: tuple[str, ...]) -> None:
        """Bring a gate to a go. Raises StuckError."""
        if gate in waiting or len(waiting) > DEEPEST:
            raise StuckError(f"The gates wait for each other: {' for '.join([*waiting, gate])}.")
        since = self.state
        while not self.is_passed(gate, since):
            if len(self.legs) >= MOST_LEGS:
                raise StuckError(f"More than {MOST_LEGS} actions would be needed.")
            self._go_on(gate, (*waiting, gate))

    def _go_on(self, gate: str, waiting: tuple[str, ...]) -> None:
        """Do the next thing."""
        round_ = self.state.rounds.get(gate)
        if self.state.status is Status.ON_HOLD:
            self.ask(self.managers, "resume_project", None, "Resume the project.", reason="It goes on.")
        elif round_ is None or not round_.is_open:
            self._open(gate, waiting)
        elif round_.status is RoundStatus.INFORMATION_REQUESTED:
            asked = round_.questions[-1].text
            self.ask(self.managers, "answer_information", gate, f"Answer: {asked}", gate=gate, answer="See there.")
        elif lacking := missing(findings_of(self.book, self.state, round_, self.now)):
            self._mend(round_, lacking[0], waiting)
        elif not any(is_available(self.book, self.state, round_, outcome) for outcome in OPENING):
            self._change(round_, changes_for_a_go(self.book, self.state, round_), "what the decision depends on")
        elif round_.status is RoundStatus.PREPARING:
            self.ask(self.managers, "submit_gate", gate, f"Submit {self.named(gate)}.", gate=gate)
        elif blocked := passage_blocked(self.book, self.state, round_):
            self.pass_gate(blocked.missing[0], waiting)
        else:
            self._decide(round_)

    def _open(self, gate: str, waiting: tuple[str, ...]) -> None:
        rule = self.book.policy.gates[gate]
        if self.state.is_over and rule.kind is not GateKind.BENEFITS:
            raise StuckError(f"The project is {self.state.status}.")
        if rule.kind in ON_REQUEST and (not rule.during or self.state.stage in rule.during):
            why = {"gate": gate, "reason": "It is needed."}
            self.ask(self.managers, "open_gate", gate, f"Open {self.named(gate)}.", **why)
            return
        due = next((owed for owed in obligations(self.book.policy, self.state) if owed.opens == gate), None)
        if due is not None:
            self.wait(due)
            return
        ahead = [name for name in self.book.policy.gates_from(self.state.stage) if name not in waiting]
        onward = next((name for name in ahead if self.is_open(name)), None)
        if onward is None or not (rule.from_ or rule.during):
            raise StuckError(f"Nothing opens {self.named(gate)} from where the project stands.")
        self.pass_gate(onward, waiting)

    def _mend(self, round_: Round, finding: Finding, waiting: tuple[str, ...]) -> None:
        kind, _, name = finding.requirement.partition(".")
        if kind == "evidence":
            self._supply(round_, name, {})
        elif kind == "requires":
            self._fulfil(self.book.policy.gates[round_.gate].requires[int(name) - 1], round_, waiting)
        elif not (kind == "criteria" and self._keep_promises(round_, name)):
            self._change(round_, changes_for(self.book, self.state, round_, finding, self.now), finding.label)

    def _supply(self, round_: Round, item: str, answers: dict[str, FactValue]) -> None:
        gate, rule = round_.gate, self.book.policy.gates[round_.gate].evidence[item]
        before = round_.evidence[item].answers if item in round_.evidence else {}
        kind = EvidenceKind.DOCUMENT if rule.kind is EvidenceKind.LINK else rule.kind
        digest = f"{_PUBLISHED}-{len(self.legs)}"
        evidence = {"item": item, "kind": kind, "digest": digest, "answers": answers_to(rule, {**before, **answers})}
        nobody = {"author": "-", "principal": "-", "at": self.now, "version": 1}
        who = self.holders(rule.by) if rule.by else self.managers
        label = rule.label or item.replace("_", " ")
        said = f"Answer {label}: {_told(answers)}." if answers else f"Supply {label}."
        number = self._supplied(gate, item)
        later = [] if number is None else self.turn_back(number)[1:]
        self.ask(who, "supply_evidence", gate, said, gate=gate, evidence={**nobody, **evidence})
        self.again(later)

    def _supplied(self, gate: str, item: str) -> int | None:
        """The leg that supplied an item of a round still in preparation, so that it can be supplied well at once."""
        found = None
        for number, leg in enumerate(self.legs):
            if leg.gate == gate and leg.action == "submit_gate":
                found = None
            elif leg.gate == gate and isinstance(leg.command, SupplyEvidence) and leg.command.evidence.item == item:
                found = number
        return found

    def _change(self, round_: Round, wanted: Any, what: str) -> None:
        if wanted is None:
            raise StuckError(f"No change of facts was found after which this is met: {what}.")
        for item in dict.fromkeys(i for i, name, _ in questions(self.book, round_.gate) if name in wanted.answers):
            mine = {
                n: wanted.answers[n]
                for i, n, _ in questions(self.book, round_.gate)
                if i == item and n in wanted.answers
            }
            self._supply(self.state.rounds[round_.gate], item, mine)
        if wanted.facts:
            said = f"Bring the project to where {_told(wanted.facts)}, and record it."
            self.ask(self.managers, "amend_facts", None, said, facts=dict(wanted.facts))

    def _fulfil(self, asked: Precondition, round_: Round, waiting: tuple[str, ...]) -> None:
        """Have the first part decided that is not; of alternatives the first that can be."""
        if asked.gate is not None:
            self.pass_gate(asked.gate, waiting)
            return
        context = context_of(self.book, self.state, round_)
        parts = [part for part in asked.parts if self.book.applies(part.when, context, round_.gate)]
        still = [p for p in parts if not is_met(self.book, self.state, p, context, round_.gate, self.now)]
        for number, part in enumerate(still):
            gone = len(self.legs)
            try:
                self._fulfil(part, round_, waiting)
            except StuckError:
                self.turn_back(gone)
                if asked.all or number == len(still) - 1:
                    raise
            else:
                return
        raise StuckError("No part of what must be decided before can be.")

    def _keep_promises(self, round_: Round, criterion: str) -> bool:
        """Prove and accept conditions, where a criterion asks about them; whether there was one to keep."""
        rule = self.book.policy.gates[round_.gate].criteria[criterion]
        names = self.book.condition(rule.must, round_.gate).references if rule.must else ()
        if not any(name.startswith("conditions.") for name in names):
            return False
        for key, condition in sorted(self.state.conditions.items()):
            if condition.status in (ConditionStatus.OPEN, ConditionStatus.MISSED):
                owners = (condition.owner, *self.managers)
                self.ask(owners, "prove_condition", None, f"Prove: {condition.text}", condition=key, proof="See there.")
                return True
            if condition.status is ConditionStatus.PROVED:
                self.ask(self.everybody, "accept_condition", None, f"Accept the proof: {condition.text}", condition=key)
                return True
        return False

    def _decide(self, round_: Round) -> None:
        seen = {"gate": round_.gate, "round": round_.number, "evidence_digest": round_.evidence_digest or ""}
        named = self.named(round_.gate)
        for slot in slots(self.book, self.state, round_, self.roster):
            if slot.filled_by is None:
                approval = {**seen, "verdict": VoteVerdict.APPROVE, "rationale": "I have read it."}
                role = slot.role.replace("_", " ")
                self.ask(slot.candidates, "cast_vote", round_.gate, f"Approve {named} as {role}.", **approval)
                return
        chair, _ = decider(self.book, round_)
        if chair is None:
            raise StuckError(f"{named} has its approvals and still is not decided.")
        yes = next(outcome for outcome in OPENING if is_available(self.book, self.state, round_, outcome))
        promised = [{"text": "To be agreed.", "owner": self.state.manager or "-", "due": self.now + _PROMISED}]
        imposed = self.book.policy.gates[round_.gate].decision(yes).imposes
        conditions = promised if yes is Outcome.CONDITIONAL_GO and not imposed else []
        what = {**seen, "outcome": yes, "rationale": "It is earned.", "conditions": conditions}
        self.ask(self.holders(chair), "decide_gate", round_.gate, f"Decide {named}.", **what)


def _told(values: dict[str, FactValue] | Any) -> str:
    return ", ".join(f"{name.replace('_', ' ')} is {value}" for name, value in values.items())
