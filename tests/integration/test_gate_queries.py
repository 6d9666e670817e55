"""Pages of gates from the records: within reach, with their past, and what the reader may do."""

from datetime import timedelta

import pytest

from lifecycle.domain.people import Delegation
from lifecycle.domain.project import Outcome
from lifecycle.persistence import delegations
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.session import Database
from lifecycle.service.deeds import RefusedError
from lifecycle.service.gate_queries import GateQueries
from lifecycle.service.shelf import Shelf
from tests.integration.governed import bring, publish
from tests.integration.rows import NOW
from tests.paper import MONDAY, Paper
from tests.policies import policy


@pytest.fixture
def shelf(office: Database) -> Shelf:
    return publish(office, policy())


@pytest.fixture
def paper(office: Database, shelf: Shelf) -> Paper:
    """A project whose plan was sent back once and is submitted again, with a second version of the plan."""
    paper = Paper(policy())
    paper.register(cost=1_000_00)
    paper.supply("plan", "plan")
    paper.submit("plan")
    paper.vote("plan", "finance-1", "reject")
    paper.pass_by(days=1)
    paper.supply("plan", "plan", version=2)
    paper.submit("plan")
    bring(office, paper)
    return paper


@pytest.fixture
def queries(office: Database, shelf: Shelf, paper: Paper) -> GateQueries:
    return GateQueries(office, shelf, lambda: paper.now)


async def test_a_gate_is_shown_with_its_past(queries: GateQueries) -> None:
    view = await queries.gate("finance-1", "P-1", "plan")
    assert view.round
    assert view.round.number == 2
    (first,) = view.earlier
    assert first.decision
    assert (first.number, first.decision.outcome, first.votes[0].voter) == (1, Outcome.RECYCLE, "finance-1")
    assert [version.version for version in view.evidence[0].versions] == [1, 2]
    assert {action.action for action in view.actions if action.allowed} == {"cast_vote", "ask_for_information"}
    assert [slot.candidates for slot in view.slots] == [("sponsor",), ("finance-1", "finance-2")]


async def test_what_somebody_may_do_depends_on_whose_authority_they_use(
    office: Database, queries: GateQueries, paper: Paper
) -> None:
    own = await queries.actions("deputy", "P-1")
    assert not [item for item in own.items if item.allowed]
    given = Delegation(
        id="d", giver="sponsor", receiver="deputy", starts=MONDAY, ends=MONDAY + timedelta(days=9), reason="Away."
    )
    office.write_now(lambda connection: delegations.delegate(connection, given, Signature("office", NOW)))
    lent = await queries.actions("deputy", "P-1", acting_for="sponsor")
    assert "plan.approve" in [item.subject for item in lent.items if item.allowed]
    assert lent.version == len(paper.told)


async def test_absent_and_forbidden_are_the_same(queries: GateQueries) -> None:
    told = []
    for person, key in (("leaver", "P-1"), ("office", "P-2"), ("nobody", "P-2")):
        with pytest.raises(RefusedError) as refused:
            await queries.gate(person, key, "plan")
        told.append((refused.value.code, refused.value.sentence, refused.value.remedy))
    assert len(set(told)) == 1
    assert told[0][0] == "unknown_project"


async def test_an_unknown_gate_is_told_with_those_there_are(queries: GateQueries) -> None:
    with pytest.raises(RefusedError, match="no such gate") as refused:
        await queries.gate("office", "P-1", "party")
    assert refused.value.code == "unknown_gate"
    assert "plan" in refused.value.remedy


async def test_the_list_of_gates_follows_the_policy(queries: GateQueries) -> None:
    lines = await queries.gates("manager", "P-1")
    assert [(line.gate, line.is_open) for line in lines][:2] == [("plan", True), ("handover", False)]


async def test_a_vote_is_foretold_by_what_it_leaves_of_the_approvals(queries: GateQueries, paper: Paper) -> None:
    told = len(paper.told)
    paper.vote("plan", "finance-1")
    (gives,) = await queries.aftermaths("finance-1", "P-1", "plan", [tuple(paper.told[told:])])
    assert gives
    assert (gives.given, gives.missing, gives.stuck) == (("finance",), ("sponsor",), ())
    assert (gives.against, gives.decider) == ((), None)


async def test_who_steps_aside_is_told_that_nobody_else_could_approve(queries: GateQueries, paper: Paper) -> None:
    told = len(paper.told)
    paper.vote("plan", "sponsor", "recuse")
    (aside,) = await queries.aftermaths("sponsor", "P-1", "plan", [tuple(paper.told[told:])])
    assert aside
    assert (aside.given, aside.missing, aside.stuck) == ((), ("finance", "sponsor"), ("sponsor",))


async def test_what_decides_a_gate_leaves_no_approvals_to_speak_of(queries: GateQueries, paper: Paper) -> None:
    told = len(paper.told)
    paper.vote("plan", "finance-1", "reject")
    assert await queries.aftermaths("finance-1", "P-1", "plan", [tuple(paper.told[told:])]) == (None,)
