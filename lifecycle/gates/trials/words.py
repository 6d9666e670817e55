"""The small words that every part of a policy test is made of."""

import re
from datetime import date
from typing import Annotated, get_args

from pydantic import AfterValidator, Field, StringConstraints

from lifecycle.domain.duration import Duration
from lifecycle.domain.events import Event
from lifecycle.gates.policy_words import Name

Who = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}( [1-9][0-9]?)?$")]
"""A person: a role (`sponsor`), one of several people of a role (`finance 2`), or a name from `people`."""

People = Who | Annotated[tuple[Who, ...], Field(min_length=1)]
"""One person, or several who do the same one after the other."""

Gates = Name | Annotated[tuple[Name, ...], Field(min_length=1)]
"""One gate, or several one after the other."""

Answer = bool | int | float | str
"""A fact or an answer as people write it: money in major units (`250000`), a date as `2027-01-31`."""

Facts = dict[Name, Answer | None]
"""Facts by name; null means that nobody knows."""

Requirement = Annotated[
    str, StringConstraints(pattern=r"^((evidence|criteria)\.[a-z][a-z0-9_]{0,59}|[a-z][a-z0-9_.]*)$")
]
"""What a gate asks for, such as `evidence.charter`, `criteria.cost_known` or `score`."""

_UNTIL = re.compile(r"until (\d{4}-\d\d-\d\d)(?: ([01]\d|2[0-3]):([0-5]\d)(?: UTC)?)?", re.ASCII)


def _moment(text: str) -> str:
    if not text.startswith("until "):
        return str(Duration.parse(text))
    found = _UNTIL.fullmatch(text)
    try:
        date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise ValueError("Write `until` and a day that exists, such as `until 2026-04-01` or with a time.") from None
    return text


Moment = Annotated[str, AfterValidator(_moment)]
"""How long, such as `3 working days` or `1 month`, or until when, on the policy's own clock unless it says UTC:
`until 2026-04-01`, `until 2026-04-01 12:00`, `until 2026-04-01 11:00 UTC`."""

Day = Annotated[str, AfterValidator(lambda text: date.fromisoformat(text).isoformat())]
"""A day, as `2026-04-01`."""

ENTRIES = frozenset(tag for event in get_args(Event) for tag in get_args(event.model_fields["type"].annotation))
"""The tags of everything that the record of a project can hold."""


def _entry(tag: str) -> str:
    if tag not in ENTRIES:
        raise ValueError(f"There is no entry '{tag}' in the record; there are: {', '.join(sorted(ENTRIES))}.")
    return tag


Entry = Annotated[str, AfterValidator(_entry)]
"""A kind of entry in the record of a project, such as `policy:votes:voided`."""
