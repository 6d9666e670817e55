"""Pages for everybody: no violation that axe finds, in light and dark, wide and narrow; nothing scrolls sideways."""

import pytest
from axe_playwright_python.async_playwright import Axe

from lifecycle.service.policy_files import DEFAULT, library_text
from tests.web.browser.house import House
from tests.web.browser.screenshots import listened, verified
from tests.web.browser.test_mishaps import prepared

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]

LOOKS = [("light", 360), ("dark", 1280)]
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


async def changed(house: House) -> tuple[str, str]:
    """A proposed change of a policy and a planned roll-out; the paths of their pages."""
    order = {"source": library_text(DEFAULT).replace("version: 1", "version: 2", 1), "reason": "Rules change."}
    change = await house.desk.post("analyst", "/policies/proposals", order)
    plan = {"policy": DEFAULT, "version": 1, "reason": "To begin with."}
    rollout = await house.desk.post("director", "/rollouts", plan)
    return f"/changes/{change.json['id']}", f"/rollouts/{rollout.json['id']}"


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_axe_finds_nothing_on_any_page(house: House, scheme: str, width: int) -> None:
    gate = await prepared(house)
    project = gate.partition("/gates/")[0]
    hook = await listened(house)
    change, rollout = await changed(house)
    pages = [
        ("sponsor", ["/", "/notices", "/me", project, gate, f"{project}/kill", "/nowhere"]),
        (
            "director",
            [
                "/portfolio",
                "/portfolio/board",
                "/portfolio/indicators",
                "/overdue",
                "/policies",
                "/policies/corporate-standard/versions/1",
            ],
        ),
        ("administrator", ["/changes", "/changes/new", change, "/rollouts", rollout, "/"]),
        ("administrator", ["/administration", "/administration/webhooks", f"/administration/webhooks/{hook['id']}"]),
        ("administrator", ["/administration/access", "/imports"]),
        ("auditor", ["/audit", "/audit/records/1", await verified(house)]),
        (
            "director",
            ["/people", "/people/finance-1", "/people/sponsor/away", "/people/sponsor/leaving", "/succession"],
        ),
        ("pm", ["/", f"{gate}/prepare", f"{project}/gates/change/prepare", f"{project}/facts", f"{project}/hold"]),
    ]
    found = {}
    for person, paths in pages:
        context = await house.sit(person, color_scheme=scheme, viewport={"width": width, "height": 800})
        page = await context.new_page()
        for path in paths:
            await page.goto(path)
            result = await Axe().run(page, options=RULES)
            if result.violations_count:
                found[f"{person} {path}"] = result.generate_report()
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert not found, "\n".join(found.values())
