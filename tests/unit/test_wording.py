"""Every kind of notice is worded in every language, and nothing that people write can break out of its place."""

import string
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from lifecycle.domain.preferences import AS_SHIPPED, Language, Preferences
from lifecycle.domain.project import Outcome
from lifecycle.gates.notices import NoticeKind
from lifecycle.persistence.letters import Letter
from lifecycle.persistence.outbox import Message
from lifecycle.service.telling.mails import AT_MOST, mail_of
from lifecycle.service.telling.opening import Opened
from lifecycle.service.telling.wording import LANGUAGES, Said, said
from tests.integration.histories import START

EVERY = [(language, kind) for language in Language for kind in NoticeKind]
GERMAN = Preferences(language=Language.GERMAN, timezone="Europe/Berlin")
OFFICE = "https://office.example.org"


def letter(kind: NoticeKind = NoticeKind.GATE_DECIDED, project_name: str = "Tunnel", **fields: str) -> Letter:
    return Letter(
        key="P-1/charter/1/5.0/x/sponsor",
        kind=kind.value,
        project="P-1",
        project_name=project_name,
        policy="sha256:policy",
        gate="project_charter",
        round=1,
        step=None,
        recipient="sponsor",
        fields=fields,
        created_at=START,
    )


def told(about: Letter, reader: Preferences = AS_SHIPPED) -> Said:
    return said(about, reader)


