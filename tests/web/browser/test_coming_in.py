"""Coming in, in a browser: with a code, as a role of the sample, with the account of the organisation, by keyboard."""

import warnings
from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from pydantic import SecretStr

from api.web.entrance import Entrance
from api.web.provider import Provider
from lifecycle.persistence import accounts
from lifecycle.persistence.audit import Signature
from lifecycle.service.codes import new_code
from lifecycle.service.envelopes import Envelope
from tests.web.browser.house import House
from tests.web.browser.test_access import LOOKS, RULES

with warnings.catch_warnings(record=True):
    import oidc_provider_mock  # it warns of what its own libraries will leave out some day

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
]
PASSWORD = "a quiet river in spring"


async def test_the_first_administrator_chooses_a_password_once(house: House) -> None:
    code, now = new_code(), house.office.now()
    await house.office.people.add(Envelope("administrator", code), "first", "First administrator", None)
    by = Signature("lifecycle", now)
    house.office.database.write_now(lambda connection: accounts.invite(connection, "first", code, None, by))
    page = await house.open(None, "/welcome")
    await choose_password(page, code)
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    await page.locator("details.me summary").click()
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_label("Name of the account").fill("first")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    again = await house.open(None, "/welcome")
    await choose_password(again, code)
    await expect(again.get_by_role("alert")).to_contain_text("This code opens nothing")


async def choose_password(page: Page, code: str) -> None:
    await page.get_by_label("Code").fill(code)
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_label("The same once more").fill(PASSWORD)
    await page.get_by_role("button", name="Choose it and sign in").click()


async def test_with_the_keyboard_alone_one_comes_in_and_out(house: House) -> None:
    page = await house.open(None, "/people")
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    await page.get_by_role("button", name="PMO director").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="People")).to_be_visible()
    await page.locator("details.me summary").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Sign out").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


async def test_one_delegates_and_the_delegate_sees_whose_work_it_is(house: House) -> None:
    project = await house.desk.register()
    await project.submit()
    page = await house.open("sponsor", "/people/sponsor/away")
    await page.get_by_label("Who acts").fill("deputy")
    await page.get_by_label("Last day").last.fill((house.office.now().date().replace(day=28)).isoformat())
    await page.get_by_label("Reason", exact=True).fill("On leave.")
    await page.get_by_role("button", name="Let them act").click()
    await expect(page.get_by_text("The delegation is noted")).to_be_visible()
    deputy = await house.open("deputy", "/")
    await expect(deputy.get_by_text("for Sponsor").first).to_be_visible()
    await page.get_by_role("button", name="End it now").first.click()
    await expect(page.get_by_text("The delegation has ended.")).to_be_visible()


@pytest.fixture
def provider(house: House) -> Iterator[Provider]:
    """A provider of the organisation, to which the sign-in page leads while a story lasts."""
    app = house.app
    usual: Entrance = app.state.entrance
    known = oidc_provider_mock.User(sub="directs", claims={"name": "Corporate director", "groups": ["g-pmo"]})
    with oidc_provider_mock.run_server_in_thread(user_claims=[known], require_nonce=True) as server:
        issuer = f"http://localhost:{server.server_port}"
        there = Provider(issuer, "lifecycle", SecretStr("secret"), name="Corporate account")
        roles = {"g-pmo": (("pmo_director", "everywhere"),)}
        app.state.entrance = replace(usual, address=house.home, provider=there, roles=roles)
        yield there
    app.state.entrance = usual


async def test_one_comes_in_with_the_account_of_the_organisation(house: House, provider: Provider) -> None:
    page = await house.open(None, "/people")
    await page.get_by_role("link", name="Sign in with Corporate account").click()
    await page.get_by_role("textbox").fill("directs")
    await page.get_by_role("button", name="Authorize", exact=True).click()
    await expect(page.get_by_role("heading", name="People")).to_be_visible()
    await expect(page.get_by_text("Corporate director").first).to_be_visible()
    house.watch.complaints.clear()  # the provider's own page is not ours


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_axe_finds_nothing_on_the_pages_about_people(house: House, scheme: str, width: int) -> None:
    found = {}
    pages = {
        None: ["/sign-in", "/welcome"],
        "director": ["/me", "/people", "/people/sponsor", "/people/director/leaving", "/people/director/away"],
        "pm": ["/me", "/people/pm", "/people/pm/away"],
    }
    for person, paths in pages.items():
        context = await house.sit(person, color_scheme=scheme, viewport={"width": width, "height": 800})
        page = await context.new_page()
        for path in paths:
            await page.goto(path)
            result = await Axe().run(page, options=RULES)
            if result.violations_count:
                found[f"{person} {path}"] = result.generate_report()
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert not found, "\n".join(found.values())
