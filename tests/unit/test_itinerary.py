"""The way to a go: what is proposed gets through, from wherever a project stands, and nothing in it is idle."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

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
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.quorums import named_roles
from lifecycle.gates.rulebook import Rulebook
from lifecycle.service.calendars import calendar_of
from lifecycle.service.policy_files import library, read_policy
from tests.unit.house import house

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
READY = sorted(library())


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
            assert rule.kind in (GateKind.EXCEPTION, GateKind.MONITORING, GateKind.BENEFITS) or rule.when, (
                found.obstacle
            )


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
