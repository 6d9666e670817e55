"""Stories of higher powers: a requirement is waived, a decision is called in, on the page of the gate."""

import pytest
from playwright.async_api import expect

from tests.api.test_overriding import submitted, waiver
from tests.web.browser.house import House
from tests.web.browser.test_gates import vote

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


async def test_a_director_waives_a_requirement_and_calls_the_decision_in_without_scripts(house: House) -> None:
    project = await submitted(house.desk)
    gate = f"/projects/{project.key}/gates/charter"
    manager = await house.open("pm", gate)
    await expect(manager.get_by_text("PMO director can waive it.")).to_be_visible()
    await expect(manager.get_by_text("Waive a requirement")).to_have_count(0)
    page = await house.open("director", f"/projects/{project.key}", java_script_enabled=False)
    await page.get_by_role("link", name="Waive").click()
    await page.get_by_label("Pass without").select_option("criteria.affordable")
    form = page.locator("form[action$='/waivers']")
    await form.get_by_label("Why").fill("The fair waits for nobody.")
    await form.get_by_label("What stands in for it").fill("A weekly look at the bills.")
    await form.get_by_label("Until").fill("2099-03-29")
    await form.get_by_role("button", name="Waive it").click()
    await expect(page.get_by_text("The waiver is granted.")).to_be_visible()
    await expect(page.get_by_text("Instead: A weekly look at the bills.")).to_be_visible()
    await expect(page.get_by_text("waived by PMO director until 29 March 2099")).to_be_visible()

    await page.get_by_text("Call the decision in").click()
    form = page.locator("form[action$='/call-in']")
    await form.get_by_label("Why").fill("It is too big for the board.")
    await form.get_by_role("button", name="Call it in").click()
    await expect(page.get_by_text("The decision is called in; earlier votes no longer count.")).to_be_visible()
    await expect(page.get_by_text("Call it in")).to_have_count(0)
    await vote(page, "Approve", "It is worth doing.")
    await expect(page.get_by_text("Your vote is recorded.")).to_be_visible()
    assert (await project.read())["stage"] == "work"


async def test_a_waiver_that_ends_in_the_past_is_turned_away_and_stays_typed(house: House) -> None:
    project = await submitted(house.desk)
    page = await house.open("director", f"/projects/{project.key}/gates/charter", java_script_enabled=False)
    await page.get_by_text("Waive a requirement").click()
    form = page.locator("form[action$='/waivers']")
    await form.get_by_label("Why").fill("The fair waits for nobody.")
    await form.get_by_label("What stands in for it").fill("A weekly look.")
    await form.get_by_label("Until").evaluate("day => { day.min = ''; day.value = '2020-01-01' }")
    await form.get_by_role("button", name="Waive it").click()
    await expect(page.get_by_text("The waiver would already have expired.")).to_be_visible()
    await expect(form.get_by_label("What stands in for it")).to_have_value("A weekly look.")


async def test_a_manager_asks_for_a_waiver_and_a_director_answers_from_the_inbox_without_scripts(house: House) -> None:
    project = await submitted(house.desk)
    gate = f"/projects/{project.key}/gates/charter"
    manager = await house.open("pm", gate, java_script_enabled=False)
    await manager.get_by_text("Ask for a waiver", exact=True).last.click()
    form = manager.locator("form[action$='/waivers/request']")
    await form.get_by_label("Pass without").select_option("criteria.affordable")
    await form.get_by_label("Why it cannot be had in time").fill("The fair waits for nobody.")
    await form.get_by_role("button", name="Ask for it").click()
    await expect(manager.get_by_text("Your request is on its way to whoever may grant it.")).to_be_visible()
    await expect(manager.locator("#asked")).to_contain_text("asked by Project manager")
    await expect(manager.get_by_role("button", name="Decline")).to_have_count(0)

    director = await house.open("director", "/", java_script_enabled=False)
    line = director.locator("li.item", has_text="A waiver is asked for").filter(has_text=project.key)
    await expect(line).to_contain_text("The fair waits for nobody.")
    await line.get_by_role("link", name="Look and answer").click()
    await director.get_by_text("Decline it").click()
    await director.get_by_label("Why not").fill("Lower the cost.")
    await director.get_by_role("button", name="Decline").click()
    await expect(director.get_by_text("The request is declined.")).to_be_visible()
    await expect(director.locator("#asked")).to_have_count(0)


async def test_a_director_takes_a_waiver_back_while_the_gate_is_open(house: House) -> None:
    project = await submitted(house.desk)
    await project.done("director", "/waivers", waiver())
    page = await house.open("director", f"/projects/{project.key}/gates/charter", java_script_enabled=False)
    await page.get_by_text("Revoke it").click()
    form = page.locator("form[action$='/waivers/revocation']")
    await form.get_by_label("Why").fill("It is too dear after all.")
    await form.get_by_role("button", name="Revoke the waiver").click()
    await expect(page.get_by_text("The waiver is revoked; the gate asks for it again.")).to_be_visible()
    await expect(page.get_by_text("Revoked: It is too dear after all.")).to_be_visible()
    await expect(page.get_by_text("Revoke it")).to_have_count(0)
