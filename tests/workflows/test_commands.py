"""Commands come as updates: judged, taken and answered in one step, once each."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from lifecycle.domain.commands import AdoptPolicy, AmendFacts, AskForInformation, HoldProject, KillProject, SubmitGate
from lifecycle.domain.events import StageEntered
from lifecycle.domain.gate_events import GateDecided
from lifecycle.domain.values import digest_of
from lifecycle.domain.verdicts import Denied, Reason, Waiting
from lifecycle.gates.rulebook import pack
from lifecycle.workflows.failures import refusal_of
from lifecycle.workflows.judging import judge
from lifecycle.workflows.messages import ASK, DIGEST, EVENTS_AFTER, Answer, Ask
from tests.policies import policy, without_ladders
from tests.workflows.office import DORA, FIN, MIA, SAM, Office, fresh

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]


async def test_a_registration_is_judged_alike_inside_and_outside(office: Office) -> None:
    project = await office.register()
    story = await project.story()
    registered = story[0]
    command = office.commands[project.key]
    outside = judge(None, command, pack(policy()), registered.at)
    assert list(outside.events) == story
    assert outside.project.state == await project.state()


async def test_an_answer_has_the_events_and_the_digest_of_what_follows_from_them(office: Office) -> None:
    project = await office.register()
    answer = await project.submit("plan", "plan")
    assert [recorded.event.type for recorded in answer.events] == ["person:gate:submitted"]
    state = await project.state()
    assert (answer.version, answer.state_digest) == (state.seq, digest_of(state))
    await project.check()


async def test_a_refusal_names_its_reason_and_leaves_no_trace(office: Office) -> None:
    project = await office.register()
    before = await project.handle.query(DIGEST, result_type=Answer)
    denied = await project.refused(SubmitGate(id=fresh(), actor=FIN, gate="plan"))
    assert isinstance(denied, Denied)
    assert denied.refusal.reason is Reason.NOT_PERMITTED
    not_ready = await project.refused(SubmitGate(id=fresh(), actor=MIA, gate="plan"))
    assert (not_ready.refusal.reason, not_ready.refusal.missing) == (Reason.NOT_READY, ("evidence.plan",))
    assert await project.handle.query(DIGEST, result_type=Answer) == before


async def test_not_yet_is_another_answer_than_no(office: Office) -> None:
    project = await office.register()
    await project.submit("plan", "plan")
    await project.ask(AskForInformation(id=fresh(), actor=SAM, gate="plan", round=1, question="What does it cost?"))
    waiting = await project.refused(await project.vote("plan", FIN))
    assert isinstance(waiting, Waiting)
    assert waiting.refusal.reason is Reason.QUESTION_OPEN


async def test_a_repeated_command_happens_once_and_is_answered_again(office: Office) -> None:
    project = await office.register()
    command = AmendFacts(id=fresh(), actor=DORA, facts={"cost": 9_000_000})
    first = await project.ask(command)
    again: Answer = await project.handle.execute_update(ASK, Ask(command=command), result_type=Answer)
    assert (again.repeated, again.events, again.version) == (True, first.events, first.version)
    sealed = command.model_copy(update={"sealed_seq": first.version})
    once_more: Answer = await project.handle.execute_update(ASK, Ask(command=sealed), result_type=Answer)
    assert (once_more.repeated, once_more.version) == (True, first.version)
    assert not (await project.handle.query(EVENTS_AFTER, 0, result_type=Answer)).events


async def test_what_sql_holds_is_not_kept_twice(office: Office) -> None:
    project = await office.register()
    version = (await project.state()).seq
    amended = AmendFacts(id=fresh(), actor=DORA, facts={"cost": 9_000_000}, sealed_seq=version)
    await project.ask(amended)
    kept: Answer = await project.handle.query(EVENTS_AFTER, 0, result_type=Answer)
    assert [recorded.command for recorded in kept.events] == [amended.id]
    assert not (await project.handle.query(EVENTS_AFTER, kept.version, result_type=Answer)).events


async def test_two_approvals_at_once_open_one_gate(office: Office) -> None:
    project = await office.register()
    await project.submit("plan", "plan")
    votes = [await project.vote("plan", by) for by in (SAM, FIN, SAM, FIN)]
    await asyncio.gather(*(project.ask(vote) for vote in votes), return_exceptions=True)
    assert len(await project.happened(GateDecided)) == 1
    assert [entered.stage for entered in await project.happened(StageEntered)] == ["planning", "delivery"]
    await project.check()


async def test_an_edition_comes_with_the_command_that_adopts_it(office: Office) -> None:
    project = await office.register()
    newer = policy(version=2, title="Second edition")
    adopted = AdoptPolicy(id=fresh(), actor=DORA, policy=newer.ref, at_once=True, reason="It is better.")
    unknown = await project.refused(adopted)
    assert unknown.refusal.reason is Reason.POLICY_UNKNOWN
    with pytest.raises(WorkflowUpdateFailedError) as swapped:
        await project.ask(adopted, edition=without_ladders())
    mismatch = refusal_of(swapped.value)
    assert mismatch
    assert mismatch.refusal.reason is Reason.POLICY_UNKNOWN
    await project.ask(adopted, edition=newer)
    assert (await project.state()).policy == newer.ref
    project.rules = newer
    await project.submit("plan", "plan")
    await project.check()


async def test_a_killed_project_ends_when_all_is_recorded(office: Office) -> None:
    project = await office.register()
    await project.ask(KillProject(id=fresh(), actor=SAM, reason="The money is needed elsewhere."))
    await asyncio.wait_for(project.handle.result(), 10)
    assert office.books.calls == 1, "nobody sealed the last event, so the workflow had it recorded"
    await project.check()


async def test_a_held_project_is_looked_at_again(office: Office) -> None:
    project = await office.register(without_ladders())
    review = datetime.now(UTC) + timedelta(days=10)
    await project.ask(HoldProject(id=fresh(), actor=SAM, reason="We wait for the ministry.", review_at=review))
    await project.wait(timedelta(days=11))
    story = await project.story()
    assert story[-1].event.type == "clock:hold:due"
    assert timedelta() <= story[-1].at - review < timedelta(seconds=1)
    await project.check()
