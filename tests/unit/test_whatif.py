"""What a draft would do to a project, told before anybody is bound by it."""

from typing import Any

import pytest

from lifecycle.domain.gate_events import GateDecided, VotesVoided
from lifecycle.domain.people import Roster
from lifecycle.domain.project import Outcome
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.criteria import Result
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.whatif import Effect, Foreseen, GateShift, Trial
from tests.unit.house import Doc, house, one_gate
from tests.unit.office import WEEK, Desk, actor
from tests.unit.walks import Walk

ROSTER = Roster(
    holders={"finance": ("finance", "second_finance"), "board": ("architect", "second_architect")},
    absent=("second_architect",),
)


def foreseen(desk: Desk, draft: Policy) -> Foreseen:
    return Trial(Rulebook(draft), lambda _: WEEK, desk.now).on(desk.book, desk.state, ROSTER)


def shift(desk: Desk, draft: Policy, gate: str = "gate") -> GateShift:
    return next(each for each in foreseen(desk, draft).gates if each.gate == gate)


def draft(gate: Doc | None = None, **changes: Any) -> Policy:
    return one_gate(gate, version=2, **changes)


def test_a_draft_that_says_the_same_changes_nothing() -> None:
    desk = Desk(one_gate()).registered().submitted()
    seen = foreseen(desk, draft({"guidance": "Read it twice."}))
    assert (seen.effect, seen.gates, seen.heavier) == (Effect.NONE, (), None)
    assert foreseen(desk, one_gate()).effect is Effect.NONE, "it is the edition that binds the project already"


def test_a_gate_that_would_be_shut_says_what_shuts_it() -> None:
    desk = Desk(one_gate()).registered().submitted()
    seen = shift(desk, draft({"criteria": {"known": {"must": "project.ready", "fix": "Say whether it is ready."}}}))
    assert (seen.blocked, seen.freed, seen.returned) == (True, False, False)
    (changed,) = seen.changed
    assert (changed.requirement, changed.before, changed.after) == ("criteria.known", None, Result.UNKNOWN)
    assert changed.remedy == "Say whether it is ready."


def test_a_gate_that_would_be_free_says_what_is_no_longer_asked() -> None:
    desk = Desk(one_gate()).registered()
    seen = shift(desk, draft({"evidence": None}))
    assert (seen.blocked, seen.freed) == (False, True)
    assert [(each.requirement, each.before, each.after) for each in seen.changed] == [
        ("evidence.case", Result.NOT_MET, None)
    ]


def test_a_submission_that_lacks_new_evidence_goes_back() -> None:
    desk = Desk(one_gate()).registered().submitted()
    assert shift(desk, draft({"evidence": {"risks": {"kind": "document"}}})).returned


def test_further_approvals_are_counted_by_role_with_the_people_who_are_there_to_give_them() -> None:
    desk = Desk(one_gate()).registered().submitted()
    more = {"approvals": {"all": [{"role": "sponsor"}, {"role": "finance", "count": 2}, {"role": "board"}]}}
    board, finance = shift(desk, draft(more)).more
    assert (board.role, board.count, board.people) == ("board", 1, ("architect",))
    assert (finance.role, finance.count, finance.people) == ("finance", 1, ("finance", "second_finance"))


def test_votes_that_would_fall_and_approvals_that_would_go_are_named() -> None:
    desk = Desk(one_gate()).registered().submitted()
    desk.vote("gate", by="sponsor")
    seen = shift(desk, draft({"approvals": {"all": [{"role": "sponsor"}]}}))
    assert (seen.voided, seen.fewer) == (("sponsor",), {"finance": 1})


def test_a_gate_that_the_votes_would_decide_at_once_says_so() -> None:
    strict = one_gate({"criteria": {"ready": {"must": "project.ready"}}, "submit_when": "evidence_complete"})
    desk = Desk(strict).registered().submitted()
    desk.vote("gate", by="sponsor")
    desk.vote("gate", by="finance")
    seen = shift(desk, draft())
    assert (seen.freed, seen.decided) == (True, Outcome.GO)


def test_a_tier_that_would_rise_or_fall_is_told() -> None:
    desk = Desk(one_gate()).registered()
    tiers = [{"id": "light", "when": "project.cost < 400.0"}, {"id": "major"}]
    risen = foreseen(desk, draft(tiers=tiers))
    assert (risen.tier, risen.tier_after, risen.heavier) == ("light", "major", True)


def test_a_project_whose_stage_the_draft_does_not_know_needs_mapping() -> None:
    desk = Desk(one_gate()).registered()
    gate = {"from": "build", "to": "done", "approvals": {"all": [{"role": "sponsor"}]}}
    seen = foreseen(desk, draft(stages=["build", "done"], gates={"gate": gate}))
    assert seen.effect is Effect.NEEDS_MAPPING
    assert seen.why.endswith(".")


def test_deadlines_move_by_days_of_the_working_calendar_and_running_clocks_go_on() -> None:
    slow = {"decide_within": "5 working days", "ladder": [{"after": "6 working days", "hold": True}]}
    first = one_gate({"decide_within": "2 working days", "ladder": [{"after": "3 working days", "hold": True}]})
    desk = Desk(first).registered()
    seen = shift(desk, draft(slow))
    assert (seen.days, seen.ladder_days) == (3.0, 5.0), "three working days, and for the ladder a weekend"
    desk.submitted()
    assert foreseen(desk, draft(slow)).gates == ()


def test_breaches_and_the_gates_they_would_open_are_told() -> None:
    desk = Desk(house()).registered(stage="execution", attested="Board minutes.")
    desk.amend({"cost": 54_000})
    seen = foreseen(desk, house(version=2, tolerances={"cost": {"over": "5%"}}))
    assert (seen.breached, seen.cleared, seen.opened) == (("cost",), (), ("exception",))
    desk.amend({"cost": 60_000})
    assert foreseen(desk, house(version=2, tolerances={"cost": {"over": "50%"}})).cleared == ("cost",)


@pytest.mark.parametrize("seed", range(60))
def test_what_is_foreseen_is_what_happens(seed: int) -> None:
    walk = Walk(seed)
    desk, second = walk.desk, walk.policies[1]
    for luck in range(seed * 1_000, seed * 1_000 + 25):
        walk.take(luck)
    if desk.state.is_over or desk.state.policy == second.ref:
        return
    told, before = foreseen(desk, second), desk.state
    director = actor("fay", "pmo_director")
    if told.effect is Effect.NEEDS_MAPPING:
        assert desk.refused.adopt(second, by=director, at_once=True) is Reason.POLICY_DOES_NOT_FIT
        return
    happened = desk.adopt(second, by=director, at_once=True)
    fallen = {(event.gate, voter) for event in happened if isinstance(event, VotesVoided) for voter in event.voters}
    assert {(gate.gate, voter) for gate in told.gates for voter in gate.voided} == fallen
    gone = {event.gate: event.outcome for event in happened if isinstance(event, GateDecided)}
    was_open = {round_.gate for round_ in before.open_rounds}
    assert {gate.gate: gate.decided for gate in told.gates if gate.decided}.items() <= gone.items()
    assert gone.keys() & was_open <= {gate.gate for gate in told.gates if gate.decided}
    if not gone:
        assert told.tier_after == desk.state.tier
        assert set(told.breached) == set(desk.state.breaches) - set(before.breaches)
