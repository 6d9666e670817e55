"""The way to a go: what is proposed gets through, from wherever a project stands, and nothing in it is idle.

Ready policies and random ones, whose gates set facts, require, open and block each other. More: WAY_RUNS=2000.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
import yaml

from lifecycle.domain.commands import FallDue, RegisterProject, SupplyEvidence
from lifecycle.domain.people import Actor, Roster
from lifecycle.domain.project import OPENING, ProjectState
from lifecycle.domain.verdicts import Accepted
from lifecycle.domain.worktime import is_working
from lifecycle.gates.case import Rulebooks
from lifecycle.gates.decide import decide
from lifecycle.gates.evolve import replay
from lifecycle.gates.itinerary import Itinerary, itinerary
from lifecycle.gates.journey import Journey
from lifecycle.gates.policy import Policy
from lifecycle.gates.quorums import named_roles
from lifecycle.gates.rulebook import Rulebook
from lifecycle.service.calendars import calendar_of
from lifecycle.service.policy_files import library, read_policy
from tests.unit.house import house, one_gate
from tests.unit.journeys import a_policy
from tests.unit.office import MONDAY, Desk
from tests.unit.ways import ROSTER, wander

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
READY = sorted(library())
RUNS = int(os.environ.get("WAY_RUNS", "24"))
BLOCKS = 4


def roster_for(policy: Policy) -> Roster:
    """Three people in every role that the policy names, and an office."""
    roles = {role for gate in policy.gates for role in named_roles(policy, gate)}
    items = [rule.by for gate in policy.gates.values() for rule in gate.evidence.values() if rule.by]
    everyone = {*roles, *items, policy.pmo_role, "pmo_director", "project_manager", "sponsor"}
    return Roster(holders={role: tuple(f"{role}-{n}" for n in range(1, 4)) for role in sorted(everyone)})


def registered(policy: Policy) -> tuple[Rulebooks, ProjectState]:
    """A project of which nothing is known yet."""
    books = {policy.digest: Rulebook(policy)}
    actor = Actor(person="pmo_director-1", roles=("pmo_director",))
    posts = {"manager": "project_manager-1", "sponsor": "sponsor-1"}
    what = {"id": "r", "actor": actor, "project": "P", "name": "A bridge", "portfolio": "rail", "policy": policy.ref}
    verdict = decide(books, None, RegisterProject.model_validate({**what, **posts}), NOW)
    assert isinstance(verdict, Accepted)
    state = replay(verdict.events)
    assert state is not None
    return books, state


def way(books: Rulebooks, state: ProjectState, gate: str, now: datetime = NOW) -> Itinerary:
    policy = books[state.policy.digest].policy
    return itinerary(books, state, gate, roster_for(policy), calendar_of(policy.calendar, now.year), now)


def gone(books: Rulebooks, state: ProjectState, found: Itinerary, now: datetime = NOW) -> Journey:
    """The project after all that was proposed has been asked for, each in its turn."""
    policy = books[state.policy.digest].policy
    journey = Journey(books, state, Roster(), calendar_of(policy.calendar, now.year), now)
    for leg in found.legs:
        assert journey.refusal_of(leg.command, leg.at) is None, leg.sentence
    return journey


@pytest.mark.parametrize("name", READY)
def test_every_gate_of_a_ready_policy_can_be_reached_and_what_is_proposed_gets_through(name: str) -> None:
    policy = read_policy(library()[name], f"{name}.yaml")
    books, state = registered(policy)
    for gate, rule in policy.gates.items():
        found = way(books, state, gate)
        journey = gone(books, state, found)
        if found.reaches:
            assert journey.state.decisions[gate].outcome in OPENING
        else:
            assert found.obstacle
            assert rule.when, found.obstacle


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", READY)
def test_from_anywhere_what_is_proposed_gets_through(name: str, seed: int) -> None:
    policy = read_policy(library()[name], f"{name}.yaml")
    books, state = registered(policy)
    chance, now = Random(seed), NOW
    for _ in range(3):
        found = way(books, state, chance.choice(sorted(policy.gates)), now)
        part = found.model_copy(update={"legs": found.legs[: chance.randrange(len(found.legs) + 1)]})
        journey = gone(books, state, part, now)
        state, now = journey.state, journey.now
    for gate in sorted(policy.gates):
        found = way(books, state, gate, now)
        after = gone(books, state, found, now)
        assert after.is_passed(gate, state) is found.reaches


def idle(books: Rulebooks, state: ProjectState, found: Itinerary) -> Iterator[str]:
    """The actions without which the others get through as well."""
    for left_out in found.legs:
        journey = Journey(books, state, Roster(), calendar_of(books[state.policy.digest].policy.calendar, 2026), NOW)
        others = [leg for leg in found.legs if leg is not left_out]
        through = all(journey.refusal_of(leg.command, leg.at) is None for leg in others)
        if through and journey.is_passed(found.gate, state):
            yield left_out.sentence


@pytest.mark.parametrize("name", READY)
def test_nothing_that_is_proposed_is_idle(name: str) -> None:
    policy = read_policy(library()[name], f"{name}.yaml")
    books, state = registered(policy)
    for gate in policy.gates_from(policy.stages[0]):
        found = way(books, state, gate)
        assert not list(idle(books, state, found))


@pytest.mark.parametrize("block", range(BLOCKS))
def test_whatever_a_policy_says_what_is_proposed_gets_through(block: int) -> None:
    reached = 0
    for seed in range(block, RUNS, BLOCKS):
        random = Random(seed)
        policy = Policy.model_validate(a_policy(random))
        desk = Desk(policy).registered({"cost": 95_000, "ready": True})
        wander(random, desk, random.randint(0, 12))
        for gate in policy.gates:
            found = itinerary(desk.books, desk.state, gate, ROSTER, desk.calendar, desk.now)
            journey = Journey(desk.books, desk.state, Roster(), desk.calendar, desk.now)
            refusals = [journey.refusal_of(leg.command, leg.at) for leg in found.legs]
            assert not any(refusals), f"seed {seed}, gate {gate}"
            assert journey.is_passed(gate, desk.state) is found.reaches, f"seed {seed}, gate {gate}"
            assert found.reaches or found.obstacle
            reached += found.reaches
    assert reached >= RUNS / BLOCKS / 4, "too few gates can be reached to show anything"


def test_every_action_says_who_owes_it_and_happens_in_working_time() -> None:
    books, state = registered(house())
    found = way(books, state, "charter", datetime(2026, 3, 7, 12, 0, tzinfo=UTC))
    calendar = calendar_of(house().calendar, 2026)
    assert found.reaches
    assert found.earliest == datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    assert all(leg.by and is_working(calendar, leg.at) for leg in found.legs if not isinstance(leg.command, FallDue))


def test_a_role_that_nobody_holds_is_the_obstacle() -> None:
    books, state = registered(house())
    alone = Roster(holders={"project_manager": ("project_manager-1",)})
    found = itinerary(books, state, "charter", alone, calendar_of(house().calendar, 2026), NOW)
    assert not found.reaches
    assert "Approve Charter as finance" in found.obstacle


def test_facts_that_would_open_a_gate_are_named_with_values() -> None:
    criteria = {"affordable": {"must": "project.cost <= 1000.0"}}
    books, state = registered(house(gates={"charter": {"criteria": criteria}}))
    (amend,) = [leg for leg in way(books, state, "charter").legs if leg.action == "amend_facts"]
    assert "cost is" in amend.sentence
    assert yaml.safe_load(amend.command.model_dump_json())["facts"]["cost"] <= 100_000


def test_a_form_is_answered_well_at_once() -> None:
    policy = read_policy(library()["corporate-standard"], "corporate-standard.yaml")
    books, state = registered(policy)
    found = way(books, state, "charter")
    supplied = [leg.command.evidence.item for leg in found.legs if isinstance(leg.command, SupplyEvidence)]
    assert sorted(supplied) == sorted(set(supplied))
    assert any("strategic fit is 10" in leg.sentence for leg in found.legs)


def at_a_desk(desk: Desk, gate: str, roster: Roster = ROSTER) -> Itinerary:
    """The way to a go from where the desk's project stands."""
    return itinerary(desk.books, desk.state, gate, roster, desk.calendar, desk.now)


