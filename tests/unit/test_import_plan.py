"""What a row of a register asks for, given what is known of the project."""

from datetime import date
from typing import Any

import pytest

from lifecycle.domain.project import PolicyRef, ProjectState
from lifecycle.gates.conditions import Kind
from lifecycle.gates.policy import Fact
from lifecycle.service.import_plan import Change, Entrance, Plan, plan_amendment, plan_registration, unusable
from lifecycle.service.registers.applying import MappedRow
from lifecycle.service.registration import Draft
from tests.integration.histories import START

POLICY = PolicyRef(id="corporate-standard", version=1, digest="sha256:policy")
ENTRANCE = Entrance(register="register.csv", policy="corporate-standard", manager="manager")
DECLARED = {
    "cost": Fact(type=Kind.MONEY, unit="GBP"),
    "finish": Fact(type=Kind.DATE),
    "confidence": Fact(type=Kind.CHOICE, of=("green", "red")),
}
SOURCE = "The register register.csv, row 7, as of 2022-03-31."
SPOKEN = ("cost", "finish", "confidence", "aims")


def row(**changed: Any) -> MappedRow:
    said: dict[str, Any] = {
        "number": 7,
        "key": "P-1",
        "name": "Tunnel",
        "portfolio": "rail",
        "stage": "execution",
        "as_of": date(2022, 3, 31),
        "facts": {"cost": 5_000, "finish": "2030-01-01", "confidence": None, "aims": "Dig."},
        "unknown": (),
        "problems": (),
    }
    return MappedRow(**{**said, **changed})


def known(**changed: Any) -> ProjectState:
    said: dict[str, Any] = {
        "project": "P-1",
        "name": "Tunnel",
        "portfolio": "rail",
        "policy": POLICY,
        "stage": "execution",
        "stage_since": START,
        "tier": "major",
        "facts": {"cost": 5_000, "finish": "2030-01-01"},
    }
    return ProjectState(**{**said, **changed})


def amend(said: MappedRow, project: ProjectState, spoken: tuple[str, ...] = SPOKEN) -> Plan:
    return plan_amendment(said, project, DECLARED, spoken, "register.csv")


def test_a_new_project_enters_at_its_stage_with_what_is_known() -> None:
    plan = plan_registration(row(), DECLARED, ENTRANCE)
    assert plan.asked == Draft(
        project="P-1",
        name="Tunnel",
        portfolio="rail",
        manager="manager",
        policy="corporate-standard",
        facts={"cost": 5_000, "finish": "2030-01-01"},
        stage="execution",
        attested=SOURCE,
    )
    assert plan.notes == ("The policy declares no fact aims: the row keeps it, the project does not.",)


def test_a_project_without_a_department_belongs_to_no_portfolio_yet() -> None:
    plan = plan_registration(row(portfolio=None, stage=None), DECLARED, ENTRANCE)
    assert isinstance(plan.asked, Draft)
    assert (plan.asked.portfolio, plan.asked.attested) == ("unassigned", "")


def test_what_is_already_so_asks_for_nothing() -> None:
    plan = amend(row(), known())
    assert (plan.asked, plan.changes) == (None, ())


def test_only_what_differs_is_amended() -> None:
    plan = amend(row(name="Long tunnel", portfolio="roads"), known(facts={"cost": 4_000}))
    assert plan.asked == {
        "facts": {"cost": 5_000, "finish": "2030-01-01"},
        "reason": SOURCE,
        "name": "Long tunnel",
        "portfolio": "roads",
    }
    assert plan.changes == (
        Change(what="name", before="Tunnel", after="Long tunnel"),
        Change(what="portfolio", before="rail", after="roads"),
        Change(what="cost", before=4_000, after=5_000),
        Change(what="finish", before=None, after="2030-01-01"),
    )


def test_an_amount_that_is_withheld_now_becomes_unknown() -> None:
    plan = amend(row(facts={"cost": None}), known())
    assert plan.asked == {"facts": {"cost": None}, "reason": SOURCE}


def test_a_fact_without_a_column_stays_as_it_was() -> None:
    plan = amend(row(facts={"cost": None, "finish": "2030-01-01"}), known(), ("finish",))
    assert plan.asked is None


def test_a_register_that_names_no_department_leaves_the_portfolio() -> None:
    assert amend(row(portfolio=None), known()).asked is None


def test_a_value_that_the_policy_cannot_hold_is_unknown_and_said_so() -> None:
    plan = plan_registration(row(facts={"confidence": "purple", "cost": 1}), DECLARED, ENTRANCE)
    assert isinstance(plan.asked, Draft)
    assert plan.asked.facts == {"cost": 1}
    assert plan.notes == ("'confidence' is left unknown: the policy takes one of: green, red.",)


def test_a_register_never_moves_a_project() -> None:
    plan = amend(row(stage="monitoring", facts={}), known())
    assert plan.asked is None
    assert plan.notes == (
        "By its dates the project is in monitoring; it stands in execution, which only a gate changes.",
    )


@pytest.mark.parametrize("key", ["", "-1", "A/B", "A B", "project:1", "x" * 101])
def test_a_key_that_no_address_could_hold_is_refused(key: str) -> None:
    assert unusable(row(key=key)) is not None


@pytest.mark.parametrize("portfolio", ["Defence: ships", "a\nb", "x" * 101])
def test_a_portfolio_that_no_scope_could_name_is_refused(portfolio: str) -> None:
    assert unusable(row(portfolio=portfolio)) is not None
    assert unusable(row()) is None
