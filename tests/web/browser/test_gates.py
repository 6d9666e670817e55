"""Stories of a gate, as people live them: prepare, ask, answer, decide."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.api.desk import PDF
from tests.web.browser.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


async def vote(page: Page, verdict: str, why: str) -> None:
    await page.get_by_role("radio", name=re.compile(f"^{verdict}")).check()
    await page.get_by_label("Why", exact=True).first.fill(why)
    await page.get_by_role("button", name="Vote").click()


async def test_a_manager_prepares_a_gate_and_submits_it(house: House, tmp_path: Path) -> None:
    project = await house.desk.register()
    paper = tmp_path / "business case.pdf"
    paper.write_bytes(PDF)
    page = await house.open("pm", f"/projects/{project.key}")
    await page.get_by_role("link", name="Prepare Charter").click()
    await expect(page.get_by_role("heading", name="Not ready yet")).to_be_visible()
    await page.get_by_label("File: Business case").set_input_files(paper)
    await page.locator("#item-business_case").get_by_role("button", name="Supply").click()
    await expect(page.get_by_text("It is supplied.")).to_be_visible()
    await page.get_by_role("button", name="I sign this").click()
    await page.get_by_label("Strategic fit (0 to 10)").fill("8")
    await page.get_by_label("Urgency (0 to 10)").fill("5")
    await page.locator("#item-assessment").get_by_role("button", name="Supply").click()
    await expect(page.get_by_role("heading", name="Ready to submit")).to_be_visible()
    await expect(page.get_by_text("asked to decide: Sponsor")).to_be_visible()
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_text("It is submitted. The evidence is frozen")).to_be_visible()
    assert (await project.round())["status"] == "submitted"


async def test_a_gatekeeper_asks_the_manager_answers_and_the_gate_goes(house: House) -> None:
    project = await house.desk.register()
    await project.submit()
    sponsor = await house.open("sponsor", "/")
    await sponsor.locator(f"a[href='/projects/{project.key}/gates/charter']", has_text="Look and vote").click()
    await sponsor.get_by_text("Ask the submitter first").click()
    await sponsor.get_by_label("Your question").fill("Who pays for the lights?")
    await sponsor.get_by_role("button", name="Ask", exact=True).click()
    await expect(sponsor.get_by_text("Your question is on its way")).to_be_visible()
    manager = await house.open("pm", "/")
    await manager.locator(f"a[href='/projects/{project.key}/gates/charter']", has_text="Answer").click()
    await expect(manager.get_by_text("Who pays for the lights?").first).to_be_visible()
    await manager.get_by_label("Your answer").fill("The city does, by the contract of last year.")
    await manager.get_by_role("button", name="Answer").click()
    await expect(manager.get_by_text("Your answer is recorded")).to_be_visible()
    await sponsor.goto(f"/projects/{project.key}/gates/charter")
    await expect(sponsor.get_by_text("The city does").first).to_be_visible()
    await expect(sponsor.get_by_text("The project enters Planning.")).to_be_visible()
    await vote(sponsor, "Approve", "It is worth doing.")
    await expect(sponsor.get_by_text("Your vote is recorded.")).to_be_visible()
    assert (await project.read())["stage"] == "planning"


async def test_a_file_is_looked_into_before_it_is_saved_and_runs_nothing(house: House) -> None:
    project = await house.desk.register()
    notes = b"# Business case\n<script>document.title = 'taken'</script>\n"
    await project.upload(content=notes, name="case.md", media_type="text/markdown")
    page = await house.open("sponsor", f"/projects/{project.key}/gates/charter")
    await page.get_by_text("Preview: case.md").click()
    await expect(page.get_by_text("<script>document.title")).to_be_visible()
    assert "taken" not in await page.title()
    still = await house.open("sponsor", f"/projects/{project.key}/gates/charter", java_script_enabled=False)
    await still.get_by_text("Preview: case.md").click()
    await still.get_by_role("link", name="Show what it begins with").click()
    await expect(still.get_by_text("# Business case")).to_be_visible()


async def test_a_yes_with_a_condition_makes_somebody_owe_it(house: House) -> None:
    project = await house.desk.register()
    await project.submit()
    page = await house.open("sponsor", f"/projects/{project.key}/gates/charter")
    await page.get_by_text("Set conditions").click()
    await page.get_by_label("What is owed").first.fill("A quote for the lights")
    await page.get_by_label("Until").first.fill("2030-03-29")
    await vote(page, "Approve", "With a quote for the lights.")
    await expect(page.get_by_text("Conditional go").first).to_be_visible()
    manager = await house.open("pm", f"/projects/{project.key}")
    await manager.get_by_text("Prove it").click()
    await manager.get_by_label("How it is fulfilled").fill("The quote lies in the project's folder.")
    await manager.get_by_role("button", name="Prove", exact=True).click()
    await expect(manager.get_by_text("somebody else accepts it")).to_be_visible()
    await page.goto(f"/projects/{project.key}")
    await page.get_by_role("button", name="Accept the proof").click()
    await expect(page.get_by_text("The proof is judged.")).to_be_visible()
    assert [each["status"] for each in (await project.read())["conditions"]] == ["met"]


async def test_a_director_holds_a_project_and_lets_it_go_on(house: House) -> None:
    project = await house.desk.register()
    page = await house.open("director", f"/projects/{project.key}")
    await page.get_by_role("link", name="Put on hold").click()
    await expect(page.get_by_text("Every clock stops until the project is resumed.")).to_be_visible()
    await page.get_by_label("Why").fill("The canal is frozen.")
    await page.get_by_role("button", name="Put on hold").click()
    await expect(page.get_by_text("The project is on hold; every clock stands still.").first).to_be_visible()
    await page.get_by_role("link", name="Resume", exact=True).click()
    await page.get_by_label("Why").fill("It thaws.")
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_text("The project goes on.", exact=True)).to_be_visible()
