"""Stories of a gate that asks whoever decides to prove first who they are."""

from datetime import timedelta

import pytest

from lifecycle.domain.people import Actor
from lifecycle.domain.project import Outcome
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.differences.difference import Direction
from lifecycle.service.policy_files import read_policy
from lifecycle.service.policy_tests import read_tests, tell
from tests.unit.house import Doc
from tests.unit.office import Desk, actor
from tests.unit.test_differences import one
from tests.unit.test_stories_silence import decision, waiting

ASKS: Doc = {"reauthenticate": True, "call_in": "treasury", "waivers_by": "treasury"}
TREASURY = actor("tess", "treasury")


def proved(desk: Desk, who: Actor) -> Actor:
    """Somebody who has proved who they are a minute ago."""
    return who.model_copy(update={"proved_at": desk.now - timedelta(minutes=1)})


def test_nobody_votes_unproved_and_whoever_has_proved_it_does() -> None:
    desk = waiting(**ASKS)
    for name in ("finance", "architect"):
        assert desk.refused.vote("gate", by=name) is Reason.REAUTHENTICATION_NEEDED
        desk.vote("gate", by=proved(desk, actor(name)))
    assert desk.rebuilt() == desk.state


def test_a_decision_is_called_in_and_given_by_who_has_proved_who_they_are() -> None:
    desk = waiting(**ASKS)
    assert desk.refused.call_in("gate", by=TREASURY) is Reason.REAUTHENTICATION_NEEDED
    desk.call_in("gate", by=proved(desk, TREASURY))
    assert desk.refused.vote("gate", by=TREASURY) is Reason.REAUTHENTICATION_NEEDED
    assert decision(desk.vote("gate", by=proved(desk, TREASURY))).outcome is Outcome.GO


def test_who_may_not_vote_hears_that_before_they_prove_anything() -> None:
    desk = waiting(**ASKS)
    assert desk.refused.vote("gate", by="auditor") is not Reason.REAUTHENTICATION_NEEDED


def test_other_gates_ask_nobody() -> None:
    desk = waiting()
    desk.vote("gate", by="finance")


def test_to_ask_for_it_is_stricter_and_not_to_looser() -> None:
    assert one({}, {"reauthenticate": True}).direction is Direction.STRICTER
    assert one({"reauthenticate": True}, {}).direction is Direction.LOOSER


POLICY = """\
policy: sworn
version: 1
stages: [idea, work]
gates:
  start:
    from: idea
    to: work
    evidence: {case: {kind: document}}
    approvals: {all: [{role: board}]}
    reauthenticate: true
"""
PLAIN = "{approve: start, by: board}"
UNPROVED = "{approve: start, by: hasty, refused: reauthentication_needed}"


@pytest.mark.parametrize(("step", "covered"), [(PLAIN, False), (UNPROVED, True)])
def test_people_of_stories_prove_who_they_are_unless_a_story_says_otherwise(step: str, covered: bool) -> None:
    people = "people: {hasty: {roles: [board], proves: false}}\n"
    story = f"policy: sworn\n{people}scenarios: [{{scenario: A, when: [{{present: start}}, {step}]}}]\n"
    report = tell(read_tests(story), read_policy(POLICY))
    assert report.passed, report.told
    assert ("gates.start.reauthenticate: asked for" in {str(mark) for mark in report.covered}) is covered
