"""The errands of a way: what is supplied, recorded, promised and decided at one gate, each judged as if asked for."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final, NamedTuple

from lifecycle.domain.commands import SupplyEvidence
from lifecycle.domain.evidence import EvidenceKind
from lifecycle.domain.gate_events import Basis
from lifecycle.domain.project import OPENING, ConditionStatus, LadderAction, Outcome, Round, Status, VoteVerdict
from lifecycle.domain.values import FactValue
from lifecycle.gates.approvals import standing
from lifecycle.gates.conditions import Kind
from lifecycle.gates.deciding import decider, is_available
from lifecycle.gates.derivation import MINOR_UNITS
from lifecycle.gates.explain import slots
from lifecycle.gates.forms import answers_to, questions
from lifecycle.gates.journey import Journey, Said, StuckError
from lifecycle.gates.obligations import Obligation
from lifecycle.gates.policy import Policy

_PROMISED: Final = timedelta(days=30)
_PUBLISHED: Final = "sha256:to-be-supplied"
_OPENING_UP: Final = (LadderAction.WIDEN, LadderAction.REASSIGN, LadderAction.RAISE)
"""The steps of a ladder that let others decide."""


class Wish(NamedTuple):
    """What a gate is to decide: in one of these ways, so that these facts are as they are wanted."""

    outcomes: tuple[Outcome, ...] = OPENING
    facts: Mapping[str, FactValue] = {}


class Errands(Journey):
    """A journey on which people do what a gate asks for."""

    def resume(self) -> None:
        """Have the project go on."""
        self.ask(self.managers, "resume_project", Said("Resume the project."), reason="It goes on.")

    def answer(self, round_: Round) -> None:
        """Answer the approvers' question."""
        said = Said(f"Answer: {round_.questions[-1].text}", round_.gate, subject=round_.questions[-1].text)
        self.ask(self.managers, "answer_information", said, gate=round_.gate, answer="See there.")

    def submit(self, gate: str) -> None:
        """Put a gate before its approvers."""
        self.ask(self.managers, "submit_gate", Said(f"Submit {self.named(gate)}.", gate), gate=gate)

    def open(self, gate: str) -> None:
        """Open a gate that is opened on request."""
        said = Said(f"Open {self.named(gate)}.", gate)
        self.ask(self.managers, "open_gate", said, gate=gate, reason="It is needed.")

    def supply(self, round_: Round, item: str, answers: Mapping[str, FactValue]) -> None:
        """Have an item supplied; in place of an earlier supply of a round that is still in preparation."""
        gate, rule = round_.gate, self.book.policy.gates[round_.gate].evidence[item]
        before = round_.evidence[item].answers if item in round_.evidence else {}
        kind = EvidenceKind.DOCUMENT if rule.kind is EvidenceKind.LINK else rule.kind
        digest = f"{_PUBLISHED}-{len(self.legs)}"
        evidence = {"item": item, "kind": kind, "digest": digest, "answers": answers_to(rule, {**before, **answers})}
        nobody = {"author": "-", "principal": "-", "at": self.now, "version": 1}
        who = self.holders(rule.by) if rule.by else self.managers
        label = rule.label or item.replace("_", " ")
        spoken = _told(answers, {name: field.type for name, field in rule.fields.items()})
        said = Said(f"Answer {label}: {spoken}." if answers else f"Supply {label}.", gate, item, answers)
        number = self._supplied(gate, item)
        later = [] if number is None else self.turn_back(number)[1:]
        self.ask(who, "supply_evidence", said, gate=gate, evidence={**nobody, **evidence})
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

    def answer_forms(self, gate: str, answers: Mapping[str, FactValue]) -> None:
        """Give these answers, each in the form that asks for it."""
        asked = [(item, name) for item, name, _ in questions(self.book.policy, gate) if name in answers]
        for item in dict.fromkeys(item for item, _ in asked):
            mine = {name: answers[name] for other, name in asked if other == item}
            self.supply(self.state.rounds[gate], item, mine)

    def record(self, facts: Mapping[str, FactValue]) -> None:
        """Bring the project to where its facts are so, and record that."""
        self.ask(self.managers, "amend_facts", amendment(self.book.policy, facts), facts=dict(facts))

    def keep_promises(self, round_: Round, criterion: str) -> bool:
        """Prove and accept conditions, where a criterion asks about them; whether there was one to keep."""
        rule = self.book.policy.gates[round_.gate].criteria[criterion]
        names = self.book.condition(rule.must, round_.gate).references if rule.must else ()
        if not any(name.startswith("conditions.") for name in names):
            return False
        for key, condition in sorted(self.state.conditions.items()):
            if condition.status in (ConditionStatus.OPEN, ConditionStatus.MISSED):
                owners, said = (condition.owner, *self.managers), Said(f"Prove: {condition.text}", subject=key)
                self.ask(owners, "prove_condition", said, condition=key, proof="See there.")
                return True
            if condition.status is ConditionStatus.PROVED:
                said = Said(f"Accept the proof: {condition.text}", subject=key)
                self.ask(self.everybody, "accept_condition", said, condition=key)
                return True
        return False

    def decide(self, round_: Round, outcomes: Collection[Outcome]) -> None:
        """Have the next approval given, or the decision taken; where nobody can, let the ladder bring somebody.

        Raises StuckError if nobody comes.
        """
        mark = self.mark()
        try:
            self._approve_or_decide(round_, outcomes)
        except StuckError:
            for step in self._helpful_steps(round_, outcomes):
                self.wait(step)
                after = self.state.rounds[round_.gate]
                if not after.is_open or self.state.status is Status.ON_HOLD:
                    return
                with suppress(StuckError):
                    self._approve_or_decide(after, outcomes)
                    return
                self.back_to(mark)
            raise

    def _helpful_steps(self, round_: Round, outcomes: Collection[Outcome]) -> Iterator[Obligation]:
        """The steps of a round's ladder that let others decide, or decide as it is wished."""
        clock = round_.clock
        if clock is None or clock.stopped_at is not None:
            return
        for number, (rung, at) in enumerate(zip(clock.rungs, clock.steps, strict=False)):
            decides = rung.action is LadderAction.DECIDE
            if number >= clock.taken and (rung.action in _OPENING_UP or (decides and rung.outcome in outcomes)):
                yield Obligation(id=f"ladder/{round_.gate}/{round_.number}/{number}", at=at)
            elif decides:
                return

    def _approve_or_decide(self, round_: Round, outcomes: Collection[Outcome]) -> None:
        gate, named = round_.gate, self.named(round_.gate)
        seen = {"gate": gate, "round": round_.number, "evidence_digest": round_.evidence_digest or ""}
        yes = next(o for o in OPENING if o in outcomes and is_available(self.book, self.state, round_, o))
        rule = self.book.policy.gates[gate]
        only_on_terms = Outcome.GO not in rule.decisions
        on_terms = yes is Outcome.CONDITIONAL_GO and not rule.decision(yes).imposes
        promised = [{"text": "To be agreed.", "owner": self.state.manager or "-", "due": self.now + _PROMISED}]
        chair, basis = decider(self.book, round_)
        for slot in slots(self.book, self.state, round_, self.roster):
            if slot.filled_by is None and basis not in (Basis.PMO, Basis.MANAGER):
                approval = {**seen, "verdict": VoteVerdict.APPROVE, "rationale": "I have read it."}
                said = Said(f"Approve {named} as {slot.role.replace('_', ' ')}.", gate, slot.role)
                conditions = promised if only_on_terms or (on_terms and chair is None) else []
                self.ask(slot.candidates, "cast_vote", said, **approval, conditions=conditions)
                return
        if chair is None:
            raise StuckError(f"The votes do not open {named}: {self._why_not(round_)}")
        what = {
            **seen,
            "outcome": yes,
            "rationale": "It is earned.",
            "conditions": promised if only_on_terms or on_terms else [],
        }
        self.ask(self.holders(chair), "decide_gate", Said(f"Decide {named}.", gate, yes), **what)

    def _why_not(self, round_: Round) -> str:
        now = standing(self.book, self.state, round_)
        if now.refused_by:
            return f"{' and '.join(now.refused_by)} voted against it."
        return "nobody is asked to approve it." if not now.slots else "its approvals are given, and do not suffice."


def amendment(policy: Policy, facts: Mapping[str, FactValue]) -> Said:
    """Facts that are to be brought about and recorded, in words and in parts."""
    spoken = _told(facts, {name: fact.type for name, fact in policy.facts.items()})
    return Said(f"Bring the project to where {spoken}, and record it.", values=facts)


def _told(values: Mapping[str, FactValue], kinds: Mapping[str, Kind]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} is {_spoken(value, kinds[name])}" for name, value in values.items())


def _spoken(value: FactValue, kind: Kind) -> str:
    """A value as people say it: money in major units, yes or no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value / MINOR_UNITS:.2f}" if kind is Kind.MONEY and isinstance(value, int | float) else str(value)
