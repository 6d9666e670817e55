"""The portfolio as a file: typed and safe from formulas in a spreadsheet, and the same again through our own import."""

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from lifecycle.domain.project import Status
from lifecycle.persistence.session import Database
from lifecycle.service.exporting import Exports, SheetFormat
from lifecycle.service.import_plan import plan_amendment
from lifecycle.service.policy_files import DEFAULT, library_text, read_policy
from lifecycle.service.portfolio import Portfolio, WantedProjects
from lifecycle.service.registers.applying import MappedRow, apply_mapping
from lifecycle.service.registers.bundled import bundled_mapping
from lifecycle.service.registers.mapping_file import read_mapping
from lifecycle.service.registers.reading import read_register
from tests.integration.governed import bring, publish
from tests.paper import Paper
from tests.policies import WORKS, policy

CORPORATE = read_policy(library_text(DEFAULT), f"{DEFAULT}.yaml")
EVERYTHING = WantedProjects()
FACTS = {
    "whole_life_cost": 184_000_050,
    "budget": -5_00,
    "risk": "low",
    "start": "2026-09-01",
    "delivery_confidence": "amber_green",
    "category": "=HYPERLINK(1)",
}


def registered(key: str, name: str = "", **facts: Any) -> Paper:
    paper = Paper(CORPORATE, key)
    given: dict[str, Any] = {
        "portfolio": "rail",
        "manager": "manager",
        "sponsor": "sponsor",
        "policy": CORPORATE.ref,
        "facts": facts,
    }
    paper.ask("register_project", "office", project=key, name=name or f"Project {key}", **given)
    return paper


@pytest.fixture
def papers(office: Database) -> tuple[Paper, ...]:
    papers = registered("P-1", "=1+1, a bridge", **FACTS), registered("007", whole_life_cost=1), registered("P-3")
    papers[2].ask("kill_project", "sponsor", reason="No need.")
    bring(office, *papers)
    return papers


@pytest.fixture
def exports(office: Database, papers: tuple[Paper, ...]) -> Exports:
    shelf = publish(office, CORPORATE)
    return Exports(Portfolio(office, shelf, lambda: papers[0].now), shelf)


async def taken(exports: Exports, form: SheetFormat, wanted: WantedProjects = EVERYTHING, by: str = "office") -> bytes:
    return b"".join([piece async for piece in await exports.of(by, wanted, form)])


@pytest.mark.parametrize("form", SheetFormat)
async def test_what_is_taken_away_comes_in_again_unchanged(
    exports: Exports, papers: tuple[Paper, ...], form: SheetFormat
) -> None:
    register = read_register(await taken(exports, form), f"portfolio.{form}")
    mapping = bundled_mapping("portfolio")
    rows = {row.key: row for row in apply_mapping(register, mapping)}
    assert sorted(rows) == ["007", "P-1", "P-3"]
    for paper in papers:
        plan = plan_amendment(rows[paper.key], paper.state, CORPORATE.facts, mapping.facts, "portfolio")
        assert (plan.asked, plan.changes, plan.notes) == (None, (), ())


@pytest.mark.parametrize("form", SheetFormat)
async def test_key_name_stage_and_amounts_are_read_back(exports: Exports, form: SheetFormat) -> None:
    mapping = read_mapping(
        "{mapping: house, key: key, name: name, facts: {stage: {column: stage, as: text},"
        " cost: {column: whole_life_cost (GBP), as: money, unit: GBP}}}"
    )
    first: MappedRow = apply_mapping(read_register(await taken(exports, form), f"portfolio.{form}"), mapping)[1]
    assert (first.key, first.name) == ("P-1", "=1+1, a bridge")
    assert first.facts == {"stage": "initiation", "cost": 184_000_050}


async def test_a_workbook_has_dates_amounts_with_their_currency_and_no_formulas(exports: Exports) -> None:
    sheet = load_workbook(io.BytesIO(await taken(exports, SheetFormat.XLSX))).active
    assert sheet is not None
    names = [cell.value for cell in sheet[1]]
    row = dict(zip(names, sheet[3], strict=True))
    assert (row["key"].value, row["name"].value, row["name"].data_type) == ("P-1", "=1+1, a bridge", "s")
    assert (row["category"].value, row["category"].data_type) == ("=HYPERLINK(1)", "s")
    assert (row["start"].value, row["start"].number_format) == (datetime(2026, 9, 1), "yyyy-mm-dd")  # noqa: DTZ001 (a cell has no zone)
    cost = row["whole_life_cost (GBP)"]
    assert (cost.value, cost.number_format) == (1_840_000.5, '#,##0.00 "GBP"')


async def test_a_table_has_no_formulas_either(exports: Exports) -> None:
    text = (await taken(exports, SheetFormat.CSV)).decode("utf-8-sig")
    first = list(csv.DictReader(io.StringIO(text)))[1]
    assert (first["name"], first["category"]) == ("'=1+1, a bridge", "'=HYPERLINK(1)")
    assert (first["whole_life_cost (GBP)"], first["budget (GBP)"]) == ("1840000.50", "-5.00")
    assert (first["overdue"], first["open_gates"], first["next_gates"]) == ("no", "charter", "charter")


async def test_it_is_taken_away_as_it_is_shown(exports: Exports) -> None:
    killed = read_register(await taken(exports, SheetFormat.CSV, WantedProjects(status=Status.KILLED)), "p.csv")
    assert [row.cells["key"] for row in killed.rows] == ["P-3"]
    nothing = await taken(exports, SheetFormat.CSV, by="leaver")
    assert nothing.decode("utf-8-sig").count("\r\n") == 1


async def test_amounts_of_several_currencies_have_columns_of_their_own(office: Database) -> None:
    pounds = policy()
    euros = policy(policy="euro-works", facts={**WORKS["facts"], "cost": {"type": "money", "unit": "EUR"}})
    publish(office, pounds)
    shelf = publish(office, euros)
    papers = [Paper(pounds, "P-1"), Paper(euros, "P-2")]
    for paper in papers:
        paper.register(cost=1_000_00)
    bring(office, *papers)
    exports = Exports(Portfolio(office, shelf, lambda: papers[0].now), shelf)
    rows = list(csv.DictReader(io.StringIO((await taken(exports, SheetFormat.CSV)).decode("utf-8-sig"))))
    assert [(row["cost (GBP)"], row["cost (EUR)"]) for row in rows] == [("1000.00", ""), ("", "1000.00")]
