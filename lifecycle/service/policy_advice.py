"""What to do about a value in a file that does not fit: the key that was meant, the form that is needed."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

Models = tuple[type[BaseModel], ...]
Steps = tuple[int | str, ...]

ELSEWHERE: Final[Mapping[str, str]] = {
    "approvers": "approvals",
    "categories": "tiers",
    "deadline": "decide_within",
    "deliverables": "evidence",
    "documents": "evidence",
    "escalate_to": "raise_to",
    "escalation": "ladder",
    "expires": "fresh_for",
    "exclusions": "exclude",
    "frequency": "every",
    "milestones": "gates",
    "outcomes": "decisions",
    "owners": "by",
    "phases": "stages",
    "prerequisites": "requires",
    "quorum": "at_least",
    "recurring": "every",
    "sla": "decide_within",
    "steps": "ladder",
    "threshold": "score_at_least",
    "valid_for": "fresh_for",
    "values": "of",
}
"""Words of other frameworks and tools, with the key that says the same here."""

FORMS: Final[Mapping[str, str]] = {
    r"^(mon|tue|wed|thu|fri|sat|sun)([-,](mon|tue|wed|thu|fri|sat|sun))*$": "Write days, as in mon-fri or mon,wed.",
    r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$": "Write hours, as in 09:00-17:00.",
    r"^[a-z][a-z0-9-]{0,59}$": "Write small letters, digits and hyphens, a letter first, as in corporate-standard.",
    r"^[a-z][a-z0-9_]{0,59}$": "Write small letters, digits and underscores, a letter first, as in finance_board.",
    r"^([0-9]{1,5}) ?(?:([hdw])|(working hour|working day|hour|day|week|month)s?)$": (
        "Write a length of time, as in 5 working days, 36 hours, 30 days or 1 month."
    ),
    r"^\d{1,7}(\.\d{1,4})?(%|d)?$": (
        "Write a share of the baseline as in 10%, days as in 90d, or an amount as in 250000 (money in whole units)."
    ),
    r"^(100|\d{1,2})(\.\d{1,2})?%$": "Write a share of the full score, as in 60%.",
    r"^\d{1,3}(\.\d)?%$": "Write a share, as in 60% or 62.5%.",
    r"^\d{4}-\d\d-\d\d( ([01]\d|2[0-3]):[0-5]\d)?$": "Write a day, as in 2026-03-02, or with a time, 2026-03-02 09:00.",
    r"^[a-z][a-z0-9_]{0,59}( [1-9][0-9]?)?$": "Write a role, as in sponsor, or sponsor 2 for the second who has it.",
    r"^((evidence|criteria)\.[a-z][a-z0-9_]{0,59}|[a-z][a-z0-9_.]*)$": (
        "Write the name of a requirement, as in evidence.charter or criteria.affordable."
    ),
    r"^[a-z_]+( [a-z][a-z0-9_]*(, [a-z][a-z0-9_]*)*)?( after [0-9a-z ]+)?$": (
        "Write what happens, to whom and when, as in remind sponsor after 3 days."
    ),
}
"""Each form that a text can need, in words."""

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "tuple_type": ("A list is needed here.", "Write it as [first, second], or as lines that begin with '- '."),
    "dict_type": (
        "Keys with values are needed here.",
        "Write them as keys and values between braces, or indented on lines below.",
    ),
    "model_type": (
        "Keys with values are needed here.",
        "Write them as keys and values between braces, or indented on lines below.",
    ),
    "string_type": ("A text is needed here.", "Write one text, in quotes if it looks like a number or a list."),
    "int_type": ("A whole number is needed here.", "Write it in digits alone."),
    "float_type": ("A number is needed here.", "Write it in digits, with a decimal point if it needs one."),
    "bool_type": ("This is either true or false.", "Write true or false."),
}
"""Sentence and remedy for a value of another kind than is needed, by the kind of error."""


def of_key(whole: type[BaseModel], location: Steps) -> str:
    """What to do about a key that may not stand where it stands."""
    last = str(location[-1])
    if " " in last:
        return "If it is part of a text, put the whole text in quotes: between braces a comma ends it."
    here = _keys(at(whole, location))
    if near := get_close_matches(last, here, n=1, cutoff=0.75):
        return f"Did you mean '{near[0]}'?"
    meant = ELSEWHERE.get(last, last)
    if meant in here:
        return f"Say it with '{meant}'."
    if homes := sorted({model.__name__ for model in _within(whole) if meant in _keys((model,))}):
        return f"The key '{meant}' belongs to {' or '.join(homes[:3])}; see there in `lifecycle policy reference`."
    return f"Here may stand: {', '.join(here)}." if here else "Remove it."


def of_part(whole: type[BaseModel], location: Steps) -> str:
    """Where to read what may stand at a place."""
    names = " or ".join(f"'{model.__name__}'" for model in at(whole, (*location, "")))
    return f"See {names} in `lifecycle policy reference`."


def at(whole: type[BaseModel], location: Steps) -> Models:
    """The models of which one describes the place in which the last step of a location was taken."""
    models: Models = (whole,)
    for step in location[:-1]:
        inside = [field for model in models for key, field in _fields(model) if key == step]
        models = tuple(dict.fromkeys(kind for field in inside for kind in _models_in(field.annotation))) or models
    return models


def _keys(models: Models) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for model in models for key, _ in _fields(model)))


def _fields(model: type[BaseModel]) -> Iterable[tuple[str, Any]]:
    return ((field.alias or name, field) for name, field in model.model_fields.items())


@cache
def _within(whole: type[BaseModel]) -> Models:
    """Every model of which some part of a file is made."""
    seen: dict[type[BaseModel], None] = {}
    waiting: list[type[BaseModel]] = [whole]
    while waiting:
        model = waiting.pop()
        if model not in seen:
            seen[model] = None
            waiting += [kind for _, field in _fields(model) for kind in _models_in(field.annotation)]
    return tuple(seen)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)
