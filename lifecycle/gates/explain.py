"""What may this person do now, why not, and what would open the gate: the same judgement, asked beforehand."""

from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from typing import Any

from lifecycle.domain.commands import COMMANDS
from lifecycle.domain.people import Actor, Roster
from lifecycle.domain.project import OPENING, ConditionStatus, Outcome, ProjectState, Round, RoundStatus, VoteVerdict
from lifecycle.domain.values import Names, Value
from lifecycle.domain.verdicts import Accepted, Refusal
from lifecycle.gates.approvals import Standing, standing
from lifecycle.gates.case import Rulebooks
from lifecycle.gates.criteria import findings_of, missing
from lifecycle.gates.decide import decide
from lifecycle.gates.deciding import decider, is_available, passage_blocked
from lifecycle.gates.gate_rules import ON_REQUEST
from lifecycle.gates.policy import Pmo
from lifecycle.gates.policy_requirements import EvidenceRule
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.separation import amount_of, clashing, excluded, roles_held

Asked = dict[str, Any]
_A_WORD = "rehearsal"


class Possibility(Value):
    """Something a person could ask for, and whether it would be granted now; if not, why and what would open it."""

    action: str
    subject: str
    allowed: bool
    refusal: Refusal | None = None


class SlotView(Value):
    """A slot of the quorum: filled by whom, or who still could fill it; for nobody's delegate if it is `in_person`.

    Where it is enough to be `heard`, any vote fills it.
    """

    role: str
    filled_by: str | None
    candidates: Names = ()
    in_person: bool = False
    heard: bool = False


class Need(Value):
    """One thing that keeps a gate shut, what to do about it, and who owes it."""

    kind: str
    subject: str
    sentence: str
    remedy: str
    owed_by: Names = ()


def possibilities(books: Rulebooks, state: ProjectState, actor: Actor, now: datetime) -> tuple[Possibility, ...]:
    """What this person may do on the project now; every answer is the judgement of the command itself."""
    found = []
    for subject, asked in _thinkable(books[state.policy.digest], state, now):
        command = COMMANDS.validate_python({"id": _A_WORD, "actor": actor, **asked})
        verdict = decide(books, state, command, now)
        refusal = None if isinstance(verdict, Accepted) else verdict.refusal
        found.append(Possibility(action=command.type, subject=subject, allowed=refusal is None, refusal=refusal))
    return tuple(found)


def _thinkable(book: Rulebook, state: ProjectState, now: datetime) -> Iterator[tuple[str, Asked]]:
    """A well-formed command of each kind, for everything on the project that it could concern."""
    yield "", {"type": "amend_facts", "name": f"{state.name}'"[-400:]}
    for name, gate in sorted(book.policy.gates.items()):
        round_ = state.rounds.get(name)
        if round_ is not None and round_.is_open:
            yield from _at_gate(book, state, round_, now)
        elif gate.kind in ON_REQUEST:
            yield name, {"type": "open_gate", "gate": name, "reason": _A_WORD}
    for key, condition in sorted(state.conditions.items()):
        if condition.status in (ConditionStatus.OPEN, ConditionStatus.MISSED):
            yield key, {"type": "prove_condition", "condition": key, "proof": _A_WORD}
        elif condition.status is ConditionStatus.PROVED:
            yield key, {"type": "accept_condition", "condition": key}
    for action in ("hold_project", "resume_project", "kill_project"):
        yield "", {"type": action, "reason": _A_WORD}


def _at_gate(book: Rulebook, state: ProjectState, round_: Round, now: datetime) -> Iterator[tuple[str, Asked]]:
    name, gate = round_.gate, book.policy.gates[round_.gate]
    for item, rule in gate.evidence.items():
        evidence = any_evidence(item, rule, now)
        yield f"{name}.{item}", {"type": "supply_evidence", "gate": name, "evidence": evidence}
    yield name, {"type": "nudge_gate", "gate": name}
    yield from _about_waivers(book, state, round_, now)
    if round_.status is RoundStatus.PREPARING:
        yield name, {"type": "submit_gate", "gate": name}
        return
    yield name, {"type": "withdraw_submission", "gate": name, "reason": _A_WORD}
    if round_.status is RoundStatus.INFORMATION_REQUESTED:
        yield name, {"type": "answer_information", "gate": name, "answer": _A_WORD}
    this_round = {"gate": name, "round": round_.number}
    yield name, {"type": "ask_for_information", **this_round, "question": _A_WORD}
    if gate.call_in:
        yield name, {"type": "call_in_gate", **this_round, "reason": _A_WORD}
    seen = {**this_round, "evidence_digest": round_.evidence_digest or "", "rationale": _A_WORD}
    for verdict in (VoteVerdict.APPROVE, VoteVerdict.REJECT):
        yield f"{name}.{verdict}", {"type": "cast_vote", **seen, "verdict": verdict}
    if decider(book, round_)[0] is not None:
        promise = {"text": _A_WORD, "owner": state.manager or _A_WORD, "due": now + timedelta(days=1)}
        for outcome in gate.decisions:
            promises = [promise] if outcome is Outcome.CONDITIONAL_GO else []
            yield f"{name}.{outcome}", {"type": "decide_gate", **seen, "outcome": outcome, "conditions": promises}


def _about_waivers(book: Rulebook, state: ProjectState, round_: Round, now: datetime) -> Iterator[tuple[str, Asked]]:
    gate = round_.gate
    lacking = {finding.requirement for finding in missing(findings_of(book, state, round_, now))}
    for requirement in book.policy.gates[gate].waivable:
        subject, about = f"{gate}.{requirement}", {"gate": gate, "requirement": requirement, "reason": _A_WORD}
        terms = {"compensating_control": _A_WORD, "expires": now + timedelta(days=1)}
        yield subject, {"type": "grant_waiver", **about, **terms}
        if requirement in lacking:
            yield subject, {"type": "ask_for_waiver", **about}
        if round_.request_for(requirement):
            yield subject, {"type": "decline_waiver", **about}
        if state.waivers_of(gate, requirement, now):
            yield subject, {"type": "revoke_waiver", **about}


