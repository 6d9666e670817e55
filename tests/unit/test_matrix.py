"""Who may do what: every operation on a project, for every role, by grant, post or delegation, in every state."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from itertools import product

import pytest

from lifecycle.domain.commands import PersonCommand
from lifecycle.domain.people import ROLE_PERMISSIONS, Actor
from lifecycle.domain.project import Status
from lifecycle.domain.verdicts import Accepted, Reason
from lifecycle.gates.decide import RULES
from tests.unit.house import one_gate
from tests.unit.office import MONDAY, Desk, Drafts, acting

PM, SPONSOR, DIRECTOR, ANALYST, AUDITOR, ADMINISTRATOR, GATEKEEPER = (
    "project_manager",
    "sponsor",
    "pmo_director",
    "pmo_analyst",
    "auditor",
    "administrator",
    "finance",
)
ROLES = (PM, SPONSOR, DIRECTOR, ANALYST, AUDITOR, ADMINISTRATOR, GATEKEEPER)
DECIDING = {SPONSOR, DIRECTOR, GATEKEEPER}
MAY: Mapping[str, set[str]] = {
    "amend_facts": {PM, DIRECTOR, ANALYST},
    "open_gate": {PM},
    "supply_evidence": {PM},
    "submit_gate": {PM},
    "withdraw_submission": {PM},
    "answer_information": {PM},
    "ask_for_waiver": {PM},
    "cast_vote": DECIDING,
    "ask_for_information": DECIDING,
    "decide_gate": DECIDING | {PM},
    "call_in_gate": DECIDING | {PM},
    "nudge_gate": {PM, SPONSOR, DIRECTOR, ANALYST},
    "grant_waiver": DECIDING,
    "decline_waiver": DECIDING,
    "revoke_waiver": DECIDING,
    "prove_condition": DECIDING | {PM},
    "accept_condition": DECIDING,
    "hold_project": {PM, SPONSOR, DIRECTOR},
    "resume_project": {PM, SPONSOR, DIRECTOR},
    "kill_project": {SPONSOR, DIRECTOR},
    "adopt_policy": {DIRECTOR},
}
"""What the office allows to whom, written down once more by hand; a gatekeeper is any role that a policy names."""

OPERATIONS: Mapping[str, Callable[[Drafts, Actor], PersonCommand]] = {
    "amend_facts": lambda desk, by: desk.amend({"cost": 60_000}, by=by),
    "open_gate": lambda desk, by: desk.open("gate", by=by),
    "supply_evidence": lambda desk, by: desk.supply("gate", by=by),
    "submit_gate": lambda desk, by: desk.submit(by=by),
    "withdraw_submission": lambda desk, by: desk.withdraw(by=by),
    "answer_information": lambda desk, by: desk.answer(by=by),
    "ask_for_waiver": lambda desk, by: desk.ask_for_waiver("gate", "evidence.case", by=by),
    "cast_vote": lambda desk, by: desk.vote("gate", by),
    "ask_for_information": lambda desk, by: desk.question("gate", by),
    "decide_gate": lambda desk, by: desk.decide("gate", by),
    "call_in_gate": lambda desk, by: desk.call_in("gate", by),
    "nudge_gate": lambda desk, by: desk.nudge(by=by),
    "grant_waiver": lambda desk, by: desk.waive("gate", "evidence.case", by=by),
    "decline_waiver": lambda desk, by: desk.decline_waiver("gate", "evidence.case", by=by),
    "revoke_waiver": lambda desk, by: desk.revoke_waiver("gate", "evidence.case", by=by),
    "prove_condition": lambda desk, by: desk.prove("gate.1", by=by),
    "accept_condition": lambda desk, by: desk.accept("gate.1", by=by),
    "hold_project": lambda desk, by: desk.hold(by=by, review_at=MONDAY + timedelta(days=30)),
    "resume_project": lambda desk, by: desk.resume(by=by),
    "kill_project": lambda desk, by: desk.kill(by=by),
    "adopt_policy": lambda desk, by: desk.adopt(one_gate(), by=by),
}


@cache
def projects() -> Mapping[str, Desk]:
    """A project in every state that matters to who may do what."""
    desks = {
        name: Desk(one_gate()).registered() for name in ("preparing", "submitted", "asked", "held", "killed", "closed")
    }
    for name in ("submitted", "asked", "closed"):
        desks[name].submitted()
    desks["asked"].question("gate", by="sponsor")
    desks["held"].hold()
    desks["killed"].kill()
    for person in ("sponsor", "finance"):
        desks["closed"].vote("gate", by=person)
    assert desks["closed"].state.status is Status.CLOSED
    return desks


RELATIONS: Mapping[str, Callable[[str], Actor]] = {
    "granted": lambda role: Actor(person="somebody", roles=(role,)),
    "lent": lambda role: acting("somebody", "giver").model_copy(update={"roles": (role,)}),
    "lent by nobody": lambda role: acting("somebody", "giver").model_copy(update={"roles": (), "own_roles": (role,)}),
    "posted": lambda role: Actor(person={PM: "manager", SPONSOR: "sponsor"}.get(role, "somebody"), roles=()),
}
"""How somebody comes to a role: by grant, by its holder's delegation, not at all in another's name, by their post."""


def holds(role: str, relation: str) -> bool:
    """Whether the role counts in that relation."""
    return relation in ("granted", "lent") or (relation == "posted" and role in (PM, SPONSOR))


def allowed(desk: Desk, operation: str, who: Actor) -> bool:
    """Whether nothing is said against the person as such; what else there is against the request is not asked here."""
    verdict = desk.judge(OPERATIONS[operation](desk.draft, who))
    if isinstance(verdict, Accepted):
        return True
    refusal = verdict.refusal
    return not (refusal.reason is Reason.NOT_PERMITTED and "a role with the permission" in refusal.remedy)


def test_the_matrix_knows_every_operation_and_every_role() -> None:
    assert {kind.model_fields["type"].default for kind in RULES} == {*MAY} == {*OPERATIONS}
    assert {*ROLES} == {*ROLE_PERMISSIONS, GATEKEEPER}


@pytest.mark.parametrize("state", ["preparing", "submitted", "asked", "held", "killed", "closed"])
def test_what_a_role_allows_it_allows_in_every_state_and_nothing_else(state: str) -> None:
    desk = projects()[state]
    cells = list(product(MAY, ROLES, RELATIONS))
    wrong = [
        (operation, role, relation)
        for operation, role, relation in cells
        if allowed(desk, operation, RELATIONS[relation](role)) != (holds(role, relation) and role in MAY[operation])
    ]
    assert len(cells) == len(MAY) * len(ROLES) * len(RELATIONS)
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_only_the_office_registers_projects(role: str) -> None:
    desk = Desk(one_gate())
    verdict = desk.judge(desk.registration(actor=Actor(person="somebody", roles=(role,))))
    assert isinstance(verdict, Accepted) == (role in {DIRECTOR, ANALYST, ADMINISTRATOR})
