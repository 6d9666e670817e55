"""Bringing evidence to a gate, and bringing a project through one: what several steps have in common."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lifecycle.domain import commands as asked
from lifecycle.domain.evidence import EvidenceKind
from lifecycle.domain.project import Round, RoundStatus, VoteVerdict
from lifecycle.domain.values import FactValue, Names
from lifecycle.domain.verdicts import Refusal
from lifecycle.gates.approvals import standing
from lifecycle.gates.conditions import Kind
from lifecycle.gates.criteria import findings_of, missing_evidence
from lifecycle.gates.deciding import decider
from lifecycle.gates.policy_requirements import EvidenceRule
from lifecycle.gates.separation import excluded
from lifecycle.gates.trials.cast import ImpossibleError
from lifecycle.gates.trials.trial import Trial, in_minor_units

MANAGER = "project_manager"
WHY = "As the story goes."


def one_by_one(asks: Iterable[Callable[[], Refusal | None]]) -> Refusal | None:
    """Ask one after the other, until one is refused."""
    return next((refusal for ask in asks if (refusal := ask())), None)


def each(words: str | tuple[str, ...]) -> tuple[str, ...]:
    """One name, or several."""
    return (words,) if isinstance(words, str) else words


def number_of(round_: Round | None) -> int:
    """The number of a round; of a gate that has none, what its first would have."""
    return round_.number if round_ else 1


def shown(trial: Trial, gate: str) -> dict[str, Any]:
    """What somebody names who has the gate before them: gate, round, and digest of the evidence."""
    round_ = trial.round(gate)
    return {"gate": gate, "round": number_of(round_), "evidence_digest": (round_ and round_.evidence_digest) or "none"}


def supply(trial: Trial, gate: str, item: str, who: str, answers: Mapping[str, FactValue]) -> Refusal | None:
    """One item of evidence comes in, in the form that the gate asks for."""
    known = trial.book.policy.gates.get(gate)
    rule = known.evidence.get(item) if known else None
    evidence = {
        "item": item,
        "kind": rule.kind if rule else EvidenceKind.DOCUMENT,
        "digest": f"sha256:{len(trial.history)}",
        "answers": _answers(rule, {**trial.given.answers, **answers}, strict=answers) if rule else {},
        "version": 1,
        "author": who,
        "principal": who,
        "at": trial.now,
    }
    return trial.ask(asked.SupplyEvidence, who, gate=gate, evidence=evidence)


def _answers(rule: EvidenceRule, said: Mapping[str, FactValue], *, strict: Mapping[str, FactValue]) -> dict[str, Any]:
    """The answers to the questions of a form; an answer in the step itself is given even where nobody asked."""
    asks = {name: said[name] for name in rule.fields if name in said}
    asks |= {name: value for name, value in strict.items() if rule.fields}
    money = {name for name, field in rule.fields.items() if field.type is Kind.MONEY}
    return {name: in_minor_units(value) if name in money else value for name, value in asks.items()}


def supply_all(trial: Trial, gate: str, who: str, answers: Mapping[str, FactValue]) -> Refusal | None:
    """Everything that is still wanted, each item once, from whose it is; an answer may make the gate ask for more."""
    supplied: set[str] = set()
    while wanted := [item for item in _wanted(trial, gate) if item not in supplied]:
        supplied.add(wanted[0])
        giver = giver_of(trial, gate, wanted[0])
        if refusal := supply(trial, gate, wanted[0], who if giver == MANAGER else giver, answers):
            return refusal
    return None


def giver_of(trial: Trial, gate: str, item: str) -> str:
    """Who usually gives an item: the role whose it is, or the project's manager."""
    known = trial.book.policy.gates.get(gate)
    rule = known.evidence.get(item) if known else None
    return (rule and rule.by) or MANAGER


def _wanted(trial: Trial, gate: str) -> list[str]:
    round_ = trial.round(gate)
    if round_ is None or not round_.is_open:
        raise ImpossibleError(f"The gate {gate} is not open; the project is in the stage {trial.state.stage}.")
    found = missing_evidence(findings_of(trial.book, trial.state, round_, trial.now))
    return [finding.requirement.partition(".")[2] for finding in found]


def present(trial: Trial, gate: str, who: str, answers: Mapping[str, FactValue]) -> Refusal | None:
    """Everything that is still wanted comes in, and the gate is submitted."""
    return supply_all(trial, gate, who, answers) or trial.ask(asked.SubmitGate, who, gate=gate)


def pass_gate(trial: Trial, gate: str) -> Refusal | None:
    """The gate is presented, everybody who is needed approves, and whoever decides it decides go."""
    round_ = trial.round(gate)
    if not (round_ and round_.is_before_approvers) and (refusal := present(trial, gate, MANAGER, {})):
        return refusal
    while (round_ := trial.state.rounds[gate]).status is RoundStatus.SUBMITTED:
        slots = standing(trial.book, trial.state, round_).open_slots
        role, _ = decider(trial.book, round_)
        if not slots and role is None:
            raise ImpossibleError(f"The gate {gate} has its approvals and still is not decided.")
        refusal = _fill(trial, round_, slots[0].roles) if slots else _go(trial, gate, role or "")
        if refusal:
            return refusal
    return None


def _fill(trial: Trial, round_: Round, roles: Names) -> Refusal | None:
    """Somebody of one of the roles approves who is free to."""
    used = {person for vote in round_.standing_votes for person in vote.people}
    barred = used | set(excluded(trial.book, trial.state, round_))
    could = (who for role in roles for who in trial.cast.holders(role, trial.state))
    free = next((who for who in could if who not in barred), None)
    if free is None:
        raise ImpossibleError(f"Nobody is free to approve {round_.gate} as {' or '.join(roles)}.")
    seen = shown(trial, round_.gate)
    return trial.ask(asked.CastVote, free, **seen, verdict=VoteVerdict.APPROVE, rationale=WHY)


def _go(trial: Trial, gate: str, role: str) -> Refusal | None:
    return trial.ask(asked.DecideGate, role, **shown(trial, gate), outcome="go", rationale=WHY)
