"""Nobody approves what they took part in, whatever they try: random offices full of people who act for each other.

The roles people hold and the delegations among them change while projects run; chains and circles of delegation,
expired and foreign ones, second roles, changes of manager and sponsor in the middle of a round are all tried. What
really happened is read from the events alone. More histories: SEPARATION_RUNS=100000.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest

from lifecycle.domain.commands import AmendFacts, CastVote, SubmitGate, SupplyEvidence
from lifecycle.domain.events import FactsAmended, ProjectRegistered, Recorded
from lifecycle.domain.gate_events import (
    EvidenceSupplied,
    GateDecided,
    GateSubmitted,
    LadderStepped,
    RoundOpened,
    VoteCast,
    VotesVoided,
)
from lifecycle.domain.people import Actor, Delegation
from lifecycle.domain.project import Outcome, Vote, VoteVerdict
from lifecycle.domain.verdicts import Accepted
from tests.unit.house import Doc, one_gate
from tests.unit.office import MONDAY, Desk

RUNS = int(os.environ.get("SEPARATION_RUNS", "2000"))
BLOCKS = 8
PEOPLE = [f"person{number}" for number in range(6)]
ROLES = ["finance", "board", "project_manager", "pmo_director"]
SLOTS: list[list[Doc]] = [
    [{"role": "finance"}, {"role": "board"}],
    [{"role": "finance", "count": 2}],
    [{"role": "sponsor"}, {"role": "finance"}],
    [{"at_least": 2, "of": [{"role": "finance"}, {"role": "board"}, {"role": "sponsor"}]}],
]


@dataclass
class Directory:
    """Who holds which role, and who may act for whom, at an instant; it changes all the time."""

    random: Random
    roles: dict[str, set[str]] = field(default_factory=dict)
    delegations: list[Delegation] = field(default_factory=list)

    def __post_init__(self) -> None:
        for person in PEOPLE:
            self.roles[person] = {role for role in ROLES if self.random.random() < 0.5}
        for number in range(8):
            giver, receiver = self.random.sample(PEOPLE, 2)
            starts = MONDAY + timedelta(hours=self.random.randint(-40, 6))
            ends = starts + timedelta(hours=self.random.randint(1, 60))
            given = {"id": f"d{number}", "giver": giver, "receiver": receiver, "starts": starts, "ends": ends}
            scope = self.random.choice(["everywhere"] * 4 + ["portfolio:rail", "project:P2"])
            self.delegations.append(Delegation.model_validate({**given, "scope": scope, "reason": "Away."}))

    def change(self) -> None:
        person = self.random.choice(PEOPLE)
        self.roles[person] ^= {self.random.choice(ROLES)}

    def somebody(self, now: datetime) -> Actor:
        """Somebody who acts in their own name or for another, rightly or not; roles are the principal's."""
        person = self.random.choice(PEOPLE)
        if self.random.random() < 0.4:
            return Actor(person=person, roles=tuple(self.roles[person]))
        running = [given for given in self.delegations if given.starts <= now < given.ends]
        delegation = self.random.choice(running if running and self.random.random() < 0.7 else self.delegations)
        person = delegation.receiver if self.random.random() < 0.8 else person
        principal = delegation.giver if self.random.random() < 0.9 else self.random.choice(PEOPLE)
        roles = tuple(self.roles[principal])
        return Actor(person=person, roles=roles, acting_for=principal, delegation=delegation)


def a_history(seed: int) -> Desk:
    """What people tried on one gate; most of it was refused."""
    random = Random(seed)
    directory = Directory(random)
    ladder = [{"after": "20 hours", "widen_to": "board"}, {"after": "30 hours", "raise_to": "pmo_director"}]
    gate: Doc = {"approvals": {"all": random.choice(SLOTS)}, "ladder": ladder if random.random() < 0.4 else []}
    manager, sponsor = random.sample(PEOPLE, 2)
    desk = Desk(one_gate(gate)).registered(manager=manager, sponsor=sponsor)
    for number in range(24):
        if random.random() < 0.15:
            directory.change()
        if random.random() < 0.1:
            desk.wait(hours=random.randint(1, 12))
        verdict = desk.judge(_attempt(random, desk, directory, number))
        if isinstance(verdict, Accepted):
            desk.take(verdict)
        if desk.state.is_over:
            break
    return desk


def _attempt(random: Random, desk: Desk, directory: Directory, number: int) -> Any:
    known = {"id": f"c{number}", "actor": directory.somebody(desk.now)}
    round_ = desk.round()
    kind = random.random()
    if kind < 0.08:
        office = Actor(person="office", roles=("pmo_analyst",))
        post = random.choice(["manager", "sponsor"])
        return AmendFacts.model_validate({**known, "actor": office, post: random.choice(PEOPLE)})
    if desk.state.manager and kind < 0.7 and not round_.is_before_approvers:
        known["actor"] = Actor(person=desk.state.manager, roles=())
    if kind < 0.16 or "case" not in round_.evidence:
        case = {"item": "case", "kind": "document", "digest": f"d{number}", "version": 1, "at": MONDAY}
        return SupplyEvidence.model_validate(
            {**known, "gate": "gate", "evidence": {**case, "author": "x", "principal": "x"}}
        )
    if kind < 0.2 or not round_.is_before_approvers:
        return SubmitGate.model_validate({**known, "gate": "gate"})
    shown = {"gate": "gate", "round": round_.number, "evidence_digest": round_.evidence_digest}
    verdict = random.choice(["approve"] * 9 + ["abstain", "reject"])
    return CastVote.model_validate({**known, **shown, "verdict": verdict, "rationale": "So."})


