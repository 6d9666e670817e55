"""The first run of an office of one's own: a code, a password, an empty inbox that says what comes next."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from lifecycle.service.founding import first_code
from tests.web.browser.house import at_home
from tests.web.browser.test_coming_in import PASSWORD, choose_password

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


async def test_the_first_administrator_finds_the_way_from_the_code_to_the_projects(tmp_path: Path) -> None:
    async with at_home(tmp_path, sample=False) as house:
        code = house.office.database.write_now(lambda connection: first_code(connection, house.office.now()))
        page = await house.open(None, "/")
        await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
        await expect(page.get_by_role("button", name="PMO director")).to_have_count(0)
        await page.goto("/welcome")
        await choose_password(page, "not the code")
        await expect(page.get_by_role("alert")).to_contain_text("This code opens nothing")
        await choose_password(page, code or "")
        await expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
        await expect(page.get_by_text("What you are asked for appears here by itself")).to_be_visible()
        await page.get_by_role("link", name="Bring a register of projects in").click()
        await expect(page.get_by_role("heading", name="Upload a register")).to_be_visible()
        await expect(page.get_by_role("heading", name="Nothing was imported yet")).to_be_visible()
        await page.locator("details.me summary").click()
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_label("Name of the account").fill("administrator")
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()
        assert not house.watch.complaints
