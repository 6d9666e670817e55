"""What waits for whom, as the judgement sees it."""

from datetime import datetime, timedelta

import pytest

from lifecycle.domain.people import Delegation, Grant
from lifecycle.domain.project import OnMiss, ProjectState, Round
from lifecycle.gates.policy import Policy
from lifecycle.persistence import delegations, roles
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.session import Database
from lifecycle.service.capacities import Books, Capacity
from lifecycle.service.inbox import Inboxes
from lifecycle.service.inbox_items import Inbox, InboxItem, InboxKind
from lifecycle.service.shelf import Shelf
from tests.integration.governed import bring, publish
from tests.integration.rows import NOW
from tests.paper import MONDAY, Paper
from tests.policies import WORKS, policy, with_a_costing

BY = Signature("office", NOW)


@pytest.fixture
def shelf(office: Database) -> Shelf:
    for person, role in (("sponsor", "sponsor"), ("manager", "project_manager"), ("deputy", "deputy")):
        grant(office, person, role)
    return publish(office, policy())


def grant(office: Database, person: str, role: str, scope: str = "everywhere") -> None:
    office.write_now(lambda c: roles.grant(c, Grant(person=person, role=role, scope=scope), BY))


def lend(office: Database, giver: str, receiver: str, scope: str = "everywhere", limit: int | None = None) -> None:
    given = Delegation(
        id=f"{giver}-{receiver}",
        giver=giver,
        receiver=receiver,
        scope=scope,
        limit=limit,
        starts=MONDAY - timedelta(days=1),
        ends=MONDAY + timedelta(days=60),
        reason="Away.",
    )
    office.write_now(lambda connection: delegations.delegate(connection, given, BY))


def submitted(key: str = "P-1", portfolio: str = "rail", cost: int = 1_000_00) -> Paper:
    paper = Paper(policy(), key)
    paper.register(portfolio, cost=cost)
    for item in ("plan", "risks"):
        paper.supply("plan", item)
    paper.submit("plan")
    return paper


async def look(office: Database, shelf: Shelf, person: str, paper: Paper, limit: int = 50) -> Inbox:
    return await Inboxes(office, shelf, lambda: paper.now).of(person, limit)


def told(inbox: Inbox) -> list[tuple[str, str, str]]:
    return [(item.kind.value, item.project, item.condition or item.gate) for item in inbox.items]


async def kinds(office: Database, shelf: Shelf, person: str, paper: Paper) -> list[str]:
    return [item.kind.value for item in (await look(office, shelf, person, paper)).items]


async def test_a_submission_waits_for_its_gatekeepers_and_its_submitter_follows_it(
    office: Database, shelf: Shelf
) -> None:
    paper = submitted()
    bring(office, paper)
    assert told(await look(office, shelf, "finance-1", paper)) == [("vote", "P-1", "plan")]
    assert told(await look(office, shelf, "sponsor", paper)) == [("vote", "P-1", "plan")]
    assert told(await look(office, shelf, "deputy", paper)) == []
    assert told(await look(office, shelf, "leaver", paper)) == []
    item: InboxItem = (await look(office, shelf, "manager", paper)).items[0]
    assert (item.kind, item.waits_for, item.name) == ("follow", ("finance", "sponsor"), "Project P-1")
    clock = paper.state.rounds["plan"].clock
    assert clock
    assert item.due == clock.due


async def test_who_took_part_is_not_asked_however_many_roles_they_hold(office: Database, shelf: Shelf) -> None:
    grant(office, "manager", "finance")
    grant(office, "finance-2", "finance")
    paper = Paper(policy())
    paper.register(cost=1_000_00)
    paper.supply("plan", "plan", by="manager")
    paper.submit("plan")
    bring(office, paper)
    assert await kinds(office, shelf, "manager", paper) == ["follow"]


async def test_a_slot_that_is_filled_waits_for_nobody_else(office: Database, shelf: Shelf) -> None:
    paper = submitted()
    paper.vote("plan", "finance-1")
    bring(office, paper)
    assert await kinds(office, shelf, "finance-1", paper) == []
    assert await kinds(office, shelf, "finance-2", paper) == []
    waiting = (await look(office, shelf, "sponsor", paper)).items
    assert [item.waits_for for item in waiting] == [("sponsor",)]


