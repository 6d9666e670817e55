"""Nudges: a late gate is brought to mind by hand, of those it waits for, once a day."""

from datetime import timedelta

from lifecycle.domain.gate_events import GateNudged
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.notices import NoticeKind, notices_of
from tests.unit.house import house, one_gate
from tests.unit.office import Desk, actor


def late() -> Desk:
    """A gate that the sponsor and finance have not decided in its week."""
    desk = Desk(one_gate({"decide_within": "5 working days"})).registered().submitted()
    desk.wait(days=8)
    return desk


def nudged(desk: Desk, by: str = "office") -> tuple[str, ...]:
    (event,) = desk.nudge(by=by)
    assert isinstance(event, GateNudged)
    return event.roles


def test_those_are_reminded_whose_word_is_awaited() -> None:
    desk = late()
    desk.vote("gate", by="sponsor")
    assert nudged(desk) == ("finance",)
    assert desk.round().nudged == {"finance": desk.now}
    assert desk.rebuilt() == desk.state


def test_nobody_is_reminded_twice_a_day() -> None:
    desk = late()
    nudged(desk)
    desk.wait(hours=23)
    assert desk.refused.nudge(by="director") is Reason.NUDGED_ALREADY
    desk.wait(hours=1)
    assert nudged(desk, by="director") == ("finance", "sponsor")


def test_whoever_is_called_later_can_be_reminded_at_once() -> None:
    ladder = [{"after": "8 working days", "reassign_to": "deputy"}]
    desk = Desk(one_gate({"decide_within": "5 working days", "ladder": ladder})).registered().submitted()
    desk.wait(days=9)
    assert nudged(desk) == ("finance", "sponsor")
    desk.wait(hours=9)
    assert nudged(desk) == ("deputy",)


def test_what_is_in_time_or_decided_needs_no_reminder() -> None:
    desk = Desk(house()).registered()
    assert desk.refused.nudge("charter") is Reason.NOT_LATE
    desk.submitted("charter")
    assert desk.refused.nudge("charter") is Reason.NOT_LATE
    desk.vote("charter", by="sponsor")
    assert desk.refused.nudge("charter") is Reason.GATE_NOT_OPEN


def test_a_late_answer_is_the_managers_who_does_not_remind_themselves() -> None:
    desk = late()
    desk.question("gate", by="finance")
    assert desk.refused.nudge(by="manager") is Reason.NOBODY_TO_NUDGE
    assert nudged(desk) == ("project_manager",)


def test_on_hold_nobody_is_reminded() -> None:
    desk = late()
    desk.hold()
    assert desk.refused.nudge() is Reason.PROJECT_ON_HOLD


def test_who_only_votes_or_reads_does_not_remind_others() -> None:
    desk = late()
    assert desk.refused.nudge(by="finance") is Reason.NOT_PERMITTED
    assert desk.refused.nudge(by="auditor") is Reason.NOT_PERMITTED
    assert nudged(desk, by="manager") == ("finance", "sponsor")


def test_the_notice_says_who_reminds_and_spares_who_has_voted_and_who_reminds() -> None:
    desk = late()
    desk.vote("gate", by="finance")
    before = desk.state
    desk.nudge(by="director")
    (notice,) = notices_of(before, desk.history[-1], desk.state)
    assert (notice.kind, notice.roles, notice.but) == (NoticeKind.GATE_NUDGED, ("sponsor",), ("director", "finance"))
    assert notice.fields["asked_by"] == "director"


def test_the_day_of_a_reminder_is_each_rounds_own() -> None:
    desk = late()
    nudged(desk)
    desk.withdraw()
    desk.submitted("gate", "case")
    assert desk.round().nudged == {}
    desk.wait(desk.now + timedelta(days=8))
    assert nudged(desk) == ("finance", "sponsor")


def test_the_only_one_awaited_reminds_nobody_whatever_else_they_are() -> None:
    desk = late()
    desk.vote("gate", by="finance")
    assert desk.refused.nudge(by=actor("sponsor", "pmo_analyst")) is Reason.NOBODY_TO_NUDGE
