"""A project's life from its registration to the last look at its benefits."""

from datetime import timedelta

import pytest

from lifecycle.domain.events import StageEntered
from lifecycle.domain.gate_events import GateDecided
from lifecycle.domain.project import Outcome, RoundStatus, Status
from lifecycle.domain.verdicts import Reason
from tests.unit.house import Doc, house, one_gate
from tests.unit.office import Desk, kinds


def in_execution() -> Desk:
    return Desk(house()).registered(stage="execution", attested="Board minutes.")


def closed() -> Desk:
    desk = in_execution()
    desk.submit("acceptance")
    desk.vote("acceptance", by="sponsor")
    return desk


def test_a_project_lives_from_charter_to_closing_through_its_gates() -> None:
    desk = Desk(house()).registered().submitted("charter")
    desk.vote("charter", by="sponsor")
    desk.submit("baseline")
    desk.vote("baseline", by="sponsor")
    desk.decide("baseline", by="director")
    desk.submit("acceptance")
    desk.vote("acceptance", by="sponsor")
    assert (desk.state.stage, desk.state.status) == ("closing", Status.CLOSED)
    entered = [recorded.event.stage for recorded in desk.history if isinstance(recorded.event, StageEntered)]
    assert entered == ["initiation", "planning", "execution", "closing"]
    decided = [recorded.event.gate for recorded in desk.history if isinstance(recorded.event, GateDecided)]
    assert decided == ["charter", "baseline", "acceptance"]
    assert desk.rebuilt() == desk.state


def test_the_health_review_comes_every_month_with_nothing_left_from_the_last() -> None:
    desk = in_execution()
    assert kinds(desk.wait(until=desk.now.replace(month=4))) == ["RecurrenceCame", "RoundOpened"]
    desk.submitted("health", "report")
    desk.vote("health", by="director")
    assert desk.round("health").outcome is Outcome.GO
    desk.wait(until=desk.now.replace(month=5))
    assert (desk.round("health").number, desk.round("health").evidence) == (2, {})
    assert desk.state.stage == "execution", "a review moves nothing"


def test_a_review_that_is_still_open_is_not_opened_again() -> None:
    desk = in_execution()
    happened = desk.wait(until=desk.now.replace(month=6))
    assert [event.model_dump()["opened"] for event in happened if event.type == "clock:recurrence:came"] == [
        True,
        False,
        False,
    ]
    assert desk.round("health").number == 1


def test_reviews_stop_with_the_stage_they_are_for() -> None:
    desk = in_execution()
    desk.wait(days=40)
    desk.submit("acceptance")
    desk.vote("acceptance", by="sponsor")
    assert desk.round("health").status is RoundStatus.WITHDRAWN
    assert [owed.id for owed in desk.owed] == ["recurrence/benefits/1"]


def test_a_review_missed_on_hold_comes_when_the_project_goes_on() -> None:
    desk = in_execution()
    desk.hold()
    assert "RecurrenceCame" not in kinds(desk.wait(days=80))
    desk.resume()
    assert kinds(desk.wait(seconds=0)) == ["RecurrenceCame", "RoundOpened", "RecurrenceCame"]


def test_gates_that_come_by_themselves_are_not_opened_by_hand() -> None:
    desk = in_execution()
    for gate in ("health", "benefits", "charter", "acceptance"):
        assert desk.refused.open(gate) is Reason.NOT_OPENED_ON_REQUEST


def test_a_change_gate_is_for_its_stages() -> None:
    assert Desk(house()).registered().refused.open("change") is Reason.NOT_OPENED_ON_REQUEST
    desk = in_execution()
    assert kinds(desk.open("change")) == ["RoundOpened"]
    desk.submit("change")
    desk.vote("change", by="sponsor")
    desk.open("change")
    assert desk.round("change").number == 2