@dataclass
class Observer:
    """What somebody knows of a round who has only read the events."""

    part: set[str] = field(default_factory=set)
    authors: set[str] = field(default_factory=set)
    manager: str | None = None
    votes: dict[str, tuple[Vote, Recorded]] = field(default_factory=dict)
    widened: set[str] = field(default_factory=set)
    raised: str | None = None


def wrongs(desk: Desk) -> Iterator[str]:
    """Every go that somebody had no right to give."""
    seen = Observer()
    for recorded in desk.history:
        event = recorded.event
        actors = set(recorded.actor.people) if recorded.actor else set()
        match event:
            case ProjectRegistered():
                seen.manager = event.manager
            case RoundOpened():
                authors = set() if event.afresh else seen.authors
                managers = {seen.manager} if seen.manager else set()
                seen = Observer(part=authors | managers, authors=authors, manager=seen.manager)
            case FactsAmended():
                seen.manager = event.manager or seen.manager
                seen.part |= {event.manager} if event.manager else set()
            case EvidenceSupplied():
                seen.part |= actors
                seen.authors |= actors
            case GateSubmitted():
                seen.part |= actors
            case VoteCast():
                seen.votes[event.vote.voter] = (event.vote, recorded)
            case VotesVoided():
                seen.votes = {voter: cast for voter, cast in seen.votes.items() if voter not in event.voters}
            case LadderStepped():
                if event.action == "widen":
                    seen.widened.add(event.role or "")
                if event.action == "raise":
                    seen.raised, seen.widened = event.role, set()
            case GateDecided(outcome=Outcome.GO):
                yield from _wrong_with(desk, seen, event)
            case _:
                pass


def _wrong_with(desk: Desk, seen: Observer, decided: GateDecided) -> Iterator[str]:
    votes = [seen.votes[voter] for voter in decided.decided_by if voter in seen.votes]
    if len(votes) != len(decided.decided_by):
        yield f"{decided.decided_by} did not all vote"
    for vote, recorded in votes:
        if vote.verdict is not VoteVerdict.APPROVE:
            yield f"{vote.voter} did not approve"
        if {vote.voter, vote.principal} & seen.part:
            yield f"{vote.voter} for {vote.principal} took part"
        yield from _misdelegated(recorded.actor, recorded.at)
    used = [person for vote, _ in votes for person in vote.people]
    if len(used) != len(set(used)):
        yield f"{used} are not distinct"
    if not _fills([vote for vote, _ in votes], desk, seen):
        yield f"{decided.decided_by} do not fill the slots"


def _misdelegated(actor: Actor | None, at: datetime) -> Iterator[str]:
    if actor and actor.acting_for:
        given = actor.delegation
        if given is None or (given.giver, given.receiver) != (actor.acting_for, actor.person):
            yield f"{actor.person} had nothing from {actor.acting_for}"
        elif not given.starts <= at < given.ends or given.scope == "project:P2":
            yield f"{actor.person} acted outside of the delegation"


def _fills(votes: list[Vote], desk: Desk, seen: Observer) -> bool:
    """Whether these people, each with the roles of their vote, can stand on the slots of the gate."""
    part = desk.policy.gates["gate"].approvals.model_dump()["all"]
    if seen.raised:
        quorums = [[seen.raised]]
    elif "of" in part[0]:
        roles = [choice["role"] for choice in part[0]["of"]]
        quorums = [[one, other] for one in roles for other in roles if one < other]
    else:
        quorums = [[slot["role"] for slot in part for _ in range(slot["count"])]]
    return any(
        all(set(vote.roles) & {role, *seen.widened} for vote, role in zip(some, quorum, strict=True))
        for quorum in quorums
        for some in permutations(votes, len(quorum))
    )


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_excluded_person_ever_approves_and_slots_are_filled_by_distinct_people(block: int) -> None:
    for seed in range(block, RUNS, BLOCKS):
        found = list(wrongs(a_history(seed)))
        assert not found, (seed, found)


def test_the_histories_are_worth_looking_at() -> None:
    """Enough of them reach a go, through delegates too, or the test above would say little."""
    histories = [a_history(seed).history for seed in range(150)]
    goes = [h for h in histories if any(isinstance(r.event, GateDecided) and r.event.outcome == "go" for r in h)]
    delegates = [h for h in goes if any(r.actor and r.actor.acting_for for r in h if isinstance(r.event, VoteCast))]
    assert len(goes) > 40
    assert len(delegates) > 15