async def test_a_gate_with_a_chair_waits_for_its_decision(office: Database, shelf: Shelf) -> None:
    paper = Paper(policy())
    paper.register(stage="delivery", cost=1_000_00)
    paper.supply("handover", "report")
    paper.submit("handover")
    bring(office, paper)
    assert told(await look(office, shelf, "office", paper)) == [("decide", "P-1", "handover")]
    assert await kinds(office, shelf, "sponsor", paper) == ["vote"]


async def test_a_chair_of_one_tier_finds_the_gates_of_that_tier_alone(office: Database) -> None:
    gates = {
        **WORKS["gates"],
        "handover": {**WORKS["gates"]["handover"], "chair": {"light": "finance", "major": "deputy"}},
    }
    tiered = Policy.model_validate({**WORKS, "gates": gates})
    shelf = publish(office, tiered)
    grant(office, "deputy", "deputy")
    small, large = Paper(tiered, "P-1"), Paper(tiered, "P-2")
    for paper, cost in ((small, 1_000_00), (large, 9_000_000_00)):
        paper.register(stage="delivery", cost=cost)
        paper.supply("handover", "report")
        paper.submit("handover")
    assert (small.state.tier, large.state.tier) == ("light", "major")
    bring(office, small, large)
    assert told(await look(office, shelf, "finance-1", small)) == [("decide", "P-1", "handover")]
    assert told(await look(office, shelf, "deputy", small)) == [("decide", "P-2", "handover")]


async def test_a_question_comes_back_to_the_submitter_and_the_gatekeepers_rest(office: Database, shelf: Shelf) -> None:
    paper = submitted()
    paper.ask("ask_for_information", "finance-1", gate="plan", round=1, question="Who pays?")
    bring(office, paper)
    items = (await look(office, shelf, "manager", paper)).items
    assert [(item.kind.value, item.text) for item in items] == [("answer", "Who pays?")]
    assert await kinds(office, shelf, "finance-1", paper) == []


async def test_a_delegate_finds_what_the_giver_could_decide_and_nothing_beyond(office: Database, shelf: Shelf) -> None:
    rail, road, dear = submitted("P-1"), submitted("P-2", "road"), submitted("P-3", cost=9_000_000_00)
    bring(office, rail, road, dear)
    lend(office, "finance-1", "deputy", "portfolio:rail", limit=5_000_000_00)
    items = (await look(office, shelf, "deputy", rail)).items
    assert [(item.kind.value, item.project, item.acting_for) for item in items] == [("vote", "P-1", "finance-1")]


async def test_a_delegate_of_the_manager_may_not_approve_the_managers_project(office: Database, shelf: Shelf) -> None:
    grant(office, "manager", "finance")
    lend(office, "manager", "deputy")
    paper = submitted()
    bring(office, paper)
    assert [item for item in (await look(office, shelf, "deputy", paper)).items if item.kind == "vote"] == []


async def test_conditions_wait_for_their_owner_and_then_for_a_gatekeeper(office: Database, shelf: Shelf) -> None:
    paper = submitted()
    promise = {"text": "Show the contract.", "owner": "finance-2", "due": MONDAY + timedelta(days=20)}
    paper.ask(
        "cast_vote", "finance-1", **paper.shown("plan"), verdict="approve", rationale="Yes.", conditions=[promise]
    )
    paper.vote("plan", "sponsor")
    assert [condition.on_miss for condition in paper.state.conditions.values()] == [OnMiss.NOTIFY]
    bring(office, paper)
    assert told(await look(office, shelf, "finance-2", paper)) == [("prove", "P-1", "plan-1-1")]
    paper.ask("prove_condition", "finance-2", condition="plan-1-1", proof="See the file.")
    bring(office, paper)
    assert told(await look(office, shelf, "finance-2", paper)) == []
    assert told(await look(office, shelf, "finance-1", paper)) == [("accept", "P-1", "plan-1-1")]
    assert told(await look(office, shelf, "deputy", paper)) == []


async def test_a_gate_that_must_be_prepared_by_a_day_waits_for_the_manager(office: Database, shelf: Shelf) -> None:
    paper = Paper(policy())
    paper.register(stage="delivery", cost=1_000_00)
    paper.pass_by(days=32)
    bring(office, paper)
    items = (await look(office, shelf, "manager", paper)).items
    assert [(item.kind.value, item.gate) for item in items] == [("prepare", "health")]


async def test_what_is_sent_back_waits_to_be_prepared_again(office: Database, shelf: Shelf) -> None:
    paper = submitted()
    paper.vote("plan", "sponsor", "reject")
    bring(office, paper)
    items = (await look(office, shelf, "manager", paper)).items
    assert [(item.kind.value, item.round) for item in items] == [("prepare", 2)]


