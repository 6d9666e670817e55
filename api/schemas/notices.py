"""What people and programs are told."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.people import Listed
from api.schemas.words import Body, View
from lifecycle.gates.notices import NoticeKind
from lifecycle.service.notices import NoticeLine
from lifecycle.service.telling.bounces import LONGEST_REPORT


class Told(Listed[NoticeLine]):
    """What somebody was told, the latest first; `unseen` counts all that they have not seen."""

    unseen: int


class SeenBody(Body):
    """The keys of the notices that were seen; without them all that there are."""

    notices: (
        Annotated[
            tuple[Annotated[str, StringConstraints(max_length=1_000, pattern=r"^[^\x00]*$")], ...],
            Field(max_length=500),
        ]
        | None
    ) = None


class Seen(View):
    """How many notices were new to their reader."""

    seen: int


class MessageView(View):
    """A message to a person, or to a webhook, and how far it has come; `failure` is what went wrong last."""

    message: str
    channel: str
    recipient: str
    created_at: datetime
    tries: int
    sent_at: datetime | None
    next_try_at: datetime | None
    failure: str | None
    given_up: bool


class BounceBody(Body):
    """A delivery status notification (RFC 3464) as it came."""

    report: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REPORT)]


class WebhookBody(Body):
    """A program to tell: where, and of which kinds of notices; of all if none is named."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
    url: Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\s\x00-\x1f]+$")]
    kinds: Annotated[tuple[NoticeKind, ...], Field(max_length=100)] = ()


class WebhookView(View):
    """A program that is told; no kinds mean all. Its secret is in force since `renewed_at`, or from the beginning."""

    id: str
    label: str
    url: str
    kinds: tuple[str, ...]
    created_at: datetime
    created_by: str
    renewed_at: datetime | None


class WebhookLine(WebhookView):
    """A program that is told, and how it gets on; `last_failure` is of a message that is not sent yet."""

    waiting: int
    given_up: int
    last_sent_at: datetime | None
    last_failure: str | None


class ShownWebhook(WebhookView):
    """A webhook with a new secret, which is shown this once, and is none when the same request is answered again."""

    secret: str | None
