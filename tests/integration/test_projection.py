"""The projection writes each event once, in order, whoever brings it and how often; what follows can be built again."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import Connection, Executable, delete, select, update

from lifecycle.domain.events import FactsAmended, Recorded
from lifecycle.domain.gate_events import LadderAction
from lifecycle.domain.project import Outcome
from lifecycle.domain.values import digest_of
from lifecycle.gates.evolve import replay
from lifecycle.persistence.columns import schema
from lifecycle.persistence.projection import GapError, project, rebuild
from lifecycle.persistence.session import Database
from lifecycle.persistence.tables import calls, conditions, notices, projects, rounds, states
from tests.integration.histories import History, a_long_life
from tests.integration.rows import NOW, rows_of

EVERYTHING = sorted(set(schema.tables) - {"people", "grants", "directory"})


def bring(office: Database, key: str, events: tuple[Recorded, ...] | list[Recorded]) -> int:
    return office.write_now(lambda connection: project(connection, key, events, NOW)).seq


def everything(office: Database) -> dict[str, list[str]]:
    return office.read_now(lambda connection: rows_of(connection, *EVERYTHING))


def test_the_stored_state_is_what_the_events_make(office: Database) -> None:
    life = a_long_life("P1")
    state = office.write_now(lambda connection: project(connection, "P1", life.told, NOW))
    assert state == replay(life.told)
    found = office.read_now(lambda connection: connection.execute(select(states)).one())
    assert (found.seq, found.digest) == (len(life.told), digest_of(state))


def test_events_that_come_twice_count_once(office: Database) -> None:
    life = a_long_life("P1")
    bring(office, "P1", life.told)
    before = everything(office)
    assert bring(office, "P1", life.told) == len(life.told)
    assert bring(office, "P1", life.told[3:7]) == len(life.told)
    assert everything(office) == before


def test_one_by_one_all_at_once_or_overlapping_is_the_same(office: Database) -> None:
    whole, single, shuffled = (a_long_life(key) for key in ("P1", "P2", "P3"))
    bring(office, "P1", whole.told)
    for recorded in single.told:
        bring(office, "P2", [recorded])
    chance = random.Random(7)
    for end in range(5, len(shuffled.told) + 5, 5):
        part = shuffled.told[max(0, end - 9) : end]
        chance.shuffle(part)
        bring(office, "P3", part)
    for key in ("P1", "P2", "P3"):
        assert office.write_now(partial(rebuild, key=key)) == ()
        assert _told(office, key) == _told(office, "P1")


def test_a_gap_is_refused_and_leaves_nothing(office: Database) -> None:
    life = a_long_life("P1")
    bring(office, "P1", life.told[:4])
    before = everything(office)
    with pytest.raises(GapError) as refused:
        bring(office, "P1", life.told[6:])
    assert (refused.value.have, refused.value.got) == (4, 7)
    with pytest.raises(GapError) as refused:
        bring(office, "P1", [*life.told[:6], *life.told[8:]])
    assert (refused.value.have, refused.value.got) == (6, 9)
    assert everything(office) == before
    bring(office, "P1", life.told)


def test_nothing_for_an_unknown_project_is_a_gap_too(office: Database) -> None:
    with pytest.raises(GapError) as refused:
        bring(office, "P1", [])
    assert (refused.value.have, refused.value.got) == (0, None)


def test_events_of_another_project_are_refused(office: Database) -> None:
    with pytest.raises(ValueError, match="of P2, not of P1"):
        bring(office, "P1", History("P2").told)


def test_a_crash_before_the_commit_leaves_nothing_and_the_next_try_everything(office: Database) -> None:
    life = a_long_life("P1")
    before = everything(office)

    def crash(connection: Connection) -> None:
        project(connection, "P1", life.told, NOW)
        raise KeyError("power cut")

    with pytest.raises(KeyError):
        office.write_now(crash)
    assert everything(office) == before
    assert bring(office, "P1", life.told) == len(life.told)


def test_writers_at_once_write_each_event_once(office: Database) -> None:
    life = a_long_life("P1")
    ends = [3, len(life.told), 9, len(life.told), 14, 2, len(life.told), 20]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda end: bring(office, "P1", life.told[:end]), ends))
    stored = office.read_now(lambda connection: rows_of(connection, "events", "audit"))
    assert [len(rows) for rows in stored.values()] == [len(life.told)] * 2


def test_the_read_model_built_again_is_the_same_byte_for_byte(office: Database) -> None:
    for key in ("P1", "P2"):
        for recorded in a_long_life(key).told:
            bring(office, key, [recorded])
    before = everything(office)
    assert office.write_now(lambda connection: rebuild(connection, "P1")) == ()
    assert everything(office) == before


def test_building_again_mends_what_was_changed_by_hand_and_says_where(office: Database) -> None:
    bring(office, "P1", a_long_life("P1").told)
    before = everything(office)
    changes = {
        "projects": update(projects).values(stage="closing"),
        "states": update(states).values(digest="sha256:forged"),
        "rounds": update(rounds).where(rounds.c.number == 1).values(outcome="go"),
        "conditions": delete(conditions),
    }
    for name, change in changes.items():
        office.write_now(partial(_execute, change=change))
        assert office.write_now(lambda connection: rebuild(connection, "P1")) == (name,)
    assert everything(office) == before


def test_the_roles_called_follow_the_ladder_and_end_with_the_decision(office: Database) -> None:
    life = History("P1")
    life.open()
    life.submit()
    bring(office, "P1", life.told)
    assert _called(office) == ["finance", "sponsor"]
    bring(office, "P1", life.step(0, LadderAction.WIDEN, "deputies"))
    bring(office, "P1", life.step(1, LadderAction.RAISE, "portfolio_board"))
    assert _called(office) == ["deputies", "finance", "portfolio_board", "sponsor"]
    bring(office, "P1", life.decide(Outcome.GO))
    assert _called(office) == []


def test_one_person_with_two_roles_gets_one_notice_a_step(office: Database) -> None:
    life = History("P1", sponsor="finance-1")
    life.open()
    life.submit()
    bring(office, "P1", life.told)
    for _ in range(2):
        bring(office, "P1", life.step(0, LadderAction.REMIND) if len(life.told) == 4 else life.told)
    told = [told for told in _told(office, "P1") if told[1] in ("vote_asked", "ladder_remind")]
    assert told == [
        ("finance-1", "ladder_remind"),
        ("finance-1", "vote_asked"),
        ("finance-2", "ladder_remind"),
        ("finance-2", "vote_asked"),
    ]


def test_text_that_a_database_would_choke_on_is_recorded_all_the_same(office: Database) -> None:
    life = History("P1", name="nul \0 quote ' emoji \N{GRINNING FACE} bidi \u202e")
    life.tell(FactsAmended(facts={"note": "\0\ud7ff\\u0000"}, manager="x" * 300), by="manager")
    life.open()
    life.submit()
    life.decide(Outcome.CONDITIONAL_GO, owners=("manager",), due=datetime.fromisoformat("9999-12-31T23:59:00-14:00"))
    assert bring(office, "P1", life.told) == len(life.told)
    due = office.read_now(lambda connection: connection.scalar(select(conditions.c.due)))
    assert due == datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert office.write_now(lambda connection: rebuild(connection, "P1")) == ()


def _execute(connection: Connection, change: Executable) -> None:
    connection.execute(change)


def _called(office: Database) -> list[str]:
    return sorted(office.read_now(lambda connection: connection.scalars(select(calls.c.role)).all()))


def _told(office: Database, key: str) -> list[tuple[str, str]]:
    told = select(notices.c.recipient, notices.c.kind).where(notices.c.project == key)
    return sorted(
        (row.recipient, row.kind) for row in office.read_now(lambda connection: connection.execute(told).all())
    )
