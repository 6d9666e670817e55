"""`ProjectLifecycle`: one durable workflow per project, the only place where its state changes."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from lifecycle.domain.commands import FallDue
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import Clock, ProjectState
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.obligations import Obligation
from lifecycle.gates.rulebook import rulebook_of
from lifecycle.workflows import options
from lifecycle.workflows.failures import denied, nothing_freezes, unreadable
from lifecycle.workflows.judging import Judged, judge, judge_due, project_of, trimmed
from lifecycle.workflows.memory import Memory, first
from lifecycle.workflows.messages import (
    ASK,
    DIGEST,
    EVENTS_AFTER,
    PROJECT_WORKFLOW,
    STATE,
    Answer,
    Ask,
    CarriedProject,
    StartProject,
    workflow_id,
)
from lifecycle.workflows.ports import Planning, Recording, ToPlan, ToRecord

_TICK: Final = timedelta(milliseconds=1)
"""Timers count whole milliseconds and may round down; an obligation is never looked at before its instant."""


@workflow.defn(name=PROJECT_WORKFLOW)
class ProjectLifecycle:
    """Judges commands as updates, keeps one timer for the next obligation, and has its own events recorded."""

    @workflow.init
    def __init__(self, *given: object) -> None:
        """Begin with a registration (`StartProject`), or where the run before left off (`CarriedProject`)."""
        self._set_aside: frozenset[str] = frozenset()
        self._is_recording = False
        self._memory = Memory()
        self._foreseen: dict[tuple[str, datetime], Judged] = {}
        self._unfit: ApplicationError | None = None
        if workflow.info().continued_run_id:
            # What a newer worker carried over must not fail the project here: the task waits until it can be read.
            self._go_on(CarriedProject.model_validate(*given))
            return
        try:
            with nothing_freezes():
                self._register(_registration(given))
        except ApplicationError as unfit:
            self._unfit = unfit

    @workflow.run
    async def run(self, *given: object) -> None:
        """Live until the project is over, nothing is owed any more and everything is recorded."""
        if self._unfit:
            raise self._unfit
        recording = asyncio.create_task(self._keep_recording())
        while not self._may_end():
            due = self._next_due()
            if due and due.at <= workflow.now():
                await self._fall_due(due)
            elif self._may_carry_over():
                workflow.continue_as_new(self._carried())
            else:
                await self._wait(due.at if due else None)
        recording.cancel()

    @workflow.update(name=ASK)
    def ask(self, asked: Ask) -> Answer:
        """Judge a command and let it happen, or answer again what happened; a refusal changes nothing."""
        command = asked.command
        if not self._memory.knows(command.id):
            # The validator, which no replay runs, came to the same judgement a moment ago.
            judged = self._foreseen.get((command.id, workflow.now())) or self._judged(asked)
            self._take(judged, command.id)
            self._memory = self._memory.sealed(command.sealed_seq)
            return self._answer(judged.events)
        answer = self._answer(self._memory.caused_by(command.id), repeated=True)
        self._memory = self._memory.sealed(command.sealed_seq)
        return answer

    @ask.validator
    def _may_ask(self, asked: Ask) -> None:
        """Refuse by a typed failure, which leaves no trace in history."""
        self._foreseen = {}
        with nothing_freezes():
            if len(asked.model_dump_json()) > options.LARGEST_ASK:
                remedy = f"Send less than {options.LARGEST_ASK} bytes; files belong into the evidence store."
                raise denied(Reason.WRONG_VALUE, "The command is too large.", remedy)
        if not self._memory.knows(asked.command.id):
            self._foreseen = {(asked.command.id, workflow.now()): self._judged(asked)}

    @workflow.query(name=EVENTS_AFTER)
    def events_after(self, seq: int) -> Answer:
        """The unsealed events after number `seq`, oldest first, as many as fit into one answer."""
        return self._answer(first(self._memory.after(seq), options.LARGEST_ANSWER))

    @workflow.query(name=DIGEST)
    def digest(self) -> Answer:
        """The version and the digest of the state, without events."""
        return self._answer(())

    @workflow.query(name=STATE)
    def state(self) -> ProjectState:
        """The whole state, for operators."""
        return self._project.state

    def _judged(self, asked: Ask) -> Judged:
        with nothing_freezes():
            return judge(self._project, asked.command, asked.policy, workflow.now())

    def _register(self, start: StartProject) -> None:
        self._carry_after = start.carry_after
        self._began_with = 0
        self._take(judge(None, start.command, start.policy, start.at), start.command.id)

    def _go_on(self, carried: CarriedProject) -> None:
        self._carry_after = carried.carry_after
        self._began_with = carried.state.seq
        self._memory = carried.memory
        policies = {rulebook_of(packed).digest: packed for packed in carried.policies}
        self._project = project_of(carried.state, policies)

    def _take(self, judged: Judged, command: str | None) -> None:
        self._project = judged.project
        self._memory = self._memory.took(judged.events, command)
        self._set_aside = frozenset()
        self._foreseen = {}

    def _answer(self, events: Sequence[Recorded], *, repeated: bool = False) -> Answer:
        now = self._project
        return Answer(events=tuple(events), version=now.state.seq, state_digest=now.digest, repeated=repeated)

    def _next_due(self) -> Obligation | None:
        return next((owed for owed in self._project.agenda if owed.id not in self._set_aside), None)

    async def _wait(self, until: datetime | None) -> None:
        """Sleep until the instant, or until something must be done before it; one timer at most.

        When what is owed moves away, the timer stays: to look once in vain costs less than a timer a decision.
        """

        def is_woken() -> bool:
            due = self._next_due()
            is_earlier = due is not None and (until is None or due.at < until)
            return is_earlier or self._may_end() or self._may_carry_over()

        timeout = min(until - workflow.now() + _TICK, options.LONGEST_TIMER) if until else None
        try:
            await workflow.wait_condition(is_woken, timeout=timeout)
        except TimeoutError:
            return

    async def _fall_due(self, due: Obligation) -> None:
        """Let an obligation have its consequences. One that cannot be judged rests until the project changes."""
        openings = await self._planned(due.opens) if due.opens else {}
        try:
            with nothing_freezes():
                asked = FallDue(obligation=due.id, at=due.at, openings=openings)
                judged = judge_due(self._project, asked, workflow.now())
        except ApplicationError:
            self._set_aside |= {due.id}
        else:
            self._take(judged, None)

    async def _planned(self, gate: str) -> dict[str, Clock]:
        """The clocks of rounds that open now; none where the gate sets none, or where they cannot be worked out."""
        state = self._project.state
        packed = self._project.policies[state.policy.digest]
        rule = rulebook_of(packed).policy.gates[gate]
        if not (rule.submit_within or rule.submit_ladder):
            return {}
        question = ToPlan(policy=packed, tier=state.tier, at=workflow.now())
        try:
            planned = await workflow.execute_activity_method(Planning.plan_openings, question, **options.PLANNING)
        except ActivityError:
            workflow.logger.exception("The clocks of a round could not be worked out; it opens without a deadline.")
            return {}
        return planned.clocks

    async def _keep_recording(self) -> None:
        """Have events recorded that no command will report, one batch at a time, for as long as it takes."""
        while True:
            await workflow.wait_condition(self._must_record)
            events = first(self._memory.unsealed, options.RECORDED_AT_ONCE)
            self._is_recording = True
            try:
                batch = ToRecord(project=self._project.state.project, events=events)
                await workflow.execute_activity_method(Recording.record, batch, **options.RECORDING)
                self._memory = self._memory.sealed(events[-1].seq)
            except ActivityError:
                workflow.logger.exception("Events could not be recorded; they will be tried again.")
                await workflow.sleep(options.PAUSE)
            finally:
                self._is_recording = False

    def _must_record(self) -> bool:
        unsealed = self._memory.unsealed
        if len(unsealed) > options.MOST_UNSEALED or (unsealed and self._project.is_finished):
            return True
        return any(recorded.command is None for recorded in unsealed)

    def _may_end(self) -> bool:
        return self._project.is_finished and not self._memory.unsealed and self._is_quiet()

    def _may_carry_over(self) -> bool:
        fresh = self._project.state.seq - self._began_with
        is_long = workflow.info().is_continue_as_new_suggested() or (self._carry_after and fresh >= self._carry_after)
        return bool(is_long) and self._is_quiet() and self._memory.fits(options.LARGEST_ANSWER)

    def _is_quiet(self) -> bool:
        return not self._is_recording and workflow.all_handlers_finished()

    def _carried(self) -> CarriedProject:
        kept = trimmed(self._project)
        policies = tuple(kept.policies[digest] for digest in sorted(kept.policies))
        return CarriedProject(state=kept.state, memory=self._memory, policies=policies, carry_after=self._carry_after)


def _registration(given: Sequence[object]) -> StartProject:
    try:
        start = StartProject.model_validate(given[0] if len(given) == 1 else None)
    except ValidationError:
        raise unreadable() from None
    if workflow.info().workflow_id != workflow_id(start.command.project):
        sentence = f"This is the workflow of another project than {start.command.project}."
        raise denied(Reason.WRONG_VALUE, sentence, "Start the project under its own workflow id.")
    return start
