"""Silence: open slots that pass to others, and decisions that nobody takes."""

from datetime import timedelta

import pytest

from lifecycle.domain.gate_events import Basis, GateDecided, LadderStepped
from lifecycle.domain.people import Roster
from lifecycle.domain.project import Outcome
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.explain import slots
from lifecycle.gates.notices import NoticeKind, notices_of
from tests.unit.house import Doc, one_gate
from tests.unit.office import Desk, Happened, actor, kinds


def waiting(*ladder: Doc, parts: tuple[Doc, ...] = ({"role": "finance"}, {"role": "board"}), **gate: object) -> Desk:
    """A project before the approvers of a gate with this ladder."""
    asked = {"approvals": {"all": list(parts)}, "evidence": {"case": None}, "ladder": list(ladder), **gate}
    desk = Desk(one_gate(asked)).registered({"ready": True})
    desk.submit()
    return desk


def decision(happened: Happened) -> GateDecided:
    return next(event for event in happened if isinstance(event, GateDecided))


def step(happened: Happened) -> LadderStepped:
    return next(event for event in happened if isinstance(event, LadderStepped))


PASSED: Doc = {"after": "2 days", "reassign_to": "deputy"}


def test_what_is_still_open_passes_to_others_and_who_voted_keeps_the_slot() -> None:
    desk = waiting(PASSED)
    desk.vote("gate", by="finance")
    assert desk.refused.vote("gate", by="deputy") is Reason.NO_SLOT
    assert step(desk.wait(days=2)).told == ("deputy",)
    assert desk.standing().approved_by == ("finance",)
    assert desk.standing().pending_roles == ("deputy",)
    assert desk.refused.vote("gate", by="architect") is Reason.NO_SLOT, "the slot is theirs no more"
    assert decision(desk.vote("gate", by="deputy")).decided_by == ("deputy", "finance")


def test_a_slot_whose_vote_fell_is_open_and_has_passed_on() -> None:
    asked = {"approvals": {"all": [{"role": "finance"}, {"role": "board"}]}, "ladder": [PASSED]}
    desk = Desk(one_gate(asked)).registered().submitted()
    desk.vote("gate", by="finance")
    desk.wait(days=2)
    desk.supply("gate")
    assert desk.standing().pending_roles == ("deputy",)
    assert len(desk.standing().open_slots) == 2
    assert desk.refused.vote("gate", by="finance") is Reason.NO_SLOT


def test_a_no_from_before_the_slots_passed_on_stands() -> None:
    desk = waiting(PASSED, chair="pmo_director")
    desk.vote("gate", by="finance", verdict="reject")
    desk.wait(days=2)
    assert desk.standing().refused_by == ("finance",)
    for deputy in ("deputy", "another"):
        desk.vote("gate", by=actor(deputy, "deputy"))
    assert desk.standing().approved
    assert desk.refused.decide("gate", by="director") is Reason.APPROVALS_MISSING


def test_slots_can_be_widened_passed_on_widened_and_passed_on_again() -> None:
    desk = waiting(
        {"after": "1 day", "widen_to": "security"},
        {"after": "2 days", "reassign_to": "deputy"},
        {"after": "3 days", "widen_to": "auditing"},
        {"after": "4 days", "reassign_to": "board"},
        parts=tuple({"role": role} for role in ("finance", "sponsor", "board", "treasury")),
    )
    desk.wait(days=1)
    desk.vote("gate", by="security")
    desk.wait(days=1)
    assert desk.refused.vote("gate", by="finance") is Reason.NO_SLOT
    desk.wait(days=1)
    desk.vote("gate", by=actor("ada", "auditing"))
    desk.vote("gate", by="deputy")
    desk.wait(days=1)
    assert desk.refused.vote("gate", by=actor("bert", "auditing")) is Reason.NO_SLOT
    assert len(desk.standing().open_slots) == 1
    assert set(decision(desk.vote("gate", by="architect")).decided_by) == {"security", "ada", "deputy", "architect"}


def test_a_slot_in_person_passes_on_and_stays_in_person() -> None:
    desk = waiting(PASSED, parts=({"role": "finance", "in_person": True},))
    desk.wait(days=2)
    roster = Roster(holders={"deputy": ("deputy",)})
    shown = slots(desk.book, desk.state, desk.round(), roster)
    assert [(slot.role, slot.candidates, slot.in_person) for slot in shown] == [("finance", ("deputy",), True)]
    desk.vote("gate", by="deputy")
    assert desk.round().outcome is Outcome.GO


def test_a_raised_round_forgets_that_its_slots_had_passed_on() -> None:
    desk = waiting(PASSED, {"after": "3 days", "raise_to": "pmo_director"})
    desk.wait(days=3)
    assert desk.refused.vote("gate", by="deputy") is Reason.NO_SLOT
    assert decision(desk.vote("gate", by="director")).basis is Basis.RAISED


def test_silence_decides_what_the_policy_says_and_the_record_says_that_nobody_did() -> None:
    desk = waiting({"after": "2 days", "decide": "go"})
    happened = desk.wait(days=2)
    assert kinds(happened) == ["LadderStepped", "GateDecided", "StageEntered"]
    decided = decision(happened)
    assert (decided.outcome, decided.basis, decided.decided_by) == (Outcome.GO, Basis.SILENCE, ())
    assert (decided.type, desk.history[-2].actor) == ("clock:gate:decided", None)
    assert desk.rebuilt() == desk.state


