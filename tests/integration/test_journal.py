"""The journal: a command is noted once, belongs to who asked, and is settled once; refusals reach the audit trail."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Select, select

from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.persistence.audit import OFFICE, Attempt, Kind
from lifecycle.persistence.journal import (
    JournalEntry,
    JournalStatus,
    KeyReusedError,
    find,
    settle_done,
    settle_refused,
    stuck,
    write_sent,
)
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.persistence.tables import audit
from tests.integration.histories import a_long_life
from tests.integration.rows import NOW, rows_of

REFUSAL = Refusal(reason=Reason.EXCLUDED, sentence="You manage this project.", remedy="Ask another gatekeeper.")


def asked(id_: str = "c1", person: str = "manager", content: str = "sha256:vote", project: str = "P1") -> Attempt:
    return Attempt(id_, "cast_vote", person, None, project, NOW, content)


def sent(attempt: Attempt, directory_version: int = 1) -> Callable[[Connection], tuple[JournalEntry, bool]]:
    return lambda connection: write_sent(connection, attempt, {"directory_version": directory_version})


def refused(id_: str = "c1") -> Callable[[Connection], JournalEntry]:
    return lambda connection: settle_refused(connection, id_, REFUSAL, NOW + timedelta(seconds=1))


def done(id_: str = "c1", events: int = 2) -> Callable[[Connection], JournalEntry]:
    def settle(connection: Connection) -> JournalEntry:
        settle_done(connection, id_, events=events, answer={"version": 9}, now=NOW)
        entry = find(connection, id_)
        assert entry
        return entry

    return settle


def test_a_command_that_comes_again_finds_its_first_entry(office: Database) -> None:
    first, is_new = office.write_now(sent(asked()))
    assert is_new
    assert first.status is JournalStatus.SENT
    again, is_new = office.write_now(sent(asked(), directory_version=2))
    assert not is_new
    assert again == first
    assert again.body == {"directory_version": 1}


@pytest.mark.parametrize("other", [asked(person="sponsor"), asked(content="sha256:other"), asked(project="P2")])
def test_a_key_used_for_something_else_is_refused(office: Database, other: Attempt) -> None:
    office.write_now(sent(asked()))
    with pytest.raises(KeyReusedError):
        office.write_now(sent(other))


def test_of_many_that_send_one_command_at_once_one_is_first(office: Database) -> None:
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda _: office.write_now(sent(asked())), range(6)))
    assert sorted(is_new for _, is_new in found) == [False] * 5 + [True]


def test_a_done_command_keeps_its_answer(office: Database) -> None:
    office.write_now(sent(asked()))
    settled = office.write_now(done())
    assert (settled.status, settled.events, settled.answer) == (JournalStatus.DONE, 2, {"version": 9})
    assert office.write_now(done(events=7)) == settled
    assert office.write_now(refused()) == settled
    assert office.read_now(lambda connection: find(connection, "c1")) == settled
    assert office.read_now(lambda connection: rows_of(connection, "audit")) == {"audit": []}


def test_a_refused_attempt_stands_once_in_the_trail_of_its_project(office: Database) -> None:
    office.write_now(lambda connection: project(connection, "P1", a_long_life("P1").told, NOW))
    office.write_now(sent(asked()))
    settled = office.write_now(refused())
    assert (settled.status, settled.refusal, settled.answer) == (JournalStatus.REFUSED, REFUSAL, None)
    assert office.write_now(refused()) == settled
    found = office.read_now(lambda connection: connection.execute(_refusals("P1")).all())
    assert [(row.person, row.command, row.at, row.recorded_at) for row in found] == [
        ("manager", "c1", NOW, NOW + timedelta(seconds=1))
    ]
    assert '"reason":"excluded"' in found[0].body
    assert "You manage this project." in found[0].body


def test_an_attempt_on_an_unknown_project_stands_with_the_office(office: Database) -> None:
    office.write_now(sent(asked(project="nowhere")))
    office.write_now(refused())
    assert len(office.read_now(lambda connection: connection.execute(_refusals(OFFICE)).all())) == 1
    assert not office.read_now(lambda connection: connection.execute(_refusals("nowhere")).all())


def test_what_happened_outweighs_a_refusal(office: Database) -> None:
    office.write_now(sent(asked()))
    office.write_now(refused())
    assert office.write_now(done()).status is JournalStatus.DONE


def test_a_command_that_was_never_noted_cannot_be_settled(office: Database) -> None:
    for settle in (done("c9"), refused("c9")):
        with pytest.raises(LookupError):
            office.write_now(settle)


def test_the_sweeper_finds_what_stayed_unknown_oldest_first(office: Database) -> None:
    for minute, id_ in enumerate(["c1", "c2", "c3", "c4"]):
        attempt = Attempt(id_, "cast_vote", "manager", None, "P1", NOW + timedelta(minutes=minute), "sha256:vote")
        office.write_now(sent(attempt))
    office.write_now(done("c2"))
    waiting = office.read_now(lambda connection: stuck(connection, NOW + timedelta(minutes=3)))
    assert [entry.attempt.id for entry in waiting] == ["c1", "c3"]
    assert waiting[0].body == {"directory_version": 1}


def _refusals(chain: str) -> Select[Any]:
    return select(audit).where(audit.c.chain == chain, audit.c.kind == Kind.REFUSED.value)
