"""Before somebody goes it is seen which gates would lose their last legal approver."""

from datetime import timedelta

from lifecycle.domain.people import Delegation, Grant
from lifecycle.persistence import absences, delegations, people, roles
from lifecycle.persistence.absences import Absence
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.people import Person
from lifecycle.persistence.session import Database
from lifecycle.service.shelf import Shelf
from lifecycle.service.succession import Losses, Succession
from tests.integration.governed import bring, publish
from tests.integration.rows import NOW
from tests.paper import MONDAY, Paper
from tests.policies import policy

BY = Signature("office", NOW)


def grant(office: Database, person: str, role: str) -> None:
    office.write_now(lambda connection: roles.grant(connection, Grant(person=person, role=role), BY))


def submitted(key: str, portfolio: str) -> Paper:
    paper = Paper(policy(), key)
    paper.register(portfolio, cost=1_000_00)
    for item in ("plan", "risks"):
        paper.supply("plan", item)
    paper.submit("plan")
    return paper


async def losses(office: Database, shelf: Shelf, person: str, paper: Paper) -> Losses:
    return await Succession(office, shelf, lambda: paper.now).without(person)


async def test_a_gate_that_hangs_on_one_person_is_named(office: Database) -> None:
    grant(office, "sponsor", "sponsor")
    shelf, road, rail = publish(office, policy()), submitted("R-1", "road"), submitted("P-1", "rail")
    bring(office, road, rail)
    missing = await losses(office, shelf, "finance-1", rail)
    assert [(gate.project, gate.gate, gate.roles) for gate in missing.gates] == [("R-1", "plan", ("finance",))]
    assert (await losses(office, shelf, "finance-2", rail)).gates == (), "the other finance gatekeeper remains"


async def test_whoever_has_voted_is_not_missed_at_that_gate(office: Database) -> None:
    grant(office, "sponsor", "sponsor")
    shelf, paper = publish(office, policy()), submitted("R-1", "road")
    paper.vote("plan", "finance-1")
    bring(office, paper)
    assert (await losses(office, shelf, "finance-1", paper)).gates == ()


async def test_projects_that_lose_their_manager_or_sponsor_are_named(office: Database) -> None:
    grant(office, "sponsor", "sponsor")
    shelf, paper = publish(office, policy()), submitted("P-1", "rail")
    bring(office, paper)
    assert [(post.project, post.role) for post in (await losses(office, shelf, "manager", paper)).posts] == [
        ("P-1", "project_manager")
    ]
    assert [post.role for post in (await losses(office, shelf, "sponsor", paper)).posts] == ["sponsor"]


async def test_gates_of_a_policy_that_nobody_could_open_any_more_are_named(office: Database) -> None:
    for person, role in (("sponsor", "sponsor"), ("manager", "project_manager")):
        grant(office, person, role)
    shelf, paper = publish(office, policy()), submitted("P-1", "rail")
    bring(office, paper)
    director = await losses(office, shelf, "office", paper)
    assert {gate.gate for gate in director.policies} == {"handover", "health"}
    assert all(gate.witness for gate in director.policies)
    assert (await losses(office, shelf, "finance-1", paper)).policies == ()


async def test_nothing_is_missing_without_somebody_who_holds_nothing(office: Database) -> None:
    office.write_now(lambda c: people.add(c, Person("newcomer", "Newcomer", None, "local", "newcomer"), BY))
    grant(office, "sponsor", "sponsor")
    shelf, paper = publish(office, policy()), submitted("P-1", "rail")
    bring(office, paper)
    assert (await losses(office, shelf, "newcomer", paper)).none


async def test_whoever_is_stood_in_for_by_then_is_not_missed(office: Database) -> None:
    grant(office, "sponsor", "sponsor")
    shelf, paper = publish(office, policy()), submitted("R-1", "road")
    bring(office, paper)
    starts = MONDAY + timedelta(days=3)
    given = Delegation(
        id="d", giver="finance-1", receiver="deputy", starts=starts, ends=starts + timedelta(days=5), reason="Leave."
    )
    office.write_now(lambda connection: delegations.delegate(connection, given, BY))
    looking = Succession(office, shelf, lambda: paper.now)
    assert [gate.roles for gate in (await looking.without("finance-1")).gates] == [("finance",)]
    assert (await looking.without("finance-1", starts)).gates == ()
    away = Absence("a", "finance-1", starts, starts + timedelta(days=9))
    office.write_now(lambda connection: absences.announce(connection, away, BY))
    assert (await looking.without("finance-1", starts)).gates == ()
    assert (await looking.without("finance-1", starts + timedelta(days=6))).gates != (), "the stand-in's time is over"


async def test_gates_that_hang_on_one_person_stand_together(office: Database) -> None:
    grant(office, "sponsor", "sponsor")
    grant(office, "office", "pmo_director")
    shelf, road, rail = publish(office, policy()), submitted("R-1", "road"), submitted("P-1", "rail")
    bring(office, road, rail)
    looking = Succession(office, shelf, lambda: road.now)
    hinges = [(each.project, each.person, each.roles) for each in await looking.hinges("office")]
    assert ("R-1", "finance-1", ("finance",)) in hinges
    assert ("P-1", "finance-1", ("finance",)) not in hinges, "on rail another finance gatekeeper remains"
    assert {each.project for each in await looking.hinges("deputy")} == {"P-1"}, "who sees rail learns of nothing else"


async def test_a_gate_that_nobody_can_open_comes_first(office: Database) -> None:
    grant(office, "sponsor", "sponsor")
    grant(office, "office", "pmo_director")
    shelf, road, rail = publish(office, policy()), submitted("R-1", "road"), submitted("P-1", "rail")
    bring(office, rail, road)
    away = Absence("a", "finance-1", road.now - timedelta(days=1), road.now + timedelta(days=9))
    office.write_now(lambda connection: absences.announce(connection, away, BY))
    first, *_ = await Succession(office, shelf, lambda: road.now).hinges("office")
    assert (first.project, first.person, first.roles) == ("R-1", None, ("finance",))