@pytest.mark.parametrize("outcome", ["recycle", "hold", "kill"])
def test_silence_can_also_mean_no(outcome: str) -> None:
    desk = waiting({"after": "2 days", "decide": outcome}, criteria={"ready": {"must": "project.ready"}})
    decided = decision(desk.wait(days=2))
    assert (decided.outcome.value, decided.basis) == (outcome, Basis.SILENCE)


def test_silence_opens_no_gate_whose_criteria_are_not_met() -> None:
    desk = waiting(
        {"after": "2 days", "decide": "go"},
        {"after": "3 days", "hold": True},
        criteria={"ready": {"must": "project.ready"}},
        submit_when="evidence_complete",
    )
    desk.amend({"ready": False})
    happened = desk.wait(days=2)
    assert kinds(happened) == ["LadderStepped"]
    assert (step(happened).outcome, step(happened).missing) == (Outcome.GO, ("criteria.ready",))
    assert desk.round().is_open
    assert "ProjectHeld" in kinds(desk.wait(days=1)), "the ladder goes on"


def test_silence_overrules_no_no() -> None:
    desk = waiting({"after": "2 days", "decide": "go"}, chair="pmo_director")
    desk.vote("gate", by="finance", verdict="reject")
    assert step(desk.wait(days=2)).missing == ("rejected_by.finance",)
    assert desk.round().is_open


def test_silence_decides_nothing_while_a_question_is_open_or_the_project_rests() -> None:
    desk = waiting({"after": "2 days", "decide": "go"})
    desk.question("gate", by="finance")
    assert desk.wait(days=9) == ()
    desk.answer()
    desk.hold()
    assert "GateDecided" not in kinds(desk.wait(days=9))
    desk.resume()
    assert decision(desk.wait(days=2)).basis is Basis.SILENCE


def test_silence_does_not_open_a_stage_gate_past_an_open_exception() -> None:
    policy = one_gate(
        {"evidence": {"case": None}, "ladder": [{"after": "2 days", "decide": "go"}]},
        tolerances={"late": {"when": "project.ready"}},
        gates={"alarm": {"kind": "exception", "on_breach_of": ["late"], "approvals": {"all": [{"role": "sponsor"}]}}},
    )
    desk = Desk(policy).registered({"ready": False})
    desk.submit()
    desk.amend({"ready": True})
    assert step(desk.wait(days=2)).missing == ("alarm",)
    assert desk.state.stage == "work"


@pytest.mark.parametrize(
    "ladder",
    [
        [{"after": "1 day", "decide": "go", "hold": True}],
        [{"after": "1 day", "decide": "conditional_go"}],
        [{"after": "1 day"}],
    ],
)
def test_a_step_does_one_thing_and_silence_sets_no_conditions(ladder: list[Doc]) -> None:
    with pytest.raises(ValueError, match=r"ladder step|silence"):
        one_gate({"ladder": ladder})


@pytest.mark.parametrize("key", [{"decide": "recycle"}, {"reassign_to": "deputy"}])
def test_before_the_submission_there_is_nothing_to_decide(key: Doc) -> None:
    with pytest.raises(ValueError, match="submit_ladder"):
        one_gate({"submit_ladder": [{"after": "1 day", **key}]})


def test_a_decision_by_silence_comes_at_its_instant_and_once() -> None:
    desk = waiting({"after": "2 days", "decide": "recycle"})
    start = desk.now
    desk.wait(days=1)
    assert desk.round().number == 1
    desk.wait(until=start + timedelta(days=2))
    assert desk.round().number == 2
    assert desk.owed == ()


NOVEL: Doc = {"call_in": "treasury"}
TREASURY = actor("tess", "treasury")


def test_a_higher_body_takes_the_decision_to_itself() -> None:
    desk = waiting(**NOVEL)
    desk.vote("gate", by="finance")
    assert desk.refused.vote("gate", by=TREASURY) is Reason.NO_SLOT
    assert kinds(desk.call_in("gate", by=TREASURY)) == ["GateCalledIn", "VotesVoided"]
    assert desk.standing().pending_roles == ("treasury",)
    assert desk.refused.vote("gate", by="architect") is Reason.NO_SLOT
    decided = decision(desk.vote("gate", by=TREASURY))
    assert (decided.outcome, decided.basis, decided.decided_by) == (Outcome.GO, Basis.RAISED, ("tess",))
    assert desk.rebuilt() == desk.state


def test_those_who_can_decide_now_are_asked_for_their_vote() -> None:
    desk = waiting(**NOVEL)
    before = desk.state
    desk.call_in("gate", by=TREASURY)
    told = notices_of(before, desk.history[-1], desk.state)
    assert [(notice.kind, notice.roles) for notice in told] == [(NoticeKind.VOTE_ASKED, ("treasury",))]


def test_only_the_role_that_the_policy_names_calls_in_and_only_once() -> None:
    assert waiting().refused.call_in("gate", by="finance") is Reason.NOT_PERMITTED
    desk = waiting(**NOVEL)
    assert desk.refused.call_in("gate", by="finance") is Reason.NOT_PERMITTED
    desk.call_in("gate", by=TREASURY)
    assert desk.refused.call_in("gate", by=actor("tom", "treasury")) is Reason.NOTHING_CHANGED


def test_who_took_part_does_not_call_the_decision_in() -> None:
    desk = waiting(**NOVEL)
    assert desk.refused.call_in("gate", by=actor("manager", "treasury")) is Reason.EXCLUDED


def test_before_the_submission_there_is_nothing_to_call_in() -> None:
    desk = Desk(one_gate(NOVEL)).registered()
    assert desk.refused.call_in("gate", by=TREASURY) is Reason.NOT_SUBMITTED
