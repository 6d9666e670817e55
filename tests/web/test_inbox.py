"""The inbox as a page, and the same by the API: what one owes, for whom one acts, what is about to become late."""

from datetime import timedelta
from typing import Any

import pytest

from lifecycle.persistence.session import Database
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office
from tests.integration.governed import bring, publish
from tests.paper import Paper
from tests.policies import with_a_costing
from tests.web.conftest import Clock
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def paper(database: Database) -> Paper:
    """A project whose plan is in preparation, and asks finance for a costing."""
    publish(database, with_a_costing())
    paper = Paper(with_a_costing())
    paper.register(cost=1_000_00)
    bring(database, paper)
    return paper


async def inbox(office: Office, visitor: Visitor, person: str) -> list[dict[str, Any]]:
    """What the API says waits for somebody."""
    issued = await office.tokens.issue(Envelope(person, "token"), person, "Test", None)
    headers = {"Authorization": f"Bearer {issued.secret}"}
    items: list[dict[str, Any]] = (await visitor.http.get("/api/v1/inbox", headers=headers)).json()["items"]
    return items


@pytest.mark.usefixtures("paper")
async def test_owed_evidence_stands_there_with_the_way_to_supply_it(visitor: Visitor, office: Office) -> None:
    await visitor.sign_in("finance-1")
    page = (await visitor.get("/")).text
    assert "Supply evidence: Plan" in page
    assert "The costing" in page
    assert 'href="/projects/P-1/gates/plan/prepare#item-costing"' in page
    assert 'id="item-costing"' in (await visitor.get("/projects/P-1/gates/plan/prepare")).text
    (item,) = await inbox(office, visitor, "finance-1")
    assert (item["kind"], item["evidence"], item["text"], item["acting_for"]) == (
        "supply",
        "costing",
        "The costing",
        None,
    )


@pytest.mark.usefixtures("paper")
async def test_who_acts_for_another_supplies_in_their_name(visitor: Visitor, office: Office, clock: Clock) -> None:
    ends = clock.now + timedelta(days=9)
    await office.deputising.delegate(
        Envelope("finance-1", "lend"), "finance-1", "architect-1", ends=ends, reason="On leave."
    )
    await visitor.sign_in("architect-1")
    page = (await visitor.get("/")).text
    assert "for First finance gatekeeper" in page
    assert 'href="/projects/P-1/gates/plan/prepare?for=finance-1#item-costing"' in page
    prepare = (await visitor.get("/projects/P-1/gates/plan/prepare?for=finance-1")).text
    assert "You act for First finance gatekeeper; the record says so." in prepare
    assert 'name="acting_for" value="finance-1"' in prepare
    (item,) = await inbox(office, visitor, "architect-1")
    assert (item["kind"], item["acting_for"]) == ("supply", "finance-1")


async def test_what_others_are_about_to_let_become_late_is_seen_by_who_answers_for_it(
    visitor: Visitor, office: Office, database: Database, clock: Clock, paper: Paper
) -> None:
    for item, by in (("plan", "manager"), ("risks", "manager"), ("costing", "finance-2")):
        paper.supply("plan", item, by=by)
    paper.submit("plan")
    bring(database, paper)
    clock.pass_(days=1)
    await visitor.sign_in("director")
    page = (await visitor.get("/")).text
    assert "Look before it becomes late" in page
    assert "waits for Finance, Sponsor" in page
    assert [item["kind"] for item in await inbox(office, visitor, "director")] == ["watch"]


async def test_an_empty_inbox_says_what_will_come_and_what_one_can_do(visitor: Visitor, office: Office) -> None:
    await visitor.sign_in("auditor")
    page = (await visitor.get("/")).text
    assert "Nothing waits for you" in page
    assert 'href="/people/auditor/away"' in page
    assert await inbox(office, visitor, "auditor") == []


async def test_a_long_inbox_begins_with_the_most_urgent_and_leads_on(
    visitor: Visitor, database: Database, paper: Paper
) -> None:
    second = Paper(with_a_costing(), "P-2")
    second.register(cost=1_000_00)
    bring(database, paper, second)
    await visitor.sign_in("finance-1")
    page = (await visitor.get("/?most=1")).text
    assert "At least 1 thing waits for you" in page
    assert "P-1" in page
    assert "P-2" not in page
    assert 'href="/?most=200"' in page
    page = (await visitor.get("/?most=200")).text
    assert "2 things wait for you" in page
    assert "Show more" not in page
    for nonsense in ("0", "201", "many"):
        assert (await visitor.get(f"/?most={nonsense}")).status_code == 422
