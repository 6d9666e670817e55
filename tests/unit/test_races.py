"""Two people act at once on the same view of a project: one order of the two is what happens, and no order is wrong.

Both requests are written on one state and sent in either order, with time in between or without.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest

from lifecycle.domain.commands import PersonCommand
from lifecycle.domain.people import Actor
from lifecycle.domain.project import Outcome, Status
from lifecycle.domain.verdicts import Accepted
from tests.unit.house import Doc, one_gate
from tests.unit.office import Desk, Drafts, acting, actor, kinds

Draft = Callable[[Drafts], PersonCommand]
FIRST = one_gate({"ladder": [{"after": "2 days", "raise_to": "deputy"}]})
LESS = one_gate({"approvals": {"all": [{"role": "sponsor"}]}}, version=2)


def by_version(number: int) -> Actor:
    return actor("director").model_copy(update={"directory_version": number})


APPROVE: Draft = lambda draft: draft.vote("gate", by="finance")  # noqa: E731 - a table of small requests
RACES: dict[str, tuple[Draft, Draft]] = {
    "approval and new evidence": (APPROVE, lambda draft: draft.supply("gate")),
    "approval and withdrawal": (APPROVE, lambda draft: draft.withdraw()),
    "approval and rejection": (APPROVE, lambda draft: draft.vote("gate", by="second_finance", verdict="reject")),
    "approval and approval by the same person": (APPROVE, APPROVE),
    "approval in person and by a delegate": (APPROVE, lambda draft: draft.vote("gate", by=acting("deputy", "finance"))),
    "approval and appointment as manager": (APPROVE, lambda draft: draft.amend(manager="finance", by="office")),
    "approval and changed figures": (APPROVE, lambda draft: draft.amend({"cost": 60_000})),
    "approval and another policy": (APPROVE, lambda draft: draft.adopt(LESS, at_once=True)),
    "approval and hold": (APPROVE, lambda draft: draft.hold()),
    "approval and kill": (APPROVE, lambda draft: draft.kill()),
    "approval and question": (APPROVE, lambda draft: draft.question("gate", by="second_finance")),
    "approval and a change of the directory": (APPROVE, lambda draft: draft.hold(by=by_version(1))),
    "new evidence and withdrawal": (lambda draft: draft.supply("gate"), lambda draft: draft.withdraw()),
}
"""The first of each pair, if it is an approval, would be the last one that the gate needs."""


def one_vote_short() -> Desk:
    desk = Desk(FIRST, LESS).registered().submitted()
    desk.vote("gate", by="sponsor")
    return desk


def send(desk: Desk, command: PersonCommand) -> bool:
    verdict = desk.judge(command)
    if isinstance(verdict, Accepted):
        desk.take(verdict)
    return isinstance(verdict, Accepted)


@pytest.mark.parametrize(
    ("name", "swapped", "hours"), list(product(RACES, (False, True), (0, 1, 49))), ids=lambda given: str(given)
)
def test_either_order_is_legal(name: str, swapped: bool, hours: int) -> None:
    desk = one_vote_short()
    drafts = [write(desk.draft) for write in RACES[name]]
    shown = desk.round().evidence_digest
    accepted = []
    for command in reversed(drafts) if swapped else drafts:
        accepted.append(send(desk, command))
        desk.wait(hours=hours)
    gate = desk.round()
    went_on = gate.outcome is Outcome.GO
    assert accepted[0] or hours == 49, "who comes first is not refused because of who comes second"
    assert went_on == (desk.state.stage == "done")
    if went_on:
        votes = [vote for vote in gate.standing_votes if vote.verdict == "approve"]
        assert {vote.evidence_digest for vote in votes} == {shown}, "nothing but what was shown was approved"
        assert sorted(vote.voter for vote in votes) in (["finance", "sponsor"], ["deputy", "sponsor"], ["sponsor"])
    assert len({person for vote in gate.standing_votes for person in vote.people}) == sum(
        len(vote.people) for vote in gate.standing_votes
    )
    assert desk.rebuilt() == desk.state


def test_of_two_last_approvals_one_decides_and_the_other_hears_so() -> None:
    desk = one_vote_short()
    first, second = (desk.draft.vote("gate", by=person) for person in ("finance", "second_finance"))
    assert send(desk, first)
    assert not send(desk, second)
    assert desk.round().outcome is Outcome.GO


def test_of_two_decisions_by_the_chair_the_second_is_refused() -> None:
    chaired: Doc = {"chair": "security"}
    desk = Desk(one_gate(chaired)).registered().submitted()
    recycle, kill = (desk.draft.decide("gate", by="security", outcome=outcome) for outcome in ("recycle", "kill"))
    assert send(desk, recycle)
    assert not send(desk, kill)
    assert desk.state.status is Status.ACTIVE


def test_an_approval_that_crosses_the_raising_of_the_round_is_not_counted() -> None:
    desk = one_vote_short()
    approval = desk.draft.vote("gate", by="finance")
    assert "VotesVoided" in kinds(desk.wait(days=2))
    assert not send(desk, approval)


def test_an_approval_through_a_delegation_that_ends_in_between_is_refused() -> None:
    desk = one_vote_short()
    ends = desk.now + timedelta(hours=1)
    approval = desk.draft.vote("gate", by=acting("deputy", "finance", ends=ends))
    desk.wait(hours=1)
    assert not send(desk, approval)
