"""Whatever is asked gets an answer: no request makes the judgement fail, and every answer travels."""

from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from lifecycle.domain.commands import COMMANDS, Command, FallDue, RegisterProject
from lifecycle.domain.events import RECORDED
from lifecycle.domain.people import permissions_of
from lifecycle.domain.project import ProjectState
from lifecycle.domain.verdicts import Accepted, Refusal, Verdict
from lifecycle.gates.clocks import with_clocks
from lifecycle.gates.decide import RULES, decide, decide_due
from lifecycle.gates.evolve import evolve
from lifecycle.gates.obligations import obligations
from tests.unit.house import Doc, house
from tests.unit.office import MONDAY, WEEK, Desk, promise

LARGEST_ANSWER = 32_000
"""Bytes of the events of one command as they travel."""
KINDS: tuple[type[Command], ...] = (RegisterProject, *RULES)
GATES = ["charter", "baseline", "acceptance", "health", "exception", "change", "benefits"]


EDITION = house(version=2, gates={"charter": {"chair": "security"}})


@cache
def desks() -> tuple[Desk, ...]:
    """Projects in all sorts of states."""
    found = [Desk(house(), EDITION).registered() for _ in range(3)]
    found[1].submitted("charter")
    found[2].submitted("charter")
    found[2].question("charter", by="sponsor")
    for stage in ("planning", "execution", "execution", "closing"):
        found.append(Desk(house(), EDITION).registered(stage=stage, attested="Yes."))
    found[4].amend({"cost": 90_000})
    found[5].hold()
    found[6].wait(days=200)
    found[6].submit("benefits")
    found[6].vote("benefits", by="sponsor", conditions=[promise(found[6].now + timedelta(days=9))])
    return tuple(found)


