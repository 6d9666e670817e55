"""Projects carried on paper: commands go in, the pure core judges them, recorded events come out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lifecycle.domain.commands import COMMANDS, FallDue
from lifecycle.domain.events import Recorded
from lifecycle.domain.evidence import EvidenceKind, EvidenceVersion
from lifecycle.domain.people import Actor, Delegation
from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import digest
from lifecycle.domain.verdicts import Accepted, Verdict
from lifecycle.domain.worktime import WorkCalendar
from lifecycle.gates.clocks import openings, with_clocks
from lifecycle.gates.decide import decide, decide_due
from lifecycle.gates.evolve import evolve
from lifecycle.gates.obligations import obligations
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOURS = WorkCalendar.model_validate(
    {"timezone": "UTC", "weekdays": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "17:00", "holidays": []}
)
ROLES: Mapping[str, tuple[str, ...]] = {
    "office": ("pmo_director",),
    "manager": ("project_manager",),
    "sponsor": ("sponsor",),
    "finance-1": ("finance",),
    "finance-2": ("finance",),
    "deputy": ("deputy",),
}


class Paper:
    """One project under a policy; `now` is moved by hand, and every accepted command's events are kept in `told`."""

    def __init__(self, policy: Policy, key: str = "P-1", roles: Mapping[str, tuple[str, ...]] = ROLES) -> None:
        self.book = Rulebook(policy)
        self.books = {policy.digest: self.book}
        self.key = key
        self.roles = roles
        self.now = MONDAY
        self.told: list[Recorded] = []
        self._state: ProjectState | None = None

    @property
    def state(self) -> ProjectState:
        assert self._state
        return self._state

    def verdict(self, type_: str, by: str, given: Delegation | None = None, **fields: Any) -> Verdict:
        """What the core says, without anything happening."""
        acting_for = given.giver if given else None
        roles = self.roles.get(acting_for or by, ())
        actor = Actor(person=by, roles=roles, acting_for=acting_for, delegation=given)
        asked = {"type": type_, "id": f"{self.key}-{len(self.told) + 1}", "actor": actor, **fields}
        command = COMMANDS.validate_python(asked)
        if self._state:
            command = with_clocks(command, self.book.policy, self._state, HOURS, self.now)
        return decide(self.books, self._state, command, self.now)

    def ask(self, type_: str, by: str, given: Delegation | None = None, **fields: Any) -> ProjectState:
        """Have a command accepted; the state after it."""
        return self._follow(self.verdict(type_, by, given, **fields))

    def register(self, portfolio: str = "rail", stage: str | None = None, **facts: Any) -> ProjectState:
        return self.ask(
            "register_project",
            "office",
            project=self.key,
            name=f"Project {self.key}",
            portfolio=portfolio,
            manager="manager",
            sponsor="sponsor",
            policy=self.book.policy.ref,
            facts=facts,
            stage=stage,
            attested="The records." if stage else "",
        )

    def supply(self, gate: str, item: str, by: str = "manager", version: int = 1) -> ProjectState:
        evidence = EvidenceVersion(
            item=item,
            version=version,
            kind=EvidenceKind.DOCUMENT,
            digest=digest([item, version]),
            title=item,
            author=by,
            principal=by,
            at=self.now,
        )
        return self.ask("supply_evidence", by, gate=gate, evidence=evidence)

    def submit(self, gate: str) -> ProjectState:
        return self.ask("submit_gate", "manager", gate=gate)

    def vote(self, gate: str, by: str, verdict: str = "approve", given: Delegation | None = None) -> ProjectState:
        return self.ask("cast_vote", by, given, **self.shown(gate), verdict=verdict, rationale="Looked at it.")

    def shown(self, gate: str) -> dict[str, Any]:
        """What a gatekeeper was shown: gate, round, evidence digest."""
        round_ = self.state.rounds[gate]
        return {"gate": gate, "round": round_.number, "evidence_digest": round_.evidence_digest or ""}

    def wait(self, until: datetime) -> ProjectState:
        """Time passes; what falls due until then happens at its instant."""
        while owed := [due for due in obligations(self.book.policy, self.state) if due.at <= until]:
            self.now = max(self.now, owed[0].at)
            starts = openings(self.book.policy, self.state.tier, HOURS, self.now)
            due = FallDue(obligation=owed[0].id, at=owed[0].at, openings=starts)
            self._follow(decide_due(self.books, self.state, due, self.now))
        self.now = until
        return self.state

    def pass_by(self, **length: float) -> ProjectState:
        return self.wait(self.now + timedelta(**length))

    def _follow(self, verdict: Verdict) -> ProjectState:
        assert isinstance(verdict, Accepted), verdict
        for recorded in verdict.events:
            self._state = evolve(self._state, recorded)
            self.told.append(recorded)
        return self.state
