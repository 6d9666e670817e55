"""Who may ask, and when: the rules that every request passes first."""

from datetime import timedelta
from typing import Any

import pytest

from lifecycle.domain.commands import HoldProject
from lifecycle.domain.project import Status
from lifecycle.domain.verdicts import Denied, Reason, Waiting
from lifecycle.gates.decide import decide
from tests.unit.house import Doc, house, one_gate
from tests.unit.office import MONDAY, Desk, acting, actor, kinds


def desk() -> Desk:
    return Desk(house()).registered()


def test_a_project_enters_the_first_stage_and_its_gate_opens() -> None:
    project = desk()
    assert (project.state.stage, project.state.status) == ("initiation", Status.ACTIVE)
    assert [round_.gate for round_ in project.state.open_rounds] == ["charter"]


def test_a_project_is_registered_once() -> None:
    project = desk()
    assert project.refused.ask(project.registration()) is Reason.ALREADY_REGISTERED


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"actor": actor("auditor")}, Reason.NOT_PERMITTED),
        ({"actor": actor("nobody")}, Reason.NOT_PERMITTED),
        ({"actor": acting("deputy", "office", ends=MONDAY)}, Reason.DELEGATION_INVALID),
        ({"actor": acting("deputy", "office", limit=49_999)}, Reason.DELEGATION_INVALID),
        ({"facts": {"colour": 1}}, Reason.UNKNOWN_FACT),
        ({"facts": {"cost": "much"}}, Reason.WRONG_VALUE),
        ({"stage": "orbit"}, Reason.UNKNOWN_STAGE),
        ({"stage": "execution"}, Reason.WRONG_VALUE),
        ({"stage": "execution", "attested": "  "}, Reason.WRONG_VALUE),
        ({"policy": one_gate().ref}, Reason.POLICY_UNKNOWN),
    ],
)
def test_a_registration_that_does_not_fit_is_refused(given: Doc, reason: Reason) -> None:
    empty = Desk(house())
    assert empty.refused.ask(empty.registration(**given)) is reason


def test_a_delegate_of_the_office_may_register() -> None:
    assert Desk(house()).registered(actor=acting("deputy", "office")).state.project == "P1"


def test_a_project_that_enters_later_brings_attested_history_and_its_baseline() -> None:
    project = Desk(house()).registered(stage="execution", attested="Board minutes of 3 February.")
    assert project.state.stage == "execution"
    assert project.state.baseline == {"cost": 50_000}
    assert [round_.gate for round_ in project.state.open_rounds] == ["acceptance"]
    assert list(project.state.recurrences) == ["health"]


def test_a_project_that_enters_before_the_baseline_gate_has_no_baseline() -> None:
    assert Desk(house()).registered(stage="planning", attested="Charter of May.").state.baseline == {}


def test_a_project_that_enters_the_last_stage_is_closed_and_its_benefits_come_due() -> None:
    project = Desk(house()).registered(stage="closing", attested="Handed over in May.")
    assert project.state.status is Status.CLOSED
    assert [owed.id for owed in project.owed] == ["recurrence/benefits/1"]


def test_nothing_can_be_asked_of_a_project_that_is_not_there() -> None:
    hold = HoldProject(id="c1", actor=actor("director"), reason="No staff.")
    verdict = decide({}, None, hold, MONDAY)
    assert isinstance(verdict, Denied)
    assert verdict.refusal.reason is Reason.UNKNOWN_PROJECT


@pytest.mark.parametrize("person", ["auditor", "nobody", "office"])
def test_who_has_no_role_for_it_is_refused(person: str) -> None:
    assert desk().refused.submit("charter", by=person) is Reason.NOT_PERMITTED


def test_the_projects_own_posts_are_roles() -> None:
    project = desk()
    assert kinds(project.supply("charter")) == ["EvidenceSupplied"]
    project.amend(manager="nobody")
    assert project.refused.supply("charter") is Reason.NOT_PERMITTED
    assert kinds(project.supply("charter", by="nobody")) == ["EvidenceSupplied"]


def test_roles_read_before_the_directory_changed_do_not_count() -> None:
    project = desk()
    project.amend({"cost": 60_000}, by=actor("director").model_copy(update={"directory_version": 7}))
    assert project.refused.hold(by=actor("director").model_copy(update={"directory_version": 6})) is (
        Reason.STALE_DIRECTORY
    )
    project.hold(by=actor("director").model_copy(update={"directory_version": 7}))


@pytest.mark.parametrize(
    "terms",
    [
        {"receiver": "auditor"},
        {"starts": MONDAY + timedelta(hours=1)},
        {"ends": MONDAY},
        {"scope": "project:P2"},
        {"scope": "portfolio:road"},
        {"limit": 49_999},
    ],
)
def test_a_delegation_holds_between_its_two_for_its_time_its_place_and_its_amount(terms: dict[str, Any]) -> None:
    assert desk().refused.hold(by=acting("deputy", "director", **terms)) is Reason.DELEGATION_INVALID


@pytest.mark.parametrize(
    "terms", [{"starts": MONDAY}, {"scope": "project:P1"}, {"scope": "portfolio:rail"}, {"limit": 50_000}]
)
def test_a_delegation_within_its_bounds_gives_the_givers_rights(terms: dict[str, Any]) -> None:
    assert kinds(desk().hold(by=acting("deputy", "director", **terms))) == ["ProjectHeld"]