REVIEW = {"kind": "review", "approvals": {"all": [{"role": "finance"}]}}
FORM = {"kind": "form", "fields": {"rating": {"type": "choice", "of": ["red", "green"]}}}


def rated(**review: Any) -> Desk:
    """A gate that asks for a rating which only a review gives."""
    policy = one_gate(
        {"criteria": {"rated": {"must": "project.rating == 'green'"}}},
        facts={"rating": {"type": "choice", "of": ["red", "green"], "by_gates": True}},
        gates={"review": {**REVIEW, **review}},
    )
    return Desk(policy).registered()


def test_a_fact_that_a_gate_sets_is_planned_through_that_gate() -> None:
    given = {"evidence": {"form": FORM}, "decisions": {"go": {"set": {"rating": "answers.rating"}}, "recycle": {}}}
    found = at_a_desk(rated(**given), "gate")
    assert found.reaches
    assert [leg.sentence for leg in found.legs if leg.gate == "review"] == [
        "Open Review.",
        "Answer form: rating is green.",
        "Submit Review.",
        "Approve Review as finance.",
    ]


def test_of_two_decisions_the_one_is_planned_that_sets_what_is_wanted() -> None:
    set_by = {
        outcome: {"set": {"rating": f"'{value}'"}} for outcome, value in (("go", "red"), ("conditional_go", "green"))
    }
    desk = rated(chair="pmo_director", decisions={**set_by, "recycle": {}})
    (decided,) = [leg for leg in at_a_desk(desk, "gate").legs if leg.action == "decide_gate"]
    assert (decided.by, decided.gate, decided.subject) == ("director", "review", "conditional_go")


