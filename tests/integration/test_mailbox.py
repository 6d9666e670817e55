"""The mailbox: a notice reaches the right people, is claimed by one dispatcher at a time, and is tried until sent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from sqlalchemy import select, update

from lifecycle.domain.events import TierChanged
from lifecycle.domain.gate_events import LadderAction, RoundReturned
from lifecycle.persistence.mailbox import Letter, claim, delivered, undelivered
from lifecycle.persistence.office_tables import people
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.persistence.tables import notices
from tests.integration.histories import History
from tests.integration.rows import NOW

LEASE = timedelta(minutes=1)


def bring(office: Database, life: History) -> None:
    office.write_now(partial(project, key=life.key, happened=life.told, now=NOW))


def submitted(key: str = "P1", portfolio: str = "rail") -> History:
    life = History(key, portfolio=portfolio)
    life.open()
    life.submit()
    return life


def take(office: Database, after: timedelta = timedelta(), limit: int = 50) -> tuple[Letter, ...]:
    return office.write_now(partial(claim, now=NOW + after, lease=LEASE, limit=limit))


def told(office: Database, kind: str) -> list[str]:
    query = select(notices.c.recipient).where(notices.c.kind == kind)
    return sorted(office.read_now(lambda connection: connection.scalars(query).all()))


def test_a_role_reaches_its_holders_in_scope_and_a_post_its_one_holder(office: Database) -> None:
    bring(office, submitted("P1"))
    assert told(office, "vote_asked") == ["finance-1", "finance-2", "sponsor"]
    bring(office, submitted("P2", portfolio="road"))
    assert told(office, "vote_asked") == ["finance-1", "finance-1", "finance-2", "sponsor", "sponsor"]


def test_nobody_who_left_or_is_unknown_is_told_anything(office: Database) -> None:
    gone = update(people).where(people.c.id == "sponsor").values(active=False)
    office.write_now(lambda connection: connection.execute(gone).close())
    life = submitted()
    life.step(0, LadderAction.NOTIFY, "leaverless_role")
    bring(office, life)
    assert told(office, "vote_asked") == ["finance-1", "finance-2"]
    assert told(office, "ladder_notify") == []


def test_a_second_call_to_one_submission_tells_only_those_who_were_not_told(office: Database) -> None:
    life = submitted()
    called: dict[str, tuple[str, ...]] = {"charter": ("deputies", "finance", "sponsor")}
    life.tell(TierChanged(before="light", after="major", raised_rounds=("charter",), called=called))
    bring(office, life)
    assert told(office, "vote_asked") == ["deputy", "finance-1", "finance-2", "sponsor"]
    life.tell(RoundReturned(gate="charter", round=1, missing=("risk_register",)))
    life.submit()
    bring(office, life)
    assert told(office, "vote_asked").count("finance-1") == 2


def test_a_letter_says_what_its_wording_needs(office: Database) -> None:
    bring(office, submitted())
    letter = next(letter for letter in take(office) if letter.recipient == "finance-1")
    assert (letter.kind, letter.project, letter.project_name) == ("vote_asked", "P1", "Project P1")
    assert (letter.gate, letter.round, letter.mail, letter.tries) == ("charter", 1, "finance-1@example.org", 1)
    assert letter.fields.keys() == {"due"}


def test_a_claimed_notice_is_nobody_elses_until_the_lease_ends(office: Database) -> None:
    bring(office, submitted())
    first = take(office)
    assert sorted(letter.recipient for letter in first) == ["finance-1", "finance-2", "manager", "sponsor"]
    assert take(office, LEASE - timedelta(seconds=1)) == ()
    again = take(office, LEASE)
    assert [(letter.key, letter.tries) for letter in again] == [(letter.key, 2) for letter in first]


def test_dispatchers_at_once_share_the_notices_out(office: Database) -> None:
    for number in range(4):
        bring(office, submitted(f"P{number}"))
    with ThreadPoolExecutor(4) as threads:
        shares = list(threads.map(lambda _: take(office, limit=5), range(6)))
    keys = [letter.key for share in shares for letter in share]
    assert len(keys) == len(set(keys))
    rest = [letter.key for letter in take(office)]
    assert len({*keys, *rest}) == len(keys) + len(rest) == 16


def test_what_was_sent_is_not_sent_again(office: Database) -> None:
    bring(office, submitted())
    keys = [letter.key for letter in take(office)]
    office.write_now(partial(delivered, keys=keys, now=NOW))
    assert take(office, 10 * LEASE) == ()
    late_failure = partial(undelivered, key=keys[0], failure="timeout", next_try_at=NOW)
    office.write_now(late_failure)
    assert take(office, 10 * LEASE) == ()


def test_what_failed_is_tried_later_and_given_up_in_the_end(office: Database) -> None:
    bring(office, submitted())
    key, *others = (letter.key for letter in take(office))
    office.write_now(partial(delivered, keys=others, now=NOW))
    hour = timedelta(hours=1)
    office.write_now(partial(undelivered, key=key, failure="mailbox full", next_try_at=NOW + hour))
    assert take(office, hour - timedelta(seconds=1)) == ()
    (again,) = take(office, hour)
    assert (again.key, again.tries) == (key, 2)
    office.write_now(partial(undelivered, key=key, failure="mailbox full", next_try_at=None))
    assert take(office, 1000 * hour) == ()
    row = office.read_now(lambda connection: connection.execute(select(notices).where(notices.c.key == key)).one())
    assert (row.given_up, row.failure, row.sent_at) == (True, "mailbox full", None)


def test_who_left_meanwhile_has_no_address_any_more(office: Database) -> None:
    bring(office, submitted())
    gone = update(people).where(people.c.id == "finance-1").values(active=False)
    office.write_now(lambda connection: connection.execute(gone).close())
    assert [letter.mail for letter in take(office) if letter.recipient == "finance-1"] == [None]
