"""Histories of projects for tests of the rows: told event by event, numbered and dated as they are told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from lifecycle.domain import events as project
from lifecycle.domain import gate_events as gates
from lifecycle.domain.events import Event, Recorded
from lifecycle.domain.evidence import EvidenceKind, EvidenceVersion
from lifecycle.domain.people import Actor
from lifecycle.domain.project import Clock, Condition, OnMiss, Outcome, PolicyRef, Question, Vote, VoteVerdict

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICY = PolicyRef(id="corporate-standard", version=3, digest="sha256:policy")
EVIDENCE = "sha256:evidence"


class History:
    """What happens to one project; each event comes an hour after the one before."""

    def __init__(self, key: str, portfolio: str = "rail", sponsor: str = "sponsor", name: str = "") -> None:
        self.key = key
        self.told: list[Recorded] = []
        self.tell(
            project.ProjectRegistered(
                project=key,
                name=name or f"Project {key}",
                portfolio=portfolio,
                manager="manager",
                sponsor=sponsor,
                policy=POLICY,
                facts={"budget": 100_000, "risk": "low"},
                tier="light",
            ),
            by="office",
        )
        self.tell(project.StageEntered(stage="initiation", before=None, recurring=("health",)))

    @property
    def now(self) -> datetime:
        """The instant after the last event."""
        return START + timedelta(hours=len(self.told))

    def tell(self, *events: Event, by: str | None = None, command: str | None = None) -> tuple[Recorded, ...]:
        """These events happen, caused by one command if a person asked; what was recorded."""
        first = len(self.told) + 1
        actor = Actor(person=by, roles=("sponsor",), directory_version=1) if by else None
        command = command or (f"{self.key}-{first}" if by else None)
        for event in events:
            seq = len(self.told) + 1
            recorded = Recorded(seq=seq, at=self.now, actor=actor, command=command, policy=POLICY.digest, event=event)
            self.told.append(recorded)
        return tuple(self.told[first - 1 :])

    def open(self, gate: str = "charter", number: int = 1) -> tuple[Recorded, ...]:
        """A round of the gate opens."""
        opened = gates.RoundOpened(gate=gate, round=number, reason="It is time.", tier="light", kind="stage")
        return self.tell(opened)

    def supply(self, gate: str = "charter", number: int = 1, version: int = 1) -> tuple[Recorded, ...]:
        """The manager supplies the business case."""
        supplied = EvidenceVersion(
            item="business_case",
            version=version,
            kind=EvidenceKind.DOCUMENT,
            digest=f"sha256:case-{version}",
            author="manager",
            principal="manager",
            at=self.now,
        )
        return self.tell(gates.EvidenceSupplied(gate=gate, round=number, evidence=supplied), by="manager")

    def submit(
        self, gate: str = "charter", number: int = 1, called: Sequence[str] = ("sponsor", "finance")
    ) -> tuple[Recorded, ...]:
        """The manager submits; the approvers have five days, with steps after three and five."""
        days = [timedelta(days=count) for count in (3, 5)]
        clock = Clock(started_at=self.now, due=self.now + days[1], steps=tuple(self.now + after for after in days))
        submitted = gates.GateSubmitted(
            gate=gate,
            round=number,
            evidence_digest=EVIDENCE,
            findings={"affordable": "met"},
            called=tuple(called),
            clock=clock,
        )
        return self.tell(submitted, by="manager")

    def vote(self, voter: str, gate: str = "charter", number: int = 1) -> tuple[Recorded, ...]:
        """Somebody approves."""
        vote = Vote(
            voter=voter,
            principal=voter,
            roles=("finance",),
            verdict=VoteVerdict.APPROVE,
            rationale="It pays.",
            at=self.now,
            evidence_digest=EVIDENCE,
        )
        return self.tell(gates.VoteCast(gate=gate, round=number, vote=vote), by=voter)

    def step(self, step: int, action: gates.LadderAction, role: str | None = None) -> tuple[Recorded, ...]:
        """The ladder of the charter gate takes a step."""
        told = (role,) if role else ("sponsor", "finance")
        return self.tell(gates.LadderStepped(gate="charter", round=1, step=step, action=action, role=role, told=told))

    def decide(
        self,
        outcome: Outcome,
        gate: str = "charter",
        number: int = 1,
        owners: Sequence[str] = (),
        due: datetime = START + timedelta(days=30),
    ) -> tuple[Recorded, ...]:
        """The gate is decided, on one condition for each owner; a go opens the stage of planning."""
        promised = tuple(
            Condition(
                id=f"{gate}-{number}-{count}",
                gate=gate,
                round=number,
                text="Show the contract.",
                owner=owner,
                due=due,
                on_miss=OnMiss.NOTIFY,
            )
            for count, owner in enumerate(owners, start=1)
        )
        decided = gates.GateDecided(
            gate=gate,
            round=number,
            outcome=outcome,
            basis=gates.Basis.VOTES,
            decided_by=("finance-1",),
            rationale="Approved by vote.",
            evidence_digest=EVIDENCE,
            tier="light",
            findings={"affordable": "met"},
            conditions=promised,
        )
        entered = project.StageEntered(stage="planning", before="initiation", recurring=("health",))
        return self.tell(decided, *([entered] if outcome is not Outcome.RECYCLE else []), by="finance-1")


def a_long_life(key: str) -> History:
    """A project that has seen a bit of everything: rounds, a question, a ladder, a hold, conditions, an offer."""
    life = History(key)
    life.open()
    life.supply()
    life.submit()
    question = Question(asked_by="finance-1", text="Who pays in the second year?", at=life.now)
    life.tell(gates.InformationRequested(gate="charter", round=1, question=question), by="finance-1")
    life.tell(gates.InformationAnswered(gate="charter", round=1, answer="The sponsor."), by="manager")
    life.vote("finance-1")
    life.supply(version=2)
    life.tell(gates.VotesVoided(gate="charter", round=1, voters=("finance-1",), because="The case changed."))
    life.step(0, gates.LadderAction.REMIND)
    life.step(1, gates.LadderAction.WIDEN, "deputies")
    life.decide(Outcome.RECYCLE)
    life.open(number=2)
    life.tell(project.FactsAmended(facts={"budget": 9_000_000, "risk": None}, reason="Prices rose."), by="manager")
    life.tell(project.TierChanged(before="light", after="major", raised_rounds=("charter",)))
    life.submit(number=2)
    life.tell(project.ProjectHeld(type="person:project:held", reason="No staff."), by="sponsor")
    life.tell(project.ProjectResumed(reason="Staff came."), by="sponsor")
    life.vote("finance-1", number=2)
    life.decide(Outcome.CONDITIONAL_GO, number=2, owners=("manager", "manager", "sponsor"))
    life.tell(
        project.PolicyOffered(policy=POLICY.model_copy(update={"version": 4}), reason="Rules changed."), by="office"
    )
    life.tell(gates.ConditionProved(condition="charter-2-1", proof="See the contract."), by="manager")
    life.tell(gates.ConditionAccepted(condition="charter-2-1", accepted=True), by="sponsor")
    life.tell(gates.ConditionMissed(condition="charter-2-2"))
    life.open("planning")
    return life
