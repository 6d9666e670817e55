"""What happened stands in the trail for good: verified offline, and a row changed by hand is found."""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from lifecycle.persistence.verifier import verify
from tests.e2e.governed import Project
from tests.e2e.product import Product

pytestmark = pytest.mark.xdist_group("product")


@pytest.fixture
def tram(product: Product) -> Project:
    """A project with something to tell, a refused attempt included."""
    tram = Project.register(product)
    tram.by("auditor").may_not("POST", tram.at("kill"), {"reason": "Because."})
    tram.pass_charter()
    return tram


def changed_by_hand(product: Product, copy: Path, statement: str, key: str) -> str:
    """The address of a copy of the running product's database, in which somebody has changed a row."""
    with closing(sqlite3.connect(product.settings.home / "lifecycle.db")) as kept, closing(sqlite3.connect(copy)) as db:
        kept.backup(db)
        assert db.execute(statement, {"key": key}).rowcount == 1
        db.commit()
    return f"sqlite:///{copy}"


def test_the_trail_of_a_running_product_fits(product: Product, tram: Project) -> None:
    report = verify(product.settings.sql_url)
    assert report.ok, report.findings
    told = tram.by("auditor").lists(tram.at("events"))
    assert [record["n"] for record in reversed(told)] == list(range(1, len(told) + 1))
    assert {record["kind"] for record in told} == {"event", "refused"}
    assert "refused" not in {record["kind"] for record in tram.by("pm").lists(tram.at("events"))}


VOTE = "type = 'person:vote:cast' AND person = 'finance-1'"


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE audit SET person = 'finance-2' WHERE chain = :key AND {VOTE}",
        f"UPDATE events SET body = replace(body, 'approve', 'reject') WHERE project = :key AND {VOTE}",
        "UPDATE projects SET stage = 'closing' WHERE key = :key",
        "DELETE FROM audit WHERE chain = :key AND kind = 'refused'",
        "DELETE FROM audit WHERE chain = :key AND n = (SELECT max(n) FROM audit WHERE chain = :key)",
    ],
    ids=["another-voter", "another-vote", "another-stage", "no-refusal", "a-shorter-trail"],
)
def test_a_row_changed_by_hand_is_found(product: Product, tram: Project, tmp_path: Path, statement: str) -> None:
    report = verify(changed_by_hand(product, tmp_path / "changed.db", statement, tram.key))
    assert tram.key in {finding.chain for finding in report.findings}


def test_heads_kept_elsewhere_are_signed_and_compared(product: Product, tram: Project, tmp_path: Path) -> None:
    types = partial(product.types, folder=tmp_path)
    (tmp_path / "key").write_text("0123456789abcdef\n", encoding="utf-8")
    noted = types("audit", "heads", "--key", "key")
    assert noted.returncode == 0, noted.stderr
    (tmp_path / "heads.json").write_text(noted.stdout, encoding="utf-8")
    tram.by("pm").does("POST", tram.at("hold"), {"reason": "The ground is frozen."})
    compared = types("audit", "verify", "--noted", "heads.json", "--key", "key")
    assert compared.returncode == 0, compared
    forged = noted.stdout.replace('"at": "2', '"at": "1')
    (tmp_path / "heads.json").write_text(forged, encoding="utf-8")
    refused = types("audit", "verify", "--noted", "heads.json", "--key", "key")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "not signed with this key" in refused.stderr


def test_a_backup_put_back_differs_from_what_the_workflows_hold(product: Product, tmp_path: Path) -> None:
    tram = Project.register(product)
    older = tmp_path / "older.db"
    with closing(sqlite3.connect(product.settings.home / "lifecycle.db")) as now, closing(sqlite3.connect(older)) as db:
        now.backup(db)
    tram.by("pm").does("POST", tram.at("hold"), {"reason": "The ground is frozen."})
    fitting = product.types("audit", "verify", "--live", folder=tmp_path)
    assert (fitting.returncode, fitting.stderr) == (0, ""), fitting.stdout
    put_back = product.types("audit", "verify", "--live", "--database", f"sqlite:///{older}", folder=tmp_path)
    assert put_back.returncode == 1
    assert f"{tram.key}: The records end at event" in put_back.stdout
    away = product.types("audit", "verify", "--live", folder=tmp_path, temporal_address="127.0.0.1:1")
    assert (away.returncode, away.stdout) == (3, ""), away
    assert "cannot be asked" in away.stderr
