"""The audit trail is read and exported within what one may audit."""

import csv
import io
import json
from datetime import timedelta

import pytest

from lifecycle.domain.people import Grant
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.persistence import roles
from lifecycle.persistence.audit import Attempt, Kind, Signature, record_refusal
from lifecycle.persistence.pages import Cursor
from lifecycle.persistence.session import Database
from lifecycle.persistence.trail import AuditFilter
from lifecycle.service import trail
from lifecycle.service.deeds import RefusedError
from lifecycle.service.trail import Format, Trail, TrailRecord
from tests.integration.governed import bring
from tests.integration.rows import NOW
from tests.paper import MONDAY, Paper
from tests.policies import policy

BY = Signature("office", NOW)


@pytest.fixture
def reader(office: Database) -> Trail:
    """Two projects of two portfolios, a refused attempt on the first, and an auditor of rail alone."""
    for key, portfolio in (("P-1", "rail"), ("P-2", "road")):
        paper = Paper(policy(), key)
        paper.register(portfolio, cost=1_000_00)
        paper.ask("amend_facts", "manager", facts={"cost": 2_000_00}, reason="=1+1")
        bring(office, paper)
    refusal = Refusal(reason=Reason.EXCLUDED, sentence="No.", remedy="Ask.")
    attempt = Attempt("c-1", "cast_vote", "manager", None, "P-1", MONDAY, "sha256:x")
    office.write_now(lambda connection: record_refusal(connection, attempt, refusal, NOW))
    audits = Grant(person="deputy", role="auditor", scope="portfolio:rail")
    office.write_now(lambda connection: roles.grant(connection, audits, BY))
    return Trail(office, lambda: NOW + timedelta(days=1))


async def test_who_sees_a_project_sees_what_happened_and_who_audits_it_also_what_was_refused(reader: Trail) -> None:
    seen = (await reader.of_project("finance-1", "P-1", AuditFilter())).lines
    assert {record.kind for record in seen} == {Kind.EVENT}
    assert [record.n for record in seen] == [4, 3, 2, 1]
    audited = (await reader.of_project("deputy", "P-1", AuditFilter())).lines
    assert (audited[0].kind, audited[0].type, len(audited)) == (Kind.REFUSED, "cast_vote", 5)
    assert audited[0].content["refusal"]["reason"] == "excluded"
    assert (await reader.of_project("finance-1", "P-1", AuditFilter(kind=Kind.REFUSED))).lines == ()


async def test_a_project_out_of_sight_is_unknown(reader: Trail) -> None:
    for person, key in (("deputy", "P-2"), ("office", "P-9")):
        with pytest.raises(RefusedError) as refused:
            await reader.of_project(person, key, AuditFilter())
        assert refused.value.code == "unknown_project"


async def test_the_whole_trail_ends_where_the_audit_does(reader: Trail) -> None:
    assert {record.project for record in (await reader.of_everything("deputy", AuditFilter())).lines} == {"P-1"}
    everything = (await reader.of_everything("office", AuditFilter())).lines
    assert {record.project for record in everything} == {"P-1", "P-2", None}
    assert (await reader.of_everything("finance-1", AuditFilter())).lines == ()


async def test_the_trail_is_narrowed_by_what_is_asked(reader: Trail) -> None:
    by = await reader.of_everything("office", AuditFilter(person="manager", type="person:facts:amended"))
    assert [record.project for record in by.lines] == ["P-2", "P-1"]
    refused = await reader.of_everything("office", AuditFilter(kind=Kind.REFUSED))
    assert [record.command for record in refused.lines] == ["c-1"]
    early = await reader.of_everything("office", AuditFilter(until=MONDAY + timedelta(seconds=1)))
    assert {record.kind for record in early.lines} == {Kind.EVENT}
    assert (await reader.of_everything("office", AuditFilter(gate="plan", project="P-1"))).lines[0].gate == "plan"


async def test_pages_hold_together(reader: Trail) -> None:
    whole = (await reader.of_everything("office", AuditFilter())).lines
    found: list[TrailRecord] = []
    after: Cursor | None = None
    while True:
        page = await reader.of_everything("office", AuditFilter(), after, limit=2)
        found += page.lines
        after = page.after
        if after is None:
            break
    assert tuple(found) == whole


@pytest.mark.parametrize("at_once", [1, 3, 1_000])
async def test_an_export_is_the_whole_trail_in_order(
    reader: Trail, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(trail, "_AT_ONCE", at_once)
    pieces = [piece async for piece in await reader.export("office", AuditFilter(), Format.NDJSON)]
    lines = [json.loads(line) for line in b"".join(pieces).splitlines()]
    expected = (await reader.of_everything("office", AuditFilter())).lines
    assert [(line["project"], line["n"]) for line in lines] == [(r.project, r.n) for r in reversed(expected)]
    assert lines[0]["digest"] == expected[-1].digest


async def test_a_spreadsheet_takes_nothing_in_an_export_for_a_formula(office: Database, reader: Trail) -> None:
    attempt = Attempt("=cmd|' /C calc'!A0", "cast_vote", "@person", None, "P-1", MONDAY, "sha256:x")
    refusal = Refusal(reason=Reason.EXCLUDED, sentence="No.", remedy="Ask.")
    office.write_now(lambda connection: record_refusal(connection, attempt, refusal, NOW))
    data = b"".join([piece async for piece in await reader.export("office", AuditFilter(project="P-1"), Format.CSV)])
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0][:4] == ["project", "n", "kind", "seq"]
    assert len(rows) == 1 + 6
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


async def test_who_may_audit_nothing_exports_nothing(reader: Trail) -> None:
    assert [piece async for piece in await reader.export("finance-1", AuditFilter(), Format.NDJSON)] == []
