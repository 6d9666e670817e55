"""Fields of forms: the key that makes sending twice harmless, days and amounts as their reader means them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Form, Path
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import EVERYWHERE
from lifecycle.gates.tolerances import MINOR_UNITS

T = TypeVar("T", bound=BaseModel)

Key = Annotated[str, Form(alias="key", pattern=r"^[!-~]{1,200}$")]
"""The key of a form: the same key from the same person has one effect."""
PersonKey = Annotated[str, Path(max_length=200)]
Line = Annotated[str, Form(max_length=400)]
Remark = Annotated[str, Form(max_length=4_000)]
Day = Annotated[str, Form(max_length=10)]


def begin_of(day: str, zone: ZoneInfo) -> datetime:
    """The instant at which a day (YYYY-MM-DD) begins in a zone. Raises LifecycleError `wrong_value`."""
    try:
        return datetime.combine(date.fromisoformat(day), time(), zone)
    except (ValueError, OverflowError):
        raise LifecycleError("wrong_value", "A day is missing, or is none.", "Give it as 2026-03-31.") from None


def end_of(day: str, zone: ZoneInfo) -> datetime:
    """The instant at which a day ends in a zone. Raises LifecycleError `wrong_value`."""
    try:
        return begin_of(day, zone) + timedelta(days=1)
    except OverflowError:
        raise LifecycleError("wrong_value", "A day is missing, or is none.", "Give it as 2026-03-31.") from None


def done(path: str, **said: str) -> RedirectResponse:
    """After a form: to the page that shows what it did; `said` tells it what to say of it."""
    return RedirectResponse(f"{path}?{urlencode(said)}" if said else path, 303)


def checked(kind: type[T], **fields: Any) -> T:
    """What was typed, as the API would take it. Raises LifecycleError `wrong_value`, naming the first wrong field."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)[0]
        place = str(found["loc"][0]) if found["loc"] else "form"
        sentence = f"What stands at '{place}' cannot be: {found['msg']}."
        raise LifecycleError("wrong_value", sentence[:300], "Correct it, then send it again.") from None


def scope_from(within: str, of: str) -> str:
    """A scope out of its kind (`everywhere`, `portfolio`, `project`) and its name."""
    return EVERYWHERE if within == EVERYWHERE else f"{within}:{of.strip()}"


def minor_of(amount: str) -> int | None:
    """An amount as it is typed, in minor units; none if nothing is typed. Raises LifecycleError `wrong_value`."""
    plain = "".join(amount.split()).replace(",", "").replace("\u2019", "")
    if not plain:
        return None
    try:
        return int(Decimal(plain) * MINOR_UNITS)
    except (InvalidOperation, ValueError, OverflowError):
        sentence = "The limit is no amount."
        raise LifecycleError("wrong_value", sentence, "Give it in whole units, such as 250000.") from None
