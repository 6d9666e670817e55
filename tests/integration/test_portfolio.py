"""The board counts and the list shows only what the reader may see."""

from datetime import timedelta

import pytest

from lifecycle.domain.project import Status
from lifecycle.persistence.projects import Filter
from lifecycle.persistence.session import Database
from lifecycle.service.portfolio import Portfolio
from lifecycle.service.shelf import Shelf
from tests.integration.governed import bring, publish
from tests.paper import Paper
from tests.policies import WORKS, policy

CONFIDENT = policy(facts={**WORKS["facts"], "delivery_confidence": {"type": "choice", "of": ["green", "red"]}})


@pytest.fixture
def shelf(office: Database) -> Shelf:
    return publish(office, CONFIDENT)


@pytest.fixture
def portfolio(office: Database, shelf: Shelf) -> Portfolio:
    """Three projects: one in planning whose gate is late, one in delivery, one of another portfolio that was killed."""
    late, delivery, killed = (Paper(CONFIDENT, key) for key in ("P-1", "P-2", "P-3"))
    late.register(cost=1_000_00)
    late.supply("plan", "plan")
    late.submit("plan")
    late.pass_by(days=3)
    delivery.register(stage="delivery", cost=900_000_00, delivery_confidence="red")
    killed.register("road", cost=1_000_00)
    killed.ask("kill_project", "sponsor", reason="No need.")
    bring(office, late, delivery, killed)
    return Portfolio(office, shelf, lambda: late.now + timedelta(days=7))


async def test_the_board_counts_after_the_scope(portfolio: Portfolio) -> None:
    whole = await portfolio.board("office")
    assert (whole.total, whole.overdue) == (3, 1)
    assert (whole.by_stage, [*whole.by_stage]) == ({"delivery": 1, "planning": 2}, ["planning", "delivery"])
    assert whole.portfolios == ("rail", "road")
    assert whole.by_status == {"active": 2, "killed": 1}
    assert whole.by_tier == {"light": 2, "major": 1}
    assert (await portfolio.board("finance-2")).by_status == {"active": 2}
    assert (await portfolio.board("finance-2")).portfolios == ("rail",)
    assert (await portfolio.board("leaver")).total == 0


async def test_the_board_of_one_portfolio_leaves_the_others_out(portfolio: Portfolio) -> None:
    road = await portfolio.board("office", "road")
    assert (road.total, road.by_status, road.portfolios) == (1, {"killed": 1}, ("rail", "road"))
    assert (await portfolio.board("finance-2", "road")).total == 0


async def test_a_line_says_where_a_project_stands_and_what_comes_next(portfolio: Portfolio) -> None:
    first, second, third = (await portfolio.projects("office", Filter())).lines
    assert (first.key, first.stage, first.days_in_stage, first.overdue) == ("P-1", "planning", 10, True)
    assert (first.next_gates, first.open_gates) == (("plan",), ("plan",))
    assert (second.tier, second.delivery_confidence, second.next_gates) == ("major", "red", ("handover",))
    assert (third.status, third.next_gates, third.open_gates) == (Status.KILLED, (), ())


async def test_pages_follow_each_other_within_the_filter(portfolio: Portfolio) -> None:
    first = await portfolio.projects("office", Filter(portfolio="rail"), limit=1)
    rest = await portfolio.projects("office", Filter(portfolio="rail"), first.after, limit=1)
    assert [line.key for line in (*first.lines, *rest.lines)] == ["P-1", "P-2"]
    assert rest.after is None
    assert [line.key for line in (await portfolio.projects("manager", Filter(overdue=True))).lines] == ["P-1"]
    assert (await portfolio.projects("leaver", Filter())).lines == ()


async def test_a_list_narrows_to_the_projects_that_somebody_leads(portfolio: Portfolio) -> None:
    going, ended = Filter(led_by="manager", over=False), Filter(led_by="sponsor", over=True)
    assert [line.key for line in (await portfolio.projects("office", going)).lines] == ["P-1", "P-2"]
    assert [line.key for line in (await portfolio.projects("office", ended)).lines] == ["P-3"]
    assert (await portfolio.projects("office", Filter(led_by="finance-1"))).lines == ()


async def test_the_board_has_a_lane_for_each_stage_in_which_projects_live(portfolio: Portfolio) -> None:
    lanes = (await portfolio.lanes("office", Filter(), most=1)).items
    assert [(lane.stage, lane.projects, [line.key for line in lane.shown]) for lane in lanes] == [
        ("planning", 1, ["P-1"]),
        ("delivery", 1, ["P-2"]),
    ]
    assert [lane.stage for lane in (await portfolio.lanes("office", Filter(stage="delivery"))).items] == ["delivery"]
    killed = (await portfolio.lanes("office", Filter(status=Status.KILLED))).items
    assert [line.key for lane in killed for line in lane.shown] == ["P-3"]
    assert (await portfolio.lanes("leaver", Filter())).items == ()


async def test_a_cost_stands_against_its_baseline(office: Database, portfolio: Portfolio) -> None:
    planned = Paper(CONFIDENT, "P-4")
    planned.register(cost=1_000_00)
    planned.supply("plan", "plan")
    planned.submit("plan")
    planned.vote("plan", "sponsor")
    planned.vote("plan", "finance-1")
    planned.ask("amend_facts", "office", facts={"cost": 1_040_00})
    bring(office, planned)
    first, *_, last = (await portfolio.projects("office", Filter())).lines
    assert first.cost
    assert (first.cost.now, first.cost.baseline, first.cost.unit) == (1_000_00, None, "GBP")
    assert last.cost
    assert (last.cost.now, last.cost.baseline) == (1_040_00, 1_000_00)