def mail(*letters: Letter, reader: Preferences = AS_SHIPPED) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a mail."""
    message = Message("m1", "mail", "sponsor", None, START, 1)
    opened = Opened("sponsor", "sponsor@example.org", reader, letters)
    made = mail_of(message, opened, "office@example.org", OFFICE)
    plain, page = (made.get_body([kind]) for kind in ("plain", "html"))
    assert made.get_content_type() == "multipart/alternative"
    assert plain
    assert page
    return str(made["Subject"]), plain.get_content(), page.get_content()


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_every_kind_has_its_words_in_every_language(language: Language, kind: NoticeKind) -> None:
    fields = {name: f"<{name}>" for name in ("text", "reason", "rationale", "proof", "because", "missing", "sentence")}
    words = told(letter(kind, **fields, outcome="go"), Preferences(language=language))
    assert words.headline.startswith("Tunnel: ")
    assert words.page == "/projects/P-1/gates/project_charter"
    assert words.asked
    assert "{" not in words.headline + words.asked


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_no_language_leaves_out_what_another_says(language: Language, kind: NoticeKind) -> None:
    ours, english = (LANGUAGES[each].kinds[kind] for each in (language, Language.ENGLISH))
    assert [_names(text) for text in ours] == [_names(text) for text in english]


@pytest.mark.parametrize("language", Language)
def test_a_language_is_whole(language: Language) -> None:
    phrases = LANGUAGES[language]
    assert set(phrases.outcomes) == set(Outcome)
    assert (len(set(phrases.weekdays)), len(set(phrases.months))) == (7, 12)


def test_the_outcome_and_the_reason_are_said() -> None:
    decided = letter(outcome="conditional_go", rationale="Prove the cost.")
    assert told(decided).headline == "Tunnel: Gate project charter is decided: conditional go"
    assert told(decided).asked == "Prove the cost."
    assert told(decided, GERMAN).headline == "Tunnel: Gate project charter ist entschieden: Freigabe mit Auflagen"


def test_a_deadline_is_said_on_the_readers_clock_where_there_is_one() -> None:
    due = letter(NoticeKind.VOTE_ASKED, due="2026-03-06T17:00:00+00:00")
    assert told(due).asked == "Look at the evidence and vote by Friday 6 March 2026, 17:00 UTC."
    assert "stimmen Sie bis Freitag, 6. März 2026, 18:00 Uhr (CET) ab." in told(due, GERMAN).asked
    assert told(letter(NoticeKind.VOTE_ASKED)).asked == "Look at the evidence and vote."


def test_every_month_and_day_has_its_name() -> None:
    days = [
        LANGUAGES[Language.GERMAN].day(datetime(2026, month, 1, 12, tzinfo=ZoneInfo("UTC")), ZoneInfo("UTC"))
        for month in range(1, 13)
    ]
    assert days[0] == "Donnerstag, 1. Januar 2026, 12:00 Uhr (UTC)"
    assert days[11] == "Dienstag, 1. Dezember 2026, 12:00 Uhr (UTC)"


def test_a_name_stays_on_its_line_and_braces_stay_braces() -> None:
    hostile = letter(project_name="A\r\nBcc: all@example.org {0.__class__}\x00\u202e", rationale="{key} \x07")
    words = told(hostile)
    assert words.headline.startswith("A Bcc: all@example.org {0.__class__}: Gate")
    assert words.asked == "{key}"
    subject, plain, _ = mail(hostile, hostile)
    assert subject == "2 notices for you: A Bcc: all@example.org {0.__class__}"
    assert "\x07" not in plain


def test_a_headline_is_never_longer_than_a_mail_client_shows() -> None:
    assert len(told(letter(project_name="x" * 400)).headline) == 200


def test_a_mail_says_what_is_asked_until_when_and_where_in_text_and_html() -> None:
    asked = letter(NoticeKind.VOTE_ASKED, due="2026-03-06T17:00:00+00:00")
    subject, plain, page = mail(asked)
    assert subject == "Tunnel: Your vote is asked at gate project charter"
    for content in (plain, page):
        assert "vote by Friday 6 March 2026, 17:00 UTC." in content
        assert f"{OFFICE}/projects/P-1/gates/project_charter" in content
        assert "Nothing is decided by this message" in content
    assert '<html lang="en">' in page


def test_a_mail_speaks_the_readers_language() -> None:
    subject, plain, page = mail(letter(NoticeKind.LADDER_RAISE), reader=GERMAN)
    assert subject == "Tunnel: Gate project charter wurde an Sie eskaliert"
    assert "Die Entscheidung liegt nun bei Ihnen." in plain
    assert '<html lang="de">' in page
    assert ">Gate öffnen</a>" in page


def test_markup_in_a_name_or_a_reason_stays_text() -> None:
    hostile = letter(project_name="<img src=x onerror=alert(1)>", rationale='</p><script>alert("x")</script>\n\nEnd.')
    _, _, page = mail(hostile)
    assert "<script" not in page
    assert "<img" not in page
    assert "<p>&lt;/p&gt;&lt;script&gt;" in page
    assert "<p>End.</p>" in page


def test_the_links_of_a_mail_are_pages_and_nothing_else() -> None:
    _, _, page = mail(letter(NoticeKind.VOTE_ASKED), letter(NoticeKind.POLICY_OFFERED))
    links = [part.partition('"')[0] for part in page.split('href="')[1:]]
    assert links == [f"{OFFICE}/projects/P-1/gates/project_charter"] * 2
    assert "form" not in page.replace("format", "")


def test_a_heap_of_news_is_cut_and_the_rest_stands_in_the_inbox() -> None:
    subject, plain, page = mail(*[letter(project_name=f"Tunnel {number}") for number in range(AT_MOST + 3)])
    assert subject.startswith(f"{AT_MOST + 3} notices for you: Tunnel 0, Tunnel 1")
    assert "3 more stand in your inbox." in plain
    assert page.count("<section") == AT_MOST


def test_what_the_core_says_in_place_of_a_person_is_told_in_the_reader_s_language() -> None:
    opened = told(letter(NoticeKind.GATE_OPENED, reason="The project is in planning."), GERMAN)
    assert opened.asked.startswith("Das Projekt ist in der Phase Planung.")
    lost = told(letter(NoticeKind.APPROVER_LOST, roles="sponsor, pmo director"), GERMAN)
    assert "Auftraggeber, PMO-Leitung" in lost.asked
    decided = told(letter(rationale="We all read it on Monday.", outcome="go"), GERMAN)
    assert decided.asked == "We all read it on Monday.", "people's own words stay as they are"
