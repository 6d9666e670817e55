"""A desk in the project management office: people, policies, and projects that live by what is asked of them.

Stories use it like this: `desk.vote("charter", by="finance")` happens and gives what happened, while
`desk.refused.vote("charter", by="manager")` is refused and gives the reason.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any, Generic, TypeVar

from lifecycle.domain import commands as asked
from lifecycle.domain.events import Event, Recorded
from lifecycle.domain.evidence import EvidenceKind
from lifecycle.domain.people import EVERYWHERE, Actor, Delegation
from lifecycle.domain.project import OnMiss, ProjectState, Promise, Round
from lifecycle.domain.values import FactValue
from lifecycle.domain.verdicts import Accepted, Reason, Refusal, Verdict
from lifecycle.domain.worktime import WorkCalendar
from lifecycle.gates.approvals import Standing, standing
from lifecycle.gates.clocks import openings, with_clocks
from lifecycle.gates.decide import decide, decide_due
from lifecycle.gates.evolve import evolve, replay
from lifecycle.gates.obligations import Obligation, obligations
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook

Happened = tuple[Event, ...]
Facts = Mapping[str, FactValue | None]

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday morning at nine, when the office opens."""

WEEK = WorkCalendar(timezone="UTC", weekdays=frozenset(range(5)), opens=time(9), closes=time(17))

ROLES: Mapping[str, tuple[str, ...]] = {
    "office": ("pmo_analyst",),
    "director": ("pmo_director",),
    "finance": ("finance",),
    "second_finance": ("finance",),
    "architect": ("board",),
    "second_architect": ("board",),
    "security": ("security",),
    "deputy": ("deputy",),
    "auditor": ("auditor",),
    "nobody": (),
}
"""Who holds which role everywhere; the project itself appoints its `manager` and its `sponsor`."""


def actor(person: str, *roles: str) -> Actor:
    """Somebody in their own name, with the roles of the house unless others are given."""
    return Actor(person=person, roles=roles or ROLES.get(person, ()))


def acting(person: str, principal: str, **terms: Any) -> Actor:
    """Somebody who acts for another by a delegation that runs all year, unless its terms say otherwise."""
    starts, ends = MONDAY - timedelta(days=30), MONDAY + timedelta(days=330)
    given = {"id": "d1", "giver": principal, "receiver": person, "scope": EVERYWHERE, "reason": "Away."}
    delegation = Delegation.model_validate({**given, "starts": starts, "ends": ends, **terms})
    return Actor(person=person, roles=ROLES.get(principal, ()), acting_for=principal, delegation=delegation)


def promise(due: datetime, owner: str = "manager", on_miss: OnMiss | None = None) -> Promise:
    """A condition as somebody proposes it."""
    return Promise(text="Sign the contract.", owner=owner, due=due, on_miss=on_miss)


T = TypeVar("T")


