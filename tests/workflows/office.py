"""The service in miniature: it registers projects, sends commands with their clocks, and keeps what is recorded."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from temporalio import activity
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.testing import WorkflowEnvironment

from lifecycle.domain.commands import CastVote, DecideGate, PersonCommand, RegisterProject, SubmitGate, SupplyEvidence
from lifecycle.domain.events import Event, Recorded
from lifecycle.domain.evidence import EvidenceKind, EvidenceVersion
from lifecycle.domain.people import Actor
from lifecycle.domain.project import Outcome, ProjectState, Promise, VoteVerdict
from lifecycle.domain.values import FactValue
from lifecycle.domain.verdicts import Denied, Waiting
from lifecycle.gates.clocks import with_clocks
from lifecycle.gates.evolve import replay
from lifecycle.gates.obligations import obligations
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import pack
from lifecycle.service.calendars import calendar_of
from lifecycle.workflows.failures import refusal_of
from lifecycle.workflows.messages import (
    ASK,
    DIGEST,
    EVENTS_AFTER,
    PROJECT_WORKFLOW,
    STATE,
    Answer,
    Ask,
    StartProject,
    workflow_id,
)
from lifecycle.workflows.ports import RECORD, Recording, ToRecord
from tests.policies import policy

DEADLINE = 60.0
"""Seconds of real time after which a test no longer believes that something will happen."""

MIA = Actor(person="mia", roles=("project_manager",))
SAM = Actor(person="sam", roles=("sponsor",))
FIN = Actor(person="fin", roles=("finance",))
DORA = Actor(person="dora", roles=("pmo_director",))
DAN = Actor(person="dan", roles=("deputy",))

_keys, _ids = count(1), count(1)


async def nobody_rolls(_rollout: str, _count: int, _phase: str) -> int:
    """For workers before whom no roll-out comes."""
    return 0


def fresh() -> str:
    """An id for a command that was not sent before."""
    return f"command-{next(_ids)}"


class Books(Recording):
    """SQL in miniature: keeps every event once and in order, whoever brings it; can be away, or fail a few times."""

    def __init__(self) -> None:
        self.projects: dict[str, list[Recorded]] = {}
        self.is_away = False
        self.fails = 0
        self.calls = 0

    @activity.defn(name=RECORD)
    async def record(self, given: ToRecord) -> None:
        self.calls += 1
        self.fails -= 1
        if self.is_away or self.fails >= 0:
            raise ConnectionError("the database is away")
        self.take(given.project, given.events)

    def take(self, project: str, events: tuple[Recorded, ...]) -> None:
        known = self.projects.setdefault(project, [])
        for event in events:
            if event.seq <= len(known):
                assert event == known[event.seq - 1], "an event is what it was when it was recorded first"
            else:
                assert event.seq == len(known) + 1, f"event {len(known) + 1} is missing"
                known.append(event)


class Office:
    """Registers projects under one policy and speaks to their workflows."""

    def __init__(self, temporal: WorkflowEnvironment, queue: str, books: Books) -> None:
        self.temporal = temporal
        self.queue = queue
        self.books = books
        self.commands: dict[str, RegisterProject] = {}

    async def register(
        self,
        governed_by: Policy | None = None,
        *,
        stage: str | None = None,
        facts: dict[str, FactValue] | None = None,
        carry_after: int | None = None,
    ) -> "Project":
        """A new project, managed by Mia and sponsored by Sam, that costs 100,000 pounds."""
        rules = governed_by or policy()
        key = f"P-{next(_keys)}"
        command = RegisterProject(
            id=fresh(),
            actor=DORA,
            project=key,
            name="Footbridge",
            portfolio="rail",
            manager="mia",
            sponsor="sam",
            policy=rules.ref,
            facts=facts if facts is not None else {"cost": 10_000_000},
            stage=stage,
            attested="The steering group passed it on 1 March; see its minutes." if stage else "",
        )
        self.commands[key] = command
        start = StartProject(command=command, at=datetime.now(UTC), policy=pack(rules), carry_after=carry_after)
        handle = await self.temporal.client.start_workflow(
            PROJECT_WORKFLOW,
            start,
            id=workflow_id(key),
            task_queue=self.queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )
        project = Project(self, key, rules, handle)
        await project.hear()
        return project


class Project:
    """One project, as its people see it."""

    def __init__(self, office: Office, key: str, rules: Policy, handle: WorkflowHandle[Any, Any]) -> None:
        self.office = office
        self.key = key
        self.rules = rules
        self.handle = office.temporal.client.get_workflow_handle(handle.id)

    async def ask(self, command: PersonCommand, edition: Policy | None = None) -> Answer:
        """Send a command as the service does, and have what happened recorded."""
        asked = Ask(command=await self.timed(command), policy=pack(edition) if edition else None)
        answer: Answer = await self.handle.execute_update(ASK, asked, id=command.id, result_type=Answer)
        self.office.books.take(self.key, answer.events)
        return answer

    async def timed(self, command: PersonCommand) -> PersonCommand:
        """The command with the clocks that it starts, worked out as the service does."""
        now, state = await self.now(), await self.state()
        timed: PersonCommand = with_clocks(command, self.rules, state, calendar_of(self.rules.calendar, now.year), now)
        return timed

    async def supply(self, gate: str, item: str, by: Actor = MIA) -> Answer:
        """Supply a document."""
        supplied = EvidenceVersion(
            item=item,
            version=1,
            kind=EvidenceKind.DOCUMENT,
            digest=f"sha256:{item}",
            author=by.person,
            principal=by.principal,
            at=await self.now(),
        )
        return await self.ask(SupplyEvidence(id=fresh(), actor=by, gate=gate, evidence=supplied))

    async def submit(self, gate: str, *items: str) -> Answer:
        """Supply what the gate asks for, and submit it."""
        for item in items:
            await self.supply(gate, item)
        return await self.ask(SubmitGate(id=fresh(), actor=MIA, gate=gate))

    async def vote(
        self, gate: str, by: Actor, verdict: VoteVerdict = VoteVerdict.APPROVE, promises: tuple[Promise, ...] = ()
    ) -> CastVote:
        """A vote on the round as it stands now, not yet sent."""
        round_ = (await self.state()).rounds[gate]
        return CastVote(
            id=fresh(),
            actor=by,
            gate=gate,
            round=round_.number,
            evidence_digest=round_.evidence_digest or "",
            verdict=verdict,
            rationale="I have read it.",
            conditions=promises,
        )

    async def approve(self, gate: str, *by: Actor, promises: tuple[Promise, ...] = ()) -> Answer:
        """These people approve, one after the other, each with the same promises; what the last one caused."""
        for person in by:
            answer = await self.ask(await self.vote(gate, person, promises=promises))
        return answer

    async def decision(self, gate: str, outcome: Outcome = Outcome.GO) -> DecideGate:
        """What the chair would decide on the round as it stands now, not yet sent."""
        round_ = (await self.state()).rounds[gate]
        return DecideGate(
            id=fresh(),
            actor=DORA,
            gate=gate,
            round=round_.number,
            evidence_digest=round_.evidence_digest or "",
            outcome=outcome,
            rationale="As the votes say.",
        )

    async def refused(self, command: PersonCommand) -> Denied | Waiting:
        """Send a command that is refused."""
        try:
            await self.ask(command)
        except WorkflowUpdateFailedError as error:
            refusal = refusal_of(error)
            assert refusal is not None, "every refusal is typed"
            return refusal
        raise AssertionError(f"{command.id} was accepted")

    async def hear(self) -> Answer:
        """Ask the workflow for what SQL may lack, and record it."""
        answer: Answer = await self.handle.query(EVENTS_AFTER, 0, result_type=Answer)
        known = len(self.office.books.projects.get(self.key, []))
        self.office.books.take(self.key, tuple(event for event in answer.events if event.seq > known))
        return answer

    async def state(self) -> ProjectState:
        state: ProjectState = await self.handle.query(STATE, result_type=ProjectState)
        return state

    async def now(self) -> datetime:
        """The instant on the project's own clock."""
        return await self.office.temporal.get_current_time(self.handle)

    async def wait(self, length: timedelta) -> None:
        """Let time pass, until all that fell due meanwhile has had its consequences."""

        async def is_settled() -> bool:
            owed = obligations(self.rules, await self.state())
            return not owed or owed[0].at > await self.now()

        await self.leap(length)
        await eventually(is_settled)

    async def leap(self, length: timedelta) -> None:
        """Let time pass, and look at nothing."""
        await self.office.temporal.fast_forward(self.handle, length)

    async def wait_until(self, instant: datetime) -> None:
        await self.wait(instant - await self.now())

    async def story(self) -> list[Recorded]:
        """Everything that has happened, once all of it is recorded."""
        books = self.office.books.projects

        async def is_recorded() -> bool:
            seen: Answer = await self.handle.query(DIGEST, result_type=Answer)
            return len(books.get(self.key, [])) >= seen.version

        await eventually(is_recorded)
        return list(books[self.key])

    async def happened(self, kind: type[Event] | Any) -> list[Any]:
        """The recorded events of one kind, in order."""
        return [recorded.event for recorded in await self.story() if isinstance(recorded.event, kind)]

    async def check(self) -> None:
        """What is recorded, told again from the beginning, is the state that the workflow has."""
        assert replay(await self.story()) == await self.state()


async def eventually(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Return when it is so; a test that waits for longer than `DEADLINE` has failed."""
    async with asyncio.timeout(DEADLINE):
        while not await is_so():  # noqa: ASYNC110 (what is awaited happens in another process)
            await asyncio.sleep(0.02)