def test_the_benefits_are_looked_at_after_closing_and_then_it_is_over() -> None:
    desk = closed()
    opened = desk.now
    for number, months in ((1, 6), (2, 12)):
        desk.wait(until=opened.replace(month=(opened.month + months - 1) % 12 + 1, year=2026 + (months + 2) // 12))
        assert desk.round("benefits").number == number
        desk.submit("benefits")
        desk.vote("benefits", by="sponsor")
        assert desk.round("benefits").outcome is Outcome.GO
    assert desk.owed == ()
    assert not desk.state.open_rounds


def test_a_closed_project_is_neither_held_nor_killed_by_a_look_at_its_benefits() -> None:
    desk = Desk(house(gates={"benefits": {"chair": "pmo_director", "on_reject": "kill"}}))
    desk.registered(stage="closing", attested="Done.")
    desk.wait(days=200)
    desk.submit("benefits")
    for outcome in ("hold", "kill"):
        assert desk.refused.decide("benefits", by="director", outcome=outcome) is Reason.OUTCOME_NOT_ALLOWED
    rejecting = Desk(house(gates={"benefits": {"on_reject": "kill"}})).registered(stage="closing", attested="Done.")
    rejecting.wait(days=200)
    rejecting.submit("benefits")
    rejecting.vote("benefits", by="sponsor", verdict="reject")
    assert (rejecting.round("benefits").outcome, rejecting.state.status) == (Outcome.KILL, Status.CLOSED)


def test_a_late_benefits_report_is_asked_for() -> None:
    desk = closed()
    desk.wait(days=185)
    assert desk.round("benefits").is_open
    assert kinds(desk.wait(days=30)) == ["LadderStepped"]


def test_a_kill_ends_everything_at_once() -> None:
    desk = in_execution()
    desk.wait(days=40)
    desk.amend({"cost": 90_000})
    desk.kill(spent=70_000)
    assert (desk.state.status, desk.state.open_rounds, desk.owed) == (Status.KILLED, (), ())


def test_a_project_on_hold_can_be_killed() -> None:
    desk = in_execution()
    desk.hold()
    desk.kill()
    assert desk.owed == ()


def test_a_gate_may_lead_straight_out() -> None:
    desk = Desk(one_gate({"to": "closed"})).registered().submitted()
    for person in ("sponsor", "finance"):
        desk.vote("gate", by=person)
    assert (desk.state.stage, desk.state.status) == ("closed", Status.CLOSED)


def test_the_ways_not_taken_are_withdrawn() -> None:
    early: Doc = {"from": "execution", "to": "closing", "approvals": {"all": [{"role": "sponsor"}]}}
    policy = house(
        stages=["initiation", "planning", "execution", "use", "closing"],
        gates={
            "acceptance": {"to": "use"},
            "handover": {"from": "use", "to": "closing", "approvals": {"all": [{"role": "sponsor"}]}},
            "early_end": early,
        },
    )
    desk = Desk(policy).registered(stage="execution", attested="Board minutes.")
    assert [round_.gate for round_ in desk.state.open_rounds] == ["acceptance", "early_end"]
    desk.submit("early_end")
    desk.submit("acceptance")
    desk.vote("acceptance", by="sponsor")
    assert [round_.gate for round_ in desk.state.open_rounds] == ["handover"]
    assert desk.refused.vote("early_end", by="sponsor") is Reason.ALREADY_DECIDED
    desk.submit("handover")
    desk.vote("handover", by="sponsor")
    assert desk.state.status is Status.CLOSED, "the way that was not taken stands in no way"


def test_a_stage_that_repeats_asks_for_its_evidence_again() -> None:
    loop: Doc = {
        "from": "execution",
        "to": "execution",
        "evidence": {"tranche": {"kind": "document"}},
        "approvals": {"all": [{"role": "sponsor"}]},
    }
    desk = Desk(house(gates={"tranche": loop})).registered(stage="execution", attested="Board minutes.")
    for number in (1, 2):
        assert (desk.round("tranche").number, desk.round("tranche").evidence) == (number, {})
        desk.submitted("tranche", "tranche")
        desk.vote("tranche", by="sponsor")
    assert desk.round("acceptance").number == 1, "the other way stays open as it was"


def test_time_never_approves() -> None:
    desk = Desk(house()).registered().submitted("charter")
    happened = desk.wait(days=400)
    assert "GateDecided" not in kinds(happened)
    assert (desk.state.stage, desk.state.status) == ("initiation", Status.ON_HOLD)


@pytest.mark.parametrize("hours", [1, 30 * 24])
def test_what_has_no_deadline_owes_nothing(hours: int) -> None:
    desk = Desk(one_gate()).registered().submitted()
    assert desk.wait(until=desk.now + timedelta(hours=hours)) == ()