def test_a_fact_that_counts_decisions_is_brought_up_step_by_step() -> None:
    counted = {"go": {"set": {"rounds_done": "has(project.rounds_done) ? project.rounds_done + 1 : 1"}}, "recycle": {}}
    policy = one_gate(
        {"criteria": {"three": {"must": "project.rounds_done == 3"}}},
        facts={"rounds_done": {"type": "integer", "by_gates": True}},
        gates={"review": {**REVIEW, "decisions": counted}},
    )
    found = at_a_desk(Desk(policy).registered(), "gate")
    assert found.reaches
    assert sum(leg.action == "open_gate" for leg in found.legs) == 3


def test_a_fact_that_only_a_no_would_set_is_said_plainly() -> None:
    found = at_a_desk(rated(decisions={"go": {}, "recycle": {"set": {"rating": "'green'"}}}), "gate")
    assert not found.reaches
    assert found.obstacle.startswith("Only the decision recycle of Review (finance) sets rating.")


def test_a_fact_that_no_gate_sets_is_said_plainly() -> None:
    found = at_a_desk(rated(), "gate")
    assert found.obstacle == "Rating is a gate's to set, and no gate of the policy does."


def test_a_gate_that_another_opens_is_opened_by_its_decision() -> None:
    policy = one_gate(
        {"requires": [{"gate": "late"}]},
        stages=["work", "check", "done"],
        gates={
            "review": {**REVIEW, "decisions": {"go": {"opens": ["late"]}, "recycle": {}}},
            "late": {"from": "check", "to": "done", "approvals": {"all": [{"role": "finance"}]}},
        },
    )
    found = at_a_desk(Desk(policy).registered(), "gate")
    assert found.reaches
    assert "Approve Review as finance." in [leg.sentence for leg in found.legs]


def test_what_conflicts_with_another_criterion_is_changed_together_with_it() -> None:
    criteria = {"small": {"must": "project.cost < 500.0 || project.ready"}, "firm": {"must": "project.cost >= 500.0"}}
    desk = Desk(one_gate({"criteria": criteria})).registered({"cost": 40_000})
    (amended,) = [leg for leg in at_a_desk(desk, "gate").legs if leg.action == "amend_facts"]
    assert amended.values == {"cost": 50_000, "ready": True}


def test_where_nobody_can_approve_the_ladder_brings_somebody() -> None:
    ladder = [{"after": "3 days", "remind": "pending"}, {"after": "5 days", "widen_to": "deputy"}]
    desk = Desk(one_gate({"ladder": ladder})).registered()
    roster = Roster(holders={"sponsor": ("sponsor",), "deputy": ("deputy",)})
    found = at_a_desk(desk, "gate", roster)
    assert found.reaches
    assert [(leg.by, leg.at.date()) for leg in found.legs[-2:]] == [
        (None, (MONDAY + timedelta(days=5)).date()),
        ("deputy", (MONDAY + timedelta(days=7)).date()),
    ]


def test_while_one_waits_the_clocks_run() -> None:
    doc = {"ladder": [{"after": "2 days", "hold": True}, {"after": "40 days", "widen_to": "deputy"}]}
    desk = Desk(one_gate(doc)).registered()
    roster = Roster(holders={"sponsor": ("sponsor",), "deputy": ("deputy",), "pmo_director": ("director",)})
    found = at_a_desk(desk, "gate", roster)
    assert "Resume the project." in [leg.sentence for leg in found.legs]
    assert gone(desk.books, desk.state, found, desk.now).is_passed("gate", desk.state) is found.reaches


def test_where_the_pmo_only_advises_criteria_and_votes_are_not_waited_for() -> None:
    desk = Desk(one_gate({"criteria": {"ready": {"must": "project.ready"}}}, pmo="supportive")).registered()
    assert [leg.action for leg in at_a_desk(desk, "gate").legs] == [
        "supply_evidence",
        "submit_gate",
        "decide_gate",
    ]


def test_a_gate_that_is_not_there_for_the_project_says_so() -> None:
    policy = one_gate(gates={"extra": {**REVIEW, "when": "tier == 'major'"}})
    found = at_a_desk(Desk(policy).registered({"cost": 40_000}), "extra")
    assert found.obstacle == "Extra is not there for this project: tier == 'major'."


def test_each_action_names_everybody_who_could_do_it() -> None:
    found = at_a_desk(Desk(one_gate({"chair": "finance"})).registered(), "gate")
    (decided,) = [leg for leg in found.legs if leg.action == "decide_gate"]
    assert {decided.by, *decided.others} == {"finance", "second_finance"}
