"""Pages on paper: ink is dark whatever theme the reader has chosen, and what can only be clicked is left out."""

import pytest

from tests.web.browser.house import House
from tests.web.browser.test_mishaps import prepared

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]

LIGHTNESS = """element => {
    const [red, green, blue] = getComputedStyle(element).color.match(/[0-9.]+/g).map(Number);
    return (red + green + blue) / 3;
}"""


async def test_a_dark_page_is_printed_in_dark_ink_without_what_can_only_be_clicked(house: House) -> None:
    gate = await prepared(house)
    context = await house.sit("sponsor", color_scheme="dark")
    await context.add_cookies([{"name": "theme", "value": "dark", "url": house.home}])
    page = await context.new_page()
    await page.goto(gate)
    heading, words = page.locator("h1"), page.locator("main h2").first
    assert await heading.evaluate(LIGHTNESS) > 200
    await page.emulate_media(media="print", color_scheme="light")
    assert await heading.evaluate(LIGHTNESS) < 80
    assert await words.evaluate(LIGHTNESS) < 80
    assert not await page.locator("header.top").is_visible()
    assert not await page.get_by_role("button", name="Vote").is_visible()
    await context.close()
