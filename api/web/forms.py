"""Forms as they arrive: what was typed, in which envelope it goes to the project, and what became of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from secrets import token_hex
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.datastructures import FormData

from api.headers import ACTING_FOR
from api.web.viewer import Viewer
from lifecycle.domain.commands import PersonCommand
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.verdicts import Reason
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office
from lifecycle.service.outcomes import Done, Outcome, Refused, Unknown

_END_OF_DAY: Final = time(23, 59)
_SHOWN_AGAIN: Final = frozenset({"wrong_value", "key_reused", "malformed", "evidence_type", "evidence_too_large"})
"""Errors of what was typed, which are shown beside it; all others become a page of their own."""
_PROMISE: Final = ("condition_text", "condition_owner", "condition_due")


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent: the fields as they were typed."""

    form: FormData

    def text(self, name: str) -> str:
        """A field, without white space around it; empty if it was left out."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def whole(self, name: str) -> int | None:
        """A field as a whole number; none if it is not one."""
        text = self.text(name)
        return int(text) if text.isdecimal() and len(text) < 10 else None

    def envelope(self, viewer: Viewer) -> Envelope:
        """The envelope that the form came in: its own key, in whose name, and the version that was shown."""
        key = self.text("key")[:200] or token_hex(16)
        return Envelope(viewer.id, key, self.acting_for, self.whole("version"), viewer.there.proved_at)

    @property
    def acting_for(self) -> str | None:
        """In whose name it was sent. Raises as `principal`."""
        return principal(self.text("acting_for"))

    def day(self, name: str, zone: ZoneInfo) -> datetime | None:
        """The end of a day that was chosen, as the reader's clock has it. LifecycleError `wrong_value` for no day."""
        return _end_of(self.text(name), zone)

    def promises(self, zone: ZoneInfo) -> list[dict[str, Any]]:
        """The conditions that were written down; a row without text was not used."""
        columns = [self.form.getlist(name) for name in _PROMISE]
        rows = [[str(cell).strip() for cell in row] for row in zip(*columns, strict=False)]
        return [{"text": text, "owner": owner, "due": _end_of(due, zone)} for text, owner, due in rows if text]

    @property
    def promised(self) -> list[dict[str, str]]:
        """The conditions as they were typed, to be shown again."""
        columns = [[str(cell) for cell in self.form.getlist(name)] for name in _PROMISE]
        return [dict(zip(("text", "owner", "due"), row, strict=True)) for row in zip(*columns, strict=False)]

    @property
    def typed(self) -> Mapping[str, str]:
        """Every text field, to be shown again."""
        return {name: value for name, value in self.form.items() if isinstance(value, str)}


@dataclass(frozen=True, slots=True)
class Turned:
    """Why a form was turned away, and what to do; `stale` says that the page had changed under it."""

    sentence: str
    remedy: str
    missing: tuple[str, ...] = ()
    stale: bool = False


def principal(text: str) -> str | None:
    """Somebody in whose name another acts, by id; none if nobody is named. LifecycleError `wrong_value` for no id."""
    if not text or re.fullmatch(ACTING_FOR.form, text):
        return text or None
    raise LifecycleError("wrong_value", "Nobody has such an id.", "Go back to the inbox, and open the gate from there.")


async def sent_with(request: Request) -> Sent:
    """The form of a request."""
    return Sent(await request.form())


async def carry_out(
    office: Office, viewer: Viewer, sent: Sent, project: str, kind: type[PersonCommand], **content: Any
) -> Turned | Done | Unknown:
    """Have a command carried out whose content was typed into a form; for what was mistyped, why it was turned away."""
    try:
        return turned(await office.commands.carry_out(project, sent.envelope(viewer).around(kind, **content)))
    except LifecycleError as error:
        return turned_by(error)


def turned(outcome: Outcome) -> Turned | Done | Unknown:
    """An outcome; a refusal as the reason why a form was turned away."""
    if not isinstance(outcome, Refused):
        return outcome
    refusal = outcome.refusal
    stale = refusal.reason in (Reason.STALE, Reason.ALREADY_DECIDED)
    return Turned(refusal.sentence, refusal.remedy, refusal.missing, stale)


def turned_by(error: LifecycleError) -> Turned:
    """Why a form was turned away by an error of what was typed; raises any other error again."""
    if error.code not in _SHOWN_AGAIN:
        raise error
    return Turned(error.sentence, error.remedy)


def _end_of(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), _END_OF_DAY, zone)
    except ValueError:
        raise LifecycleError("wrong_value", f"'{text[:20]}' is no day.", "Write it as 2026-03-31.") from None
