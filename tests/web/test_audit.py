"""The audit trail as pages: narrowed by the address, read on from where a page ends, one record whole."""

import re

import pytest

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