class Requests(ABC, Generic[T]):
    """What people may ask about the one project on the desk; what comes back depends on what is expected."""

    @property
    @abstractmethod
    def state(self) -> ProjectState: ...

    @abstractmethod
    def ask(self, command: asked.PersonCommand) -> T: ...

    def _send(self, kind: type[asked.PersonCommand], by: str | Actor, **what: Any) -> T:
        who = by if isinstance(by, Actor) else actor(by)
        return self.ask(kind.model_validate({"id": f"c{next(_NUMBERS)}", "actor": who, **what}))

    def _shown(self, gate: str) -> dict[str, Any]:
        """What somebody names who has the gate before them."""
        round_ = self.state.rounds.get(gate)
        digest = (round_ and round_.evidence_digest) or "sha256:none"
        return {"gate": gate, "round": round_.number if round_ else 1, "evidence_digest": digest}

    def amend(self, facts: Facts | None = None, by: str | Actor = "director", **posts: Any) -> T:
        return self._send(asked.AmendFacts, by, facts=facts or {}, **posts)

    def open(self, gate: str, by: str | Actor = "manager") -> T:
        return self._send(asked.OpenGate, by, gate=gate, reason="It has to be decided.")

    def supply(self, gate: str, item: str = "case", by: str | Actor = "manager", **content: Any) -> T:
        nobody = {"author": "x", "principal": "x", "at": MONDAY, "version": 1}
        given = {"kind": EvidenceKind.DOCUMENT, "digest": f"sha256:{next(_NUMBERS)}", **content}
        return self._send(asked.SupplyEvidence, by, gate=gate, evidence={"item": item, **nobody, **given})

    def submit(self, gate: str = "gate", by: str | Actor = "manager", seen: int | None = None) -> T:
        return self._send(asked.SubmitGate, by, expected_version=seen, gate=gate)

    def withdraw(self, gate: str = "gate", by: str | Actor = "manager") -> T:
        return self._send(asked.WithdrawSubmission, by, gate=gate, reason="Too early.")

    def vote(self, gate: str, by: str | Actor, verdict: str = "approve", seen: int | None = None, **said: Any) -> T:
        what = {**self._shown(gate), "verdict": verdict, "rationale": "I have read it.", **said}
        return self._send(asked.CastVote, by, expected_version=seen, **what)

    def question(self, gate: str, by: str | Actor, **shown: Any) -> T:
        number = self._shown(gate)["round"]
        return self._send(asked.AskForInformation, by, **{"gate": gate, "round": number, "question": "Who?", **shown})

    def answer(self, gate: str = "gate", by: str | Actor = "manager") -> T:
        return self._send(asked.AnswerInformation, by, gate=gate, answer="The sponsor.")

    def call_in(self, gate: str, by: str | Actor) -> T:
        number = self._shown(gate)["round"]
        return self._send(asked.CallInGate, by, gate=gate, round=number, reason="It is novel.")

    def nudge(self, gate: str = "gate", by: str | Actor = "office") -> T:
        return self._send(asked.NudgeGate, by, gate=gate)

    def decide(self, gate: str, by: str | Actor, outcome: str = "go", seen: int | None = None, **said: Any) -> T:
        what = {**self._shown(gate), "outcome": outcome, "rationale": "So be it.", **said}
        return self._send(asked.DecideGate, by, expected_version=seen, **what)

    def waive(self, gate: str, requirement: str, by: str | Actor = "director", until: datetime | None = None) -> T:
        why = {"reason": "It comes later.", "compensating_control": "A weekly look."}
        expires = until or MONDAY + timedelta(days=60)
        return self._send(asked.GrantWaiver, by, gate=gate, requirement=requirement, expires=expires, **why)

    def ask_for_waiver(self, gate: str, requirement: str, by: str | Actor = "manager") -> T:
        return self._send(asked.AskForWaiver, by, gate=gate, requirement=requirement, reason="It comes later.")

    def decline_waiver(self, gate: str, requirement: str, by: str | Actor = "director") -> T:
        return self._send(asked.DeclineWaiver, by, gate=gate, requirement=requirement, reason="We need it.")

    def revoke_waiver(self, gate: str, requirement: str, by: str | Actor = "director") -> T:
        return self._send(asked.RevokeWaiver, by, gate=gate, requirement=requirement, reason="We need it after all.")

    def prove(self, condition: str, by: str | Actor = "manager") -> T:
        return self._send(asked.ProveCondition, by, condition=condition, proof="See the contract.")

    def accept(self, condition: str, by: str | Actor = "finance", *, accepted: bool = True) -> T:
        return self._send(asked.AcceptCondition, by, condition=condition, accepted=accepted)

    def hold(self, by: str | Actor = "director", review_at: datetime | None = None) -> T:
        return self._send(asked.HoldProject, by, reason="No staff.", review_at=review_at)

    def resume(self, by: str | Actor = "director") -> T:
        return self._send(asked.ResumeProject, by, reason="Staff came.")

    def kill(self, by: str | Actor = "director", spent: int | None = None) -> T:
        return self._send(asked.KillProject, by, reason="No longer needed.", spent=spent)

    def adopt(self, policy: Policy, by: str | Actor = "director", *, at_once: bool = False) -> T:
        return self._send(asked.AdoptPolicy, by, policy=policy.ref, at_once=at_once, reason="Rules changed.")


_NUMBERS = count(1)


