"""What past decisions would have been, had a draft of the policy been in force."""

from datetime import timedelta
from itertools import takewhile
from typing import Any

import pytest

from lifecycle.domain.project import Outcome
from lifecycle.gates.backtest import JudgedAgain, judged_again
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook
from tests.unit.house import Doc, house, one_gate
from tests.unit.office import MONDAY, Desk, promise
from tests.unit.walks import Walk


def again(desk: Desk, draft: Policy) -> list[JudgedAgain]:
    return list(judged_again(Rulebook(draft), desk.history))


def draft(gate: Doc | None = None, **changes: Any) -> Policy:
    return one_gate(gate, version=2, **changes)


def decided(first: Policy | None = None) -> Desk:
    """The project went through its gate by the votes of the sponsor and of finance."""
    desk = Desk(first or one_gate()).registered().submitted()
    desk.vote("gate", by="sponsor")
    desk.vote("gate", by="finance")
    return desk


def test_a_draft_that_asks_for_the_same_would_have_decided_the_same() -> None:
    (seen,) = again(decided(), draft({"guidance": "Read it twice."}))
    assert (seen.gate, seen.outcome, seen.outcome_after, seen.reasons) == ("gate", Outcome.GO, Outcome.GO, ())
    assert not seen.is_otherwise


def test_evidence_that_nobody_asked_for_would_have_kept_the_gate_shut() -> None:
    (seen,) = again(decided(), draft({"evidence": {"risks": {"kind": "document"}}}))
    assert (seen.outcome_after, seen.reasons) == (None, ("Risks: not met.",)), "the votes would not have been the cause"


def test_an_approval_that_nobody_gave_would_have_been_waited_for() -> None:
    more = {"approvals": {"all": [{"role": "sponsor"}, {"role": "finance"}, {"role": "board"}]}}
    (seen,) = again(decided(), draft(more))
    assert (seen.outcome_after, seen.reasons) == (None, ("An approval is missing: board.",))


def test_a_chair_would_have_had_the_word() -> None:
    (seen,) = again(decided(), draft({"chair": "pmo_director"}))
    assert (seen.outcome_after, seen.reasons) == (None, ("Here the pmo director decides.",))


def test_a_rejection_that_only_a_veto_may_give_would_not_have_counted() -> None:
    desk = Desk(one_gate()).registered().submitted()
    desk.vote("gate", by="sponsor")
    desk.vote("gate", by="finance", verdict="reject")
    lenient: Doc = {"approvals": {"all": [{"role": "sponsor"}], "rejection": "veto"}}
    (seen,) = again(desk, draft(lenient))
    assert (seen.outcome, seen.outcome_after) == (Outcome.RECYCLE, Outcome.GO)
    assert seen.reasons == ("The votes would have decided: go.",)


def test_the_outcome_of_a_rejection_is_the_drafts() -> None:
    desk = Desk(one_gate()).registered().submitted()
    desk.vote("gate", by="finance", verdict="reject")
    (seen,) = again(desk, draft({"on_reject": "kill"}))
    assert seen.outcome_after is Outcome.KILL


def test_a_heavier_tier_would_have_asked_for_more() -> None:
    heavy = {"criteria": {"ready": {"must": "project.ready", "when": "tier == 'major'"}}}
    (seen,) = again(decided(), draft(heavy, tiers=[{"id": "light", "when": "project.cost < 1.0"}, {"id": "major"}]))
    assert (seen.tier, seen.tier_after, seen.reasons) == ("light", "major", ("Ready: unknown.",))


def test_a_chairs_conditional_go_is_judged_as_it_was_asked_for() -> None:
    desk = Desk(one_gate({"chair": "pmo_director"})).registered().submitted()
    for person in ("sponsor", "finance"):
        desk.vote("gate", by=person)
    due = promise(MONDAY + timedelta(days=9))
    desk.decide("gate", by="director", outcome="conditional_go", conditions=[due])
    (same,) = again(desk, draft({"chair": "pmo_director"}))
    assert not same.is_otherwise
    (seen,) = again(desk, draft({"chair": "pmo_director", "decisions": ["go", "recycle"]}))
    assert (seen.outcome_after, seen.reasons) == (None, ("This gate cannot decide conditional_go.",))


def test_every_decision_of_a_life_is_judged_at_its_own_instant() -> None:
    desk = Desk(house()).registered().submitted("charter")
    desk.vote("charter", by="sponsor", verdict="reject")
    desk.submit("charter")
    desk.vote("charter", by="sponsor")
    desk.submit("baseline")
    desk.vote("baseline", by="sponsor")
    desk.decide("baseline", by="director")
    seen = again(desk, house(version=2, gates={"baseline": {"chair": "sponsor"}}))
    assert [(each.gate, each.round, each.is_otherwise) for each in seen] == [
        ("charter", 1, False),
        ("charter", 2, False),
        ("baseline", 1, True),
    ]


def test_a_gate_that_the_draft_does_not_have_there_is_said_to_be_missing() -> None:
    gate = {"from": "build", "to": "done", "approvals": {"all": [{"role": "sponsor"}]}}
    (seen,) = again(decided(), draft(stages=["build", "done"], gates={"gate": gate}))
    assert seen.reasons == ("The draft has no such gate in the stage work.",)


@pytest.mark.parametrize("seed", range(60))
def test_the_edition_that_was_in_force_never_judges_otherwise(seed: int) -> None:
    walk = Walk(seed)
    for luck in range(seed * 1_000, seed * 1_000 + 40):
        walk.take(luck)
    for seen in judged_again(Rulebook(walk.policies[1]), walk.desk.history):
        assert seen.is_otherwise == bool(seen.reasons), "any draft can be asked, whatever happened"
    first = list(takewhile(lambda recorded: recorded.policy == walk.policies[0].digest, walk.desk.history))
    for seen in judged_again(Rulebook(walk.policies[0]), first):
        assert not seen.is_otherwise or seen.tier != seen.tier_after, seen


def test_silence_is_judged_by_what_the_draft_makes_of_it() -> None:
    silent = {"evidence": {"case": None}, "ladder": [{"after": "2 days", "decide": "go"}]}
    desk = Desk(one_gate(silent)).registered({"ready": False})
    desk.submit()
    desk.wait(days=2)
    same, louder = one_gate(silent, version=2), one_gate({**silent, "ladder": []}, version=2)
    stricter = one_gate({**silent, "criteria": {"ready": {"must": "project.ready"}}}, version=2)
    told = [next(judged_again(Rulebook(draft), desk.history)) for draft in (same, louder, stricter)]
    assert [judged.outcome_after for judged in told] == [Outcome.GO, None, None]
    assert told[1].reasons == ("The draft does not take silence for go.",)
    assert told[2].reasons == ("Silence would have opened nothing without: criteria.ready.",)
