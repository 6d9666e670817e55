"""Two years of a real portfolio through HTTP and the command line; the API dies in the middle of the first."""

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lifecycle.persistence.verifier import verify
from lifecycle.service.registers.bundled import sample_register
from tests.e2e.product import Product, running
from tests.e2e.records import rows

pytestmark = pytest.mark.xdist_group("import")

SECONDS = 180.0
FORM = {"mapping": "uk-gmpp", "manager": "pm", "sponsor": "sponsor"}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("import")) as product:
        yield product


def register(year: int) -> dict[str, dict[str, str]]:
    """A year's register as it is published: project number -> its cells."""
    text = sample_register(f"gmpp_{year}.csv").decode("cp1252")
    return {line["project_number"]: line for line in csv.DictReader(io.StringIO(text, newline=""), delimiter=";")}


def progress(product: Product, begun: Any, until: int | None = None) -> Any:
    """The import when it has ended, or has come so far."""
    deadline = time.monotonic() + SECONDS
    while True:
        found = product.person("analyst").reads(f"/imports/{begun['id']}")
        if found["status"] != "running" or (until is not None and found["rows_done"] >= until):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def counted(done: Any) -> dict[str, int]:
    return {outcome: count for outcome, count in done["counts"].items() if count}


def exceptions_open(product: Product) -> set[str]:
    """The projects whose exception gate is open."""
    projects = product.person("analyst").lists("/projects", limit=500)
    return {project["key"] for project in projects if "exception" in project["open_gates"]}


def test_a_portfolio_is_taken_in_a_year_later_again_and_then_nothing_changes(product: Product, tmp_path: Path) -> None:
    analyst, old, new = product.person("analyst"), register(2021), register(2022)
    begun = analyst.uploads("POST", "/imports", "gmpp_2021.csv", sample_register("gmpp_2021.csv"), **FORM)
    assert progress(product, begun, until=10)["status"] == "running"
    product.kill("api")()
    first = progress(product, begun)
    assert (first["status"], counted(first), first["leavers"]) == ("done", {"registered": len(old)}, [])
    assert analyst.reads("/portfolio")["total"] == len(old)
    before = exceptions_open(product)

    second = progress(
        product, analyst.uploads("POST", "/imports", "gmpp_2022.csv", sample_register("gmpp_2022.csv"), **FORM)
    )
    counts = counted(second)
    assert counts["registered"] == len(new.keys() - old.keys())
    assert counts["updated"] + counts["unchanged"] == len(new.keys() & old.keys())
    assert set(counts) == {"registered", "updated", "unchanged"}
    assert {leaver["key"] for leaver in second["leavers"]} == old.keys() - new.keys()
    found = {row["key"]: row for row in analyst.lists(f"/imports/{second['id']}/rows", limit=500)}
    assert found.keys() == new.keys()

    turned_red = {key for key, row in found.items() if _change(row, "delivery_confidence").get("after") == "red"}
    assert turned_red
    assert turned_red <= exceptions_open(product) - before
    exempt = next(key for key, line in new.items() if line["wlc_baseline_incl_NCG"].startswith("Exempt"))
    assert "whole_life_cost" not in analyst.reads(f"/projects/{exempt}")["facts"], "unknown stays unknown"

    told = rows(product, "SELECT count(*), max(recorded_at) FROM events")
    (tmp_path / "gmpp_2022.csv").write_bytes(sample_register("gmpp_2022.csv"))
    options = ("--manager", "pm", "--sponsor", "sponsor", "--result", "result.csv", "--as", "analyst")
    again = product.types("import", "gmpp_2022.csv", *options, folder=tmp_path)
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[-1] == f"done: {len(new)} unchanged"
    assert again.stdout.count("Not in it any more: ") == len(old.keys() - new.keys())
    result = list(csv.DictReader(io.StringIO((tmp_path / "result.csv").read_text("utf-8-sig"), newline="")))
    assert {line["key"] for line in result} == new.keys()
    assert rows(product, "SELECT count(*), max(recorded_at) FROM events") == told, "a re-run changes nothing"
    report = verify(product.settings.sql_url)
    assert report.ok, report.findings


def _change(row: Any, what: str) -> dict[str, Any]:
    return next((change for change in row["changes"] if change["what"] == what), {})
