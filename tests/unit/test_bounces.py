"""A mail that comes back after a server took it is known by the report of it, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.domain.errors import LifecycleError
from lifecycle.service.telling.bounces import bounce_of

MESSAGE = "5" * 40
REPORT = """\
From: MAILER-DAEMON@mail.example.org
To: office@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain

The mail could not be delivered.

--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; sponsor@example.org
Action: {action}
Status: 5.2.1
Diagnostic-Code: smtp; 550 5.2.1 Mailbox
 disabled

--edge
Content-Type: {kind}

Message-ID: <{message}@example.org>
Subject: A gate waits

--edge--
"""


def report(action: str = "failed", kind: str = "message/rfc822", message: str = MESSAGE) -> str:
    return REPORT.format(action=action, kind=kind, message=message)


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_says_which_mail_came_back_and_why(kind: str) -> None:
    found = bounce_of(report(kind=kind))
    assert found == (MESSAGE, "The mail came back: smtp; 550 5.2.1 Mailbox disabled")


@pytest.mark.parametrize(
    "text",
    [
        report(action="delayed"),
        report(message="somebody-else"),
        "Hello, I am on holiday.",
        f"Message-ID: <{MESSAGE}@example.org>\nAction: failed\n\nI made this up.",
        "",
    ],
)
def test_what_is_only_late_or_not_ours_or_no_report_is_no_bounce(text: str) -> None:
    with pytest.raises(LifecycleError) as refused:
        bounce_of(text)
    assert refused.value.code == "not_a_bounce"


@given(st.text(max_size=300), st.integers(0, len(REPORT)))
def test_whatever_is_sent_it_is_a_bounce_or_refused(noise: str, place: int) -> None:
    torn = report()[:place] + noise + report()[place:]
    try:
        found = bounce_of(torn)
    except LifecycleError as error:
        assert error.code == "not_a_bounce"  # noqa: PT017 -- either answer is right
    else:
        assert found.message == MESSAGE
        assert "\n" not in found.failure
