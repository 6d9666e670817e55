"""What is late, as people live it: see it, remind whoever holds it, and not twice a day."""

import pytest
from playwright.async_api import Page, expect

from tests.api.test_nudges import AT_ONCE
from tests.web.browser.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


async def nudge(page: Page, name: str) -> None:
    await page.get_by_role("button", name=f"Nudge Start, {name}").click()


async def test_who_holds_a_late_gate_is_reminded_once_a_day(house: House) -> None:
    await house.desk.publish({"source": AT_ONCE})
    project = await house.desk.register({"cost": 1_000}, policy="at-once", name="Harbour wall")
    await project.done("pm", "/gates/start/submission")
    director, analyst = [await house.open(person, "/overdue") for person in ("director", "analyst")]
    row = director.get_by_role("row", name="Harbour wall")
    await expect(row).to_contain_text("Sponsor")
    await expect(row).to_contain_text("less than a working hour late")
    await nudge(director, "Harbour wall")
    await expect(director.get_by_text("They are reminded; it is on record.")).to_be_visible()
    await expect(row.get_by_text("nudged today")).to_be_visible()
    await expect(row.get_by_role("button")).to_have_count(0)
    await nudge(analyst, "Harbour wall")
    await expect(analyst.get_by_role("alert")).to_contain_text("were reminded less than a day ago")
    await expect(analyst.get_by_role("alert")).to_contain_text("Wait a day, or talk to them.")
    told = (await house.desk.get("sponsor", "/notices")).json["items"]
    assert sum("reminds you" in str(notice) for notice in told) == 1


async def test_indicators_are_drawn_and_told_as_tables(house: House) -> None:
    project = await house.desk.register(name="Depot")
    await project.submit()
    await project.done("sponsor", "/gates/charter/votes", await project.ballot())
    page = await house.open("director", "/portfolio")
    await page.get_by_role("link", name="Indicators").click()
    drawn = page.get_by_role("img", name="Decisions a month")
    await expect(drawn).to_be_visible()
    panel = page.get_by_role("region", name="Decisions a month")
    await panel.get_by_text("As a table").click()
    await expect(panel.get_by_role("columnheader", name="Go", exact=True)).to_be_visible()
    await expect(page.get_by_role("region", name="Tiers and stages").get_by_role("img")).to_be_visible()