def any_evidence(item: str, rule: EvidenceRule, now: datetime) -> Asked:
    """Something well-formed that somebody could supply for an item."""
    nobody = {"author": _A_WORD, "principal": _A_WORD, "at": now, "digest": "", "version": 1}
    samples = {"boolean": True, "integer": 0, "money": 0, "number": 0, "text": "", "date": "2000-01-01"}
    answers = {name: field.of[0] if field.of else samples[field.type] for name, field in rule.fields.items()}
    return {**nobody, "item": item, "kind": rule.kind, "answers": answers}


def slots(book: Rulebook, state: ProjectState, round_: Round, roster: Roster) -> tuple[SlotView, ...]:
    """Every slot of the quorum with the people who could still fill it: present, not excluded, not yet used."""
    now: Standing = standing(book, state, round_)
    roster = roster.for_amount(amount_of(book.policy, state))
    barred = {*excluded(book, state, round_), *(person for vote in round_.standing_votes for person in vote.people)}
    views = []
    for slot in now.slots:
        holders = {(person, role) for role in slot.roles for person in _holders(state, roster, role)}
        could = {person for person, role in holders if role not in _clashing(book, state, round_, roster, person)}
        if not slot.in_person:
            could |= {deputy for role in slot.roles for deputy in _deputies(book, round_, roster, role, barred)}
        views.append(
            SlotView(
                role=slot.role,
                filled_by=slot.filled_by,
                candidates=() if slot.filled_by else tuple(could - barred),
                in_person=slot.in_person,
                heard=slot.heard,
            )
        )
    return tuple(views)


def _clashing(book: Rulebook, state: ProjectState, round_: Round, roster: Roster, person: str) -> frozenset[str]:
    return clashing(book.policy, round_, [person], {*roles_held(roster, person), *state.posts_of(person)})


def _deputies(book: Rulebook, round_: Round, roster: Roster, role: str, barred: Container[str]) -> Iterator[str]:
    """Who could fill a slot of a role in the name of a holder who is away."""
    for deputy, holder in roster.stand_ins(role):
        held = {*roles_held(roster, deputy), *roles_held(roster, holder)}
        if holder not in barred and not clashing(book.policy, round_, [deputy, holder], {role}, held):
            yield deputy


def _holders(state: ProjectState, roster: Roster, role: str) -> tuple[str, ...]:
    posts = {"project_manager": state.manager, "sponsor": state.sponsor}
    post = posts.get(role)
    return (*roster.present(role), *((post,) if post and post not in roster.absent else ()))


def path_to_green(
    book: Rulebook, state: ProjectState, round_: Round, now: datetime, roster: Roster | None = None
) -> tuple[Need, ...]:
    """What keeps the round from a go, in the order in which it is best mended, each with who owes it."""
    needs = [
        Need(
            kind=finding.requirement.partition(".")[0],
            subject=finding.requirement,
            sentence=f"{finding.label}: {finding.result.replace('_', ' ')}.",
            remedy=finding.remedy,
            owed_by=(_owing(book, round_, finding.requirement),),
        )
        for finding in missing(findings_of(book, state, round_, now))
    ]
    if round_.status is RoundStatus.PREPARING:
        needs.append(_need("submission", round_.gate, "It is not submitted.", "Submit the gate.", "project_manager"))
    if round_.status is RoundStatus.INFORMATION_REQUESTED:
        question = round_.questions[-1]
        sentence = f"{question.asked_by} asks: {question.text}"[:500]
        needs.append(_need("question", round_.gate, sentence, "Answer the question.", "project_manager"))
    role, _ = decider(book, round_)
    if not any(is_available(book, state, round_, outcome) for outcome in OPENING):
        sentence = "As the facts are, the gate cannot decide go."
        needs.append(
            _need(
                "decision", round_.gate, sentence, "Correct the facts, or accept another decision.", "project_manager"
            )
        )
    if book.policy.pmo is Pmo.CONTROLLING or round_.raised_to:
        for slot in slots(book, state, round_, roster or Roster()):
            if slot.filled_by is None:
                nobody = roster is not None and not slot.candidates
                remedy = "Nobody can give it: ask the PMO to name somebody." if nobody else "Wait for the approval."
                sentence = f"{_WANTED[slot.heard]} is missing: {slot.role.replace('_', ' ')}."
                need = _need("approval", slot.role, sentence, remedy, *(slot.candidates or (slot.role,)))
                needs.append(need)
    blocked = passage_blocked(book, state, round_)
    if blocked:
        needs.append(_need("passage", blocked.missing[0], blocked.sentence, blocked.remedy, "project_manager"))
    if role is not None:
        sentence = f"The {role.replace('_', ' ')} has not decided."
        needs.append(_need("decision", round_.gate, sentence, "Wait for the decision.", role))
    return tuple(needs)


_WANTED = {False: "An approval", True: "A word"}


def _owing(book: Rulebook, round_: Round, requirement: str) -> str:
    """Who mends a finding: whose the evidence is to give, else the project's manager."""
    kind, _, item = requirement.partition(".")
    rule = book.policy.gates[round_.gate].evidence.get(item) if kind == "evidence" else None
    return (rule and rule.by) or "project_manager"


def _need(kind: str, subject: str, sentence: str, remedy: str, *owed_by: str) -> Need:
    return Need(kind=kind, subject=subject, sentence=sentence, remedy=remedy, owed_by=owed_by)
