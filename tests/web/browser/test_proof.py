"""Stories of a gate that asks whoever decides to prove first who they are: nothing that was typed is lost."""

from datetime import timedelta
from functools import partial

import pytest
from playwright.async_api import expect

from lifecycle.persistence.audit import Signature
from lifecycle.persistence.sign_ins import confirm
from tests.api.test_proof import sworn, voters
from tests.web.browser.house import House
from tests.web.browser.test_gates import vote

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


async def some_time_later(house: House, person: str) -> None:
    """Nobody remembers any more that somebody has proved who they are."""
    long_ago = house.office.now() - timedelta(minutes=6)
    by = Signature(person, house.office.now())
    for known in await house.office.sign_ins.sign_ins_of(person):
        house.office.database.write_now(partial(confirm, id_=known.id, at=long_ago, by=by))


async def test_a_gatekeeper_proves_who_they_are_and_then_votes_without_scripts(house: House) -> None:
    project = await sworn(house.desk)
    page = await house.open("sponsor", f"/projects/{project.key}/gates/charter", java_script_enabled=False)
    await expect(page.get_by_text("This gate will ask you to prove")).to_have_count(0)
    await some_time_later(house, "sponsor")
    await page.reload()
    await expect(page.get_by_text("This gate will ask you to prove").first).to_be_visible()
    await vote(page, "Approve", "A long and careful reason.")
    await expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    assert await voters(project) == []
    await page.get_by_role("button", name="It is me").click()
    await expect(page.get_by_role("heading", name="It is you; now send it")).to_be_visible()
    await expect(page.get_by_text("A long and careful reason.")).to_be_visible()
    await page.get_by_role("button", name="Send it now").click()
    await expect(page.get_by_text("Your vote is recorded.")).to_be_visible()
    await expect(page.get_by_text("A long and careful reason.").first).to_be_visible()
    assert await voters(project) == ["sponsor"]


async def test_whoever_has_just_signed_in_is_not_asked_again(house: House) -> None:
    project = await sworn(house.desk)
    page = await house.open("finance-1", f"/projects/{project.key}/gates/charter")
    await vote(page, "Approve", "As the case shows.")
    await expect(page.get_by_text("Your vote is recorded.")).to_be_visible()
