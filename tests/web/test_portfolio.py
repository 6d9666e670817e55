"""The portfolio and what is late, as pages: counts that lead to lists, filters that live in the address."""

import pytest

from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_filters_that_make_no_sense_are_harmless(visitor: Visitor) -> None:
    await visitor.sign_in("director")
    for narrowed in ("stage=initiation&overdue=true&text=nothing", "status=no-such-status", "tier=%22%3E%3Cb%3E"):
        page = await visitor.get(f"/portfolio?{narrowed}")
        assert page.status_code == 200
        assert "<b>" not in page.text
    assert (await visitor.get("/portfolio?after=nonsense")).status_code == 422


async def test_who_sees_nothing_is_told_what_would_be_here(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    assert "There are no projects that you may see" in (await visitor.get("/portfolio")).text
    late = (await visitor.get("/overdue")).text
    assert "Nothing is past its deadline" in late


async def test_nobody_looks_at_the_portfolio_without_signing_in(visitor: Visitor) -> None:
    assert (await visitor.get("/portfolio")).status_code == 303
    assert (await visitor.get("/overdue")).status_code == 303


async def test_the_board_keeps_what_it_is_narrowed_to(visitor: Visitor) -> None:
    await visitor.sign_in("director")
    page = await visitor.get("/portfolio/board?text=bridge&tier=%22%3E%3Cb%3E")
    assert page.status_code == 200
    assert "<b>" not in page.text
    assert "/portfolio?text=bridge" in page.text
    assert "No project fits" in page.text


async def test_the_projects_are_saved_as_files(visitor: Visitor) -> None:
    await visitor.sign_in("director")
    table = await visitor.get("/portfolio/export?format=csv&stage=planning")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == "attachment; filename=portfolio.csv"
    assert (await visitor.get("/portfolio/export?format=exe")).status_code == 422


async def test_indicators_without_any_history_say_so(visitor: Visitor) -> None:
    await visitor.sign_in("director")
    assert (await visitor.get("/portfolio/indicators")).text.count("There is nothing to draw yet.") == 5


async def test_a_portfolio_that_is_looked_at_stays_chosen_from_view_to_view(visitor: Visitor) -> None:
    await visitor.sign_in("director")
    for view in ("/portfolio", "/portfolio/board", "/portfolio/indicators"):
        page = (await visitor.get(f"{view}?portfolio=R%26D")).text
        assert "<option selected>R&amp;D</option>" in page
        assert 'href="/portfolio/indicators?portfolio=R%26D"' in page
        assert 'href="/portfolio/board?portfolio=R%26D"' in page
