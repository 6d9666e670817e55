"""The lives of projects that are kept as histories: between them they use every command and see every event."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from lifecycle.domain.commands import (
    AcceptCondition,
    AdoptPolicy,
    AmendFacts,
    AnswerInformation,
    AskForInformation,
    AskForWaiver,
    CallInGate,
    DeclineWaiver,
    GrantWaiver,
    HoldProject,
    KillProject,
    NudgeGate,
    OpenGate,
    ProveCondition,
    ResumeProject,
    RevokeWaiver,
    SubmitGate,
    WithdrawSubmission,
)
from lifecycle.domain.project import OnMiss, Outcome, Promise, VoteVerdict
from lifecycle.workflows.messages import ASK, Ask
from tests.policies import policy, with_routes, with_silence
from tests.workflows.office import DORA, FIN, MIA, SAM, Office, Project, fresh

DAY: Final = timedelta(days=1)
Story = Callable[[Office], Awaitable[Project]]


async def carried_to_the_end(office: Office) -> Project:
    """Planned, reviewed while it ran, closed, and looked at twice afterwards; in several runs."""
    project = await office.register(carry_after=12)
    await project.submit("plan", "plan")
    due = await project.now() + 20 * DAY
    promise = Promise(text="Sign the contract.", owner="mia", due=due, on_miss=OnMiss.NOTIFY)
    await project.approve("plan", FIN)
    await project.approve("plan", SAM, promises=(promise,))
    await project.ask(ProveCondition(id=fresh(), actor=MIA, condition="plan-1-1", proof="It is signed, see annex 2."))
    await project.ask(AcceptCondition(id=fresh(), actor=FIN, condition="plan-1-1", accepted=False, rationale="Whose?"))
    await project.ask(ProveCondition(id=fresh(), actor=MIA, condition="plan-1-1", proof="Ours and theirs."))
    await project.ask(AcceptCondition(id=fresh(), actor=FIN, condition="plan-1-1"))
    await project.wait(62 * DAY)
    await project.submit("health", "status")
    await project.approve("health", DORA)
    await project.submit("handover", "report")
    await project.approve("handover", SAM)
    await project.ask(await project.decision("handover"))
    for _ in range(2):
        await project.wait(93 * DAY)
        await project.submit("benefits", "review")
        await project.approve("benefits", SAM)
    await project.handle.result()
    return project


async def nobody_voted(office: Office) -> Project:
    """The whole ladder with a nudge, and the review of the hold at its end; while SQL was away for a moment."""
    project = await office.register()
    office.books.fails = 1
    await project.submit("plan", "plan")
    clock = (await project.state()).rounds["plan"].clock
    assert clock is not None
    assert clock.due is not None
    await project.wait_until(clock.due + timedelta(minutes=5))
    await project.ask(NudgeGate(id=fresh(), actor=MIA, gate="plan"))
    await project.wait(60 * DAY)
    await project.ask(ResumeProject(id=fresh(), actor=SAM, reason="We have a finance gatekeeper again."))
    return project


async def beyond_tolerance(office: Office) -> Project:
    """A breach opens the exception gate and is cleared; the baseline moves by a change gate; then the project stops."""
    project = await office.register(stage="delivery")
    await project.ask(AmendFacts(id=fresh(), actor=DORA, facts={"cost": 12_000_000}))
    await project.submit("exception", "report")
    await project.approve("exception", SAM)
    await project.ask(OpenGate(id=fresh(), actor=MIA, gate="change", reason="The river is wider than we thought."))
    await project.submit("change")
    await project.approve("change", SAM)
    await project.submit("handover", "report")
    await project.ask(await project.decision("handover", Outcome.KILL))
    await project.handle.result()
    return project


async def questioned_and_changed(office: Office) -> Project:
    """Questions, changed evidence, a waiver that runs out, a rejection, a withdrawal, a hold and an end by hand."""
    project = await office.register()
    await project.submit("plan", "plan")
    await project.approve("plan", FIN)
    await project.ask(AskForInformation(id=fresh(), actor=SAM, gate="plan", round=1, question="What if it rains?"))
    await project.ask(AnswerInformation(id=fresh(), actor=MIA, gate="plan", answer="Then we wait."))
    await project.supply("plan", "plan")
    expires = await project.now() + 3 * DAY
    await project.ask(
        GrantWaiver(
            id=fresh(),
            actor=DORA,
            gate="plan",
            requirement="evidence.risks",
            reason="The workshop is next week.",
            compensating_control="The board looks at the risks itself.",
            expires=expires,
        )
    )
    await project.ask(AmendFacts(id=fresh(), actor=DORA, facts={"cost": 90_000_000}))
    await project.supply("plan", "risks")
    await project.ask(WithdrawSubmission(id=fresh(), actor=MIA, gate="plan", reason="We found a better site."))
    await project.submit("plan", "plan")
    await project.ask(await project.vote("plan", SAM, VoteVerdict.REJECT))
    await project.ask(HoldProject(id=fresh(), actor=SAM, reason="We wait for the ministry."))
    await project.ask(ResumeProject(id=fresh(), actor=SAM, reason="The ministry agrees."))
    await project.wait(4 * DAY)
    await project.ask(KillProject(id=fresh(), actor=SAM, reason="The money is needed elsewhere.", spent=1_000_000))
    await project.handle.result()
    return project


async def returned_by_stricter_rules(office: Office) -> Project:
    """The tier grows while the plan is before its approvers, which sends it back; editions are offered and bound."""
    project = await office.register()
    await project.submit("plan", "plan")
    await project.ask(AmendFacts(id=fresh(), actor=DORA, facts={"cost": 90_000_000}))
    second, third = policy(version=2), policy(version=3)
    offered = AdoptPolicy(id=fresh(), actor=DORA, policy=second.ref, reason="For new stages.")
    await project.ask(offered, edition=second)
    at_once = AdoptPolicy(id=fresh(), actor=DORA, policy=third.ref, at_once=True, reason="The law has changed.")
    await project.ask(at_once, edition=third)
    project.rules = third
    await project.submit("plan", "risks")
    await project.approve("plan", FIN, SAM)
    return project


async def promises_missed(office: Office) -> Project:
    """Missed conditions tell, re-open and hold; the project is held at the last."""
    project = await office.register()
    await project.submit("plan", "plan")
    now = await project.now()
    agreed = {OnMiss.NOTIFY: 3, OnMiss.REOPEN: 4, OnMiss.HOLD: 5}
    promises = tuple(
        Promise(text=f"Owed: {on_miss}", owner="mia", due=now + days * DAY, on_miss=on_miss)
        for on_miss, days in agreed.items()
    )
    await project.approve("plan", FIN)
    await project.approve("plan", SAM, promises=promises)
    await project.wait(6 * DAY)
    return project


async def asked_again_and_again(office: Office) -> Project:
    """Every command twice, in run after run, some of them sealed, some of them refused."""
    project = await office.register(carry_after=2)
    for number in range(4):
        command = AmendFacts(id=fresh(), actor=DORA, facts={"cost": 9_000_000 - number}, sealed_seq=number)
        await project.ask(command)
        await project.handle.execute_update(ASK, Ask(command=command))
        await project.refused(SubmitGate(id=fresh(), actor=MIA, gate="plan"))
    return project


async def another_route(office: Office) -> Project:
    """A small project outgrows the short way, and what the long way approves becomes a fact."""
    project = await office.register(with_routes())
    await project.submit("short_plan")
    await project.ask(AmendFacts(id=fresh(), actor=DORA, facts={"cost": 90_000_000}))
    await project.submit("plan", "plan", "risks")
    await project.approve("plan", FIN, SAM)
    return project


async def nobody_said_a_word(office: Office) -> Project:
    """What is open passes to others, who say nothing either, and silence decides; the next decision is called in."""
    project = await office.register(with_silence())
    await project.submit("plan", "plan")
    await project.approve("plan", FIN)
    await project.wait(30 * DAY)
    await project.submit("handover", "report")
    await project.ask(CallInGate(id=fresh(), actor=DORA, gate="handover", round=1, reason="The ministry asks."))
    await project.approve("handover", DORA)
    return project


async def asked_to_be_let_off(office: Office) -> Project:
    """Waivers are asked for; one is declined, one granted, and taken back while the gate is before its approvers."""
    project = await office.register()
    await project.ask(AmendFacts(id=fresh(), actor=DORA, facts={"cost": 90_000_000}))
    risks: dict[str, Any] = {"gate": "plan", "requirement": "evidence.risks", "reason": "The workshop is next week."}
    await project.ask(AskForWaiver(id=fresh(), actor=MIA, **risks))
    await project.ask(DeclineWaiver(id=fresh(), actor=DORA, **risks))
    await project.ask(AskForWaiver(id=fresh(), actor=MIA, **risks))
    until = await project.now() + 30 * DAY
    await project.ask(
        GrantWaiver(id=fresh(), actor=DORA, **risks, compensating_control="The board looks itself.", expires=until)
    )
    await project.submit("plan", "plan")
    await project.ask(RevokeWaiver(id=fresh(), actor=DORA, **risks))
    await project.submit("plan", "risks")
    await project.approve("plan", FIN, SAM)
    return project


STORIES: Final[tuple[Story, ...]] = (
    carried_to_the_end,
    nobody_voted,
    beyond_tolerance,
    questioned_and_changed,
    returned_by_stricter_rules,
    promises_missed,
    asked_again_and_again,
    another_route,
    nobody_said_a_word,
    asked_to_be_let_off,
)
