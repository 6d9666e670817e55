"""One message an hour for each person, none in quiet hours; what is urgent goes at once."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from pydantic import SecretStr

from lifecycle.domain.preferences import Preferences
from lifecycle.domain.worktime import WorkCalendar
from lifecycle.gates.notices import NoticeKind
from lifecycle.persistence.letters import Letter, Told
from lifecycle.service.calendars import work_calendar
from lifecycle.service.telling.gathering import HOUR, Urgency, moment, urgency
from lifecycle.service.telling.outlets import IN_THE_INBOX, MailServer, Outlets, channels_for
from tests.unit.test_wording import letter

NOW = datetime(2026, 12, 24, 15, 0, tzinfo=UTC)
"""The afternoon before Christmas, a Thursday."""
CALENDAR: WorkCalendar = work_calendar("Europe/London", frozenset(range(5)), time(9), time(17), "GB-ENG", 2026, 2027)
PLAIN = Preferences()
NIGHT = Preferences(quiet_hours="20:00-07:00")


def asked(kind: NoticeKind = NoticeKind.VOTE_ASKED, due: datetime | None = None) -> Letter:
    return letter(kind, **({"due": due.isoformat()} if due else {}))


def how_urgent(about: Letter) -> Urgency:
    return urgency([about], {"sha256:policy": CALENDAR}, NOW)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=UTC)


def test_a_deadline_within_a_working_day_is_urgent_however_long_the_holidays_are() -> None:
    assert how_urgent(asked(due=at(29, 15))) == Urgency(True, at(29, 15))
    assert how_urgent(asked(due=at(29, 16))) == Urgency()


def test_what_asks_for_nothing_or_is_late_already_can_wait() -> None:
    assert how_urgent(asked(NoticeKind.GATE_DECIDED, at(24, 16))) == Urgency()
    assert how_urgent(asked(NoticeKind.LADDER_NOTIFY, at(23, 16))) == Urgency()
    assert how_urgent(asked(NoticeKind.LADDER_REMIND, at(24, 14))) == Urgency()


@pytest.mark.parametrize("kind", [NoticeKind.LADDER_RAISE, NoticeKind.LADDER_HOLD])
def test_an_escalation_that_moves_the_decision_is_urgent(kind: NoticeKind) -> None:
    assert how_urgent(asked(kind, at(1, 12))) == Urgency(True, None)


def test_a_deadline_under_a_policy_that_is_not_known_is_taken_for_near() -> None:
    unknown = replace(asked(due=at(31, 12)), policy="sha256:other")
    assert how_urgent(unknown).urgent


def test_the_first_news_goes_at_once_and_the_next_within_the_hour_waits() -> None:
    assert moment(PLAIN, Urgency(), None, NOW) == NOW
    told = Told(NOW - timedelta(minutes=20), on_its_way=False)
    assert moment(PLAIN, Urgency(), told, NOW) == told.at + HOUR
    assert moment(PLAIN, Urgency(), Told(NOW - HOUR, on_its_way=False), NOW) == NOW


def test_while_a_message_does_not_get_through_no_other_is_made_for_it_to_wait_with() -> None:
    assert moment(PLAIN, Urgency(), Told(NOW - 5 * HOUR, on_its_way=True), NOW) == NOW + HOUR


def test_what_is_urgent_waits_for_no_hour_and_who_wants_no_digest_neither() -> None:
    told = Told(NOW, on_its_way=True)
    assert moment(PLAIN, Urgency(True), told, NOW) == NOW
    assert moment(Preferences(digest=False), Urgency(), told, NOW) == NOW


def test_at_night_even_what_is_urgent_waits_for_the_morning() -> None:
    assert moment(NIGHT, Urgency(), None, at(24, 22)) == at(25, 7)
    assert moment(NIGHT, Urgency(True), None, at(24, 22)) == at(25, 7)
    assert moment(NIGHT, Urgency(True, at(25, 9)), None, at(24, 22)) == at(25, 7)


def test_a_deadline_before_the_morning_breaks_the_quiet() -> None:
    assert moment(NIGHT, Urgency(True, at(25, 7)), None, at(24, 22)) == at(24, 22)


def test_an_hour_that_ends_in_the_night_ends_in_the_morning() -> None:
    assert moment(NIGHT, Urgency(), Told(at(24, 19), on_its_way=False), at(24, 19)) == at(25, 7)


def test_people_are_told_over_the_channels_there_are_and_that_they_want() -> None:
    mail, chat = MailServer("mail.example.org", 25, "office@example.org"), SecretStr("json://chat.example.org")
    both = Outlets(mail=mail, chat=chat)
    assert channels_for(both, PLAIN, urgent=False) == ("mail",)
    assert channels_for(both, Preferences(chat=True), urgent=False) == ("mail", "chat")
    assert channels_for(both, Preferences(mail=False), urgent=False) == ()
    assert channels_for(both, Preferences(mail=False), urgent=True) == ("mail",)
    assert channels_for(IN_THE_INBOX, Preferences(chat=True), urgent=True) == ("log",)
