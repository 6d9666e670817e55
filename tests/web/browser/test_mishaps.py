"""What goes wrong at a gate: others act meanwhile, forms come twice, sessions end, scripts are off."""

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.api.desk import PDF
from tests.web.browser.house import House
from tests.web.browser.test_gates import vote

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]

DEAR = {"whole_life_cost": 100_000_000, "risk": "medium"}
"""Facts of a project in the standard tier, whose charter needs the sponsor and one of finance."""


async def prepared(house: House) -> str:
    """A submitted charter that two people have to approve; the path of its page."""
    project = await house.desk.register(DEAR)
    await project.upload("charter")
    await project.submit()
    return f"/projects/{project.key}/gates/charter"


async def test_two_people_click_at_once_and_each_gets_one_clear_answer(house: House) -> None:
    path = await prepared(house)
    first, second = await house.open("finance-1", path), await house.open("finance-2", path)
    await vote(first, "Reject", "The money is not there.")
    await expect(first.get_by_text("Your vote is recorded.")).to_be_visible()
    await vote(second, "Approve", "I see it differently.")
    told = second.get_by_role("alert")
    await expect(told).to_contain_text("Since you opened the page:")
    await expect(told).to_contain_text("First finance gatekeeper voted: Reject")
    await expect(told).to_contain_text("The money is not there.")


async def test_a_page_that_is_behind_says_what_changed_and_keeps_what_was_typed(house: House) -> None:
    path = await prepared(house)
    page = await house.open("sponsor", path)
    await page.get_by_role("radio", name="Approve").check()
    await page.get_by_label("Why", exact=True).first.fill("It is worth doing.")
    manager = await house.open("pm", f"{path}/prepare")
    await manager.locator("#item-business_case").get_by_text("Supply a newer version").click()
    file = FilePayload(name="better.pdf", mimeType="application/pdf", buffer=PDF + b"better")
    await manager.get_by_label("File: Business case").set_input_files(files=file)
    await manager.locator("#item-business_case").get_by_role("button", name="Supply").click()
    await expect(manager.get_by_text("It is supplied.")).to_be_visible()
    await expect(page.get_by_text("This gate has changed since you opened it.")).to_be_visible()
    await page.get_by_role("button", name="Vote").click()
    await expect(page.get_by_role("alert")).to_contain_text("supplied Business case, version 2")
    await expect(page.get_by_label("Why", exact=True).first).to_have_value("It is worth doing.")
    await page.get_by_role("button", name="Vote").click()
    await expect(page.get_by_text("Your vote is recorded.")).to_be_visible()


async def test_an_inbox_refreshes_itself(house: House) -> None:
    page = await house.open("architect-1", "/")
    await expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    sponsor = await house.open("sponsor", "/")
    path = await prepared(house)
    await expect(sponsor.locator(f"a[href='{path}']").first).to_be_visible()


async def test_a_session_that_ends_while_somebody_types_loses_nothing(house: House) -> None:
    path = await prepared(house)
    page = await house.open("sponsor", path)
    await page.get_by_role("radio", name="Approve").check()
    await page.get_by_label("Why", exact=True).first.fill("A long and careful reason.")
    await house.office.sign_ins.end("sponsor")
    await page.get_by_role("button", name="Vote").click()
    await expect(page.get_by_text("nothing that you typed is lost")).to_be_visible()
    await page.get_by_role("button", name="Sponsor", exact=True).click()
    await expect(page.get_by_role("heading", name="Nothing is lost")).to_be_visible()
    await page.get_by_role("button", name="Send it now").click()
    await expect(page.get_by_text("Your vote is recorded.")).to_be_visible()
    await expect(page.get_by_text("A long and careful reason.").first).to_be_visible()


async def test_what_was_typed_survives_a_page_that_is_loaded_again(house: House) -> None:
    path = await prepared(house)
    page = await house.open("sponsor", path)
    await page.get_by_label("Why", exact=True).first.fill("Half a sentence")
    await page.reload()
    await expect(page.get_by_label("Why", exact=True).first).to_have_value("Half a sentence")
    await page.get_by_label("Why", exact=True).first.fill("A whole sentence.")
    await vote(page, "Approve", "A whole sentence.")
    await expect(page.get_by_text("Your vote is recorded.")).to_be_visible()
    assert await page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft'))") == []