def shown() -> list[str]:
    """The digests of what approvers have before them."""
    return [round_.evidence_digest or "" for desk in desks() for round_ in desk.state.rounds.values()]


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def mostly(sense: st.SearchStrategy[Any], nonsense: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Sense, and now and then none."""
    return st.one_of(*[sense] * 9, nonsense)


JUNK = st.text(st.characters(exclude_categories=()), max_size=40)
HUGE = st.integers(min_value=-(10**400), max_value=10**400)
PEOPLE = st.sampled_from(["manager", "sponsor", "director", "finance"])
WORD = mostly(PEOPLE, JUNK)
NUMBER = mostly(st.integers(0, 200_000), HUGE | st.floats())
ZONE = st.sampled_from([None, UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=14))])
INSTANT = mostly(
    st.sampled_from([MONDAY + timedelta(days=9), MONDAY, MONDAY + timedelta(days=900)]),
    st.datetimes(timezones=ZONE) | JUNK,
)
VALUE = mostly(st.none() | st.booleans() | NUMBER | st.just("2026-08-01"), JUNK)
FACTS = st.dictionaries(mostly(st.sampled_from(["cost", "ready", "finish"]), JUNK), VALUE, max_size=3)
ROLES = mostly(st.sampled_from(["sponsor", "finance", "project_manager", "pmo_director", "pmo_analyst"]), JUNK)
DELEGATION: st.SearchStrategy[Doc] = st.fixed_dictionaries(
    {"id": WORD, "giver": WORD, "receiver": WORD, "starts": INSTANT, "ends": INSTANT, "reason": JUNK},
    optional={"limit": NUMBER, "scope": mostly(st.sampled_from(["everywhere", "project:P1"]), JUNK)},
)
ANYBODY = st.fixed_dictionaries(
    {"person": WORD, "roles": st.lists(ROLES)},
    optional={"acting_for": WORD, "delegation": DELEGATION, "directory_version": HUGE},
)
ACTOR = mostly(st.fixed_dictionaries({"person": PEOPLE, "roles": st.lists(ROLES, min_size=3)}), ANYBODY)
PROMISES = mostly(
    st.just([]),
    st.lists(st.fixed_dictionaries({"text": JUNK, "owner": WORD, "due": INSTANT}), max_size=2),
)
EVIDENCE: st.SearchStrategy[Doc] = st.fixed_dictionaries(
    {
        "item": mostly(st.sampled_from(["case", "plan", "report"]), JUNK),
        "version": mostly(st.just(1), HUGE),
        "kind": mostly(st.sampled_from(["document", "link"]), st.sampled_from(["form", "attestation"]) | JUNK),
        "digest": JUNK.filter(_is_storable),
        "author": PEOPLE,
        "principal": PEOPLE,
        "at": INSTANT,
    },
    optional={"answers": mostly(st.just({}), FACTS), "size": NUMBER, "url": WORD, "title": WORD},
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "gate": mostly(st.sampled_from(GATES), JUNK),
    "evidence": EVIDENCE,
    "evidence_digest": st.deferred(lambda: mostly(st.sampled_from(shown()), JUNK)),
    "conditions": PROMISES,
    "facts": FACTS,
    "round": mostly(st.just(1), HUGE),
    "verdict": mostly(st.sampled_from(["approve", "reject", "abstain", "recuse"]), JUNK),
    "outcome": mostly(st.sampled_from(["go", "conditional_go", "hold", "recycle", "kill"]), JUNK),
    "requirement": mostly(st.sampled_from(["evidence.case", "evidence.plan"]), JUNK),
    "condition": mostly(st.just("benefits-1-1"), JUNK),
    "policy": st.sampled_from([house().ref.model_dump(), EDITION.ref.model_dump()]),
    "spent": NUMBER,
    "at_once": st.booleans(),
    "accepted": st.booleans(),
    "stage": mostly(st.sampled_from(["planning", "closing"]), JUNK),
    **dict.fromkeys(("expires", "review_at"), INSTANT),
    **dict.fromkeys(("manager", "sponsor"), WORD),
}
TEXT = mostly(st.just("It has to be."), JUNK)


@st.composite
def requests(draw: st.DrawFn) -> Doc:
    """A request of any kind, mostly well formed: what it needs, and some of what it may have."""
    kind = draw(st.sampled_from(KINDS))
    asked: Doc = {"type": kind.model_fields["type"].default, "id": "c1", "actor": draw(ACTOR)}
    for name, field in kind.model_fields.items():
        if name not in asked and (field.is_required() or draw(st.booleans())):
            strategy = FIELDS.get(name)
            if strategy is not None or field.is_required():
                asked[name] = draw(TEXT if strategy is None else strategy)
    return asked


@settings(max_examples=600)
@given(asked=requests(), number=st.integers(0, 6))
def test_whatever_is_asked_gets_an_answer_that_travels(asked: Doc, number: int) -> None:
    desk = desks()[number]
    try:
        command = COMMANDS.validate_python(asked)
    except ValidationError:
        return
    is_registration = isinstance(command, RegisterProject)
    state = None if is_registration else desk.state
    if state is not None:
        command = with_clocks(command, desk.book.policy, state, WEEK, desk.now)
    answer_travels(desk, state, decide(desk.books, state, command, desk.now))


@settings(max_examples=150)
@given(
    key=st.sampled_from([owed.id for desk in desks() for owed in desk.owed]) | JUNK,
    hours=st.integers(0, 9_000),
    number=st.integers(0, 6),
)
def test_whatever_is_said_to_be_due_gets_an_answer(key: str, hours: int, number: int) -> None:
    desk = desks()[number]
    now = desk.now + timedelta(hours=hours)
    verdict = decide_due(desk.books, desk.state, FallDue(obligation=key, at=now), now)
    after = answer_travels(desk, desk.state, verdict)
    if after is not None:
        assert key not in [owed.id for owed in obligations(desk.books[after.policy.digest].policy, after)]


def answer_travels(desk: Desk, state: ProjectState | None, verdict: Verdict) -> ProjectState | None:
    """The state after the verdict, if it was granted; every answer, and what it leads to, survives the wire."""
    if not isinstance(verdict, Accepted):
        assert Refusal.model_validate_json(verdict.refusal.model_dump_json()) == verdict.refusal
        assert len(verdict.refusal.model_dump_json()) < LARGEST_ANSWER
        return None
    wire = RECORDED.dump_json(verdict.events)
    assert RECORDED.validate_json(wire) == verdict.events
    assert len(wire) < LARGEST_ANSWER
    for recorded in verdict.events:
        state = evolve(state, recorded)
    assert state is not None
    assert ProjectState.model_validate_json(state.model_dump_json()) == state
    obligations(desk.books[state.policy.digest].policy, state)
    return state


def test_every_kind_of_request_is_tried_by_somebody_who_may() -> None:
    for command in RULES:
        assert any(
            command.needs in permissions_of([role])
            for role in ("sponsor", "finance", "project_manager", "pmo_director")
        )


@pytest.mark.parametrize("year", [1, 1898, 3000, 9999])
def test_instants_beyond_reckoning_are_no_instants(year: int) -> None:
    instant = datetime(year, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=14)))
    asked = {"type": "hold_project", "id": "c1", "actor": {"person": "x"}, "reason": "x", "review_at": instant}
    with pytest.raises(ValidationError, match="1900 to 2999"):
        COMMANDS.validate_python(asked)
