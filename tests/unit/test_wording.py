"""Every kind of notice is worded, and nothing that people write can break out of its place."""

import pytest

from lifecycle.gates.notices import NoticeKind
from lifecycle.persistence.mailbox import Letter
from lifecycle.service.wording import headline, text
from tests.integration.histories import START


def letter(kind: NoticeKind = NoticeKind.GATE_DECIDED, project_name: str = "Tunnel", **fields: str) -> Letter:
    return Letter(
        key="P-1/charter/1/5.0/x/sponsor",
        kind=kind.value,
        project="P-1",
        project_name=project_name,
        gate="project_charter",
        round=1,
        step=None,
        recipient="sponsor",
        recipient_name="Sponsor",
        mail="sponsor@example.org",
        fields=fields,
        created_at=START,
        tries=1,
    )


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_kind_has_its_words(kind: NoticeKind) -> None:
    told = text(letter(kind), "https://office.example.org")
    assert told.startswith("Tunnel: ")
    assert told.endswith("Project: Tunnel (P-1)\nhttps://office.example.org/projects/P-1\n")
    assert "{" not in told


def test_the_outcome_and_the_reason_are_said() -> None:
    decided = letter(outcome="conditional_go", rationale="Prove the cost.")
    assert headline(decided) == "Tunnel: Gate project charter is decided: conditional go"
    assert "Prove the cost." in text(decided, "")


def test_a_deadline_is_said_where_there_is_one() -> None:
    due = letter(NoticeKind.VOTE_ASKED, due="2026-03-06T17:00:00+00:00")
    assert "vote by Friday 06 March 2026, 17:00 UTC." in text(due, "")
    assert "and vote.\n" in text(letter(NoticeKind.VOTE_ASKED), "")


def test_a_name_stays_on_its_line_and_braces_stay_braces() -> None:
    hostile = letter(project_name="A\r\nBcc: all@example.org {0.__class__}\x00\u202e", rationale="{key} \x07")
    assert headline(hostile).startswith("A Bcc: all@example.org {0.__class__}: Gate")
    told = text(hostile, "")
    assert "{key}" in told
    assert "\x07" not in told


def test_a_headline_is_never_longer_than_a_mail_client_shows() -> None:
    assert len(headline(letter(project_name="x" * 400))) == 200
