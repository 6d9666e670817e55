"""The outbox: a message is claimed by one dispatcher at a time, and tried until it is sent or given up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from lifecycle.persistence.outbox import Delivery, Message, claim, delivered, deliveries, put_out, undelivered
from lifecycle.persistence.session import Database
from tests.integration.rows import NOW

LEASE = timedelta(minutes=1)


def put(office: Database, count: int = 4, channel: str = "mail") -> None:
    made = [(f"m{number}", channel, f"person-{number}", None) for number in range(count)]
    office.write_now(lambda connection: put_out(connection, made, NOW))


def take(office: Database, after: timedelta = timedelta(), limit: int = 50) -> tuple[Message, ...]:
    return office.write_now(partial(claim, channel="mail", now=NOW + after, lease=LEASE, limit=limit))


def states(office: Database, recipient: str | None = None, only_failed: bool = False) -> tuple[Delivery, ...]:
    return office.read_now(partial(deliveries, recipient=recipient, only_failed=only_failed)).lines


def test_a_claimed_message_is_nobody_elses_until_the_lease_ends(office: Database) -> None:
    put(office)
    first = take(office)
    assert [message.id for message in first] == ["m0", "m1", "m2", "m3"]
    assert take(office, LEASE - timedelta(seconds=1)) == ()
    again = take(office, LEASE)
    assert [(message.key, message.tries) for message in again] == [(message.key, 2) for message in first]


def test_messages_of_other_channels_and_those_put_out_twice_change_nothing(office: Database) -> None:
    put(office)
    put(office)
    put(office, channel="chat")
    assert len(take(office)) == 4


def test_dispatchers_at_once_share_the_messages_out(office: Database) -> None:
    put(office, 16)
    with ThreadPoolExecutor(4) as threads:
        shares = list(threads.map(lambda _: take(office, limit=5), range(6)))
    keys = [message.key for share in shares for message in share]
    assert len(keys) == len(set(keys))
    rest = [message.key for message in take(office)]
    assert len({*keys, *rest}) == len(keys) + len(rest) == 16


def test_what_was_sent_is_not_sent_again(office: Database) -> None:
    put(office)
    keys = [message.key for message in take(office)]
    office.write_now(partial(delivered, keys=keys, now=NOW))
    assert take(office, 10 * LEASE) == ()
    office.write_now(partial(undelivered, key=keys[0], failure="timeout", next_try_at=NOW))
    assert take(office, 10 * LEASE) == ()


def test_what_failed_is_tried_later_and_given_up_in_the_end(office: Database) -> None:
    put(office)
    key, *others = (message.key for message in take(office))
    office.write_now(partial(delivered, keys=others, now=NOW))
    hour = timedelta(hours=1)
    office.write_now(partial(undelivered, key=key, failure="mailbox full", next_try_at=NOW + hour))
    assert take(office, hour - timedelta(seconds=1)) == ()
    (again,) = take(office, hour)
    assert (again.key, again.tries) == (key, 2)
    office.write_now(partial(undelivered, key=key, failure="mailbox full", next_try_at=None))
    assert take(office, 1000 * hour) == ()
    (failed,) = states(office, only_failed=True)
    assert (failed.given_up, failed.failure, failed.sent_at) == (True, "mailbox full", None)
    assert states(office, "person-0") == (failed,)
    assert len(states(office)) == 4
