"""People and their powers: persons, roles, delegations, absences, tokens."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import StringConstraints

from api.schemas.words import Amount, Body, Instant, Line, Mail, PersonId, Prose, Remark, View, Yes
from lifecycle.domain.people import EVERYWHERE, Permission, RoleName, Scope

Item = TypeVar("Item")


class Listed(View, Generic[Item]):
    """A list; `next_cursor` asks for what comes after it, and is none at its end."""

    items: tuple[Item, ...]
    next_cursor: str | None = None


class PersonBody(Body):
    """Somebody to add."""

    id: PersonId
    name: Line
    mail: Mail | None = None


class PersonChange(Body):
    """What to change; `active: false` is said of somebody who has left."""

    name: Line | None = None
    mail: Mail | None = None
    active: Yes | None = None


class PersonView(View):
    """Somebody the office knows."""

    id: str
    name: str
    mail: str | None
    active: bool


class GrantBody(Body):
    """A role for somebody: everywhere, in a portfolio, or on a project."""

    person: PersonId
    role: RoleName
    scope: Scope = EVERYWHERE


class GrantView(View):
    """A role that somebody holds."""

    person: str
    role: str
    scope: str


class Changed(View):
    """Whether something changed, or was so before."""

    changed: bool


class Me(View):
    """Who is signed in, and what the office allows them; on projects their roles there count."""

    person: PersonView
    permissions: tuple[Permission, ...]
    grants: tuple[GrantView, ...]


class DelegationBody(Body):
    """Let `receiver` act for `giver`, by default for oneself, from now or a later start; 180 days at most."""

    receiver: PersonId
    giver: PersonId | None = None
    scope: Scope = EVERYWHERE
    limit: Amount | None = None
    starts: Instant | None = None
    ends: Instant
    reason: Prose


class DelegationView(View):
    """Who may act for whom; `limit` in the currency's smallest unit."""

    id: str
    giver: str
    receiver: str
    scope: str
    limit: int | None
    starts: datetime
    ends: datetime
    reason: str


class AbsenceBody(Body):
    """When somebody, by default oneself, is away."""

    person: PersonId | None = None
    starts: Instant
    ends: Instant
    reason: Remark = ""


class AbsenceView(View):
    """When somebody is away."""

    id: str
    person: str
    starts: datetime
    ends: datetime
    reason: str


class TokenBody(Body):
    """A token for somebody, by default oneself; without an end for ninety days."""

    person: PersonId | None = None
    label: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
    expires_at: Instant | None = None


class TokenView(View):
    """What is kept of a token."""

    id: str
    person: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class IssuedView(TokenView):
    """A new token: `secret` is shown this once, and is none when the same request is answered again."""

    secret: str | None