class Desk(Requests[Happened]):
    """One project under a policy: what is asked happens, and time passes only when the story says so."""

    def __init__(self, policy: Policy, *editions: Policy, calendar: WorkCalendar = WEEK) -> None:
        self.policy = policy
        self.books = {edition.digest: Rulebook(edition) for edition in (policy, *editions)}
        self.calendar = calendar
        self.now = MONDAY
        self.history: list[Recorded] = []
        self._state: ProjectState | None = None

    @property
    def state(self) -> ProjectState:
        assert self._state is not None
        return self._state

    @property
    def refused(self) -> "Refusals":
        """The same desk, where what is asked is expected to be refused."""
        return Refusals(self)

    @property
    def draft(self) -> "Drafts":
        """Requests as somebody writes them who has the project before them now, to be sent later."""
        return Drafts(self)

    @property
    def book(self) -> Rulebook:
        return self.books[self.state.policy.digest]

    @property
    def owed(self) -> tuple[Obligation, ...]:
        return obligations(self.book.policy, self.state)

    def round(self, gate: str = "gate") -> Round:
        return self.state.rounds[gate]

    def standing(self, gate: str = "gate") -> Standing:
        return standing(self.book, self.state, self.round(gate))

    def registered(self, facts: Facts | None = None, **given: Any) -> "Desk":
        """The project enters governance, with a manager and a sponsor, unless other is said."""
        self.take(self.judge(self.registration(facts, **given)))
        return self

    def registration(self, facts: Facts | None = None, **given: Any) -> asked.RegisterProject:
        who = {"manager": "manager", "sponsor": "sponsor", "portfolio": "rail", "project": "P1", "name": "A bridge"}
        known = {"cost": 50_000} if facts is None else facts
        what = {"id": "c0", "actor": actor("office"), "policy": self.policy.ref, "facts": known}
        return asked.RegisterProject.model_validate({**who, **what, **given})

    def submitted(self, gate: str = "gate", *items: str) -> "Desk":
        """The manager supplies these items (the case, if none is named) and submits."""
        for item in items or ("case",):
            self.supply(gate, item)
        self.submit(gate)
        return self

    def ask(self, command: asked.PersonCommand) -> Happened:
        return self.take(self.judge(command))

    def judge(self, command: asked.PersonCommand) -> Verdict:
        """The verdict on a command, which the caller has given its clocks."""
        if self._state is not None:
            command = with_clocks(command, self.book.policy, self._state, self.calendar, self.now)
        else:
            policy = self.policy
            opened = openings(policy, policy.tiers[0].id, self.calendar, self.now)
            command = command.model_copy(update={"openings": opened})
        return decide(self.books, self._state, command, self.now)

    def take(self, verdict: Verdict) -> Happened:
        """What was accepted happens."""
        assert isinstance(verdict, Accepted), verdict.refusal
        for recorded in verdict.events:
            self._state = evolve(self._state, recorded)
        self.history += verdict.events
        return tuple(recorded.event for recorded in verdict.events)

    def wait(self, until: datetime | None = None, **length: float) -> Happened:
        """Time passes until an instant or for a length; whatever falls due on the way happens."""
        end = until or self.now + timedelta(**length)
        happened: list[Event] = []
        while (owed := self.owed) and owed[0].at <= end:
            self.now = max(self.now, owed[0].at)
            happened += self.fall_due(owed[0])
            assert owed[0] not in self.owed, "what fell due is done with"
        self.now = end
        return tuple(happened)

    def fall_due(self, obligation: Obligation) -> Happened:
        """An obligation's instant has come."""
        opened = openings(self.book.policy, self.state.tier, self.calendar, self.now)
        due = asked.FallDue(obligation=obligation.id, at=obligation.at, openings=opened)
        return self.take(decide_due(self.books, self.state, due, self.now))

    def rebuilt(self) -> ProjectState | None:
        """The state as anybody builds it who has the events as they travel."""
        return replay(Recorded.model_validate_json(recorded.model_dump_json()) for recorded in self.history)


class Refusals(Requests[Reason]):
    """A desk where everything that is asked must be refused, and change nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def state(self) -> ProjectState:
        return self._desk.state

    def ask(self, command: asked.PersonCommand) -> Reason:
        return self.why(command).reason

    def why(self, command: asked.PersonCommand) -> Refusal:
        """The whole refusal; every refusal is a sentence and says what to do next."""
        verdict = self._desk.judge(command)
        assert not isinstance(verdict, Accepted), verdict.events
        refusal = verdict.refusal
        assert refusal.sentence.endswith("."), refusal
        assert refusal.remedy.endswith("."), refusal
        return refusal


class Drafts(Requests[asked.PersonCommand]):
    """Requests that are written and not sent."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def state(self) -> ProjectState:
        return self._desk.state

    def ask(self, command: asked.PersonCommand) -> asked.PersonCommand:
        return command.model_copy(update={"expected_version": self.state.seq})


def kinds(happened: Sequence[Event]) -> list[str]:
    """The names of what happened, in order."""
    return [type(event).__name__ for event in happened]