def test_nobody_acts_for_another_without_a_delegation_or_for_themselves_with_one() -> None:
    project = desk()
    bare = acting("deputy", "director").model_copy(update={"delegation": None})
    assert project.refused.hold(by=bare) is Reason.DELEGATION_INVALID
    assert project.refused.hold(by=acting("director", "director")) is Reason.DELEGATION_INVALID


def test_a_limit_is_no_right_while_the_amount_is_unknown() -> None:
    project = Desk(house()).registered({})
    assert project.refused.hold(by=acting("deputy", "director", limit=10**12)) is Reason.DELEGATION_INVALID
    unmeasured = Desk(one_gate(amount=None)).registered()
    assert unmeasured.refused.hold(by=acting("deputy", "director", limit=10**12)) is Reason.DELEGATION_INVALID


def test_who_acts_for_another_has_that_persons_roles_and_not_their_own() -> None:
    assert desk().refused.hold(by=acting("director", "auditor")) is Reason.NOT_PERMITTED


def test_a_request_on_an_older_state_is_refused() -> None:
    project = desk()
    project.supply("charter")
    assert project.refused.submit("charter", seen=project.state.seq - 1) is Reason.STALE
    assert project.refused.submit("charter", seen=project.state.seq + 1) is Reason.STALE
    project.submit("charter", seen=project.state.seq)


def test_an_unknown_gate_is_refused() -> None:
    assert desk().refused.submit("moon") is Reason.UNKNOWN_GATE


def test_a_gate_that_is_not_open_takes_nothing() -> None:
    project = desk()
    for refused in (project.refused.submit("baseline"), project.refused.vote("baseline", by="sponsor")):
        assert refused is Reason.GATE_NOT_OPEN


def test_a_killed_project_takes_nothing_more() -> None:
    project = desk()
    project.kill(spent=1_000)
    refused = project.refused
    assert {refused.hold(), refused.submit("charter"), refused.kill(), refused.amend({"cost": 1})} == {
        Reason.PROJECT_OVER
    }
    assert project.owed == ()


def test_a_closed_project_still_learns_facts_and_nothing_else() -> None:
    project = Desk(house()).registered(stage="closing", attested="Done.")
    assert kinds(project.amend({"cost": 1})) == ["FactsAmended"]
    assert {project.refused.hold(), project.refused.submit("charter")} == {Reason.PROJECT_OVER}


def test_on_hold_the_gates_rest() -> None:
    project = desk()
    project.hold()
    verdict = project.judge(HoldProject(id="c1", actor=actor("director"), reason="Again."))
    assert isinstance(verdict, Waiting)
    refused = project.refused
    assert {refused.submit("charter"), refused.supply("charter"), refused.hold()} == {Reason.PROJECT_ON_HOLD}
    project.resume()
    assert project.refused.resume() is Reason.NOT_ON_HOLD


def test_a_hold_is_reviewed_on_a_day_to_come() -> None:
    project = desk()
    assert project.refused.hold(review_at=MONDAY) is Reason.WRONG_VALUE
    project.hold(review_at=MONDAY + timedelta(days=9))
    assert [(owed.id, owed.at) for owed in project.owed] == [("hold", MONDAY + timedelta(days=9))]
    assert kinds(project.wait(days=10)) == ["HoldReviewDue"]
    assert (project.state.status, project.owed) == (Status.ON_HOLD, ())


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"colour": "red"}, Reason.UNKNOWN_FACT),
        ({"cost": 1.5}, Reason.WRONG_VALUE),
        ({"cost": True}, Reason.WRONG_VALUE),
        ({"cost": 2**53 + 1}, Reason.WRONG_VALUE),
        ({"cost": float("nan")}, Reason.WRONG_VALUE),
        ({"ready": "yes"}, Reason.WRONG_VALUE),
        ({"finish": "2026-02-31"}, Reason.WRONG_VALUE),
        ({"finish": "31.02.2026"}, Reason.WRONG_VALUE),
        ({"finish": "\u0662\u0660\u0662\u0666-01-01"}, Reason.WRONG_VALUE),
        ({"cost": 50_000}, Reason.NOTHING_CHANGED),
        ({"ready": None}, Reason.NOTHING_CHANGED),
        ({}, Reason.NOTHING_CHANGED),
    ],
)
def test_facts_are_what_the_policy_declares_and_an_amendment_changes_something(facts: Doc, reason: Reason) -> None:
    assert desk().refused.amend(facts) is reason


def test_a_fact_can_become_unknown_again() -> None:
    project = desk()
    project.amend({"cost": None})
    assert project.state.facts == {}


def test_the_office_names_posts_and_portfolio_not_the_project() -> None:
    project = desk()
    assert project.refused.amend(by="manager", sponsor="manager") is Reason.NOT_PERMITTED
    assert project.refused.amend(by="manager", portfolio="road") is Reason.NOT_PERMITTED
    project.amend(by="office", sponsor="director", portfolio="road")
    assert (project.state.sponsor, project.state.portfolio) == ("director", "road")
