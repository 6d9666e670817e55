"""Stories of the way to a go on the pages of the project and of its gate."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.api.test_preferences import choose
from tests.api.test_ways import gone
from tests.web.browser.house import House
from tests.web.browser.test_access import RULES

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


async def test_the_project_says_what_comes_next_and_whose_it_is(house: House) -> None:
    project = await house.desk.register()
    page = await house.open("pm", f"/projects/{project.key}", java_script_enabled=False)
    steps = page.locator(".stride")
    await expect(page.get_by_text(re.compile("A go is possible .+ at the earliest"))).to_be_visible()
    await expect(steps.first).to_contain_text("Supply Business case")
    await expect(steps.first).to_contain_text("yours")
    await expect(steps.last).to_contain_text("Approve Charter as Sponsor")
    await steps.first.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(r"/gates/charter/prepare#item-business_case$"))


async def test_what_is_done_is_no_step_any_more(house: House) -> None:
    project = await house.desk.register()
    await project.submit()
    page = await house.open("sponsor", f"/projects/{project.key}/gates/charter")
    (step,) = await page.locator(".stride").all()
    await expect(step).to_contain_text("Approve Charter as Sponsor")
    await expect(step).to_contain_text("yours")


async def test_a_project_that_drifts_shows_how_far_in_its_band(house: House) -> None:
    project = await house.desk.register({"whole_life_cost": 20_000_000, "finish": "2029-03-30"})
    for gate in ("charter", "baseline"):
        await gone(project, gate)
    drifted = {"whole_life_cost": 21_000_000, "finish": "2029-09-30"}
    await project.done("director", "/facts", {"facts": drifted}, method="PATCH")
    page = await house.open("pm", f"/projects/{project.key}")
    cost = page.get_by_role("img", name=re.compile("^Whole-life cost"))
    await expect(cost).to_have_attribute("aria-label", re.compile(r"\+5% from the baseline; tolerated: \+10%"))
    await expect(page.get_by_text("+184 days, beyond +30 days")).to_be_visible()
    await expect(page.get_by_text("out of tolerance")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1280)])
async def test_the_way_is_for_everybody_and_in_german(house: House, scheme: str, width: int) -> None:
    project = await house.desk.register()
    viewport = {"width": width, "height": 800}
    await choose(house.desk, "analyst", language="de")
    for path in (f"/projects/{project.key}", f"/projects/{project.key}/gates/charter"):
        page = await house.open("analyst", path, color_scheme=scheme, viewport=viewport)
        await expect(page.get_by_text(re.compile("Ein Go ist frühestens"))).to_be_visible()
        await expect(page.locator(".stride").first).to_contain_text("vorlegen")
        found = await Axe().run(page, options=RULES)
        assert not found.violations_count, found.generate_report()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await choose(house.desk, "analyst", language=None)
