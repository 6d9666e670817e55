"""Who asks, and what a route needs them to be allowed: each route names exactly one permission."""

from collections.abc import Iterable
from dataclasses import dataclass
from secrets import token_hex
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import StringConstraints
from pydantic.json_schema import SkipJsonSchema

from api.schemas.words import PersonId
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.persistence.people import Person
from lifecycle.service.directory import NotSignedInError
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office

_LONGEST_TOKEN = 200
_bearer = HTTPBearer(auto_error=False, description="An opaque token, issued by POST /tokens.")

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
_Key = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
_Version = Annotated[str, StringConstraints(pattern=r'^"[0-9]{1,9}"$')]

IdempotencyKey = Annotated[
    _Key | SkipJsonSchema[None],
    Header(
        alias="Idempotency-Key",
        description="The same key with the same body has the same answer and no second effect; made up if left out.",
    ),
]
IfMatch = Annotated[
    _Version | SkipJsonSchema[None],
    Header(
        alias="If-Match",
        description="The version that was shown, as its ETag said; the answer is 409 if it is no longer that one.",
    ),
]
ActingFor = Annotated[
    PersonId | SkipJsonSchema[None],
    Header(alias="X-Acting-For", description="Somebody who has delegated to the caller, in whose name this is asked."),
]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is signed in."""

    person: Person

    @property
    def id(self) -> str:
        """Who they are."""
        return self.person.id


class Requires:
    """Signs the caller in; a permission of the office is checked here, one on a project where the project is known."""

    def __init__(self, permission: Permission, produces: str = "application/json") -> None:
        """`produces` is the media type of the answer, or `*/*` if that depends on what is asked for."""
        self.permission = permission
        self._produces = produces

    async def admit(self, request: Request, credentials: Credentials, key: str | None) -> Caller:
        """Who asks. Raises `NotSignedInError`, and `RefusedError` when the office does not allow it."""
        if self._produces != "*/*" and not accepts(request.headers.getlist("accept"), self._produces):
            raise LifecycleError("not_acceptable", f"Answers here are {self._produces}.", "Accept that.")
        token = credentials.credentials if credentials else ""
        if not 0 < len(token) <= _LONGEST_TOKEN:
            raise NotSignedInError
        office: Office = request.app.state.office
        caller = Caller(await office.directory.bearer(token))
        if self.permission.startswith("office:"):
            asked: dict[str, Any] = {"method": request.method, "path": request.url.path[:500]}
            await office.directory.require(Envelope(caller.id, key or token_hex(16)), self.permission, asked)
        return caller


def accepts(accepted: Iterable[str], media_type: str) -> bool:
    """Whether the values of Accept headers let an answer be of a media type; none let it be of any."""
    kinds = [part.partition(";")[0].strip().lower() for line in accepted for part in line.split(",")]
    wide = f"{media_type.partition('/')[0]}/*"
    return not kinds or any(kind in ("*/*", wide, media_type, "") for kind in kinds)


class Reads(Requires):
    """For a route that reads: gives the caller."""

    async def __call__(self, request: Request, credentials: Credentials) -> Caller:
        """The caller."""
        return await self.admit(request, credentials, None)


class Writes(Requires):
    """For a route that changes something of the office: gives the envelope of the request."""

    async def __call__(
        self, request: Request, credentials: Credentials, idempotency_key: IdempotencyKey = None
    ) -> Envelope:
        """The envelope; its key travels back with the answer."""
        key = idempotency_key or token_hex(16)
        request.state.echo = {"Idempotency-Key": key}
        caller = await self.admit(request, credentials, key)
        return Envelope(caller.id, key)


class Asks(Requires):
    """For a route that asks something of a project: gives the envelope of the command."""

    async def __call__(
        self,
        request: Request,
        credentials: Credentials,
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
        acting_for: ActingFor = None,
    ) -> Envelope:
        """The envelope; its key travels back with the answer."""
        key = idempotency_key or token_hex(16)
        request.state.echo = {"Idempotency-Key": key}
        caller = await self.admit(request, credentials, key)
        if acting_for == caller.id:
            raise LifecycleError("wrong_value", "Nobody acts for themselves.", "Leave out X-Acting-For.")
        return Envelope(caller.id, key, acting_for, int(if_match.strip('"')) if if_match else None)
