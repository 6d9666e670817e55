"""Policies: texts to check and publish, editions to read."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from api.schemas.problems import Fault
from api.schemas.projects import Edition
from api.schemas.words import Body, View


class PolicyText(Body):
    """A policy as its author wrote it, in YAML or JSON; `name` is what faults call the file."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=300_000)]
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$")] = "policy.yaml"


class CheckReport(View):
    """What was found: `publishable` with no fault of severity `error`; the edition it would be, if it can be read."""

    publishable: bool
    edition: Edition | None
    faults: tuple[Fault, ...]


class EditionView(View):
    """A published edition, with the text its author wrote; it expires if it was published in break-glass."""

    id: str
    version: int
    digest: str
    published_at: datetime
    published_by: str
    effective_from: datetime
    expires_at: datetime | None
    source: str


class Editions(View):
    """Every published edition."""

    items: tuple[Edition, ...]
