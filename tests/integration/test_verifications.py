"""Verifications of the trail, on each kind of database: how far they have come, and what came of them."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import text

from lifecycle.domain.people import Grant
from lifecycle.persistence import roles, verifier
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.session import Database
from lifecycle.persistence.verifications import begin, find, latest, running
from lifecycle.service.deeds import Deeds
from lifecycle.service.envelopes import Envelope
from lifecycle.service.verifying import Verifications, VerificationView
from tests.integration.governed import bring
from tests.integration.rows import NOW
from tests.paper import Paper
from tests.policies import policy

BY = Signature("auditor", NOW)


@pytest.fixture
def audited(office: Database) -> Database:
    """An office with an auditor, and a project to which something happened."""
    paper = Paper(policy(), "P-1")
    paper.register("rail", cost=1_000_00)
    bring(office, paper)
    office.write_now(lambda c: roles.grant(c, Grant(person="office", role="auditor"), Signature("office", NOW)))
    return office


async def ended(verifying: Verifications, id_: str) -> VerificationView:
    async with asyncio.timeout(20):
        while True:
            found = await verifying.get("office", id_)
            if found.finished_at:
                return found
            await asyncio.sleep(0.01)


async def test_a_verification_says_what_does_not_fit(audited: Database) -> None:
    verifying = Verifications(audited, Deeds(audited, lambda: NOW), lambda: NOW)
    good = await ended(verifying, (await verifying.begin(Envelope("office", "first"))).id)
    assert (good.things_found, good.chains, good.rows_done) == (0, 2, good.rows_total)
    audited.write_now(lambda c: c.execute(text("UPDATE audit SET person = 'x' WHERE chain = 'P-1' AND n = 1")))
    bad = await ended(verifying, (await verifying.begin(Envelope("office", "second"))).id)
    assert [(each.of, each.n) for each in bad.findings] == [("P-1", 1), ("P-1", 1)]
    assert [each.id for each in await verifying.latest("office") or ()] != []


async def test_what_a_process_left_half_done_is_taken_up(audited: Database) -> None:
    audited.write_now(lambda connection: begin(connection, "left", {}, BY))
    verifying = Verifications(audited, Deeds(audited, lambda: NOW), lambda: NOW, look_seconds=0.01)
    async with verifying.at_work():
        assert (await ended(verifying, "left")).things_found == 0


async def test_one_that_runs_already_is_as_good(audited: Database) -> None:
    audited.write_now(lambda connection: begin(connection, "first", {}, BY))
    verifying = Verifications(audited, Deeds(audited, lambda: NOW), lambda: NOW)
    assert (await verifying.begin(Envelope("office", "another"))).id == "first"
    await ended(verifying, "first")


async def test_records_that_cannot_be_read_are_no_good_news(audited: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    verifying = Verifications(audited, Deeds(audited, lambda: NOW), lambda: NOW)
    monkeypatch.setattr(audited, "url", "sqlite:////nowhere/at/all.db")
    failed = await ended(verifying, (await verifying.begin(Envelope("office", "first"))).id)
    assert (failed.status.value, failed.chains) == ("failed", 0)


def test_how_far_it_has_come_is_told(audited: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "TELL_EVERY", 1)
    told: list[int] = []
    report = verifier.verify(audited.url, tell=told.append)
    assert told == list(range(1, report.rows + 1))


def test_only_the_newest_are_kept(audited: Database) -> None:
    for number in range(25):
        audited.write_now(partial(begin, id_=f"v{number}", noted={}, by=BY))
    assert len(audited.read_now(latest)) == len(audited.read_now(running)) == 20
    assert audited.read_now(lambda connection: find(connection, "nothing")) is None
