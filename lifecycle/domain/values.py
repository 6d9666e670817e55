"""What every value of the vocabulary has in common: frozen, closed, canonical, digestible."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

FactValue = bool | int | float | str
"""A fact as it travels: money in minor units, a date as YYYY-MM-DD, a choice or text as itself."""

Instant = AwareDatetime
"""A moment: a date and time with its offset from UTC, so that any two can be compared."""

_STORABLE = r"^[^\x00]*$"
"""What every store and wire can hold: neither NUL nor, as the pattern's engine sees to, half a surrogate pair."""

Text = Annotated[str, StringConstraints(pattern=_STORABLE, max_length=4_000)]
"""What a person writes."""

Prose = Annotated[str, StringConstraints(pattern=_STORABLE, min_length=1, max_length=4_000)]
"""What a person must write."""

Word = Annotated[str, StringConstraints(pattern=_STORABLE, min_length=1, max_length=200)]
"""A name, a key or an id."""

Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""A whole number that every store can hold."""

GivenFact = bool | Whole | float | Text
"""A fact as a person gives it."""

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


def _in_utc(instant: datetime) -> datetime:
    if not _EARLIEST <= instant < _LATEST:
        raise ValueError("An instant lies in the years 1900 to 2999.")
    return instant.astimezone(UTC)


GivenInstant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment as a person names it, in UTC and within the years that can be reckoned with."""

Names = Annotated[tuple[str, ...], AfterValidator(lambda names: tuple(sorted(set(names))))]
"""A set of names with one order, so that the same set has the same bytes under every hash seed."""


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601")


def canonical(content: Any) -> str:
    """The one JSON text of a JSON-like content: sorted keys, no white space, no escapes beyond what JSON demands."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of_text(text: str) -> str:
    """`sha256:` and the hexadecimal hash of a text."""
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest(content: Any) -> str:
    """The digest of the canonical text."""
    return digest_of_text(canonical(content))


def text_of(value: BaseModel) -> str:
    """The canonical text of a value, defaults left out, so that a field added later leaves old digests alone."""
    return canonical(value.model_dump(mode="json", exclude_defaults=True))


def digest_of(value: BaseModel) -> str:
    """The digest of a value's text."""
    return digest_of_text(text_of(value))
