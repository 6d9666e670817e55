"""The words that requests are made of, each as narrow as its meaning."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from lifecycle.domain.worktime import YEARS
from lifecycle.service.registration import KEY

LARGEST = 2**53
"""The largest whole number that every reader of JSON keeps exact."""

_RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


class Body(BaseModel):
    """The body of a request: frozen, and closed to fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


def _written(value: Any) -> Any:
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError("write an instant as text, such as 2026-03-31T17:00:00Z")
    return value


def _in_range(instant: datetime) -> datetime:
    if not YEARS.start < instant.year < YEARS.stop - 1:
        raise ValueError(f"an instant lies in the years {YEARS.start + 1} to {YEARS.stop - 2}")
    return instant.astimezone(UTC)


def _whole(value: Any) -> Any:
    """To JSON a number is whole by its value: 7.0 is 7."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_written),
    AfterValidator(_in_range),
    Field(json_schema_extra={"pattern": "^(19(0[1-9]|[1-9][0-9])|2[0-8][0-9]{2}|29([0-8][0-9]|9[0-8]))-"}),
]
"""RFC 3339 with an offset; the pattern says the same of the years as `_in_range`."""

Remark = Annotated[str, StringConstraints(max_length=4_000, pattern=r"^[^\x00]*$")]
"""Something that may be said."""
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4_000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
"""Something that must be said: a reason, a rationale, an answer."""
Line = Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\s\x00-\x1f]([^\x00-\x1f]*[^\s\x00-\x1f])?$")]
"""A name on one line, without white space around it."""
Mail = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\s@\x00-\x1f]+@[^\s@\x00-\x1f]+$")]

ProjectKey = Annotated[str, StringConstraints(pattern=KEY)]
PersonId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
PortfolioId = Annotated[str, StringConstraints(pattern=r"^[^\s:\x00-\x1f]([^:\x00-\x1f]{0,98}[^\s:\x00-\x1f])?$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""What a policy calls a gate, an item, a fact, a stage."""
PolicyId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
EventType = Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z_:]+$")]
"""The tag of an event, as `source:subject:action`."""
Digest = Annotated[str, StringConstraints(pattern=r"^(sha256:[0-9a-f]{64})?$")]

Number = Annotated[int, Field(strict=True, ge=0, le=1_000_000), BeforeValidator(_whole)]
"""The number of a round, or of a version."""
Version = Annotated[int, Field(strict=True, ge=1, le=2**31), BeforeValidator(_whole)]
"""The number of a policy's edition."""
Amount = Annotated[int, Field(strict=True, ge=0, le=LARGEST), BeforeValidator(_whole)]
"""Money in the currency's smallest unit."""
Yes = Annotated[bool, Field(strict=True)]

FactValue = (
    Yes
    | Annotated[int, Field(strict=True, ge=-LARGEST, le=LARGEST)]
    | Annotated[float, Field(strict=True, allow_inf_nan=False)]
    | Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")]
)
"""A fact: money in minor units, a date as YYYY-MM-DD, a choice or text as itself."""

NAMED = Field(json_schema_extra={"additionalProperties": False})
"""For an object that takes any property, as long as it has the form of a name."""
