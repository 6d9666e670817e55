"""The audit trail as pages: narrowed by the address, read on from where a page ends, one record whole."""

import asyncio
import csv
import io
import re
from functools import partial
from secrets import token_hex

import pytest
from sqlalchemy import Connection
from sqlalchemy import text as sql

from lifecycle.domain.people import Grant
from lifecycle.persistence import roles
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.session import Database
from tests.integration.governed import bring
from tests.paper import Paper
from tests.policies import policy
from tests.web.conftest import Clock
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def _project(database: Database) -> None:
    """A project to which something happened, with words that would be markup."""
    paper = Paper(policy(), "P-1")
    paper.register("rail", cost=1_000_00)
    paper.ask("amend_facts", "manager", facts={"cost": 2_000_00}, reason="<b>dearer</b>")
    bring(database, paper)


@pytest.mark.usefixtures("_project")
async def test_a_record_is_found_by_project_and_read_whole(visitor: Visitor) -> None:
    await visitor.sign_in("auditor")
    text = (await visitor.get("/audit?project=P-1&type=person:facts:amended")).text
    assert "amended facts: Cost" in text
    assert "<b>dearer" not in text
    whole = (await visitor.get(re.findall(r"/audit/records/\d+\?project=P-1", text)[0])).text
    assert "&lt;b&gt;dearer&lt;/b&gt;" in whole
    assert "sha256:" in whole
    assert "registered the project" not in text


async def test_the_office_is_audited_too(visitor: Visitor) -> None:
    await visitor.sign_in("auditor")
    page = (await visitor.get("/audit?kind=office")).text
    assert "Policy published" in page
    assert (await visitor.get("/audit/records/1")).status_code == 200


async def test_a_page_goes_on_where_the_one_before_it_ended(visitor: Visitor, database: Database, clock: Clock) -> None:
    grants = [Grant(person="pm", role="auditor", scope=f"project:P-{number}") for number in range(70)]
    by = Signature("administrator", clock.now)
    database.write_now(lambda connection: [roles.grant(connection, grant, by) for grant in grants])
    await visitor.sign_in("auditor")
    found: list[str] = []
    path = "/audit?kind=office&type=person:role:granted"
    while path:
        text = (await visitor.get(path)).text
        found += re.findall(r'<td><a href="(/audit/records/\d+)"', text)
        (path,) = re.findall(r'href="(/audit\?[^"]*after=[^"]*)"', text) or [""]
        path = path.replace("&amp;", "&")
    assert len(found) == len(set(found)) >= 70


async def test_days_count_whole_and_nonsense_is_told(visitor: Visitor, clock: Clock) -> None:
    await visitor.sign_in("auditor")
    today = clock.now.date().isoformat()
    assert "Policy published" in (await visitor.get(f"/audit?since={today}&until={today}&kind=office")).text
    assert "No record fits" in (await visitor.get("/audit?until=2020-01-01")).text
    for wrong in ("since=nonsense", "since=0001-01-01", "until=9999-12-31", "project=%00", "after=nonsense"):
        assert (await visitor.get(f"/audit?{wrong}")).status_code == 422, wrong
    assert (await visitor.get("/audit?kind=no-such-kind")).status_code == 200


async def test_the_trail_is_saved_as_a_file(visitor: Visitor, clock: Clock) -> None:
    await visitor.sign_in("auditor")
    clock.pass_(seconds=1)
    for form in ("csv", "ndjson"):
        file = await visitor.get(f"/audit/export?kind=office&format={form}")
        assert "attachment" in file.headers["content-disposition"]
        assert "person:policy:published" in file.text


async def test_what_can_happen_is_offered_by_its_tag(visitor: Visitor) -> None:
    await visitor.sign_in("auditor")
    page = (await visitor.get("/audit")).text
    for tag in ("person:vote:cast", "clock:gate:decided", "policy:stage:entered"):
        assert f'<option value="{tag}">' in page


