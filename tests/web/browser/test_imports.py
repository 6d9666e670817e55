"""A register becomes projects, in a browser: with scripts and without, and when a session ends on the way."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import FilePayload, Page, expect

from tests.web.browser.house import House
from tests.web.browser.registers import Registry, imported, upload
from tests.web.browser.test_access import LOOKS, RULES

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


def file(registry: Registry, name: str = "portfolio.csv") -> FilePayload:
    return FilePayload(name=name, mimeType="text/csv", buffer=registry.content)


async def begin(page: Page, registry: Registry) -> None:
    """Choose the register's file and upload it."""
    await page.get_by_label("A file with one row for each project").set_input_files(files=file(registry))
    await page.get_by_role("button", name="Upload").click()
    await expect(page.get_by_role("heading", name="What the columns mean")).to_be_visible()


async def test_a_register_is_uploaded_its_columns_are_named_it_is_tried_and_imported(house: House) -> None:
    registry = Registry()
    page = await house.open("analyst", "/")
    await page.get_by_role("link", name="Import", exact=True).click()
    await begin(page, registry)
    await expect(page.get_by_text("5 of 6 rows can be read")).to_be_visible()
    await expect(page.get_by_label("Whole-life cost", exact=True)).to_have_value("Whole life cost (£m)")
    await page.get_by_label("Budget this year is given").select_option("in thousands")
    await expect(page.locator("#outcome").get_by_text("£3,000.00")).to_be_visible()
    await page.get_by_label("Budget this year is given").select_option("in millions")
    await page.get_by_label("Who manages them").fill("pm")
    await page.get_by_role("button", name="Try it: change nothing").click()
    await expect(page.get_by_role("heading", name="So it would come out")).to_be_visible()
    await expect(page.get_by_text("2 rows would not be taken in")).to_be_visible()
    assert (await house.desk.get("analyst", f"/projects/{registry.keys[0]}")).status == 404
    await page.get_by_role("button", name="Import it now").click()
    await expect(page.get_by_text("2 rows were not taken in.")).to_be_visible()
    rows = page.locator("#import table tbody tr")
    await expect(rows.first).to_contain_text("The policy has no stage 'dreaming'.")
    await page.get_by_role("link", name="refused 1").click()
    await expect(rows).to_have_count(1)
    await page.get_by_role("link", name="registered 4").click()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Save as CSV").click()
    assert (await download.value).suggested_filename == "portfolio-result.csv"
    await page.get_by_role("link", name="Footbridge at the lock").click()
    await expect(page.get_by_role("heading", name="Footbridge at the lock")).to_be_visible()
    found = (await house.desk.get("analyst", f"/projects/{registry.keys[1]}")).json
    assert (found["stage"], found["manager"], found["facts"]["budget"]) == ("execution", "pm", 4_150_000_000)


async def test_without_scripts_a_register_comes_in_as_well(house: House) -> None:
    registry = Registry()
    page = await house.open("analyst", "/imports", java_script_enabled=False)
    await begin(page, registry)
    await page.get_by_label("Risk").select_option("no column")
    await page.get_by_role("button", name="Show what comes out").click()
    await expect(page.get_by_label("Risk")).to_have_value("")
    await page.get_by_role("button", name="Import without a trial").click()
    await expect(page.get_by_text("2 rows were not taken in.")).to_be_visible()
    found = (await house.desk.get("analyst", f"/projects/{registry.keys[0]}")).json
    assert "risk" not in found["facts"]


async def test_a_register_is_dropped_on_the_page(house: House) -> None:
    page = await house.open("analyst", "/imports")
    dropped = """(content) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content], "dropped.csv", {type: "text/csv"}));
        document.querySelector(".drop").dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, bubbles: true}));
    }"""
    await page.evaluate(dropped, Registry().content.decode())
    await expect(page.get_by_role("heading", name="dropped.csv")).to_be_visible()


async def test_a_file_that_is_no_register_is_refused_beside_the_form(house: House) -> None:
    page = await house.open("analyst", "/imports")
    pdf = FilePayload(name="portfolio.csv", mimeType="text/csv", buffer=b"%PDF-1.7 not a table")
    await page.get_by_label("A file with one row for each project").set_input_files(files=pdf)
    await page.get_by_role("button", name="Upload").click()
    await expect(page.get_by_role("alert")).to_contain_text("holds a PDF document")
    await begin(page, Registry())


async def test_a_session_that_ends_among_the_columns_loses_no_choice(house: House) -> None:
    page = await house.open("analyst", "/imports")
    await begin(page, Registry())
    await page.get_by_label("Who sponsors them").fill("sponsor")
    async with page.expect_response("**/imports/registers/*"):
        await page.get_by_label("Forecast this year").select_option("Budget (£m)")
    await house.office.sign_ins.end("analyst")
    await page.get_by_role("button", name="Try it: change nothing").click()
    await expect(page.get_by_text("nothing that you typed is lost")).to_be_visible()
    await page.get_by_role("button", name="PMO analyst", exact=True).click()
    await expect(page.get_by_role("heading", name="Nothing is lost")).to_be_visible()
    await page.get_by_role("button", name="Send it now").click()
    await expect(page.get_by_role("heading", name="So it would come out")).to_be_visible()
    await page.get_by_role("link", name="Change the columns").click()
    await expect(page.get_by_label("Forecast this year", exact=True)).to_have_value("Budget (£m)")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_axe_finds_nothing_on_the_pages_of_imports(house: House, scheme: str, width: int) -> None:
    register = await upload(house, Registry().content)
    trial, done = await imported(house, register, dry_run=True), await imported(house, register)
    context = await house.sit("analyst", color_scheme=scheme, viewport={"width": width, "height": 800})
    page = await context.new_page()
    found = {}
    for path in ("", f"/registers/{register}", f"/{trial}", f"/{done}?outcome=refused"):
        await page.goto(f"/imports{path}")
        result = await Axe().run(page, options=RULES)
        if result.violations_count:
            found[path] = result.generate_report()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert not found, "\n".join(found.values())
