"""Bodies that gates call, who is merely heard in them, and what becomes of a dissent."""

import pytest

from lifecycle.domain.gate_events import Basis, GateDecided, VoteCast
from lifecycle.domain.project import Outcome
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.notices import NoticeKind, notices_of
from tests.unit.house import Doc, one_gate
from tests.unit.office import Desk, Happened, actor

EXECUTIVE, USER, SUPPLIER = actor("ev", "executive"), actor("uma", "senior_user"), actor("sid", "senior_supplier")
BOARD: Doc = {
    "label": "Project board",
    "all": [
        {"role": "executive", "in_person": True},
        {"role": "senior_user", "heard": True},
        {"role": "senior_supplier", "heard": True},
    ],
    "chair": "executive",
    "dissent_to": "corporate",
}


def called(body: Doc, *parts: Doc, **gate: object) -> Desk:
    """A project before a gate that calls a body, after these other parts."""
    asked = {"approvals": {"all": [*parts, {"body": "board"}]}, "evidence": {"case": None}, **gate}
    desk = Desk(one_gate(asked, bodies={"board": body})).registered()
    desk.submit()
    return desk


def decision(happened: Happened) -> GateDecided:
    return next(event for event in happened if isinstance(event, GateDecided))


def test_a_body_is_called_by_its_name_and_decides_by_its_own_rules() -> None:
    desk = called({"all": [{"at_least": 2, "of": [{"role": "finance"}, {"role": "board"}, {"role": "security"}]}]})
    desk.vote("gate", by="finance")
    assert desk.round().outcome is None
    assert decision(desk.vote("gate", by="architect")).decided_by == ("architect", "finance")


def test_a_body_is_asked_only_when_its_call_applies_and_an_unknown_answer_calls_it() -> None:
    parts: list[Doc] = [{"role": "sponsor"}, {"body": "board", "when": "project.ready"}]
    gate = {"approvals": {"all": parts}, "evidence": {"case": None}}
    bodies = {"board": {"all": [{"role": "finance"}], "veto": ["security"]}}
    for ready, outcome in ((False, Outcome.GO), (True, None), (None, None)):
        facts = {} if ready is None else {"ready": ready}
        desk = Desk(one_gate(gate, bodies=bodies)).registered(facts)
        desk.submit()
        if ready is False:
            assert desk.refused.vote("gate", by="security") is Reason.NO_SLOT, "a body's veto comes with its call"
        desk.vote("gate", by="sponsor")
        assert desk.round().outcome is outcome


def test_members_of_a_body_read_what_the_gate_says() -> None:
    gate: Doc = {
        "approvals": {"all": [{"role": "sponsor"}, {"body": "board", "reads": ["case"]}]},
        "evidence": {"case": {"kind": "document"}, "plan": {"kind": "document"}},
    }
    desk = Desk(one_gate(gate, bodies={"board": {"all": [{"role": "finance"}]}})).registered()
    desk.submitted("gate", "case", "plan")
    desk.vote("gate", by="finance")
    desk.supply("gate", "plan")
    assert [vote.void for vote in desk.round().votes] == [False]
    desk.supply("gate", "case")
    assert [vote.void for vote in desk.round().votes] == [True]


def test_the_executive_alone_can_stop_the_board() -> None:
    desk = called(BOARD)
    desk.vote("gate", by=USER)
    desk.vote("gate", by=SUPPLIER)
    assert decision(desk.vote("gate", by=EXECUTIVE, verdict="reject")).outcome is Outcome.RECYCLE


def test_objections_of_those_who_are_heard_are_recorded_and_stop_nothing() -> None:
    desk = called(BOARD)
    desk.vote("gate", by=EXECUTIVE)
    assert desk.round().outcome is None, "the others are heard first"
    desk.vote("gate", by=USER, verdict="reject")
    decided = decision(desk.vote("gate", by=SUPPLIER, verdict="reject"))
    assert (decided.outcome, decided.decided_by) == (Outcome.GO, ("ev",))
    assert decided.against == ("rejected_by.sid", "rejected_by.uma")


