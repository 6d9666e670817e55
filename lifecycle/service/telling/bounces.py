"""Mails that come back after a server took them: the report of it says which one, and why."""

import re
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from typing import Final, NamedTuple

from lifecycle.domain.errors import LifecycleError
from lifecycle.service.telling.wording import on_one_line

LONGEST_REPORT: Final = 200_000
"""Characters; whoever reports may leave the body of the mail out."""
_LONGEST_FAILURE: Final = 500
_OURS: Final = re.compile(r"<([0-9a-f]{40})@")


class Bounce(NamedTuple):
    """Which message did not get through, and why."""

    message: str
    failure: str


def bounce_of(report: str) -> Bounce:
    """What a delivery status notification (RFC 3464) says.

    LifecycleError `not_a_bounce` for any other text, for a mail that is only late, and for one that is not ours.
    """
    parts = list(message_from_string(report).walk())
    failed = [block for block in parts if str(block.get("Action", "")).strip().lower() == "failed"]
    message = next(_messages(parts), None)
    if not failed or message is None:
        sentence = "This does not report that a mail of the product came back."
        raise LifecycleError("not_a_bounce", sentence, "Send the delivery status notification as it came.")
    why = str(failed[0].get("Diagnostic-Code") or failed[0].get("Status") or "no reason was given")
    return Bounce(message, on_one_line(f"The mail came back: {why}")[:_LONGEST_FAILURE])


def _messages(parts: list[Message]) -> Iterator[str]:
    """The ids of messages of ours among the mails that a report carries, whole or as their heads alone."""
    for part in parts[1:]:
        carried = part
        if part.get_content_type() == "text/rfc822-headers":
            carried = message_from_string(str(part.get_payload()))
        yield from _OURS.findall(str(carried.get("Message-ID", "")))
