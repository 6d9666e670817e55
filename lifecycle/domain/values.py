"""What every value of the vocabulary has in common: frozen, closed, canonical, digestible."""

import hashlib
import json
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

FactValue = bool | int | float | str
"""A fact as it travels: money in minor units, a date as YYYY-MM-DD, a choice or text as itself."""

Instant = AwareDatetime
"""A moment: a date and time with its offset from UTC, so that any two can be compared."""

Names = Annotated[tuple[str, ...], AfterValidator(lambda names: tuple(sorted(set(names))))]
"""A set of names with one order, so that the same set has the same bytes under every hash seed."""


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601")


def canonical(content: Any) -> str:
    """The one JSON text of a JSON-like content: sorted keys, no white space, no escapes beyond what JSON demands."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(content: Any) -> str:
    """`sha256:` and the hexadecimal hash of the canonical text."""
    return "sha256:" + hashlib.sha256(canonical(content).encode("utf-8", "surrogatepass")).hexdigest()


def digest_of(value: BaseModel) -> str:
    """The digest of a value, defaults left out, so that a field added later leaves old digests alone."""
    return digest(value.model_dump(mode="json", exclude_defaults=True))