def test_to_be_heard_is_not_to_approve() -> None:
    listening = {"all": [{"role": "senior_user", "heard": True}], "advice": ["security"]}
    desk = called(listening)
    assert desk.standing().slots == ()
    assert desk.refused.vote("gate", by=USER) is Reason.NO_SLOT
    with_sponsor = called(listening, {"role": "sponsor"})
    with_sponsor.vote("gate", by="sponsor")
    assert with_sponsor.round().outcome is None
    with_sponsor.vote("gate", by=USER, verdict="abstain")
    assert with_sponsor.round().outcome is Outcome.GO


def test_who_recused_was_not_heard() -> None:
    desk = called(BOARD)
    desk.vote("gate", by=EXECUTIVE)
    desk.vote("gate", by=USER)
    desk.vote("gate", by=SUPPLIER, verdict="recuse")
    assert desk.round().outcome is None


def test_advice_is_recorded_and_neither_needed_nor_able_to_stop() -> None:
    desk = called({"all": [{"role": "finance"}], "advice": ["security"]})
    desk.vote("gate", by="security", verdict="reject")
    assert desk.round().outcome is None
    assert decision(desk.vote("gate", by="finance")).against == ("rejected_by.security",)


def test_an_advisers_yes_fills_no_slot() -> None:
    desk = called({"all": [{"role": "finance"}], "advice": ["security"]})
    desk.vote("gate", by="security")
    assert desk.standing().pending_roles == ("finance",)


def test_a_rejection_stops_as_the_body_of_the_seat_says() -> None:
    lenient: Doc = {"all": [{"role": "board", "count": 2}], "rejection": "veto", "veto": ["security"]}
    desk = called(lenient, {"role": "finance"})
    desk.vote("gate", by="architect", verdict="reject")
    assert desk.round().outcome is None, "in this body only a veto stops"
    assert desk.vote("gate", by="finance", verdict="reject")
    assert desk.round().number == 2
    again = called(lenient, {"role": "finance"})
    again.vote("gate", by="security", verdict="reject")
    assert again.round().number == 2


def test_a_body_chairs_a_gate_by_its_chair() -> None:
    desk = called(BOARD, chair="board")
    for member in (EXECUTIVE, USER, SUPPLIER):
        desk.vote("gate", by=member, verdict="reject" if member is USER else "approve")
    assert desk.refused.decide("gate", by="finance") is Reason.NOT_DECIDER
    decided = decision(desk.decide("gate", by=EXECUTIVE))
    assert (decided.basis, decided.against) == (Basis.CHAIR, ("rejected_by.uma",))


def test_a_dissent_goes_up_at_once_and_stops_no_clock() -> None:
    desk = called(BOARD, decide_within="5 working days")
    before = desk.state
    cast = desk.vote("gate", by=USER, verdict="reject")[0]
    assert isinstance(cast, VoteCast)
    assert cast.dissent_to == ("corporate",)
    assert [notice.kind for notice in notices_of(before, desk.history[-1], desk.state)] == [NoticeKind.DISSENT]
    assert desk.round().clock == before.rounds["gate"].clock
    assert desk.vote("gate", by=SUPPLIER)[0].model_dump()["dissent_to"] == (), "a yes is no dissent"
    stopping = desk.vote("gate", by=EXECUTIVE, verdict="reject")[0]
    assert stopping.model_dump()["dissent_to"] == (), "what stops the gate needs no messenger"


@pytest.mark.parametrize(
    "body",
    [
        {"all": [{"body": "other"}]},
        {"all": [{"role": "finance", "reads": ["case"]}]},
    ],
)
def test_a_body_has_members_of_its_own(body: Doc) -> None:
    with pytest.raises(ValueError, match="body"):
        one_gate(bodies={"board": body})
