"""A director sets up an absence and a delegation; the delegate decides for the other, and the record says so."""

import asyncio
import re
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from icalendar import Calendar
from playwright.async_api import Route, expect

from tests.web.browser.house import House
from tests.web.browser.test_gates import vote

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


def deadlines(content: bytes, key: str) -> list[str]:
    """What a calendar says of a project."""
    events = Calendar.from_ical(content).walk("VEVENT")
    return [str(event["SUMMARY"]) for event in events if f"/projects/{key}/" in str(event["URL"])]


async def test_a_delegate_decides_for_another_and_the_record_says_so(house: House) -> None:
    project = await house.desk.register()
    await project.submit()
    today, later = (f"{house.office.now() + timedelta(days=days):%Y-%m-%d}" for days in (0, 5))
    director = await house.open("director", "/people/sponsor")
    await director.get_by_role("link", name="Note an absence or a delegation").click()
    await expect(director.get_by_text("nobody else can act as sponsor").first).to_be_visible()
    delegation = director.locator("form[action$='/delegations']")
    await delegation.get_by_label("Who acts").fill("deputy")
    await delegation.get_by_label("Last day").fill(later)
    await delegation.get_by_label("Reason").fill("On leave.")
    await delegation.get_by_role("button", name="Let them act").click()
    await expect(director.get_by_text("The delegation is noted")).to_be_visible()
    await director.get_by_role("link", name="Note an absence or a delegation").click()
    absence = director.locator("form[action$='/absences']")
    await absence.get_by_label("First day").fill(today)
    await absence.get_by_label("Last day").fill(later)
    await absence.get_by_role("button", name="Note the absence").click()
    await expect(director.get_by_text("The absence is noted")).to_be_visible()

    deputy = await house.open("deputy", "/me")
    await deputy.get_by_role("button", name=re.compile("Make (an|a new) address")).click()
    address = (await deputy.locator("code", has_text="/calendar/").inner_text()).strip()
    async with httpx2.AsyncClient(base_url=house.home) as program:
        feed = (await program.get(urlsplit(address).path)).content
    assert deadlines(feed, project.key) == ["Vote: Charter · Footbridge"]

    await deputy.goto("/")
    mine = deputy.locator("li", has=deputy.locator(f"a[href='/projects/{project.key}/gates/charter?for=sponsor']"))
    await expect(mine.get_by_text("for Sponsor")).to_be_visible()
    await mine.get_by_role("link", name=re.compile("Look and vote")).click()
    await expect(deputy.get_by_text("You act for Sponsor; the record says so.").first).to_be_visible()
    await vote(deputy, "Approve", "In the sponsor's name: it is worth doing.")
    await expect(deputy.get_by_text("Your vote is recorded.")).to_be_visible()
    assert (await project.read())["stage"] == "planning"

    manager = await house.open("pm", f"/projects/{project.key}/gates/charter")
    await expect(manager.get_by_text("Deputy for Sponsor").first).to_be_visible()
    async with httpx2.AsyncClient(base_url=house.home) as program:
        feed = (await program.get(urlsplit(address).path)).content
    assert deadlines(feed, project.key) == [], "what is done stands in no calendar"

    await director.get_by_role("button", name="End it now").click()
    await expect(director.get_by_text("The delegation has ended.")).to_be_visible()
    await director.get_by_role("button", name="Take back").click()
    await expect(director.get_by_text("The absence is taken back.")).to_be_visible()


async def test_notices_come_by_themselves_and_are_opened(house: House) -> None:
    page = await house.open("sponsor", "/notices")
    project = await house.desk.register(name="Lighthouse on the pier")
    await project.submit()
    told = page.locator("li", has_text="Lighthouse on the pier: Your vote is asked")
    await expect(told).to_be_visible()
    count = await page.locator("#bell .count").inner_text()
    await told.get_by_role("button", name=re.compile("^Open it")).click()
    await expect(page.get_by_role("heading", name=re.compile("Charter"))).to_be_visible()
    if count.isdecimal() and int(count) > 1:
        await expect(page.locator("#bell .count")).to_have_text(str(int(count) - 1))
    await page.goto("/notices?unseen=yes")
    await expect(page.locator("li", has_text="Lighthouse on the pier: Your vote is asked")).to_have_count(0)


async def test_what_was_told_before_a_page_could_listen_is_shown_too(house: House) -> None:
    context = await house.sit("sponsor")
    page = await context.new_page()
    listens = asyncio.Event()

    async def late(route: Route) -> None:
        await listens.wait()
        await route.continue_()

    await page.route("**/live/notices", late)
    await page.goto("/notices")
    project = await house.desk.register(name="Jetty at the mill")
    await project.submit()
    listens.set()
    await expect(page.locator("li", has_text="Jetty at the mill: Your vote is asked")).to_be_visible()
