"""What is late, how far it has escalated, what comes next, and who holds it."""

from datetime import datetime, timedelta

import pytest

from lifecycle.domain.people import Grant
from lifecycle.domain.project import LadderAction
from lifecycle.persistence import absences, roles
from lifecycle.persistence.absences import Absence
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.session import Database
from lifecycle.service.overdue import Late, Overdue
from lifecycle.service.shelf import Shelf
from tests.integration.governed import bring, publish
from tests.integration.rows import NOW
from tests.paper import MONDAY, Paper
from tests.policies import policy

BY = Signature("office", NOW)


@pytest.fixture
def shelf(office: Database) -> Shelf:
    office.write_now(lambda c: roles.grant(c, Grant(person="deputy", role="deputy", scope="everywhere"), BY))
    return publish(office, policy())


def submitted(key: str, days: float, portfolio: str = "rail", start: datetime = MONDAY) -> Paper:
    paper = Paper(policy(), key)
    paper.now = start
    paper.register(portfolio, cost=1_000_00)
    paper.supply("plan", "plan")
    paper.submit("plan")
    paper.pass_by(days=days)
    return paper


async def late(office: Database, shelf: Shelf, paper: Paper, person: str = "office") -> Late:
    return await Overdue(office, shelf, lambda: paper.now).of(person)


async def test_a_late_gate_says_what_happened_and_what_comes_next(office: Database, shelf: Shelf) -> None:
    paper = submitted("P-1", days=2)
    bring(office, paper)
    found = await late(office, shelf, paper)
    (line,) = found.page.lines
    assert (line.project, line.gate, line.ladder_level, found.total) == ("P-1", "plan", 2, 1)
    assert line.due == MONDAY + timedelta(days=1, hours=8)
    assert line.last_step
    assert (line.last_step.action, line.last_step.role) == (LadderAction.NOTIFY, "pmo_director")
    assert line.next_step
    assert (line.next_step.action, line.next_step.role) == (LadderAction.WIDEN, "deputy")
    assert line.next_at == MONDAY + timedelta(days=2, hours=8)


async def test_it_is_held_by_those_who_can_still_say_yes(office: Database, shelf: Shelf) -> None:
    paper = submitted("P-1", days=0)
    paper.vote("plan", "sponsor")
    paper.pass_by(days=2)
    bring(office, paper)
    (line,) = (await late(office, shelf, paper)).page.lines
    assert (line.roles, line.held_by) == (("finance",), ("finance-1", "finance-2"))
    away = Absence("a", "finance-1", paper.now - timedelta(hours=1), paper.now + timedelta(days=1))
    office.write_now(lambda connection: absences.announce(connection, away, BY))
    (line,) = (await late(office, shelf, paper)).page.lines
    assert line.held_by == ("finance-2",)


async def test_who_holds_a_gate_alone_is_not_asked_to_remind_themselves(office: Database, shelf: Shelf) -> None:
    paper = submitted("P-1", days=0)
    paper.vote("plan", "sponsor")
    paper.pass_by(days=2)
    bring(office, paper)
    everywhere = Grant(person="finance-2", role="pmo_analyst", scope="everywhere")
    office.write_now(lambda connection: roles.grant(connection, everywhere, BY))
    (line,) = (await late(office, shelf, paper, "finance-2")).page.lines
    assert line.may_nudge
    away = Absence("a", "finance-1", paper.now - timedelta(hours=1), paper.now + timedelta(days=1))
    office.write_now(lambda connection: absences.announce(connection, away, BY))
    (line,) = (await late(office, shelf, paper, "finance-2")).page.lines
    assert (line.held_by, line.may_nudge) == (("finance-2",), False)


async def test_when_deputies_are_called_they_hold_it_too(office: Database, shelf: Shelf) -> None:
    paper = submitted("P-1", days=3.1)
    bring(office, paper)
    (line,) = (await late(office, shelf, paper)).page.lines
    assert (line.ladder_level, "deputy" in line.held_by) == (3, True)


async def test_a_gate_that_is_not_prepared_in_time_is_held_by_its_manager(office: Database, shelf: Shelf) -> None:
    paper = Paper(policy())
    paper.register(stage="delivery", cost=1_000_00)
    paper.pass_by(days=45)
    bring(office, paper)
    (line,) = (await late(office, shelf, paper)).page.lines
    assert (line.gate, line.roles, line.held_by) == ("health", ("project_manager",), ("manager",))
    assert (line.next_step, line.next_at) == (None, None)


async def test_what_is_in_time_or_out_of_sight_is_not_shown_nor_counted(office: Database, shelf: Shelf) -> None:
    paper = submitted("P-1", days=3)
    bring(office, paper, submitted("P-2", days=3, portfolio="road"), submitted("P-3", days=0, start=paper.now))
    rail = await late(office, shelf, paper, "finance-2")
    assert ([line.project for line in rail.page.lines], rail.total) == (["P-1"], 1)
    whole = await late(office, shelf, paper, "finance-1")
    assert ([line.project for line in whole.page.lines], whole.total) == (["P-1", "P-2"], 2)
    assert (await late(office, shelf, paper, "leaver")).total == 0


async def test_on_hold_the_next_step_waits(office: Database, shelf: Shelf) -> None:
    paper = submitted("P-1", days=2.5)
    paper.ask("hold_project", "sponsor", reason="No staff.")
    bring(office, paper)
    (line,) = (await late(office, shelf, paper)).page.lines
    assert (line.project_status, line.next_at) == ("on_hold", None)