async def test_the_nearest_deadline_comes_first_and_more_is_said(office: Database, shelf: Shelf) -> None:
    papers = [submitted(f"P-{number}") for number in (1, 2, 3)]
    for days, paper in zip((3, 1, 2), papers, strict=True):
        late = Paper(policy(), paper.key)
        late.now = MONDAY + timedelta(days=days)
        late.register(cost=1_000_00)
        late.supply("plan", "plan")
        late.submit("plan")
        bring(office, late)
    whole = await look(office, shelf, "finance-1", papers[0])
    assert ([item.project for item in whole.items], whole.more) == (["P-2", "P-3", "P-1"], False)
    part = await look(office, shelf, "finance-1", papers[0], limit=2)
    assert ([item.project for item in part.items], part.more) == (["P-2", "P-3"], True)


async def test_while_a_project_is_on_hold_nothing_waits_on_it(office: Database, shelf: Shelf) -> None:
    paper = submitted()
    paper.ask("hold_project", "sponsor", reason="No staff.")
    bring(office, paper)
    assert await kinds(office, shelf, "finance-1", paper) == []
    assert await kinds(office, shelf, "manager", paper) == ["follow"]


def in_preparation(key: str = "P-1", portfolio: str = "rail") -> Paper:
    paper = Paper(with_a_costing(), key)
    paper.register(portfolio, cost=1_000_00)
    return paper


async def owed(office: Database, shelf: Shelf, person: str, paper: Paper) -> list[tuple[str, str | None, str | None]]:
    found = (await look(office, shelf, person, paper)).items
    return [(item.project, item.evidence, item.acting_for) for item in found if item.kind is InboxKind.SUPPLY]


async def test_evidence_that_a_role_owes_waits_for_its_holders_until_it_is_there(office: Database) -> None:
    shelf, rail, road = publish(office, with_a_costing()), in_preparation("P-1"), in_preparation("P-2", "road")
    bring(office, rail, road)
    (item, _) = (await look(office, shelf, "finance-1", rail)).items
    assert (item.kind.value, item.evidence, item.text, item.label) == ("supply", "costing", "The costing", "Plan")
    assert await owed(office, shelf, "finance-1", rail) == [("P-1", "costing", None), ("P-2", "costing", None)]
    assert await owed(office, shelf, "finance-2", rail) == [("P-1", "costing", None)], "they are finance of rail alone"
    assert await owed(office, shelf, "manager", rail) == []
    rail.supply("plan", "costing", by="finance-2")
    bring(office, rail)
    assert await owed(office, shelf, "finance-1", rail) == [("P-2", "costing", None)]


async def test_owed_evidence_waits_for_who_acts_for_a_holder_too_and_once(office: Database) -> None:
    shelf, paper = publish(office, with_a_costing()), in_preparation()
    bring(office, paper)
    lend(office, "finance-1", "manager")
    lend(office, "finance-1", "finance-2")
    assert await owed(office, shelf, "manager", paper) == [("P-1", "costing", "finance-1")]
    assert await owed(office, shelf, "finance-2", paper) == [("P-1", "costing", None)], "it is theirs already"


async def test_who_acts_for_another_is_asked_nothing_that_their_own_role_keeps_apart(office: Database) -> None:
    grant(office, "deputy", "deputy")
    shelf, paper = publish(office, with_a_costing()), in_preparation()
    for item in ("plan", "risks"):
        paper.supply("plan", item)
    paper.supply("plan", "costing", by="finance-2")
    paper.submit("plan")
    bring(office, paper)
    lend(office, "finance-1", "deputy")
    lend(office, "finance-1", "office")
    assert await kinds(office, shelf, "office", paper) == ["vote"]
    assert await kinds(office, shelf, "deputy", paper) == []


async def test_who_answers_for_it_sees_what_others_are_about_to_let_become_late(office: Database, shelf: Shelf) -> None:
    paper = submitted()
    paper.vote("plan", "sponsor")
    paper.pass_by(days=1)
    bring(office, paper)
    (item,) = (await look(office, shelf, "sponsor", paper)).items
    assert (item.kind.value, item.gate, item.waits_for) == ("watch", "plan", ("finance",))
    assert await kinds(office, shelf, "office", paper) == ["watch"], "the policy is their office's"
    assert await kinds(office, shelf, "manager", paper) == ["follow"]
    assert await kinds(office, shelf, "finance-2", paper) == ["vote"]
    assert await kinds(office, shelf, "deputy", paper) == []


