"""Published editions never change; imports tell what became of every row."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from lifecycle.domain.project import PolicyRef
from lifecycle.persistence import imports, policies
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.imports import Import, ImportRow, ImportStatus
from lifecycle.persistence.policies import Edition, EditionExistsError
from lifecycle.persistence.reach import UNLIMITED
from lifecycle.persistence.session import Database
from lifecycle.persistence.trail import AuditFilter, records
from tests.integration.rows import NOW

BY = Signature("office", NOW)
DAY = timedelta(days=1)
REGISTER = Import("i1", "register.csv", "office", dry_run=False, started_at=NOW)


def edition(version: int, content: str = "", policy: str = "standard", effective: timedelta = timedelta()) -> Edition:
    ref = PolicyRef(id=policy, version=version, digest=f"sha256:{policy}-{version}{content}")
    return Edition(ref, '{"gates":{}}', "gates: {}\n", NOW, "office", NOW + effective)


def publish(office: Database, new: Edition) -> bool:
    return office.write_now(partial(policies.publish, edition=new, by=BY))


def test_an_edition_is_published_once(office: Database) -> None:
    assert publish(office, edition(1))
    assert not publish(office, edition(1))
    assert office.read_now(partial(policies.find, id_="standard", version=1)) == edition(1)
    assert office.read_now(partial(policies.by_digest, digest=edition(1).ref.digest)) == edition(1)
    page = office.read_now(partial(records, reach=UNLIMITED, wanted=AuditFilter()))
    assert [record.type for record in page.lines] == ["person:policy:published"]


def test_an_edition_never_changes(office: Database) -> None:
    publish(office, edition(1))
    with pytest.raises(EditionExistsError):
        publish(office, edition(1, content="-other"))
    same_content = replace(edition(2), ref=edition(1).ref.model_copy(update={"version": 2}))
    with pytest.raises(EditionExistsError):
        publish(office, same_content)
    assert office.read_now(policies.editions) == (edition(1).ref,)


def test_an_edition_that_expires_gives_way_to_the_one_before_unless_it_is_upheld(office: Database) -> None:
    publish(office, edition(1))
    publish(office, replace(edition(2), expires_at=NOW + DAY))
    in_force = partial(policies.in_force, id_="standard")
    assert office.read_now(partial(in_force, instant=NOW)) == replace(edition(2), expires_at=NOW + DAY)
    assert office.read_now(partial(in_force, instant=NOW + DAY)) == edition(1)
    office.write_now(partial(policies.expire, ref=edition(2).ref, at=None))
    assert office.read_now(partial(in_force, instant=NOW + DAY)) == edition(2)


def test_the_highest_effective_version_is_in_force(office: Database) -> None:
    for new in (edition(3, effective=DAY), edition(1), edition(2), edition(7, policy="other")):
        publish(office, new)
    in_force = partial(policies.in_force, id_="standard")
    assert office.read_now(partial(in_force, instant=NOW)) == edition(2)
    assert office.read_now(partial(in_force, instant=NOW + DAY)) == edition(3, effective=DAY)
    assert office.read_now(partial(in_force, instant=NOW - DAY)) is None
    assert [ref.version for ref in office.read_now(partial(policies.editions, id_="standard"))] == [1, 2, 3]
    assert office.read_now(partial(policies.next_version, id_="standard")) == 4
    assert office.read_now(partial(policies.next_version, id_="new")) == 1


def test_a_version_beyond_every_number_is_not_found(office: Database) -> None:
    assert office.read_now(partial(policies.find, id_="standard", version=10**40)) is None


def test_an_import_counts_its_results_and_ends(office: Database) -> None:
    office.write_now(partial(imports.begin, new=REGISTER, by=BY))
    rows = [ImportRow(number, f"P{number}", "registered", {"facts": {"budget": number}}) for number in range(1, 6)]
    office.write_now(partial(imports.put_rows, id_="i1", rows=rows))
    office.write_now(partial(imports.put_rows, id_="i1", rows=[replace(rows[1], result="refused", detail={})]))
    known = office.read_now(partial(imports.find, id_="i1"))
    assert known == replace(REGISTER, results={"refused": 1, "registered": 4})
    assert office.read_now(imports.running) == (known,)
    ended = partial(imports.finish, status=ImportStatus.DONE, summary={"left": ["P9"]}, total=5, now=NOW + DAY)
    office.write_now(partial(ended, id_="i1"))
    known = office.read_now(partial(imports.find, id_="i1"))
    assert known is not None
    assert (known.status, known.total, known.summary) == (ImportStatus.DONE, 5, {"left": ["P9"]})
    assert office.read_now(imports.running) == ()
    assert office.read_now(partial(imports.find, id_="i2")) is None


def test_the_rows_of_an_import_come_in_pages_in_the_order_of_the_register(office: Database) -> None:
    office.write_now(partial(imports.begin, new=REGISTER, by=BY))
    rows = [ImportRow(number, None, ("unchanged", "refused")[number % 2], {}) for number in range(7, 0, -1)]
    office.write_now(partial(imports.put_rows, id_="i1", rows=rows))
    first = office.read_now(partial(imports.rows_of, id_="i1", limit=4))
    rest = office.read_now(partial(imports.rows_of, id_="i1", after=first.after))
    assert [row.number for row in (*first.lines, *rest.lines)] == [1, 2, 3, 4, 5, 6, 7]
    refused = office.read_now(partial(imports.rows_of, id_="i1", result="refused"))
    assert [row.number for row in refused.lines] == [1, 3, 5, 7]