async def test_no_cell_of_a_saved_trail_is_a_formula(visitor: Visitor, database: Database, clock: Clock) -> None:
    paper = Paper(policy(), "=2+5")
    paper.register("rail", cost=1_000_00)
    bring(database, paper)
    clock.pass_(days=999)
    await visitor.sign_in("auditor")
    file = await visitor.get("/audit/export?kind=event&format=csv")
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"), newline="")))
    assert {row["project"] for row in rows} == {"'=2+5"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


async def test_who_may_not_audit_sees_nothing(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    for path in ("/audit", "/audit/records/1", "/audit/export"):
        assert (await visitor.get(path)).status_code == 403
    assert 'href="/audit"' not in (await visitor.get("/")).text


@pytest.mark.usefixtures("_project")
async def test_who_audits_one_project_reads_no_other_record(visitor: Visitor, database: Database, clock: Clock) -> None:
    audits = Grant(person="pm", role="auditor", scope="project:P-2")
    database.write_now(lambda connection: roles.grant(connection, audits, Signature("administrator", clock.now)))
    await visitor.sign_in("pm")
    for path in ("/audit/records/1?project=P-1", "/audit/records/1", "/audit/records/99999?project=P-2"):
        assert (await visitor.get(path)).status_code == 404
    assert "No record fits" in (await visitor.get("/audit")).text


async def verified(visitor: Visitor, noted: bytes | None = None) -> str:
    """Verify the trail, and wait until it is known what came of it; the page that says so."""
    begun = await (
        visitor.post("/audit/verifications", {"key": token_hex(8)})
        if noted is None
        else visitor.post_file("/audit/verifications", "kept.json", noted, field="noted")
    )
    assert begun.status_code == 303, begun.text
    async with asyncio.timeout(20):
        while True:
            page = (await visitor.get(begun.headers["location"])).text
            if 'hx-trigger="every 1s"' not in page:
                return page
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("_project")
async def test_the_trail_is_verified_from_its_page(visitor: Visitor) -> None:
    await visitor.sign_in("auditor")
    assert "It was not verified yet" in (await visitor.get("/audit")).text
    page = await verified(visitor)
    assert "Everything fits" in page
    assert "In 2 chains" in page
    text = (await visitor.get("/audit")).text
    assert "Everything fitted" in text
    assert "Trail verified" in text


@pytest.mark.usefixtures("_project")
async def test_a_record_that_was_changed_by_hand_is_named(visitor: Visitor, database: Database) -> None:
    forged = sql("UPDATE audit SET body = replace(body, '<b>dearer</b>', 'cheaper') WHERE chain = 'P-1'")
    database.write_now(lambda connection: connection.execute(forged))
    await visitor.sign_in("auditor")
    page = await verified(visitor)
    assert "2 things do not fit" in page
    assert "The row was changed after it was written." in page
    assert re.search(r"/audit/records/\d+\?project=P-1", page)
    assert "2 things do not fit" in (await visitor.get("/audit")).text


@pytest.mark.usefixtures("_project")
async def test_a_trail_that_was_cut_is_found_by_where_it_stood(visitor: Visitor, database: Database) -> None:
    await visitor.sign_in("auditor")
    kept = await visitor.get("/audit/checkpoint")
    assert "attachment" in kept.headers["content-disposition"]
    assert "2 chains were compared" in await verified(visitor, kept.content)
    gone = ("audit WHERE chain", "chains WHERE chain", "events WHERE project", "states WHERE project")
    for each in (*gone, "rounds WHERE project", "stays WHERE project", "projects WHERE key"):
        database.write_now(partial(Connection.execute, statement=sql(f"DELETE FROM {each} = 'P-1'")))
    assert "Everything fits" in await verified(visitor), "by its rows alone nothing is missing"
    assert "The whole chain is gone." in await verified(visitor, kept.content)


async def test_a_file_that_says_nothing_of_the_trail_is_refused(visitor: Visitor) -> None:
    await visitor.sign_in("auditor")
    for content in (b"<html>", b"[]", b"{}", b'{"heads": 7}', b'{"heads": {"P-1": [1]}}', b"[" * 5_000, b"\xff"):
        answer = await visitor.post_file("/audit/verifications", "kept.json", content, field="noted")
        assert answer.status_code == 422, content[:20]
        assert "There are no heads in the file." in answer.text


async def test_what_does_not_fit_is_only_for_who_audits_everything(
    visitor: Visitor, database: Database, clock: Clock
) -> None:
    audits = Grant(person="pm", role="auditor", scope="project:P-2")
    database.write_now(lambda connection: roles.grant(connection, audits, Signature("administrator", clock.now)))
    await visitor.sign_in("pm")
    assert "/audit/verifications" not in (await visitor.get("/audit")).text
    assert (await visitor.post("/audit/verifications", {"key": "k"})).status_code == 403
    for path in ("/audit/verifications/x", "/audit/checkpoint", "/api/v1/checkpoint"):
        assert (await visitor.get(path)).status_code in (401, 403)
    await visitor.sign_in("auditor")
    assert (await visitor.get("/audit/verifications/x")).status_code == 404
