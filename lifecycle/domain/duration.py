"""Durations as a policy writes them; the instant that ends one depends on a calendar (`worktime.after`)."""

import re
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_serializer, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

MOST = 10_000
"""The largest amount of one duration."""

_WRITTEN = r"^([0-9]{1,5}) ?(?:([hdw])|(working hour|working day|hour|day|week|month)s?)$"
_LETTERS = {"h": "hour", "d": "day", "w": "week"}
_ACCEPTED = (
    f"Write a duration as a whole number (0 to {MOST}) and a unit, such as "
    '"3 working hours", "5 working days", "36h", "30d", "30 days", "2 weeks" or "1 month".'
)


class Unit(StrEnum):
    """What a duration counts."""

    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class Duration(BaseModel):
    """A length of time as a policy writes it ("5 working days"); its instant depends on a calendar, see `after`.

    Fields of this type take the written form and serialise to it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: int = Field(ge=0, le=MOST)
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "5 working days", "36h", "1 month"; ValueError names the accepted forms."""
        return cls(**_read(text))

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return value if isinstance(value, (cls, dict)) else _read(value)

    @model_serializer
    def _to_text(self) -> str:
        return str(self)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": _WRITTEN, "description": _ACCEPTED, "examples": ["5 working days", "30d"]}

    def __str__(self) -> str:
        words = self.unit.replace("_", " ")
        return f"{self.amount} {words.removesuffix('s') if self.amount == 1 else words}"


def _read(text: Any) -> dict[str, Any]:
    written = re.fullmatch(_WRITTEN, text) if isinstance(text, str) else None
    if written is None or int(written[1]) > MOST:
        raise ValueError(_ACCEPTED)
    word = _LETTERS.get(written[2]) or written[3]
    return {"amount": int(written[1]), "unit": Unit(word.replace(" ", "_") + "s")}
