"""Lists of projects: searched within a reach, in pages that others' changes do not shift."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from lifecycle.domain.events import FactsAmended, ProjectHeld, Recorded
from lifecycle.domain.project import Status
from lifecycle.persistence.audit import OFFICE, Kind, Signature, sign
from lifecycle.persistence.pages import BadCursorError, Cursor
from lifecycle.persistence.projection import project
from lifecycle.persistence.projects import Filter, Heap, board, count, last_seq, search, state_of, states_after
from lifecycle.persistence.reach import UNLIMITED, Reach
from lifecycle.persistence.session import Database
from lifecycle.persistence.trail import AuditFilter, AuditRecord, events_of, records
from tests.integration.histories import History, a_long_life
from tests.integration.rows import NOW

ALL = Filter()
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def portfolio(office: Database) -> Database:
    """Five projects: two in rail (one of them late), two on the road (one held), one with another sponsor."""
    late, held = History("R2", name="Signals 50% _new_"), History("S1", portfolio="road")
    late.open()
    late.submit()
    held.open()
    held.submit()
    held.tell(ProjectHeld(type="person:project:held", reason="No staff."), by="sponsor")
    others = [a_long_life("R1"), History("S2", portfolio="road"), History("X1", portfolio="air", sponsor="finance-1")]
    for life in (late, held, *others):
        office.write_now(partial(project, key=life.key, happened=life.told, now=NOW))
    return office


@dataclass
class Found:
    """The keys of a page, and where the next begins."""

    keys: list[str]
    after: Cursor | None


def find(
    office: Database, wanted: Filter = ALL, reach: Reach = UNLIMITED, after: Cursor | None = None, limit: int = 50
) -> Found:
    page = office.read_now(partial(search, reach=reach, wanted=wanted, now=NOW, after=after, limit=limit))
    return Found([line.key for line in page.lines], page.after)


SEARCHES: list[tuple[Filter, list[str]]] = [
    (Filter(), ["R1", "R2", "S1", "S2", "X1"]),
    (Filter(stage="planning"), ["R1"]),
    (Filter(status=Status.ON_HOLD), ["S1"]),
    (Filter(tier="major"), ["R1"]),
    (Filter(portfolio="road"), ["S1", "S2"]),
    (Filter(policy_digest="sha256:other"), []),
    (Filter(overdue=True), ["R2"]),
    (Filter(overdue=False, portfolio="rail"), ["R1"]),
    (Filter(text="SIGNALS r2"), ["R2"]),
    (Filter(text="finance-1"), ["X1"]),
    (Filter(text="50% _new_"), ["R2"]),
    (Filter(text="5_%"), []),
    (Filter(text="' OR 1=1 --"), []),
    (Filter(text="nul\0"), []),
]


def test_a_search_narrows_to_what_was_asked(portfolio: Database) -> None:
    for wanted, keys in SEARCHES:
        assert find(portfolio, wanted).keys == keys, wanted
        assert portfolio.read_now(partial(count, reach=UNLIMITED, wanted=wanted, now=NOW)) == len(keys)


REACHES: list[tuple[Reach, list[str]]] = [
    (Reach(), []),
    (Reach.of(["portfolio:road"]), ["S1", "S2"]),
    (Reach.of(["project:R1", "portfolio:air"]), ["R1", "X1"]),
    (Reach.of([], ["finance-1"]), ["X1"]),
    (Reach.of([], ["manager"]), ["R1", "R2", "S1", "S2", "X1"]),
    (Reach.of(["project:R1", "everywhere"]), ["R1", "R2", "S1", "S2", "X1"]),
]


def test_nobody_sees_or_counts_beyond_their_reach(portfolio: Database) -> None:
    for reach, keys in REACHES:
        assert find(portfolio, reach=reach).keys == keys
        assert portfolio.read_now(partial(count, reach=reach, wanted=ALL, now=NOW)) == len(keys)
        assert sum(heap.projects for heap in portfolio.read_now(partial(board, reach=reach, now=NOW))) == len(keys)
        assert [state.project for state in portfolio.read_now(partial(states_after, reach=reach))] == keys
        seen = portfolio.read_now(partial(records, reach=reach, wanted=AuditFilter(), limit=500))
        assert {record.project for record in seen.lines} == set(keys)
        for key in ("R1", "S1", "X1", "unknown"):
            state = portfolio.read_now(partial(state_of, reach=reach, key=key))
            events = portfolio.read_now(partial(events_of, reach=reach, key=key))
            assert (state is not None, bool(events.lines)) == (key in keys, key in keys)


def test_the_board_counts_projects_by_status_stage_and_tier(portfolio: Database) -> None:
    assert portfolio.read_now(partial(board, reach=UNLIMITED, now=NOW)) == (
        Heap(Status.ACTIVE, "initiation", "light", 3, overdue=1),
        Heap(Status.ACTIVE, "planning", "major", 1),
        Heap(Status.ON_HOLD, "initiation", "light", 1),
    )


def test_a_line_tells_where_a_project_stands(portfolio: Database) -> None:
    page = portfolio.read_now(partial(search, reach=UNLIMITED, wanted=Filter(text="R2"), now=NOW))
    (line,) = page.lines
    state = portfolio.read_now(partial(state_of, reach=UNLIMITED, key="R2"))
    assert state is not None
    assert (line.name, line.version, line.policy, line.stage_since) == (
        state.name, state.seq, state.policy, state.stage_since,
    )  # fmt: skip
    assert state.rounds["charter"].clock is not None
    assert (line.due, line.overdue) == (state.rounds["charter"].clock.due, True)
    assert portfolio.read_now(partial(last_seq, key="R2")) == state.seq
    assert portfolio.read_now(partial(last_seq, key="unknown")) == 0


def test_pages_do_not_shift_when_projects_come_between(portfolio: Database) -> None:
    first = find(portfolio, limit=2)
    assert first.keys == ["R1", "R2"]
    for key in ("A0", "R15", "S0", "Z9"):
        portfolio.write_now(partial(project, key=key, happened=History(key).told, now=NOW))
    second = find(portfolio, after=first.after, limit=2)
    third = find(portfolio, after=second.after)
    assert (second.keys, third.keys, third.after) == (["S0", "S1"], ["S2", "X1", "Z9"], None)


def test_a_cursor_that_no_page_gave_is_refused(portfolio: Database) -> None:
    for_keys: list[Cursor] = [(), ("a", "b"), (3,), (True,)]
    for cursor in for_keys:
        with pytest.raises(BadCursorError):
            find(portfolio, after=cursor)
    for_numbers: list[Cursor] = [(), (3, 4), ("a",), (True,), (2**70,)]
    for cursor in for_numbers:
        with pytest.raises(BadCursorError):
            portfolio.read_now(partial(events_of, reach=UNLIMITED, key="R1", after=cursor))


def test_a_history_is_read_forwards_and_backwards_in_pages(portfolio: Database) -> None:
    told = a_long_life("R1").told
    for backwards in (False, True):
        read: list[Recorded] = []
        after = None
        while not read or after:
            part = partial(events_of, reach=UNLIMITED, key="R1", after=after, limit=7, newest_first=backwards)
            page = portfolio.read_now(part)
            read, after = [*read, *page.lines], page.after
        assert read == (told[::-1] if backwards else told)


TRAILS: list[tuple[AuditFilter, list[str]]] = [
    (AuditFilter(since=LATER), ["person:facts:amended", "person:policy:published"]),
    (AuditFilter(since=LATER, until=LATER + timedelta(seconds=1)), ["person:facts:amended"]),
    (AuditFilter(kind=Kind.OFFICE), ["person:policy:published"]),
    (AuditFilter(project=OFFICE), ["person:policy:published"]),
    (AuditFilter(project="X1", type="person:project:registered"), ["person:project:registered"]),
    (AuditFilter(person="finance-2"), ["person:facts:amended"]),
]


def test_the_audit_trail_is_filtered(portfolio: Database) -> None:
    portfolio.write_now(amend_and_publish)
    for wanted, types in TRAILS:
        found = portfolio.read_now(partial(records, reach=UNLIMITED, wanted=wanted))
        assert [record.type for record in found.lines] == types, wanted


def test_the_audit_trail_is_read_in_the_order_of_recording_in_pages(portfolio: Database) -> None:
    portfolio.write_now(amend_and_publish)
    for backwards in (False, True):
        read: list[AuditRecord] = []
        after = None
        while not read or after:
            part = partial(records, reach=UNLIMITED, wanted=AuditFilter(), after=after, limit=9, newest_first=backwards)
            page = portfolio.read_now(part)
            read, after = [*read, *page.lines], page.after
        order = [(record.recorded_at, record.project or OFFICE, record.n) for record in read]
        assert order == sorted(order, reverse=backwards)
        assert len(read) == len(set(order)) > 40


def amend_and_publish(connection: Connection) -> None:
    life = History("X1")
    life.told = life.told[:2]
    (amended,) = life.tell(FactsAmended(facts={"budget": 1}), by="finance-2")
    project(connection, "X1", [amended], LATER)
    sign(connection, Signature("office", LATER + timedelta(seconds=1)), "person:policy:published", {"version": 1})
