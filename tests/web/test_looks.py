"""What is new since somebody last looked, by the memory of their own browser."""

from datetime import UTC, datetime, timedelta

from api.web.looks import Look

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def look(before: int, seen: int, at: datetime = NOON) -> Look:
    return Look(before, seen, int(at.timestamp()))


def test_while_one_look_goes_on_what_was_new_stays_new() -> None:
    assert look(3, 7).again(9, NOON + timedelta(minutes=20)).before == 3


def test_the_next_look_begins_where_the_last_one_ended() -> None:
    later = NOON + timedelta(hours=2)
    assert look(3, 7).again(9, later) == look(7, 9, later)
