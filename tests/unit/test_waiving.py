"""Beside the way to a go stands what a waiver could be had of: an alternative, where it really could be had."""

from datetime import timedelta
from random import Random

import pytest

from lifecycle.domain.people import Roster
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.itinerary import itinerary
from lifecycle.gates.journey import Journey
from lifecycle.gates.policy import Policy
from lifecycle.gates.waiving import Waivable
from tests.unit.house import one_gate
from tests.unit.journeys import a_policy
from tests.unit.office import Desk
from tests.unit.ways import HOLDERS, ROSTER, wander

READY = {"criteria": {"ready": {"must": "project.ready"}, "fixed": {"must": "project.ready", "waivable": False}}}


def beside(desk: Desk, roster: Roster = ROSTER) -> dict[str, Waivable]:
    found = itinerary(desk.books, desk.state, "gate", roster, desk.calendar, desk.now)
    assert not any("waiver" in leg.action for leg in found.legs), "a waiver is never the way itself"
    return {each.requirement: each for each in found.waivable}


def test_what_is_missing_and_can_be_waived_is_named_with_who_asks_and_who_grants() -> None:
    found = beside(Desk(one_gate(READY)).registered({"ready": False}))
    assert set(found) == {"evidence.case", "criteria.ready"}
    case = found["evidence.case"]
    assert (case.role, case.by, case.granters) == ("pmo_director", "manager", ("director",))


def test_what_is_there_or_waived_or_asked_for_already_is_not_named() -> None:
    desk = Desk(one_gate(READY)).registered({"ready": False})
    desk.supply("gate")
    assert set(beside(desk)) == {"criteria.ready"}
    desk.ask_for_waiver("gate", "criteria.ready")
    assert not beside(desk)
    desk.waive("gate", "criteria.ready")
    assert not beside(desk)


def test_nothing_is_named_where_nobody_could_grant_it() -> None:
    desk = Desk(one_gate()).registered()
    others = {name: people for name, people in HOLDERS.items() if name != "pmo_director"}
    assert not beside(desk, Roster(holders=others))
    assert not beside(desk, Roster(holders=HOLDERS, absent=HOLDERS["pmo_director"]))


def test_whoever_took_part_is_not_named_as_one_who_grants() -> None:
    desk = Desk(one_gate({"waivers_by": "finance"})).registered()
    desk.amend(manager="finance")
    (case,) = beside(desk).values()
    assert case.granters == ("second_finance",)
    assert desk.refused.waive("gate", "evidence.case", by="finance") is Reason.EXCLUDED


def test_no_waiver_is_named_at_a_gate_that_is_not_open() -> None:
    desk = Desk(one_gate()).registered()
    desk.hold()
    assert not beside(desk)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_a_policy_says_what_is_named_can_be_asked_for_and_granted(seed: int) -> None:
    random = Random(seed)
    desk = Desk(Policy.model_validate(a_policy(random))).registered({"cost": 95_000, "ready": True})
    wander(random, desk, random.randint(0, 8))
    for gate in desk.book.policy.gates:
        found = itinerary(desk.books, desk.state, gate, ROSTER, desk.calendar, desk.now)
        for each in found.waivable:
            journey = Journey(desk.books, desk.state, ROSTER, desk.calendar, desk.now)
            told = {"id": "w", "gate": gate, "requirement": each.requirement, "reason": "It cannot be had in time."}
            asked = journey.command(each.by, {"type": "ask_for_waiver", **told})
            assert journey.refusal_of(asked, desk.now) is None
            terms = {"compensating_control": "A look.", "expires": journey.now + timedelta(days=9)}
            for granter in each.granters:
                assert journey.may(journey.command(granter, {"type": "grant_waiver", **told, **terms}))