async def wanted(office: Database, shelf: Shelf, person: str, paper: Paper) -> list[tuple[str, str | None, str | None]]:
    found = (await look(office, shelf, person, paper)).items
    return [(item.project, item.requirement, item.acting_for) for item in found if item.kind is InboxKind.WAIVE]


async def test_a_request_for_a_waiver_waits_for_whoever_may_grant_it_until_it_has_its_answer(office: Database) -> None:
    shelf, paper, road = publish(office, policy()), Paper(policy()), Paper(policy(), "P-2")
    grant(office, "finance-1", "pmo_director", "portfolio:rail")
    lend(office, "finance-1", "finance-2")
    for project, portfolio in ((paper, "rail"), (road, "road")):
        project.register(portfolio, cost=1_000_00)
        project.ask("ask_for_waiver", "manager", gate="plan", requirement="evidence.plan", reason="It is printed.")
    bring(office, paper, road)
    (item,) = [each for each in (await look(office, shelf, "finance-1", paper)).items if each.kind is InboxKind.WAIVE]
    assert (item.project, item.gate, item.requirement, item.text) == ("P-1", "plan", "evidence.plan", "It is printed.")
    assert await wanted(office, shelf, "finance-2", paper) == [("P-1", "evidence.plan", "finance-1")]
    assert await wanted(office, shelf, "manager", paper) == []
    assert await wanted(office, shelf, "sponsor", paper) == []
    paper.ask("decline_waiver", "office", gate="plan", requirement="evidence.plan", reason="No.")
    bring(office, paper)
    assert await wanted(office, shelf, "finance-1", paper) == []


async def test_a_request_that_became_needless_or_lost_its_round_waits_for_nobody(office: Database) -> None:
    shelf, paper = publish(office, policy()), Paper(policy())
    grant(office, "finance-1", "pmo_director")
    paper.register(cost=1_000_00)
    paper.ask("ask_for_waiver", "manager", gate="plan", requirement="evidence.plan", reason="It is printed.")
    paper.supply("plan", "plan")
    bring(office, paper)
    assert await wanted(office, shelf, "finance-1", paper) == []
    paper.supply("plan", "risks")
    paper.submit("plan")
    paper.ask("withdraw_submission", "manager", gate="plan", reason="Too early.")
    bring(office, paper)
    assert await wanted(office, shelf, "finance-1", paper) == []


async def test_who_looks_again_is_judged_again_only_where_something_has_changed(
    office: Database, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []
    as_it_was = Capacity.may_vote

    def counted(capacity: Capacity, books: Books, state: ProjectState, round_: Round, now: datetime) -> bool:
        judged.append(state.project)
        return as_it_was(capacity, books, state, round_, now)

    monkeypatch.setattr(Capacity, "may_vote", counted)
    papers = [submitted("P-1"), submitted("P-2")]
    bring(office, *papers)
    now = papers[0].now.replace(second=10)
    inboxes = Inboxes(office, shelf, lambda: now)

    async def projects() -> list[str]:
        return [item.project for item in (await inboxes.of("finance-1")).items]

    assert await projects() == await projects() == ["P-1", "P-2"]
    assert judged == ["P-1", "P-2"]
    papers[0].vote("plan", by="finance-1")
    bring(office, papers[0])
    assert await projects() == ["P-2"]
    assert judged == ["P-1", "P-2"], "whoever has voted is not looked at, and P-2 is what it was"
    papers[1].vote("plan", by="sponsor")
    bring(office, papers[1])
    assert await projects() == ["P-2"]
    assert judged == ["P-1", "P-2", "P-2"], "somebody's vote is news for all"
    now += timedelta(minutes=1)
    assert await projects() == ["P-2"]
    assert judged == ["P-1", "P-2", "P-2", "P-2"]


async def test_what_was_judged_for_somebody_with_other_roles_is_not_remembered(office: Database, shelf: Shelf) -> None:
    paper = submitted()
    bring(office, paper)
    inboxes = Inboxes(office, shelf, lambda: paper.now)
    assert told(await inboxes.of("deputy")) == []
    lend(office, "finance-1", "deputy")
    assert told(await inboxes.of("deputy")) == [("vote", "P-1", "plan")]
    grant(office, "deputy", "finance")
    assert told(await inboxes.of("deputy")) == [("vote", "P-1", "plan")] * 2