async def test_without_scripts_a_gate_is_prepared_submitted_and_decided(house: House) -> None:
    project = await house.desk.register()
    await project.upload()
    path = f"/projects/{project.key}/gates/charter"
    manager = await house.open("pm", f"{path}/prepare", java_script_enabled=False)
    await manager.get_by_role("button", name="I sign this").click()
    await manager.get_by_label("Strategic fit (0 to 10)").fill("many")
    await manager.get_by_label("Urgency (0 to 10)").fill("5")
    await manager.locator("#item-assessment").get_by_role("button", name="Supply").click()
    await expect(manager.get_by_role("alert")).to_contain_text("'many' cannot be taken.")
    await expect(manager.get_by_label("Strategic fit (0 to 10)")).to_have_value("many")
    await manager.get_by_label("Strategic fit (0 to 10)").fill("9")
    await manager.locator("#item-assessment").get_by_role("button", name="Supply").click()
    await manager.get_by_role("button", name="Submit").click()
    sponsor = await house.open("sponsor", path, java_script_enabled=False)
    await vote(sponsor, "Approve", "It is worth doing.")
    await expect(sponsor.get_by_text("Your vote is recorded.")).to_be_visible()
    assert (await project.read())["stage"] == "planning"


async def test_a_file_that_is_not_what_it_says_is_refused_beside_its_form(house: House) -> None:
    project = await house.desk.register()
    page = await house.open("pm", f"/projects/{project.key}/gates/charter/prepare")
    file = FilePayload(name="case.pdf", mimeType="application/pdf", buffer=b"<html><script>alert(1)</script></html>")
    await page.get_by_label("File: Business case").set_input_files(files=file)
    await page.locator("#item-business_case").get_by_role("button", name="Supply").click()
    await expect(page.get_by_role("alert")).to_be_visible()


async def test_a_gate_is_decided_by_keyboard_alone(house: House) -> None:
    path = await prepared(house)
    page = await house.open("sponsor", path)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await _tab_to(page, "input[name=verdict]")
    await page.keyboard.press("Space")
    await _tab_to(page, "#why-vote")
    await page.keyboard.type("By keyboard alone.")
    await _tab_to(page, "form[data-draft=vote] button")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Your vote is recorded.")).to_be_visible()


async def _tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


async def test_a_form_of_an_earlier_sign_in_comes_back(house: House) -> None:
    path = await prepared(house)
    page = await house.open("sponsor", path)
    secret = await house.office.sign_ins.begin("sponsor", "sample", "the same browser, later")
    await page.context.add_cookies([{"name": "lifecycle", "value": secret, "url": house.home}])
    await vote(page, "Approve", "A long and careful reason.")
    await expect(page.get_by_role("heading", name="Nothing is lost")).to_be_visible()
    await page.get_by_role("button", name="Send it now").click()
    await expect(page.get_by_text("Your vote is recorded.")).to_be_visible()


async def test_a_form_sent_twice_has_one_effect(house: House) -> None:
    path = await prepared(house)
    page = await house.open("sponsor", path)
    await page.get_by_role("radio", name="Approve").check()
    await page.get_by_label("Why", exact=True).first.fill("Once is enough.")
    sent = """async () => {
        const form = document.querySelector("form[data-draft=vote]");
        const body = () => new URLSearchParams(new FormData(form));
        const send = () => fetch(form.action, {method: "POST", body: body(), headers: {Accept: "text/html"}});
        return (await Promise.all([send(), send()])).map((answer) => [answer.status, answer.redirected]);
    }"""
    assert await page.evaluate(sent) == [[200, True], [200, True]]
    await page.reload()
    await expect(page.locator("section[aria-labelledby=said] .prose", has_text="Once is enough.")).to_have_count(1)
