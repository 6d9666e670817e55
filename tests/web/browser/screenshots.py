"""Pictures of every page, wide and narrow, light and dark: `python -m tests.web.browser.screenshots DIR [PAGE...]`."""

import asyncio
import sys
import tempfile
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Page
from sqlalchemy import Connection

from lifecycle.persistence.outbox import claim, delivered, put_out, undelivered
from lifecycle.service.founding import SAMPLE
from tests.api.desk import Json, Project
from tests.web.browser.house import House, at_home
from tests.web.browser.past import remember
from tests.web.browser.registers import Registry, imported, upload

WIDTHS = {"wide": 1280, "narrow": 360}
SCHEMES = ("light", "dark")
PORTFOLIO = (
    ("Footbridge over the canal", 184_000_000, "medium"),
    ("Trams on the eastern line", 9_840_000_000, "high"),
    ("New ticket machines", 21_500_000, "low"),
    ("Station roof, second half", 412_000_000, "medium"),
)
"""Projects as they are registered for the pictures: what they are called, cost in minor units, risk."""


async def photograph(folder: Path, only: Collection[str] = ()) -> None:
    """Take the pictures of every page, or of those that are named."""
    with tempfile.TemporaryDirectory() as home:
        async with at_home(Path(home)) as house:
            pages = [page for page in await told(house) if not only or page[0] in only]
            for scheme in SCHEMES:
                for size, width in WIDTHS.items():
                    for name, person, path in pages:
                        context = await house.sit(person, color_scheme=scheme, viewport={"width": width, "height": 900})
                        page = await context.new_page()
                        await page.goto(path)
                        await _settled(page)
                        await page.screenshot(path=folder / f"{name}-{size}-{scheme}.png", full_page=True)
                        await context.close()


async def told(house: House) -> Iterable[tuple[str, str | None, str]]:
    """Let the projects come to where the pictures show them; the pages: name, who looks, address."""
    remember(house.office.database, datetime.now(UTC))
    for post in SAMPLE:
        await house.office.notices.see(post.id, None)
    bridge, trams, machines, roof = [await _registered(house, *about) for about in PORTFOLIO]
    await bridge.upload("charter")
    await bridge.submit()
    asked = await bridge.round()
    seen = {"round": asked["number"], "question": "Who pays for the lights once it is open?"}
    await bridge.done("finance-1", "/gates/charter/questions", seen)
    await bridge.done("pm", "/gates/charter/answers", {"answer": "The city does, by the contract of last year."})
    await bridge.done("finance-1", "/gates/charter/votes", await bridge.ballot(rationale="The range is sound."))
    await roof.upload("charter")
    await roof.submit()
    await machines.submit()
    await machines.done("sponsor", "/gates/charter/votes", await machines.ballot())
    await machines.upload("plan", "baseline")
    await trams.upload()
    hook = await listened(house)
    register = await upload(house, Registry().content)
    trial = await imported(house, register, dry_run=True)
    done = await imported(house, register)
    return (
        ("sign-in", None, "/sign-in"),
        ("inbox", "sponsor", "/"),
        ("inbox-empty", "architect-1", "/"),
        ("gate", "sponsor", f"/projects/{bridge.key}/gates/charter"),
        ("project", "pm", f"/projects/{machines.key}"),
        ("prepare", "pm", f"/projects/{trams.key}/gates/charter/prepare"),
        ("facts", "pm", f"/projects/{trams.key}/facts"),
        ("stop", "sponsor", f"/projects/{bridge.key}/kill"),
        ("nothing-here", "pm", "/projects/P-0"),
        ("portfolio", "director", "/portfolio"),
        ("board", "director", "/portfolio/board"),
        ("indicators", "director", "/portfolio/indicators"),
        ("overdue", "director", "/overdue"),
        ("policies", "director", "/policies"),
        ("policy", "director", "/policies/corporate-standard/versions/1"),
        ("changes", "director", "/changes"),
        ("change-new", "analyst", "/changes/new"),
        ("rollouts", "director", "/rollouts"),
        ("imports", "analyst", "/imports"),
        ("register", "analyst", f"/imports/registers/{register}"),
        ("import-trial", "analyst", f"/imports/{trial}"),
        ("import", "analyst", f"/imports/{done}"),
        ("audit", "auditor", "/audit"),
        ("verification", "auditor", await verified(house)),
        ("succession", "director", "/succession"),
        ("access", "administrator", "/administration/access"),
        ("administration", "administrator", "/administration"),
        ("people", "director", "/people"),
        ("person", "director", "/people/finance-1"),
        ("account", "pm", "/me"),
        ("notices", "sponsor", "/notices"),
        ("away", "director", "/people/sponsor/away"),
        ("webhooks", "administrator", "/administration/webhooks"),
        ("webhook", "administrator", f"/administration/webhooks/{hook['id']}"),
    )


async def verified(house: House) -> str:
    """A verification of the trail that has ended; the path of its page."""
    begun = (await house.desk.post("auditor", "/verifications", {})).json
    async with asyncio.timeout(60):
        while begun["finished_at"] is None:
            await asyncio.sleep(0.1)
            begun = (await house.desk.get("auditor", f"/verifications/{begun['id']}")).json
    return f"/audit/verifications/{begun['id']}"


async def listened(house: House) -> Json:
    """A webhook, to which something was sent that nobody there took."""
    body = {"label": "Register of the city", "url": "http://127.0.0.1:9/gates", "kinds": ["vote_asked", "gate_decided"]}
    hook = (await house.desk.post("administrator", "/webhooks", body)).json
    key, now = ("8f14e45fceea167a5a36dedd4bea2543e0a1b2c3", "webhook", hook["id"]), house.office.now()
    made = [(*key, "{}"), ("1679091c5a880faf6fb5e6087eb1b2dca9c8d7e6", *key[1:], "{}")]

    def work(connection: Connection) -> None:
        put_out(connection, made, now)
        claim(connection, "webhook", now, timedelta(minutes=1))
        undelivered(connection, key, "The receiver cannot be reached.", now + timedelta(minutes=4))
        delivered(connection, [made[1][:3]], now)

    house.office.database.write_now(work)
    return hook


async def _registered(house: House, name: str, cost: int, risk: str) -> Project:
    facts = {
        "whole_life_cost": cost,
        "budget": cost // 3,
        "forecast": cost // 3 + cost // 40,
        "benefits": cost * 2,
        "risk": risk,
        "start": "2026-09-01",
        "finish": "2029-03-30",
        "delivery_confidence": "amber_green",
        "category": "Infrastructure",
    }
    return await house.desk.register(facts, name=name)


async def _settled(page: Page) -> None:
    await page.wait_for_load_state("load")
    await page.evaluate("document.fonts.ready")


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    asyncio.run(photograph(place, sys.argv[2:]))
