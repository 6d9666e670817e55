"""Stories of changed policies: one proposes, another publishes, then a few projects first; with and without scripts."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.api.test_overriding import POLICY
from tests.web.browser.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]

NAME = "walked"
FIRST = POLICY.replace("policy: reserved", f"policy: {NAME}")
SECOND = FIRST.replace("version: 1", "version: 2").replace("    call_in: pmo_director\n", "    reauthenticate: true\n")


async def proposes(page: Page, text: str, why: str) -> None:
    await page.goto("/changes")
    await page.get_by_role("link", name="Propose a change").click()
    await page.get_by_label("Or its text").fill(text)
    await page.get_by_label("Why the rules change").fill(why)
    await page.get_by_role("button", name="Propose it").click()


async def publishes(page: Page, why: str) -> None:
    await page.goto("/")
    await page.locator("li.item", has_text=why).get_by_role("link", name="Look at it").click()
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_role("heading", name="Stages and gates")).to_be_visible()


async def test_a_change_is_proposed_published_by_another_and_rolled_out(house: House, tmp_path: Path) -> None:
    analyst = await house.open("analyst", "/policies", java_script_enabled=False)
    await analyst.get_by_role("link", name="Changes of policies").click()
    await proposes(analyst, FIRST.replace("from: idea", "from: nowhere"), "To begin with.")
    await expect(analyst.get_by_text("The text has faults; line and column stand before each.")).to_be_visible()
    await expect(analyst.get_by_label("Why the rules change")).to_have_value("To begin with.")
    await proposes(analyst, FIRST, "To begin with.")
    await expect(analyst.get_by_text("It is proposed. Somebody else publishes it.")).to_be_visible()
    await expect(analyst.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    director = await house.open("director", "/")
    await publishes(director, "To begin with.")
    projects = [await house.desk.register(policy=NAME) for _ in range(2)]

    paper = tmp_path / "walked.yaml"
    paper.write_text(SECOND, encoding="utf-8")
    await analyst.goto("/changes/new")
    await analyst.get_by_label("A policy file").set_input_files(paper)
    await analyst.get_by_role("button", name="Check it").click()
    await expect(analyst.get_by_text("It can be proposed.")).to_be_visible()
    await proposes(analyst, SECOND, "The auditors ask who it was.")
    await expect(analyst.get_by_text("now proves anew who they are")).to_be_visible()
    await analyst.get_by_role("button", name="Try it on the portfolio").click()
    await expect(analyst.get_by_role("heading", name="What it would do")).to_be_visible()
    await publishes(director, "The auditors ask who it was.")

    await director.goto("/rollouts")
    await director.get_by_label("Edition").select_option(f"{NAME}:2")
    await director.get_by_label("Why").fill("Not only at the next gate.")
    await director.get_by_label("Projects at first").fill("1")
    await director.get_by_role("button", name="Plan it").click()
    await expect(director.get_by_text("planned").first).to_be_visible()
    await director.get_by_role("button", name="Start with 1 project").click()
    await expect(director.get_by_text("The first projects are bound.")).to_be_visible()
    await director.get_by_role("button", name="Go on").click()
    await expect(director.get_by_text("done", exact=True)).to_be_visible()
    assert [(await project.read())["policy"]["version"] for project in projects] == [2, 2]
    await director.get_by_role("button", name="Take it back").click()
    await expect(director.get_by_text("taken back", exact=True)).to_be_visible()
    assert [(await project.read())["policy"]["version"] for project in projects] == [1, 1]
