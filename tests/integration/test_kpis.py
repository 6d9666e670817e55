"""Indicators: what was decided, how long projects and gates took, what was late and when, within one's reach."""

from datetime import date, timedelta

import pytest

from lifecycle.domain.project import Outcome
from lifecycle.persistence.session import Database
from lifecycle.service.indicators import Indicators
from lifecycle.service.kpis import Kpis
from lifecycle.service.shelf import Shelf
from tests.integration.governed import bring, publish
from tests.paper import MONDAY, Paper
from tests.policies import policy


@pytest.fixture
def shelf(office: Database) -> Shelf:
    return publish(office, policy())


def planned(key: str, portfolio: str = "rail", start: int = 0) -> Paper:
    """A project whose plan was prepared for a day, asked about for a day, held for a day, and decided on Friday."""
    paper = Paper(policy(), key)
    paper.now = MONDAY + timedelta(weeks=start)
    paper.register(portfolio, cost=1_000_00)
    paper.pass_by(days=1)
    paper.supply("plan", "plan")
    paper.submit("plan")
    paper.ask("ask_for_information", "sponsor", gate="plan", round=1, question="Who pays?")
    paper.pass_by(days=1)
    paper.ask("answer_information", "manager", gate="plan", answer="We do.")
    paper.ask("hold_project", "sponsor", reason="No staff.")
    paper.pass_by(days=1)
    paper.ask("resume_project", "sponsor", reason="Staff came.")
    paper.pass_by(days=1)
    paper.vote("plan", "sponsor")
    paper.vote("plan", "finance-1")
    return paper


async def figures(office: Database, shelf: Shelf, paper: Paper, person: str = "office") -> Kpis:
    return await Indicators(office, shelf, lambda: paper.now).of(person)


async def test_the_time_to_a_decision_is_told_apart_by_who_was_awaited(office: Database, shelf: Shelf) -> None:
    paper = planned("P-1")
    bring(office, paper)
    (gate,) = (await figures(office, shelf, paper)).gates
    assert (gate.gate, gate.rounds) == ("plan", 1)
    assert (gate.submitter, gate.gatekeepers, gate.hold) == (2.0, 1.0, 1.0)


async def test_decisions_are_counted_by_month_also_where_there_were_none(office: Database, shelf: Shelf) -> None:
    first, second = planned("P-1"), planned("P-2", start=4)
    bring(office, first, second)
    months = (await figures(office, shelf, second)).decisions
    assert (len(months), months[-1].month, months[0].month) == (12, "2026-04", "2025-05")
    assert [month.decisions for month in months[-3:]] == [{}, {Outcome.GO: 1}, {Outcome.GO: 1}]


async def test_the_days_in_a_stage_are_those_of_projects_that_left_it(office: Database, shelf: Shelf) -> None:
    papers = [planned(f"P-{number}") for number in range(3)]
    waiting = Paper(policy(), "P-4")
    waiting.register(cost=1_000_00)
    bring(office, *papers, waiting)
    (stage,) = (await figures(office, shelf, papers[0])).stages
    assert (stage.stage, stage.projects, stage.lower, stage.median, stage.upper) == ("planning", 3, 4, 4, 4)


async def test_what_was_late_counts_in_the_weeks_at_whose_end_it_was(office: Database, shelf: Shelf) -> None:
    late, still = Paper(policy(), "P-1"), Paper(policy(), "P-2")
    for paper in (late, still):
        paper.register(cost=1_000_00)
        paper.supply("plan", "plan")
        paper.submit("plan")
    late.pass_by(days=7)
    late.vote("plan", "office")
    still.pass_by(days=16)
    bring(office, late, still)
    weeks = (await figures(office, shelf, still)).overdue
    assert [(week.until, week.overdue) for week in weeks[-4:]] == [
        (date(2026, 3, 2), 0),
        (date(2026, 3, 9), 2),
        (date(2026, 3, 16), 1),
        (date(2026, 3, 18), 1),
    ]


async def test_living_projects_stand_in_a_grid_of_tiers_and_stages(office: Database, shelf: Shelf) -> None:
    small, large, ended = (Paper(policy(), key) for key in ("P-1", "P-2", "P-3"))
    small.register(cost=1_000_00)
    large.register(stage="delivery", cost=900_000_00)
    ended.register(cost=1_000_00)
    ended.ask("kill_project", "sponsor", reason="No need.")
    bring(office, small, large, ended)
    grid = (await figures(office, shelf, small)).grid
    assert [(cell.tier, cell.stage, cell.projects) for cell in grid] == [
        ("light", "planning", 1),
        ("major", "planning", 0),
        ("light", "delivery", 0),
        ("major", "delivery", 1),
    ]


async def test_everybody_sees_the_figures_of_what_they_may_see(office: Database, shelf: Shelf) -> None:
    rail, road = planned("P-1"), planned("P-2", portfolio="road")
    bring(office, rail, road)
    assert [gate.rounds for gate in (await figures(office, shelf, rail, "finance-1")).gates] == [2]
    mine = await figures(office, shelf, rail, "finance-2")
    assert ([gate.rounds for gate in mine.gates], [stage.projects for stage in mine.stages]) == ([1], [1])
    nothing = await figures(office, shelf, rail, "leaver")
    assert (nothing.gates, nothing.stages, nothing.grid, nothing.overdue[-1].overdue) == ((), (), (), 0)


async def test_figures_of_one_portfolio_leave_the_others_out(office: Database, shelf: Shelf) -> None:
    rail, road = planned("P-1"), planned("P-2", portfolio="road")
    late = Paper(policy(), "P-3")
    late.register("road", cost=1_000_00)
    late.supply("plan", "plan")
    late.submit("plan")
    late.pass_by(days=16)
    bring(office, rail, road, late)
    indicators = Indicators(office, shelf, lambda: late.now)
    whole, part = await indicators.of("office"), await indicators.of("office", "rail")
    assert (whole.gates[0].rounds, part.gates[0].rounds) == (2, 1)
    assert (whole.stages[0].projects, part.stages[0].projects) == (2, 1)
    assert (whole.overdue[-1].overdue, part.overdue[-1].overdue) == (1, 0)
    assert [sum(cell.projects for cell in found.grid) for found in (whole, part)] == [3, 1]
    assert (await indicators.of("finance-2", "road")).gates == ()


async def test_figures_are_good_for_a_minute(office: Database, shelf: Shelf) -> None:
    first, second = planned("P-1"), planned("P-2")
    bring(office, first)
    indicators = Indicators(office, shelf, lambda: first.now)
    before = await indicators.of("office")
    bring(office, second)
    assert await indicators.of("office") == before
    first.now += timedelta(minutes=1)
    assert (await indicators.of("office")).gates[0].rounds == 2
