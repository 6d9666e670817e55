"""Waivers are asked for, granted or declined by whoever may, and taken back while the gate is open."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from lifecycle.domain.gate_events import WaiverAsked, WaiverRevoked
from lifecycle.domain.project import RoundStatus
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.explain import possibilities
from tests.unit.house import Doc, one_gate
from tests.unit.office import ROLES, Desk, acting, actor, kinds

CASE = ("gate", "evidence.case")
READY: Doc = {"must": "project.ready"}
TWO_MUSTS: Doc = {"criteria": {"ready": READY, "fixed": {**READY, "waivable": False}}}


def asked() -> Desk:
    """A gate at which the manager has asked to pass without the case."""
    desk = Desk(one_gate()).registered()
    desk.ask_for_waiver(*CASE)
    return desk


def test_a_request_says_who_asks_for_what_and_whose_it_is_to_answer() -> None:
    (event,) = Desk(one_gate({"waivers_by": "finance"})).registered().ask_for_waiver(*CASE)
    assert isinstance(event, WaiverAsked)
    request = event.request
    assert (request.requirement, request.asked_by, request.role) == ("evidence.case", ("manager",), "finance")


def test_a_granted_request_lets_the_gate_pass_and_awaits_no_answer_any_more() -> None:
    desk = asked()
    assert kinds(desk.waive(*CASE)) == ["WaiverGranted"]
    assert desk.state.rounds["gate"].waivers_asked == ()
    desk.submit()
    assert desk.refused.decline_waiver(*CASE) is Reason.UNKNOWN_WAIVER


def test_a_declined_request_leaves_the_requirement_and_may_be_made_again() -> None:
    desk = asked()
    assert desk.refused.ask_for_waiver(*CASE) is Reason.WAIVER_ASKED_ALREADY
    assert kinds(desk.decline_waiver(*CASE)) == ["WaiverDeclined"]
    assert desk.refused.submit() is Reason.NOT_READY
    desk.ask_for_waiver(*CASE)


def test_a_request_ends_with_its_round() -> None:
    desk = Desk(one_gate(TWO_MUSTS)).registered({"ready": True})
    desk.supply("gate")
    desk.submit()
    desk.amend({"ready": False})
    desk.ask_for_waiver("gate", "criteria.ready")
    desk.withdraw()
    assert desk.state.rounds["gate"].waivers_asked == ()
    assert desk.refused.decline_waiver("gate", "criteria.ready") is Reason.UNKNOWN_WAIVER


def test_only_what_keeps_the_gate_shut_and_can_be_waived_is_asked_for() -> None:
    desk = Desk(one_gate(TWO_MUSTS)).registered({"ready": False})
    assert desk.refused.ask_for_waiver("gate", "criteria.fixed") is Reason.NOT_WAIVABLE
    assert desk.refused.ask_for_waiver("gate", "evidence.gone") is Reason.NOT_WAIVABLE
    desk.supply("gate")
    assert desk.refused.ask_for_waiver(*CASE) is Reason.NO_WAIVER_NEEDED
    desk.waive("gate", "criteria.ready")
    assert desk.refused.ask_for_waiver("gate", "criteria.ready") is Reason.NO_WAIVER_NEEDED


def test_whoever_submits_gates_asks_and_whoever_grants_declines_and_revokes() -> None:
    desk = asked()
    for stranger in ("sponsor", "finance", "auditor"):
        assert desk.refused.ask_for_waiver("gate", "evidence.case", by=stranger) is Reason.NOT_PERMITTED
    for stranger in ("manager", "sponsor", "finance", "auditor"):
        assert desk.refused.decline_waiver(*CASE, by=stranger) is Reason.NOT_PERMITTED
    desk.waive(*CASE)
    for stranger in ("manager", "sponsor", "finance", "auditor"):
        assert desk.refused.revoke_waiver(*CASE, by=stranger) is Reason.NOT_PERMITTED


def test_nobody_grants_what_they_asked_for_themselves_or_through_somebody() -> None:
    desk = Desk(one_gate({"approvals": {"all": [{"role": "sponsor"}], "exclude": []}})).registered()
    both = actor("lead", "project_manager", "pmo_director")
    desk.ask_for_waiver(*CASE, by=both)
    assert desk.refused.waive(*CASE, by=both) is Reason.OWN_REQUEST
    assert desk.refused.waive(*CASE, by=acting("lead", "director")) is Reason.OWN_REQUEST
    desk.waive(*CASE, by="director")


def test_a_revoked_waiver_sends_a_gate_back_that_lacks_evidence_without_it() -> None:
    desk = asked()
    desk.waive(*CASE)
    desk.submit()
    desk.vote("gate", by="sponsor")
    assert kinds(desk.revoke_waiver(*CASE)) == ["WaiverRevoked", "RoundReturned"]
    assert desk.state.rounds["gate"].status is RoundStatus.PREPARING
    assert desk.refused.submit() is Reason.NOT_READY
    desk.supply("gate")
    desk.submit()


def test_a_gate_that_lacks_a_criterion_stays_before_its_approvers_and_cannot_go() -> None:
    desk = Desk(one_gate({"criteria": {"ready": {"must": "project.ready"}}})).registered({"ready": False})
    desk.waive("gate", "criteria.ready")
    desk.supply("gate")
    desk.submit()
    seen = desk.state.seq
    desk.vote("gate", by="sponsor")
    assert kinds(desk.revoke_waiver("gate", "criteria.ready")) == ["WaiverRevoked"]
    assert desk.refused.vote("gate", by="finance", seen=seen) is Reason.STALE, "they saw a gate that could pass"
    assert kinds(desk.vote("gate", by="finance")) == ["VoteCast"]
    assert "GateDecided" in kinds(desk.amend({"ready": True}))


def test_every_waiver_of_a_requirement_that_stands_is_revoked_and_the_record_keeps_it() -> None:
    desk = Desk(one_gate()).registered()
    desk.waive(*CASE, until=desk.now + timedelta(days=1))
    desk.waive(*CASE, until=desk.now + timedelta(days=9))
    desk.waive(*CASE, until=desk.now + timedelta(days=20))
    desk.wait(days=2)
    happened = desk.revoke_waiver(*CASE)
    assert [event.waiver for event in happened if isinstance(event, WaiverRevoked)] == ["gate-w2", "gate-w3"]
    assert [waiver.revoked for waiver in desk.state.waivers.values()] == ["", *["We need it after all."] * 2]
    assert not [owed for owed in desk.owed if owed.id.startswith("waiver/")], "what was revoked does not run out"
    assert desk.refused.revoke_waiver(*CASE) is Reason.UNKNOWN_WAIVER
    desk.ask_for_waiver(*CASE)


def test_nothing_is_revoked_once_the_gate_has_decided() -> None:
    desk = Desk(one_gate()).registered()
    desk.waive(*CASE)
    desk.submit()
    desk.vote("gate", by="sponsor")
    desk.vote("gate", by="finance")
    assert desk.refused.revoke_waiver(*CASE) in (Reason.GATE_NOT_OPEN, Reason.PROJECT_OVER)


def test_a_requirement_with_its_own_owner_is_waived_by_nobody_else() -> None:
    own: Doc = {"evidence": {"case": {"waived_by": "board"}}, "criteria": {"ready": {"must": "project.ready"}}}
    desk = Desk(one_gate({**own, "waivers_by": "finance"})).registered({"ready": False})
    assert [desk.book.policy.waives_at("gate", each) for each in ("evidence.case", "criteria.ready", "")] == [
        "board", "finance", "finance",
    ]  # fmt: skip
    (event,) = desk.ask_for_waiver(*CASE)
    assert isinstance(event, WaiverAsked)
    assert event.request.role == "board"
    assert desk.refused.waive(*CASE, by="finance") is Reason.NOT_PERMITTED
    assert desk.refused.decline_waiver(*CASE, by="finance") is Reason.NOT_PERMITTED
    desk.waive(*CASE, by="architect")
    assert desk.refused.waive("gate", "criteria.ready", by="architect") is Reason.NOT_PERMITTED
    desk.waive("gate", "criteria.ready", by="finance")


@pytest.mark.parametrize(
    "part",
    [
        {"evidence": {"case": {"waivable": False, "waived_by": "board"}}},
        {"criteria": {"ready": {**READY, "waivable": False, "waived_by": "board"}}},
        {"criteria": {"ready": {"should": "project.ready", "waived_by": "board"}}},
    ],
)
def test_what_nobody_can_waive_has_no_owner(part: Doc) -> None:
    with pytest.raises(ValidationError, match="waived_by"):
        one_gate(part)


def test_one_is_offered_to_ask_to_decline_and_to_revoke_where_that_makes_sense() -> None:
    desk = Desk(one_gate()).registered()

    def offered(person: str) -> set[str]:
        roles = (*ROLES.get(person, ()), *desk.state.posts_of(person))
        found = possibilities(desk.books, desk.state, actor(person, *roles), desk.now)
        return {each.action for each in found if each.allowed and "waiver" in each.action}

    assert offered("manager") == {"ask_for_waiver"}
    assert offered("director") == {"grant_waiver"}
    desk.ask_for_waiver(*CASE)
    assert offered("manager") == set()
    assert offered("director") == {"grant_waiver", "decline_waiver"}
    desk.waive(*CASE)
    assert offered("director") == {"grant_waiver", "revoke_waiver"}
